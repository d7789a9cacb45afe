// Weir
// SPDX-License-Identifier: Apache-2.0

extension Planner {
    /// The plan of a call. Names, counts and types were checked by the parser.
    func plan(
        _ call: FunctionCall, times: EvaluationTimes, depth: Int
    ) throws(EvaluationError) -> PlanNode {
        if let function = RangeFunction(name: call.name) {
            return try self.overRange(function, call, times: times, depth: depth)
        }
        var nodes: [PlanNode] = []
        if call.name != "absent_over_time" {
            for argument in call.arguments {
                nodes.append(try self.plan(argument, times: times, depth: depth))
            }
        }
        if let function = ElementFunction(name: call.name), let vector = nodes.first {
            return .elementwise(
                function, vector, parameters: Array(nodes.dropFirst()), call.place)
        }
        if let field = DateField(rawValue: call.name) {
            return .date(field, nodes.first, call.place)
        }
        if nodes.isEmpty {
            return try self.plan(withoutArguments: call, times: times, depth: depth)
        }
        let texts = nodes.dropFirst().compactMap { node -> String? in
            if case .text(let text) = node { text } else { nil }
        }
        switch (call.name, nodes.count) {
        case ("timestamp", 1):
            if case .selector(let selection) = nodes[0] {
                return .timestamps(selection, call.place)
            }
            return .evaluationTimes(nodes[0], call.place)
        case ("absent", 1): return .absent(nodes[0], Self.absentLabels(call.arguments[0]))
        case ("scalar", 1): return .scalarOf(nodes[0])
        case ("vector", 1): return .vectorOf(nodes[0])
        case ("sort", 1): return .sorted(nodes[0], descending: false)
        case ("sort_desc", 1): return .sorted(nodes[0], descending: true)
        case ("min_of", 2), ("max_of", 2):
            return .scalarExtremum(isMaximum: call.name == "max_of", nodes[0], nodes[1])
        case ("histogram_quantile", 2):
            return .histogramQuantile(nodes[0], nodes[1], call.place)
        case ("label_replace", 5) where texts.count == 4:
            let rewrite = try LabelRewrite.replacing(texts, run: self.run, place: call.place)
            return .relabelled(rewrite, nodes[0], call.place)
        case ("label_join", 3...) where texts.count == nodes.count - 1:
            let rewrite = try LabelRewrite.joining(texts, run: self.run, place: call.place)
            return .relabelled(rewrite, nodes[0], call.place)
        default:
            throw EvaluationError(.notEvaluated("the function \(call.name)"), at: call.place)
        }
    }

    /// The labels of what `absent` gives: those that the selector asks for by equality, once.
    static func absentLabels(_ expression: Expression) -> Labels {
        let matchers: [LabelMatcher]
        switch expression.unwrapped {
        case .selector(let selector), .range(let selector, _, _): matchers = selector.matchers
        default: return .empty
        }
        var values: [String: String] = [:]
        var seen: Set<String> = []
        for matcher in matchers where matcher.name != Labels.metricName {
            if matcher.operation == .equal, seen.insert(matcher.name).inserted {
                values[matcher.name] = matcher.value
            } else {
                values[matcher.name] = nil
            }
        }
        return Labels(values)
    }

    private func overRange(
        _ function: RangeFunction, _ call: FunctionCall, times: EvaluationTimes, depth: Int
    ) throws(EvaluationError) -> PlanNode {
        let index = function.rangeArgument
        guard index < call.arguments.count else {
            throw EvaluationError(.notEvaluated("the function \(call.name)"), at: call.place)
        }
        let selection = try self.range(call.arguments[index], times: times, depth: depth)
        var parameters: [PlanNode] = []
        for (position, argument) in call.arguments.enumerated() where position != index {
            parameters.append(try self.plan(argument, times: times, depth: depth))
        }
        guard parameters.count == function.parameterCount else {
            throw EvaluationError(.notEvaluated("the function \(call.name)"), at: call.place)
        }
        return .overRange(function, selection, parameters: parameters, call.place)
    }

    /// Functions without arguments, and `absent_over_time`, whose argument is a range.
    private func plan(
        withoutArguments call: FunctionCall, times: EvaluationTimes, depth: Int
    ) throws(EvaluationError) -> PlanNode {
        let query = self.run.queryTimes
        switch call.name {
        case "time": return .time
        case "pi": return .constant(.pi)
        case "start": return .constant(Double(query.start) / 1000)
        case "end": return .constant(Double(query.end) / 1000)
        case "range": return .constant((Double(query.end) - Double(query.start)) / 1000)
        case "step": return .constant(Double(self.run.queryStep) / 1000)
        case "absent_over_time":
            guard let argument = call.arguments.first else { break }
            return .absentOverTime(
                try self.range(argument, times: times, depth: depth),
                Self.absentLabels(argument))
        default: break
        }
        throw EvaluationError(.notEvaluated("the function \(call.name)"), at: call.place)
    }
}
