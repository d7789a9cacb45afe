// Weir
// SPDX-License-Identifier: Apache-2.0

/// What the groups of a regular expression matched.
package struct RegularExpressionMatch: Sendable, Hashable {
    private let bytes: [UInt8]
    private let places: [Int]
    private let groupNames: [String?]

    init(bytes: [UInt8], places: [Int], groupNames: [String?]) {
        self.bytes = bytes
        self.places = places
        self.groupNames = groupNames
    }

    /// The text of a group, 0 for the whole match; nil where there is no such group or it took no part.
    package subscript(_ index: Int) -> String? {
        guard index >= 0, 2 * index + 1 < self.places.count else { return nil }
        let start = self.places[2 * index]
        let end = self.places[2 * index + 1]
        guard start >= 0, end >= start else { return nil }
        return String(decoding: self.bytes[start..<end], as: UTF8.self)
    }

    /// The text of a group with a name.
    package subscript(_ name: String) -> String? {
        self.groupNames.firstIndex(of: name).flatMap { self[$0] }
    }

    /// The template with `$1`, `$name` and `${name}` replaced by what groups matched, and `$$` by `$`.
    ///
    /// A name is as long as letters, digits and underscores go: `$1x` is `${1x}`. A group that does not
    /// exist is empty; a dollar sign that begins nothing stands for itself. Source: Go's `Regexp.Expand`.
    package func expand(_ template: String) -> String {
        var result = String.UnicodeScalarView()
        var rest = template.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "$" else {
                result.append(scalar)
                continue
            }
            if rest.first == "$" {
                rest.removeFirst()
                result.append(scalar)
            } else if let (name, following) = Self.name(at: rest) {
                let text = Self.index(name).map { self[$0] } ?? self[name]
                result.append(contentsOf: (text ?? "").unicodeScalars)
                rest = following
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    private static func name(
        at rest: String.UnicodeScalarView.SubSequence
    ) -> (String, String.UnicodeScalarView.SubSequence)? {
        var rest = rest
        let isBraced = rest.first == "{"
        if isBraced { rest.removeFirst() }
        let letters = rest.prefix {
            $0 == "_" || $0.properties.isAlphabetic || $0.properties.numericType == .decimal
        }
        guard !letters.isEmpty else { return nil }
        rest = rest[letters.endIndex...]
        if isBraced {
            guard rest.first == "}" else { return nil }
            rest.removeFirst()
        }
        return (String(letters), rest)
    }

    /// The number that a name is: decimal, without leading zeros.
    private static func index(_ name: String) -> Int? {
        guard name.utf8.allSatisfy({ (0x30...0x39).contains($0) }), name.utf8.count < 9,
            name == "0" || !name.hasPrefix("0")
        else { return nil }
        return Int(name)
    }
}
