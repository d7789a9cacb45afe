// Weir
// SPDX-License-Identifier: Apache-2.0

/// The names that labels may have.
enum LabelName {
    static let advice = "letters, digits and _, and no digit at the front"

    /// Whether a text is a label's name: `[a-zA-Z_][a-zA-Z0-9_]*`.
    static func isValid(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy {
            (0x61...0x7a).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x5f
        }
    }
}
