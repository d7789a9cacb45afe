// Weir
// SPDX-License-Identifier: Apache-2.0

/// Cuts the text of an expression into tokens.
///
/// The last token is the end, or a fault behind which nothing is read. Source: prometheus/prometheus
/// `promql/parser/lex.go`.
struct Lexer {
    let bytes: [UInt8]
    var position = 0
    private var tokens: [Token] = []
    private var parentheses = 0
    private var isInBraces = false
    private var isInBrackets = false

    static func tokens(of text: String) -> [Token] {
        var lexer = Lexer(bytes: Array(text.utf8))
        while lexer.step() {}
        return lexer.tokens
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    var current: UInt8? {
        self.position < self.bytes.count ? self.bytes[self.position] : nil
    }

    func peek(_ distance: Int = 1) -> UInt8? {
        let place = self.position + distance
        return place < self.bytes.count ? self.bytes[place] : nil
    }

    func text(from start: Int) -> String {
        String(decoding: self.bytes[start..<self.position], as: UTF8.self)
    }

    /// Reads one token; false behind the last one.
    private mutating func step() -> Bool {
        self.skipBlanks()
        let start = self.position
        guard let byte = self.current else {
            if self.isInBraces {
                self.add(.fault("unexpected end of input inside braces"), from: start)
            } else if self.parentheses > 0 {
                self.add(.fault("unclosed left parenthesis"), from: start)
            } else if self.isInBrackets {
                self.add(.fault("unclosed left bracket"), from: start)
            } else {
                self.add(.end, from: start)
            }
            return false
        }
        let kind: Token.Kind =
            if Self.isLetter(byte) || byte == UInt8(ascii: ":") && !self.isInBrackets {
                self.word()
            } else if Self.isDigit(byte)
                || byte == UInt8(ascii: ".") && self.peek().map(Self.isDigit) ?? false
            {
                self.isInBraces ? self.unexpected(byte) : self.numberOrDuration()
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
                || byte == UInt8(ascii: "`")
            {
                self.string(quote: byte)
            } else {
                self.sign(byte)
            }
        self.add(kind, from: start)
        if case .fault = kind { return false }
        return true
    }

    private mutating func add(_ kind: Token.Kind, from start: Int) {
        self.tokens.append(
            Token(
                kind: kind, text: self.text(from: start),
                range: SourceRange(start, self.position)))
    }

    /// Past blanks and comments, which go to the end of the line.
    private mutating func skipBlanks() {
        while let byte = self.current {
            if byte == UInt8(ascii: "#") {
                while let byte = self.current, byte != 0x0a, byte != 0x0d { self.position += 1 }
            } else if [0x20, 0x09, 0x0a, 0x0d].contains(byte) {
                self.position += 1
            } else {
                return
            }
        }
    }

    private mutating func word() -> Token.Kind {
        let start = self.position
        var hasColon = false
        while let byte = self.current {
            if byte == UInt8(ascii: ":"), !self.isInBraces, !self.isInBrackets {
                hasColon = true
            } else if !Self.isLetter(byte), !Self.isDigit(byte) {
                break
            }
            self.position += 1
        }
        let word = self.text(from: start)
        // In braces and in brackets words are no keywords.
        if self.isInBraces { return .identifier }
        if self.isInBrackets { return self.faultOfDuration(word) }
        return Token.keyword(word.lowercased()) ?? (hasColon ? .metricIdentifier : .identifier)
    }

    private mutating func sign(_ byte: UInt8) -> Token.Kind {
        let character = Character(Unicode.Scalar(byte))
        if self.isInBraces, !"{},=!".contains(character) { return self.unexpected(byte) }
        if self.isInBrackets, !"[]:".contains(character) { return self.unexpected(byte) }
        self.position += 1
        switch character {
        case ",": return .comma
        case "@": return .at
        case "+": return .binaryOperator(.add)
        case "-": return .binaryOperator(.subtract)
        case "*": return .binaryOperator(.multiply)
        case "/": return .binaryOperator(.divide)
        case "%": return .binaryOperator(.modulo)
        case "^": return .binaryOperator(.power)
        case ":": return .colon
        case "<": return .binaryOperator(self.skip("=") ? .lessOrEqual : .less)
        case ">": return .binaryOperator(self.skip("=") ? .greaterOrEqual : .greater)
        case "=":
            if self.isInBraces { return self.skip("~") ? .matches : .equal }
            if self.skip("=") { return .binaryOperator(.equal) }
            if self.current == UInt8(ascii: "~") {
                return .fault("unexpected character after '=': '~'")
            }
            return .equal
        case "!":
            if self.skip("=") { return .binaryOperator(.notEqual) }
            if self.isInBraces, self.skip("~") { return .matchesNot }
            let inside = self.isInBraces ? " inside braces" : ""
            return .fault("unexpected character after '!'\(inside): \(self.quotedCurrent)")
        default: return self.bracket(character, byte)
        }
    }

    private mutating func bracket(_ character: Character, _ byte: UInt8) -> Token.Kind {
        switch character {
        case "(":
            self.parentheses += 1
            return .leftParenthesis
        case ")":
            guard self.parentheses > 0 else { return .fault("unexpected right parenthesis ')'") }
            self.parentheses -= 1
            return .rightParenthesis
        case "{":
            guard !self.isInBraces else { return .fault("unexpected left brace '{'") }
            self.isInBraces = true
            return .leftBrace
        case "}":
            guard self.isInBraces else { return .fault("unexpected right brace '}'") }
            self.isInBraces = false
            return .rightBrace
        case "[":
            guard !self.isInBrackets else { return .fault("unexpected left bracket '['") }
            self.isInBrackets = true
            return .leftBracket
        case "]":
            guard self.isInBrackets else { return .fault("unexpected right bracket ']'") }
            self.isInBrackets = false
            return .rightBracket
        default:
            self.position -= 1
            return self.unexpected(byte)
        }
    }

    private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard self.current == UInt8(ascii: scalar) else { return false }
        self.position += 1
        return true
    }

    /// The fault of a character that has no place here; goes past it.
    private mutating func unexpected(_ byte: UInt8) -> Token.Kind {
        let quoted = self.quotedCurrent
        self.position += 1
        while let byte = self.current, byte & 0xc0 == 0x80 { self.position += 1 }
        if self.isInBraces { return .fault("unexpected character inside braces: \(quoted)") }
        if self.isInBrackets {
            return .fault("unexpected character in duration expression: \(quoted)")
        }
        return .fault("unexpected character: \(quoted)")
    }

    private func faultOfDuration(_ word: String) -> Token.Kind {
        .fault("unexpected word \"\(word)\" in duration expression")
    }

    /// The scalar at the place, in quotes.
    private var quotedCurrent: String {
        guard self.position < self.bytes.count else { return "end of input" }
        let text = String(decoding: self.bytes[self.position...].prefix(4), as: UTF8.self)
        return "'" + String(text.unicodeScalars.prefix(1)) + "'"
    }

    static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x5f
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte)
    }
}
