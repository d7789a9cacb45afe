// Weir
// SPDX-License-Identifier: Apache-2.0

/// Cuts the text of an expression into tokens.
///
/// The last token is the end, or a fault behind which nothing is read. Source: prometheus/prometheus
/// `promql/parser/lex.go`.
struct Lexer {
    let bytes: [UInt8]
    var position = 0
    private var last: Token?
    private var parentheses = 0
    private var isInBraces = false
    private var isInBrackets = false

    init(_ text: String) {
        self.bytes = Array(text.utf8)
    }

    /// All tokens of a text.
    static func tokens(of text: String) -> [Token] {
        var lexer = Lexer(text)
        var tokens = [lexer.next()]
        while lexer.last == nil { tokens.append(lexer.next()) }
        return tokens
    }

    /// The next token; behind the last one that again.
    mutating func next() -> Token {
        if let last = self.last { return last }
        self.skipBlanks()
        let start = self.position
        let kind = self.kind()
        let token = Token(
            kind: kind, text: self.text(from: start), range: SourceRange(start, self.position))
        switch kind {
        case .end, .fault: self.last = token
        default: break
        }
        return token
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

    /// Goes past one token.
    private mutating func kind() -> Token.Kind {
        guard let byte = self.current else {
            if self.isInBraces { return .fault("unexpected end of input inside braces") }
            if self.parentheses > 0 { return .fault("unclosed left parenthesis") }
            return self.isInBrackets ? .fault("unclosed left bracket") : .end
        }
        let mayHaveColon = !self.isInBrackets && !self.isInBraces
        if Self.isLetter(byte) || byte == UInt8(ascii: ":") && mayHaveColon { return self.word() }
        if Self.isDigit(byte)
            || byte == UInt8(ascii: ".") && self.peek().map(Self.isDigit) ?? false
        {
            return self.isInBraces ? self.unexpected(byte) : self.numberOrDuration()
        }
        switch Unicode.Scalar(byte) {
        case "\"", "'", "`": return self.string(quote: byte)
        default: return self.sign(byte)
        }
    }

    /// Past blanks and comments, which go to the end of the line.
    private mutating func skipBlanks() {
        while let byte = self.current {
            if byte == UInt8(ascii: "#") {
                while let byte = self.current, byte != 0x0a, byte != 0x0d { self.position += 1 }
            } else if byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d {
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
        let small = byte | 0x20
        return small >= 0x61 && small <= 0x7a || byte == 0x5f
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39
    }
}
