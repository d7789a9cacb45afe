// Weir
// SPDX-License-Identifier: Apache-2.0

/// The types of operands and arguments.
extension PromQLParser {
    /// The type of an aggregation's parameter; nil where it has none.
    static func parameterType(of operation: AggregationOperator) -> ValueType? {
        switch operation {
        case .topk, .bottomk, .quantile: .scalar
        case .countValues: .string
        default: nil
        }
    }

    private func expect(
        _ expression: Expression, _ type: ValueType, in context: String
    ) throws(PromQLError) {
        guard expression.type != type else { return }
        var advice: String?
        if type == .matrix, case .selector = expression.unwrapped {
            advice = "write a range behind the selector, such as [5m]"
        } else if type == .vector, case .range = expression.unwrapped {
            advice = "leave out the range, or take a function of ranges such as rate"
        }
        throw self.error(
            "expected type \(type.rawValue) in \(context), got \(expression.type.rawValue)",
            at: expression.place, advice: advice)
    }

    func check(_ call: FunctionCall, _ signature: FunctionSignature) throws(PromQLError) {
        let count = call.arguments.count
        let least = signature.required.count
        guard signature.takes(count: count) else {
            let expected: String =
                if signature.optional == nil {
                    "\(least)"
                } else if count < least {
                    "at least \(least)"
                } else {
                    "at most \(least + (signature.optionalLimit ?? 0))"
                }
            throw self.error(
                "expected \(expected) argument(s) in call to \"\(call.name)\", got \(count)",
                at: call.place)
        }
        for (index, argument) in call.arguments.enumerated() {
            guard let type = signature.argument(at: index) else { continue }
            try self.expect(argument, type, in: "call to function \"\(call.name)\"")
        }
        if call.name == "label_replace",
            case .string(let pattern, let place) =
                call.arguments[4].unwrapped
        {
            // Prometheus says so only when it evaluates; a rule is better told at once.
            do {
                _ = try RegularExpression(anchored: pattern)
            } catch {
                throw self.error(
                    "invalid regular expression in label_replace(): \(pattern)", at: place,
                    advice: error.description)
            }
        }
    }

    func check(_ aggregation: Aggregation) throws(PromQLError) {
        try self.expect(aggregation.expression, .vector, in: "aggregation expression")
        if let type = Self.parameterType(of: aggregation.operation),
            let parameter = aggregation.parameter
        {
            try self.expect(parameter, type, in: "aggregation parameter")
        }
    }

    /// The expression with its matching as the types of both sides want it.
    func checked(
        _ binary: BinaryExpression, operatorAt range: SourceRange
    ) throws(PromQLError) -> BinaryExpression {
        var binary = binary
        let operation = binary.operation
        let types = [binary.left.type, binary.right.type]
        if binary.returnsBool, !operation.isComparison {
            throw self.error(
                "bool modifier can only be used on comparison operators", at: range)
        }
        for (side, type) in zip([binary.left, binary.right], types)
        where type != .scalar && type != .vector {
            throw self.error(
                "binary expression must contain only scalar and instant vector types",
                at: side.place)
        }
        guard types == [.vector, .vector] else {
            if operation.isComparison, !binary.returnsBool, types == [.scalar, .scalar] {
                throw self.error(
                    "comparisons between scalars must use BOOL modifier", at: range,
                    advice: "write \(operation.rawValue) bool")
            }
            if operation.isSetOperator {
                throw self.error(
                    "set operator \"\(operation.rawValue)\" not allowed in binary scalar expression",
                    at: binary.place, advice: "make a scalar a vector with vector()")
            }
            if let matching = binary.matching, !matching.labels.isEmpty {
                throw self.error(
                    "vector matching only allowed between instant vectors", at: binary.place)
            }
            binary.matching = nil
            return binary
        }
        guard let matching = binary.matching else { return binary }
        if matching.on, let label = matching.labels.first(where: matching.include.contains) {
            throw self.error(
                "label \"\(label)\" must not occur in ON and GROUP clause at once", at: range)
        }
        if operation.isSetOperator {
            guard matching.cardinality == .oneToOne else {
                throw self.error(
                    "no grouping allowed for \"\(operation.rawValue)\" operation",
                    at: binary.place)
            }
            binary.matching?.cardinality = .manyToMany
        }
        return binary
    }
}
