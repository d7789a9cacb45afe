// Weir
// SPDX-License-Identifier: Apache-2.0

/// One word of a template.
struct TemplateToken: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// What stands outside of braces.
        case text(String)
        case open, close
        case space
        case pipe, leftParenthesis, rightParenthesis, comma
        case declare, assign
        /// `.` by itself.
        case dot
        /// `.Name`, without the point.
        case field(String)
        /// `$` or `$name`, with the dollar sign.
        case variable(String)
        case identifier(String)
        case string(String)
        case constant(TemplateValue)
        case end
    }

    var kind: Kind
    var place: TemplatePlace
}

/// Cuts a template into words, as Go's `text/template/parse` does: `{{`, `}}`, trimming by `{{- ` and
/// ` -}}`, comments, and spaces, which count inside of braces.
struct TemplateLexer {
    private let scalars: [Unicode.Scalar]
    var index = 0
    var place = TemplatePlace(line: 1, column: 1)
    private var tokens: [TemplateToken] = []
    private var depth = 0
    /// The text before the next braces loses its end.
    private var pending = String.UnicodeScalarView()
    private var pendingPlace = TemplatePlace(line: 1, column: 1)

    private init(_ text: String) {
        self.scalars = Array(text.unicodeScalars)
    }

    static func tokens(of text: String) throws(TemplateError) -> [TemplateToken] {
        var lexer = Self(text)
        try lexer.run()
        return lexer.tokens
    }

    private mutating func run() throws(TemplateError) {
        var trimsStart = false
        while true {
            if trimsStart { self.skipSpaces() }
            self.pendingPlace = self.place
            while self.index < self.scalars.count, !self.starts("{{") {
                self.pending.append(self.advance())
            }
            guard self.index < self.scalars.count else { break }
            let place = self.place
            self.skip(2)
            if self.peek() == "-", Self.isSpace(self.peek(1)) {
                self.skip(1)
                while let last = self.pending.last, Self.isSpace(last) { self.pending.removeLast() }
            }
            self.flush()
            if let trims = try self.comment(place) {
                trimsStart = trims
                continue
            }
            self.tokens.append(TemplateToken(kind: .open, place: place))
            trimsStart = try self.action(place)
        }
        self.flush()
        self.tokens.append(TemplateToken(kind: .end, place: self.place))
    }

    private mutating func flush() {
        guard !self.pending.isEmpty else { return }
        self.tokens.append(
            TemplateToken(kind: .text(String(self.pending)), place: self.pendingPlace))
        self.pending = String.UnicodeScalarView()
    }

    /// Skips a comment; nil where none begins, else whether the text after it is trimmed.
    private mutating func comment(_ place: TemplatePlace) throws(TemplateError) -> Bool? {
        var ahead = 0
        while Self.isSpace(self.peek(ahead)) { ahead += 1 }
        guard self.peek(ahead) == "/", self.peek(ahead + 1) == "*" else { return nil }
        self.skip(ahead + 2)
        while self.index < self.scalars.count, !self.starts("*/") { _ = self.advance() }
        guard self.starts("*/") else { throw place.error("the comment is not closed") }
        self.skip(2)
        if self.starts("}}") {
            self.skip(2)
            return false
        }
        if Self.isSpace(self.peek()) {
            self.skipSpaces()
            if self.starts("-}}") {
                self.skip(3)
                return true
            }
        }
        throw self.place.error("the comment ends before the closing braces; write */}}")
    }

    /// The words up to `}}`; gives whether the text after it is trimmed.
    private mutating func action(_ open: TemplatePlace) throws(TemplateError) -> Bool {
        self.depth = 0
        while true {
            let place = self.place
            if self.starts("}}") {
                guard self.depth == 0 else { throw place.error("a left parenthesis is not closed") }
                self.skip(2)
                self.tokens.append(TemplateToken(kind: .close, place: place))
                return false
            }
            if Self.isSpace(self.peek()) {
                self.skipSpaces()
                if self.starts("-}}") {
                    guard self.depth == 0 else {
                        throw place.error("a left parenthesis is not closed")
                    }
                    self.skip(3)
                    self.tokens.append(TemplateToken(kind: .close, place: place))
                    return true
                }
                self.tokens.append(TemplateToken(kind: .space, place: place))
                continue
            }
            guard self.index < self.scalars.count else {
                throw open.error("the braces {{ are not closed; add }}")
            }
            self.tokens.append(TemplateToken(kind: try self.word(place), place: place))
        }
    }

