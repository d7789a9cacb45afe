// Weir
// SPDX-License-Identifier: Apache-2.0

import Yams

/// The text of one YAML document, and its parsing into nodes that nothing has interpreted yet.
///
/// Two things that the parser below would do in its own way are kept from it, each by writing a
/// private-use character in place of another one, so that lines and columns stay true:
///
/// - **Aliases.** It writes `*name` out by itself, and a few lines can then stand for a billion
///   nodes. So every `*` is replaced; a plain scalar that begins with the replacement was an alias
///   and is written out by ``TreeBuilder``, which counts; any other gets its `*` back.
/// - **Duplicate keys.** It stops at them and tells one place. So the first letter of one of them
///   is replaced, and ``TreeBuilder``, which undoes that, sees both and tells both places.
struct YAMLSource {
    /// The name shown in places.
    let file: String
    private var scalars: [Unicode.Scalar]
    private var used: Set<Unicode.Scalar>
    /// What stands for `*`.
    private(set) var aliasMark: Unicode.Scalar = "\u{f000}"
    /// Letters that were replaced to tell duplicate keys apart.
    private(set) var replaced: [Unicode.Scalar: Unicode.Scalar] = [:]

    /// Private-use characters that may stand for others: the Basic Multilingual Plane's.
    private static let privateUse: ClosedRange<UInt32> = 0xe000...0xf8ff

    /// Refuses what is not UTF-8, and control characters, with their place.
    init(bytes: [UInt8], file: String) throws(ConfigDiagnostic) {
        let utf16 = [[0xff, 0xfe], [0xfe, 0xff], [0, 0, 0xfe, 0xff]] as [[UInt8]]
        guard !utf16.contains(where: bytes.starts) else {
            throw ConfigDiagnostic(
                place: ConfigPlace(file: file, line: 1, column: 1),
                message: "the file is UTF-16 or UTF-32", advice: "save it as UTF-8")
        }
        let body = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes[3...] : bytes[...]
        guard let text = String(validating: body, as: UTF8.self) else {
            throw ConfigDiagnostic(
                place: Self.placeOfBadByte(body, file: file),
                message: "the file is not UTF-8", advice: "save it as UTF-8")
        }
        self.file = file
        self.scalars = Array(text.unicodeScalars)
        self.used = Set(self.scalars.filter { Self.privateUse.contains($0.value) })
        try self.refuseControlCharacters()
        self.aliasMark = try self.unusedScalar()
        for index in self.scalars.indices where self.scalars[index] == "*" {
            self.scalars[index] = self.aliasMark
        }
    }

    /// The root and the parser, which must be kept as long as anchors are looked at; nil for a file
    /// of nothing but comments.
    mutating func parse() throws(ConfigDiagnostic) -> (root: Node, parser: Parser)? {
        for _ in 0..<16 {
            do {
                var view = String.UnicodeScalarView()
                view.append(contentsOf: self.scalars)
                let parser = try Parser(
                    yaml: String(view), resolver: .basic, constructor: .default, encoding: .utf8)
                return try parser.singleRoot().map { ($0, parser) }
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                guard try self.tellApart(keyAt: context.mark) else {
                    let name = self.restored(names.first ?? "")
                    throw ConfigDiagnostic(
                        place: self.place(context.mark),
                        message: "duplicate key \(Redaction.quoted(name))",
                        advice: "keep one of them")
                }
            } catch let error as YamlError {
                throw self.diagnostic(error)
            } catch let error as ConfigDiagnostic {
                throw error
            } catch {
                throw ConfigDiagnostic(
                    place: ConfigPlace(file: self.file), message: "the file cannot be parsed")
            }
        }
        throw ConfigDiagnostic(
            place: ConfigPlace(file: self.file, line: 1, column: 1),
            message: "more than 16 duplicate keys", advice: "keep one of each")
    }

    func place(_ mark: Mark?) -> ConfigPlace {
        ConfigPlace(file: self.file, line: mark?.line ?? 1, column: mark?.column ?? 1)
    }

    /// `text` as it was written, its replacements undone.
    func restored(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { Self.privateUse.contains($0.value) }) else {
            return text
        }
        var view = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            view.append(scalar == self.aliasMark ? "*" : self.replaced[scalar] ?? scalar)
        }
        return String(view)
    }

    /// The character at a place, if there is one.
    func scalar(at mark: Mark) -> Unicode.Scalar? {
        self.offset(of: mark).map { self.scalars[$0] }
    }

    private mutating func unusedScalar() throws(ConfigDiagnostic) -> Unicode.Scalar {
        for value in Self.privateUse.reversed() {
            if let scalar = Unicode.Scalar(value), self.used.insert(scalar).inserted {
                return scalar
            }
        }
        throw ConfigDiagnostic(
            place: ConfigPlace(file: self.file, line: 1, column: 1),
            message: "the file uses every private-use character", advice: "is it a YAML file?")
    }

    /// Replaces the first letter of the key at a place; false where there is none to replace.
    private mutating func tellApart(keyAt mark: Mark) throws(ConfigDiagnostic) -> Bool {
        guard var offset = self.offset(of: mark) else { return false }
        if self.scalars[offset] == "\"" || self.scalars[offset] == "'" { offset += 1 }
        guard offset < self.scalars.count else { return false }
        let letter = self.scalars[offset]
        guard
            letter == "_" || letter.properties.isAlphabetic || letter.properties.numericType != nil
        else { return false }
        let stand = try self.unusedScalar()
        self.scalars[offset] = stand
        self.replaced[stand] = letter
        return true
    }

    /// Where in the text a mark points; lines end as YAML 1.1 has it.
    private func offset(of mark: Mark) -> Int? {
        var (line, index) = (1, 0)
        while line < mark.line, index < self.scalars.count {
            let scalar = self.scalars[index]
            index += 1
            if scalar == "\r", index < self.scalars.count, self.scalars[index] == "\n" {
                index += 1
            }
            if Self.lineBreaks.contains(scalar) { line += 1 }
        }
        let offset = index &+ mark.column &- 1
        return line == mark.line && self.scalars.indices.contains(offset) ? offset : nil
    }

    private static let lineBreaks: Set<Unicode.Scalar> = [
        "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}",
    ]

    private func refuseControlCharacters() throws(ConfigDiagnostic) {
        var (line, column) = (1, 1)
        var previous: Unicode.Scalar = " "
        for scalar in self.scalars {
            if Self.lineBreaks.contains(scalar) {
                if !(previous == "\r" && scalar == "\n") { line += 1 }
                column = 1
            } else if scalar != "\t", Self.isRefused(scalar) {
                throw ConfigDiagnostic(
                    place: ConfigPlace(file: self.file, line: line, column: column),
                    message: "control character U+"
                        + String(scalar.value, radix: 16, uppercase: true),
                    advice: "remove it, or write it as an escape in double quotes")
            } else {
                column += 1
            }
            previous = scalar
        }
    }

    /// YAML 1.1 §5.1: what is not in its set of printable characters.
    private static func isRefused(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0, 0xfeff, 0xfffe, 0xffff: true
        default: false
        }
    }

    private static func placeOfBadByte(_ bytes: ArraySlice<UInt8>, file: String) -> ConfigPlace {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var (line, column) = (1, 1)
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            column += 1
            if scalar == "\n" { (line, column) = (line + 1, 1) }
        }
        return ConfigPlace(file: file, line: line, column: column)
    }
}
