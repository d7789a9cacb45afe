// Weir
// SPDX-License-Identifier: Apache-2.0

/// Text that must never be printed: whatever prints it, interpolates it, dumps it or mirrors it
/// gets `<secret>`. Only ``reveal()`` gives the text, so a search for that word finds every use.
///
/// It is neither `Codable` nor `Hashable` on purpose: nothing may write it down by accident.
package struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let text: String

    package init(_ text: String) {
        self.text = text
    }

    /// The text itself, for the one place that hands it to its counterpart.
    package func reveal() -> String { self.text }

    package var isEmpty: Bool { self.text.isEmpty }

    package var description: String { Redaction.secret }
    package var debugDescription: String { Redaction.secret }
    package var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }

    /// Compares in a time that depends on the lengths only, not on where the texts differ.
    package static func == (left: Secret, right: Secret) -> Bool {
        let (a, b) = (Array(left.text.utf8), Array(right.text.utf8))
        guard a.count == b.count else { return false }
        var difference: UInt8 = 0
        for index in a.indices {
            difference |= a[index] ^ b[index]
        }
        return difference == 0
    }
}