    private mutating func word(_ place: TemplatePlace) throws(TemplateError) -> TemplateToken.Kind {
        let first = self.peek()
        switch first {
        case "|": return self.single(.pipe)
        case ",": return self.single(.comma)
        case "=": return self.single(.assign)
        case "(":
            self.depth += 1
            return self.single(.leftParenthesis)
        case ")":
            self.depth -= 1
            guard self.depth >= 0 else { throw place.error("unexpected right parenthesis") }
            return self.single(.rightParenthesis)
        case ":":
            guard self.peek(1) == "=" else { throw place.error("expected :=") }
            self.skip(2)
            return .declare
        case "\"": return .string(try self.quoted(place))
        case "`": return .string(try self.raw(place))
        case "'": return .constant(.int(Int64(try self.character(place).value)))
        case "$":
            self.skip(1)
            return .variable("$" + self.name())
        case ".":
            if let next = self.peek(1), Self.isDigit(next) { return try self.number(place) }
            self.skip(1)
            let name = self.name()
            return name.isEmpty ? .dot : .field(name)
        case "+", "-": return try self.number(place)
        case let letter? where Self.isDigit(letter): return try self.number(place)
        case let letter? where Self.isLetter(letter): return self.identifier()
        default: throw place.error("unrecognized character in action: \(Self.shown(first))")
        }
    }

    private mutating func single(_ kind: TemplateToken.Kind) -> TemplateToken.Kind {
        self.skip(1)
        return kind
    }

    private mutating func identifier() -> TemplateToken.Kind {
        let name = self.name()
        switch name {
        case "true": return .constant(.bool(true))
        case "false": return .constant(.bool(false))
        default: return .identifier(name)
        }
    }

    // MARK: - Characters

    private mutating func name() -> String {
        var text = String.UnicodeScalarView()
        while let scalar = self.peek(), Self.isLetter(scalar) || Self.isDigit(scalar) {
            text.append(scalar)
            self.skip(1)
        }
        return String(text)
    }

    func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
        self.index + ahead < self.scalars.count ? self.scalars[self.index + ahead] : nil
    }

    private func starts(_ text: String) -> Bool {
        var ahead = 0
        for scalar in text.unicodeScalars {
            guard self.peek(ahead) == scalar else { return false }
            ahead += 1
        }
        return true
    }

    private mutating func advance() -> Unicode.Scalar {
        let scalar = self.scalars[self.index]
        self.index += 1
        if scalar == "\n" {
            self.place = TemplatePlace(line: self.place.line + 1, column: 1)
        } else {
            self.place.column += 1
        }
        return scalar
    }

    mutating func skip(_ count: Int) {
        for _ in 0..<count where self.index < self.scalars.count { _ = self.advance() }
    }

    private mutating func skipSpaces() {
        while Self.isSpace(self.peek()) { self.skip(1) }
    }

    private static func isSpace(_ scalar: Unicode.Scalar?) -> Bool {
        scalar == " " || scalar == "\t" || scalar == "\r" || scalar == "\n"
    }

    static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII
            ? ("0"..."9").contains(scalar) : scalar.properties.generalCategory == .decimalNumber
    }

    static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "_" { return true }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            return true
        default: return false
        }
    }

    static func shown(_ scalar: Unicode.Scalar?) -> String {
        guard let scalar else { return "nothing" }
        let hex = String(scalar.value, radix: 16, uppercase: true)
        let code = "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
        return GoText.isPrintable(scalar) ? "\(code) '\(scalar)'" : code
    }
}
