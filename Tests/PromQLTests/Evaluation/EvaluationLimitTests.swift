// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import PromQL

/// What a careless or hostile expression can cost.
@Suite struct EvaluationLimitTests {
    private func lab(limit: Int) throws -> EvaluatorLab {
        var lab = EvaluatorLab()
        lab.maxSamples = limit
        for index in 0..<10 {
            try lab.load("x{i=\"\(index)\"}", (0..<100).map { Double($0) })
        }
        return lab
    }

    @Test(arguments: [
        "x[100m]", "sum_over_time(x[100m])", "vector(1)[1y:1ms]", "nothing[1y:1ms]",
        "sum_over_time(nothing[100y:1ms])", "max_over_time(rate(x[50m])[50m:1s])",
        "absent_over_time((x + x)[1y:1ms])", "count_over_time(vector(time())[100y:1ms])",
        "label_replace(x, \"a\", \"b\", \"\", \"\")[1w:1s]",
    ])
    func tooMuchIsAnError(_ text: String) throws {
        let error = try self.lab(limit: 900).failure(text, at: 6_000_000)
        #expect(error?.reason == .tooManySamples(limit: 900), "\(text)")
    }

    @Test func whatFitsIsNoError() throws {
        #expect(try self.lab(limit: 1200).failure("sum(x)", at: 6_000_000) == nil)
        #expect(try self.lab(limit: 1200).failure("x[100m]", at: 6_000_000) == nil)
        #expect(try self.lab(limit: 10).failure("x", at: 6_000_000) == nil)
        #expect(try self.lab(limit: 9).failure("x", at: 6_000_000) != nil)
    }

    @Test func deepExpressionsEndInAnError() throws {
        var expression = Expression.number(1, SourceRange(0, 1))
        for _ in 0..<2000 { expression = .unary(negates: true, expression, SourceRange(0, 1)) }
        let evaluator = EvaluatorLab().evaluator
        #expect(
            throws: EvaluationError(.tooDeep(limit: Planner.deepest), at: SourceRange(0, 1))
        ) {
            try evaluator.instant(expression, at: 0)
        }
    }

    @Test func functionsThatAreUnknownAreAnErrorHereToo() throws {
        let place = SourceRange(0, 3)
        for call in [
            FunctionCall(name: "abracadabra", arguments: [], place: place),
            FunctionCall(name: "rate", arguments: [], place: place),
            FunctionCall(name: "label_replace", arguments: [.number(1, place)], place: place),
            FunctionCall(name: "absent_over_time", arguments: [], place: place),
        ] {
            #expect(throws: EvaluationError.self) {
                try EvaluatorLab().evaluator.instant(.call(call), at: 0)
            }
        }
    }

    /// Every function of the parser's table is evaluated, with a value or an empty result.
    @Test(arguments: FunctionSignatures.all.values.sorted { $0.name < $1.name })
    func everyFunctionOfTheTableIsEvaluated(_ signature: FunctionSignature) throws {
        let arguments = (signature.required + [signature.optional].compactMap(\.self)).map { type in
            switch type {
            case .scalar: "0.5"
            case .string: "\"a\""
            case .vector: "x{i=\"1\"}"
            case .matrix: "x{i=\"1\"}[10m]"
            }
        }
        let text = "\(signature.name)(\(arguments.joined(separator: ", ")))"
        for dialect in [Dialect.prometheus2, .scripts] {
            var lab = try self.lab(limit: 100_000)
            lab.dialect = dialect
            switch (signature.returns, try lab.instant(text, at: 6_000_000)) {
            case (.scalar, .scalar), (.vector, .vector): break
            default: Issue.record("\(text) gives another type")
            }
        }
    }
}
