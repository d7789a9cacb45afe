// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing
import WeirTestSupport

@testable import PromQL

@Suite struct ExpressionTextTests {
    @Test func whatAProgramPutsTogetherReadsBack() throws {
        for seed in UInt64(1)...8 {
            var generator = ExpressionGenerator(seed: seed)
            for _ in 0..<1_500 {
                let expression = generator.expression(depth: 5)
                let text = expression.description
                let read: Expression
                do {
                    read = try PromQLParser.parse(text)
                } catch {
                    Issue.record("seed \(seed): \(text): \(error)")
                    continue
                }
                #expect(read.shape == expression.shape, "seed \(seed): \(text)")
                #expect(read.type == expression.type, "seed \(seed): \(text)")
                // The form is one: what was read is written the same way.
                #expect(read.description == text, "seed \(seed)")
            }
        }
    }

    @Test func parenthesesStandWhereTheyAreNeeded() {
        let place = SourceRange(0, 0)
        func number(_ value: Double) -> Expression { .number(value, place) }
        func binary(
            _ left: Expression, _ operation: BinaryOperator, _ right: Expression
        ) -> Expression {
            .binary(
                BinaryExpression(
                    operation: operation, left: left, right: right, returnsBool: false,
                    matching: nil, place: place))
        }
        let sum = binary(number(1), .add, number(2))
        #expect(binary(sum, .multiply, number(3)).description == "(1 + 2) * 3")
        #expect(binary(sum, .add, number(3)).description == "1 + 2 + 3")
        #expect(binary(number(3), .subtract, sum).description == "3 - (1 + 2)")
        #expect(binary(number(-2), .power, number(2)).description == "(-2) ^ 2")
        #expect(binary(number(2), .power, number(-2)).description == "2 ^ -2")
        #expect(binary(number(.infinity), .power, number(2)).description == "(+Inf) ^ 2")
        #expect(Expression.unary(negates: true, sum, place).description == "-(1 + 2)")
        #expect(Expression.unary(negates: true, number(5), place).description == "-(5)")
    }

    @Test func namesThatAreNoNamesAreQuoted() throws {
        let place = SourceRange(0, 0)
        for name in ["bool", "nan", "a.b", "", "é", "on", "5m", "a\"b"] {
            let selector = Expression.selector(
                VectorSelector(
                    name: name,
                    matchers: [
                        LabelMatcher(Labels.metricName, equals: name),
                        LabelMatcher("job", equals: "x"),
                    ], place: place))
            let read = try PromQLParser.parse(selector.description)
            #expect(Set(read.selectors[0].matchers) == Set(selector.selectors[0].matchers))
        }
    }
}

/// Makes expressions of all kinds, sound in their types.
private struct ExpressionGenerator {
    private var random: SeededRandom
    private let place = SourceRange(0, 0)

    init(seed: UInt64) {
        self.random = SeededRandom(seed: seed)
    }

    mutating func expression(depth: Int) -> Expression {
        switch self.pick(10) {
        case 0: return self.scalar(depth)
        case 1: return self.matrix(depth)
        case 2: return .string(self.text(), self.place)
        default: return self.vector(depth)
        }
    }

    private mutating func pick(_ count: Int) -> Int {
        Int.random(in: 0..<count, using: &self.random)
    }
    private mutating func flip() -> Bool { Bool.random(using: &self.random) }

    private mutating func text() -> String {
        ["", "a", "x y", "\"'`\\", "é💥", "\n\t\r", "\u{0}\u{7}", "$1", "#"][self.pick(9)]
    }

    private mutating func number() -> Double {
        [
            0, 1, -1, 0.5, -0.25, 1e21, 1.5e-7, 123_456.789, .infinity, -.infinity, .nan,
            .leastNonzeroMagnitude,
            .greatestFiniteMagnitude, -1e100,
        ][self.pick(14)]
    }

    private mutating func name() -> String {
        ["foo", "bar:baz", "sum", "by", "and", "offset", "start", "A_1", "_", "rate"][self.pick(10)]
    }

    private mutating func labels() -> [String] {
        (0..<self.pick(3)).map { _ in ["job", "by", "on", "le", "sum", "a.b"][self.pick(6)] }
    }

    private mutating func duration() -> Int64 {
        [1, 500, 1_000, 300_000, 5_400_000, 86_400_000, 31_536_000_000, 90_061_001][self.pick(8)]
    }

    private mutating func at() -> AtModifier? {
        switch self.pick(8) {
        case 0: .start
        case 1: .end
        case 2: .time([0, -1_500, 12_345, 1_700_000_000_000][self.pick(4)])
        default: nil
        }
    }

    private mutating func offset() -> Int64 {
        self.pick(4) > 0 ? 0 : self.flip() ? self.duration() : -self.duration()
    }

