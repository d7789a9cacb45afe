// Weir
// SPDX-License-Identifier: Apache-2.0

/// Values as text that is the same in every process.
///
/// What Swift prints of a dictionary or a set follows their order, which is another one in each
/// process: a fingerprint made of it would have state built again after every start.
enum StableText {
    /// The text of a value and all that it holds; entries of dictionaries and sets are sorted.
    static func of(_ value: Any) -> String {
        // Quoted, so that no text can look like two.
        if let text = value as? String { return text.debugDescription }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .dictionary, .set:
            return "[" + Self.parts(mirror).sorted().joined(separator: ", ") + "]"
        case .collection: return "[" + Self.parts(mirror).joined(separator: ", ") + "]"
        case .optional: return mirror.children.first.map { Self.of($0.value) } ?? "nil"
        default: break
        }
        let children = mirror.children
        guard !(value is any CustomStringConvertible), !children.isEmpty else { return "\(value)" }
        return "\(mirror.subjectType)(" + Self.parts(mirror).joined(separator: ", ") + ")"
    }

    private static func parts(_ mirror: Mirror) -> [String] {
        mirror.children.map { child in
            (child.label.map { "\($0): " } ?? "") + Self.of(child.value)
        }
    }
}
