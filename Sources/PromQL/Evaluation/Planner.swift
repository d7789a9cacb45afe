// Weir
// SPDX-License-Identifier: Apache-2.0

/// Makes an expression ready for evaluation at given times.
struct Planner {
    /// How deep expressions may be nested.
    static let deepest = 500

    let run: EvaluationRun

    /// The plan of an expression at the times of its surroundings.
    func plan(
        _ expression: Expression, times: EvaluationTimes, depth: Int = 0
    ) throws(EvaluationError) -> PlanNode {
        switch expression {
        case .number(let value, _): return .constant(value)
        case .string(let text, _): return .text(text)
        case .parenthesis(let inner, let place):
            try self.check(depth, place)
            return try self.plan(inner, times: times, depth: depth + 1)
        case .unary(let negates, let inner, let place):
            try self.check(depth, place)
            let node = try self.plan(inner, times: times, depth: depth + 1)
            guard negates else { return node }
            return node.type == .scalar ? .scalarNegation(node) : .negation(node, place)
        case .binary(let binary):
            return try self.plan(binary, times: times, depth: depth)
        case .selector(let selector):
            return .selector(
                InstantSelection(selector, fixed: self.time(of: selector.at), times: times))
        case .range, .subquery:
            return .range(try self.range(expression, times: times, depth: depth))
        case .call(let call):
            try self.check(depth, call.place)
            return try self.plan(call, times: times, depth: depth + 1)
        case .aggregation(let aggregation):
            return try self.plan(aggregation, times: times, depth: depth)
        }
    }

    /// The plan of a range selector or a subquery.
    func range(
        _ expression: Expression, times: EvaluationTimes, depth: Int
    ) throws(EvaluationError) -> RangeSelection {
        switch expression {
        case .parenthesis(let inner, let place):
            try self.check(depth, place)
            return try self.range(inner, times: times, depth: depth + 1)
        case .range(let selector, let milliseconds, let place):
            return RangeSelection(
                .selector(selector.matchers), range: milliseconds, offset: selector.offset,
                fixed: self.time(of: selector.at), times: times, place: place)
        case .subquery(let subquery):
            try self.check(depth, subquery.place)
            let fixed = self.time(of: subquery.at)
            let outer = fixed.map { EvaluationTimes(at: $0) } ?? times
            let inner = outer.ofSubquery(
                range: subquery.range, offset: subquery.offset,
                step: subquery.step ?? self.run.defaultSubqueryStep, dialect: self.run.dialect)
            let node = try self.plan(subquery.expression, times: inner, depth: depth + 1)
            return RangeSelection(
                .subquery(node, inner), range: subquery.range, offset: subquery.offset,
                fixed: fixed, times: times, place: subquery.place)
        default:
            throw EvaluationError(.notEvaluated("an instant vector"), at: expression.place)
        }
    }

    func check(_ depth: Int, _ place: SourceRange) throws(EvaluationError) {
        guard depth < Self.deepest else {
            throw EvaluationError(.tooDeep(limit: Self.deepest), at: place)
        }
    }

    private func time(of modifier: AtModifier?) -> Int64? {
        switch modifier {
        case nil: nil
        case .time(let time): time
        case .start: self.run.queryTimes.start
        case .end: self.run.queryTimes.end
        }
    }

    private func plan(
        _ binary: BinaryExpression, times: EvaluationTimes, depth: Int
    ) throws(EvaluationError) -> PlanNode {
        try self.check(depth, binary.place)
        let left = try self.plan(binary.left, times: times, depth: depth + 1)
        let right = try self.plan(binary.right, times: times, depth: depth + 1)
        switch (left.type, right.type) {
        case (.scalar, .scalar):
            return .scalarOperation(binary.operation, left, right)
        case (.vector, .scalar), (.scalar, .vector):
            let scalarIsLeft = left.type == .scalar
            return .scalarOfVectors(
                VectorScalarOperation(
                    operation: binary.operation, vector: scalarIsLeft ? right : left,
                    scalar: scalarIsLeft ? left : right, scalarIsLeft: scalarIsLeft,
                    returnsBool: binary.returnsBool, place: binary.place))
        case (.vector, .vector):
            let matching = binary.matching ?? VectorMatching()
            let selection: LabelSelection =
                matching.on ? .only(matching.labels) : .allBut(matching.labels)
            if binary.operation.isSetOperator {
                return .sets(
                    SetOperation(
                        operation: binary.operation, left: left, right: right,
                        selection: selection))
            }
            return .vectors(
                VectorOperation(
                    operation: binary.operation, left: left, right: right,
                    returnsBool: binary.returnsBool, matching: matching, selection: selection,
                    place: binary.place))
        default:
            throw EvaluationError(
                .notEvaluated("\(binary.operation.rawValue) of a \(left.type.rawValue)"),
                at: binary.place)
        }
    }

    private func plan(
        _ aggregation: Aggregation, times: EvaluationTimes, depth: Int
    ) throws(EvaluationError) -> PlanNode {
        try self.check(depth, aggregation.place)
        let vector = try self.plan(aggregation.expression, times: times, depth: depth + 1)
        var parameter: PlanNode?
        var valueLabel = ""
        var names = aggregation.grouping
        if let expression = aggregation.parameter {
            let node = try self.plan(expression, times: times, depth: depth + 1)
            if case .text(let text) = node {
                valueLabel = text
                guard self.run.isLabelName(text) else {
                    throw EvaluationError(
                        .invalidLabelName(text, what: "label name"), at: expression.place)
                }
            } else {
                parameter = node
            }
        }
        if aggregation.operation == .countValues, !aggregation.without { names.append(valueLabel) }
        return .aggregation(
            AggregationPlan(
                operation: aggregation.operation, vector: vector, parameter: parameter,
                valueLabel: valueLabel,
                selection: aggregation.without ? .allBut(names) : .only(names),
                place: aggregation.place))
    }
}