    private mutating func selector(modified: Bool) -> VectorSelector {
        var matchers: [LabelMatcher] = []
        for _ in 0..<self.pick(3) {
            let label = ["job", "le", "by", "a.b"][self.pick(4)]
            let operation: LabelMatcher.Operation =
                [.equal, .notEqual, .matches, .matchesNot][self.pick(4)]
            let isPattern = operation == .matches || operation == .matchesNot
            let value = isPattern ? ["a.*", "x|y", ".+", ""][self.pick(4)] : self.text()
            matchers += (try? [LabelMatcher(label, operation, value)]) ?? []
        }
        let name = self.name()
        matchers.append(LabelMatcher(Labels.metricName, equals: name))
        return VectorSelector(
            name: name, matchers: matchers, offset: modified ? self.offset() : 0,
            at: modified ? self.at() : nil, place: self.place)
    }

    private mutating func scalar(_ depth: Int) -> Expression {
        guard depth > 0 else { return .number(self.number(), self.place) }
        switch self.pick(6) {
        case 0: return self.call("scalar", [self.vector(depth - 1)])
        case 1: return self.call(["time", "pi", "step", "end"][self.pick(4)], [])
        case 2: return self.unary(self.scalar(depth - 1))
        case 3:
            return self.binary(self.scalar(depth - 1), self.scalar(depth - 1))
        case 4: return .parenthesis(self.scalar(depth - 1), self.place)
        default: return .number(self.number(), self.place)
        }
    }

    private mutating func vector(_ depth: Int) -> Expression {
        guard depth > 0 else { return .selector(self.selector(modified: true)) }
        switch self.pick(10) {
        case 0: return self.call("rate", [self.matrix(depth - 1)])
        case 1: return self.call("round", [self.vector(depth - 1), self.scalar(depth - 1)])
        case 2: return self.aggregation(depth)
        case 3: return self.unary(self.vector(depth - 1))
        case 4: return self.binary(self.vector(depth - 1), self.scalar(depth - 1))
        case 5: return self.binary(self.scalar(depth - 1), self.vector(depth - 1))
        case 6, 7: return self.binary(self.vector(depth - 1), self.vector(depth - 1))
        case 8: return .parenthesis(self.vector(depth - 1), self.place)
        default: return .selector(self.selector(modified: true))
        }
    }

    private mutating func matrix(_ depth: Int) -> Expression {
        guard depth > 0, self.flip() else {
            var selector = self.selector(modified: true)
            selector.place = self.place
            return .range(selector, milliseconds: self.duration(), self.place)
        }
        return .subquery(
            Subquery(
                expression: self.vector(depth - 1), range: self.duration(),
                step: self.flip() ? self.duration() : nil, offset: self.offset(), at: self.at(),
                place: self.place))
    }

    private func call(_ name: String, _ arguments: [Expression]) -> Expression {
        .call(FunctionCall(name: name, arguments: arguments, place: self.place))
    }

    /// A sign before a bare number is part of the number.
    private mutating func unary(_ inner: Expression) -> Expression {
        .unary(negates: self.flip(), inner, self.place)
    }

    private mutating func aggregation(_ depth: Int) -> Expression {
        let operation = AggregationOperator.allCases[self.pick(AggregationOperator.allCases.count)]
        let parameter: Expression? =
            switch PromQLParser.parameterType(of: operation) {
            case .scalar: self.scalar(depth - 1)
            case .string: .string("version", self.place)
            default: nil
            }
        let without = self.flip()
        return .aggregation(
            Aggregation(
                operation: operation, parameter: parameter, expression: self.vector(depth - 1),
                grouping: self.labels(), without: without, place: self.place))
    }

    private mutating func binary(_ left: Expression, _ right: Expression) -> Expression {
        let areVectors = left.type == .vector && right.type == .vector
        let operations = BinaryOperator.allCases.filter { areVectors || !$0.isSetOperator }
        let operation = operations[self.pick(operations.count)]
        let mustReturnBool = left.type == .scalar && right.type == .scalar
        let returnsBool = operation.isComparison && (mustReturnBool || self.flip())
        var matching: VectorMatching?
        if areVectors {
            var clause = VectorMatching()
            if self.flip() {
                clause.on = self.flip()
                clause.labels = clause.on ? ["job", "on"] : self.labels()
                if !operation.isSetOperator, self.flip() {
                    clause.cardinality = self.flip() ? .manyToOne : .oneToMany
                    clause.include = self.flip() ? [] : ["le", "by"]
                }
            }
            if operation.isSetOperator { clause.cardinality = .manyToMany }
            matching = clause
        }
        return .binary(
            BinaryExpression(
                operation: operation, left: left, right: right, returnsBool: returnsBool,
                matching: matching, place: self.place))
    }
}
