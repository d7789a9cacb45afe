// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree

/// Reads conditions such as `amount > 100 FAB && node in operators`.
///
/// ```
/// condition  = conjunction { ("or" | "||") conjunction }
/// conjunction = negation { ("and" | "&&") negation }
/// negation   = "not" negation | "!" operand | comparison
/// comparison = [ "any" | "all" ] sum [ operator sum ]
/// operator   = == != < <= > >= in contains startsWith endsWith matches =~ !~, or "not" before a word
/// sum        = product { ("+" | "-") product }
/// product    = unary { "*" unary }
/// unary      = "-" unary | operand
/// operand    = number [ unit ] | 0x… | text | true | false | path | "(" condition ")" | "[" … "]"
/// path       = name { "." name | "[" number "]" }
/// ```
struct ConditionParser {
    /// Parentheses and signs within each other.
    static let depthLimit = 64
    static let nodeLimit = 1000

    static let words: Set<String> = [
        "and", "or", "not", "in", "contains", "startsWith", "endsWith", "matches", "true", "false",
    ]

    let tokens: [ConditionToken]
    var index = 0
    private var depth = 0
    private var nodes = 0

    private init(_ tokens: [ConditionToken]) {
        self.tokens = tokens
    }

    static func parse(_ text: String) throws(ConditionFault) -> ConditionSyntax {
        var parser = ConditionParser(try ConditionLexer.tokens(text))
        guard parser.token.kind != .end else {
            throw ConditionFault(1, "the condition is empty", advice: "remove where")
        }
        let syntax = try parser.disjunction()
        guard parser.token.kind == .end else { throw parser.unexpected() }
        return syntax
    }

    // MARK: Tokens

    var token: ConditionToken { self.tokens[min(self.index, self.tokens.count - 1)] }

    func following(_ ahead: Int = 1) -> ConditionToken {
        self.tokens[min(self.index + ahead, self.tokens.count - 1)]
    }

    mutating func take(symbol: String) -> Bool {
        guard self.token.kind == .symbol(symbol) else { return false }
        self.index += 1
        return true
    }

    private mutating func take(word: String) -> Bool {
        guard self.token.kind == .name(word) else { return false }
        self.index += 1
        return true
    }

    func unexpected() -> ConditionFault {
        let found = self.token.found
        let advice: String? =
            switch self.token.kind {
            case .symbol("="): "write =="
            case .symbol("/"), .symbol("%"):
                "nothing is divided, so that all stays exact: multiply the other side"
            case .symbol(","): "within a number write _, as in 10_000"
            case .symbol(")"): "one more than there are opening ones"
            case .name: "join conditions with and, or"
            default: nil
            }
        return ConditionFault(self.token.column, "unexpected \(found)", advice: advice)
    }

    mutating func node(
        _ column: Int, _ kind: ConditionSyntax.Kind
    ) throws(ConditionFault) -> ConditionSyntax {
        self.nodes += 1
        guard self.nodes <= Self.nodeLimit else {
            throw ConditionFault(
                column, "the condition has more than \(Self.nodeLimit) parts",
                advice: "put long lists under lists")
        }
        return ConditionSyntax(column: column, kind: kind)
    }

    mutating func deeper<Value>(
        _ body: (inout ConditionParser) throws(ConditionFault) -> Value
    ) throws(ConditionFault) -> Value {
        guard self.depth < Self.depthLimit else {
            throw ConditionFault(
                self.token.column, "the condition nests deeper than \(Self.depthLimit)")
        }
        self.depth += 1
        defer { self.depth -= 1 }
        return try body(&self)
    }

    // MARK: Logic

    mutating func disjunction() throws(ConditionFault) -> ConditionSyntax {
        let column = self.token.column
        var parts = [try self.conjunction()]
        while self.take(word: "or") || self.take(symbol: "||") {
            parts.append(try self.conjunction())
        }
        return parts.count == 1 ? parts[0] : try self.node(column, .any(parts))
    }

    private mutating func conjunction() throws(ConditionFault) -> ConditionSyntax {
        let column = self.token.column
        var parts = [try self.negation()]
        while self.take(word: "and") || self.take(symbol: "&&") {
            parts.append(try self.negation())
        }
        return parts.count == 1 ? parts[0] : try self.node(column, .all(parts))
    }

    private mutating func negation() throws(ConditionFault) -> ConditionSyntax {
        let column = self.token.column
        if self.take(word: "not") {
            let value = try self.deeper { parser throws(ConditionFault) in try parser.negation() }
            return try self.node(column, .not(value))
        }
        if self.token.kind == .symbol("!") {
            self.index += 1
            let value = try self.deeper { parser throws(ConditionFault) in
                parser.token.kind == .symbol("!")
                    ? try parser.negation() : try parser.operand()
            }
            if self.comparison() != nil {
                throw ConditionFault(
                    column, "\"!\" before a comparison can be read in two ways",
                    advice: "write not (a == b)")
            }
            return try self.node(column, .not(value))
        }
        return try self.compared()
    }

    /// The operator that stands here, and of how many words it is.
    private func comparison() -> (comparison: ConditionSyntax.Comparison, words: Int)? {
        switch self.token.kind {
        case .symbol("=~"): return (.matches, 1)
        case .symbol("!~"): return (.matchesNot, 1)
        case .symbol(let symbol):
            return ConditionSyntax.Comparison(rawValue: symbol).map { ($0, 1) }
        case .name("in"): return (.isIn, 1)
        case .name("contains"): return (.contains, 1)
        case .name("startsWith"): return (.startsWith, 1)
        case .name("endsWith"): return (.endsWith, 1)
        case .name("matches"): return (.matches, 1)
        case .name("not"):
            switch self.following().kind {
            case .name("in"): return (.isNotIn, 2)
            case .name("matches"): return (.matchesNot, 2)
            default: return nil
            }
        default: return nil
        }
    }

    /// `any` and `all` are words of the language only where an operand follows them.
    private var quantifier: Bool? {
        guard case .name(let word) = self.token.kind, word == "any" || word == "all" else {
            return nil
        }
        guard case .name(let next) = self.following().kind, !Self.words.contains(next) else {
            return nil
        }
        return word == "all"
    }

    private mutating func compared() throws(ConditionFault) -> ConditionSyntax {
        let start = self.token.column
        let isAll = self.quantifier
        if isAll != nil { self.index += 1 }
        let left = try self.sum()
        guard let (comparison, words) = self.comparison() else {
            guard isAll == nil else {
                throw ConditionFault(
                    start, "any and all need a comparison",
                    advice: "such as: any targets in treasuries")
            }
            return left
        }
        let column = self.token.column
        self.index += words
        let right = try self.sum()
        if self.comparison() != nil {
            throw ConditionFault(
                self.token.column, "comparisons do not chain",
                advice: "write 1 < a and a < 3")
        }
        if let isAll {
            return try self.node(
                column, .quantified(isAll: isAll, comparison, list: left, right))
        }
        return try self.node(column, .comparison(comparison, left, right))
    }
}
