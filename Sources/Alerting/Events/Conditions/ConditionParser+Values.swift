// Weir
// SPDX-License-Identifier: Apache-2.0

extension ConditionParser {
    mutating func sum() throws(ConditionFault) -> ConditionSyntax {
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

    mutating func operand() throws(ConditionFault) -> ConditionSyntax {
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
