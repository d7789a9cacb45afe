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

    private static let words: Set<String> = [
        "and", "or", "not", "in", "contains", "startsWith", "endsWith", "matches", "true", "false",
    ]

    private let tokens: [ConditionToken]
    private var index = 0
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

    private var token: ConditionToken { self.tokens[min(self.index, self.tokens.count - 1)] }

    private func following(_ ahead: Int = 1) -> ConditionToken {
        self.tokens[min(self.index + ahead, self.tokens.count - 1)]
    }

    private mutating func take(symbol: String) -> Bool {
        guard self.token.kind == .symbol(symbol) else { return false }
        self.index += 1
        return true
    }

    private mutating func take(word: String) -> Bool {
        guard self.token.kind == .name(word) else { return false }
        self.index += 1
        return true
    }

    private func unexpected() -> ConditionFault {
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

    private mutating func node(
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

    private mutating func deeper<Value>(
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

    private mutating func disjunction() throws(ConditionFault) -> ConditionSyntax {
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

    // MARK: Values

    private mutating func sum() throws(ConditionFault) -> ConditionSyntax {
        let column = self.token.column
        var terms = [ConditionSyntax.Term(isSubtracted: false, value: try self.product())]
        while true {
            let isSubtracted = self.token.kind == .symbol("-")
            guard isSubtracted || self.token.kind == .symbol("+") else { break }
            self.index += 1
            terms.append(.init(isSubtracted: isSubtracted, value: try self.product()))
        }
        return terms.count == 1 ? terms[0].value : try self.node(column, .sum(terms))
    }

    private mutating func product() throws(ConditionFault) -> ConditionSyntax {
        let column = self.token.column
        var factors = [try self.unary()]
        while self.take(symbol: "*") { factors.append(try self.unary()) }
        return factors.count == 1 ? factors[0] : try self.node(column, .product(factors))
    }

    private mutating func unary() throws(ConditionFault) -> ConditionSyntax {
        let column = self.token.column
        guard self.take(symbol: "-") else { return try self.operand() }
        let value = try self.deeper { parser throws(ConditionFault) in try parser.unary() }
        return try self.node(column, .negated(value))
    }

    private mutating func operand() throws(ConditionFault) -> ConditionSyntax {
        let token = self.token
        switch token.kind {
        case .number(let number):
            self.index += 1
            let unit = self.unit()
            return try self.node(token.column, .number(number, unit: unit))
        case .hex(let digits):
            self.index += 1
            return try self.node(token.column, .hex(digits))
        case .text(let text):
            self.index += 1
            return try self.node(token.column, .text(text))
        case .name("true"), .name("false"):
            self.index += 1
            return try self.node(token.column, .flag(token.kind == .name("true")))
        case .name(let name) where !Self.words.contains(name):
            self.index += 1
            let steps = try self.steps()
            return try self.node(token.column, .path(name, steps))
        case .symbol("("):
            self.index += 1
            let inner = try self.deeper { parser throws(ConditionFault) in
                try parser.disjunction()
            }
            guard self.take(symbol: ")") else {
                throw self.token.kind == .end
                    ? ConditionFault(token.column, "a parenthesis that is not closed")
                    : self.unexpected()
            }
            return inner
        case .symbol("["): return try self.list()
        case .end:
            throw ConditionFault(token.column, "the condition ends where a value should stand")
        default: throw self.unexpected()
        }
    }

    /// What stands behind a number: `FAB`, `days`, or a symbol in quotes that is no name.
    private mutating func unit() -> ConditionSyntax.Unit? {
        let token = self.token
        switch token.kind {
        case .name(let name) where !Self.words.contains(name):
            self.index += 1
            return .init(name: name, column: token.column)
        case .text(let name):
            self.index += 1
            return .init(name: name, column: token.column)
        default: return nil
        }
    }

    private mutating func steps() throws(ConditionFault) -> [ConditionSyntax.Step] {
        var steps: [ConditionSyntax.Step] = []
        while true {
            let column = self.following().column
            if self.take(symbol: ".") {
                guard case .name(let name) = self.token.kind else {
                    throw ConditionFault(column, "expected a name, found \(self.token.found)")
                }
                self.index += 1
                steps.append(.member(name, column: column))
            } else if self.token.kind == .symbol("[") {
                self.index += 1
                guard case .number(let number) = self.token.kind, number.exponent == 0,
                    number.mantissa.limbs.count <= 1,
                    let place = Int(exactly: number.mantissa.limbs.first ?? 0)
                else {
                    throw ConditionFault(column, "expected a number, found \(self.token.found)")
                }
                self.index += 1
                guard self.take(symbol: "]") else { throw self.unexpected() }
                steps.append(.element(place, column: column))
            } else {
                return steps
            }
        }
    }

    private mutating func list() throws(ConditionFault) -> ConditionSyntax {
        let column = self.token.column
        self.index += 1
        var items: [ConditionSyntax] = []
        while !self.take(symbol: "]") {
            if !items.isEmpty {
                guard self.take(symbol: ",") else {
                    throw self.token.kind == .end
                        ? ConditionFault(column, "a list that is not closed") : self.unexpected()
                }
                if self.take(symbol: "]") { break }
            }
            items.append(
                try self.deeper { parser throws(ConditionFault) in try parser.sum() })
        }
        return try self.node(column, .list(items))
    }
}
