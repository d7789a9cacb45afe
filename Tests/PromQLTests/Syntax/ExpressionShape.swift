// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

extension Expression {
    /// The expression without places and without parentheses: what it means.
    var shape: Expression {
        let nowhere = SourceRange(0, 0)
        switch self {
        case .number(let value, _):
            // NaN equals nothing, itself included.
            return value.isNaN ? .string("NaN", nowhere) : .number(value, nowhere)
        case .string(let text, _): return .string(text, nowhere)
        case .parenthesis(let inner, _): return inner.shape
        case .unary(let negates, let inner, _):
            return .unary(negates: negates, inner.shape, nowhere)
        case .binary(var binary):
            binary.left = binary.left.shape
            binary.right = binary.right.shape
            binary.place = nowhere
            return .binary(binary)
        case .selector(let selector): return .selector(selector.placeless)
        case .range(let selector, let range, _):
            return .range(selector.placeless, milliseconds: range, nowhere)
        case .subquery(var subquery):
            subquery.expression = subquery.expression.shape
            subquery.place = nowhere
            return .subquery(subquery)
        case .call(var call):
            call.arguments = call.arguments.map(\.shape)
            call.place = nowhere
            return .call(call)
        case .aggregation(var aggregation):
            aggregation.expression = aggregation.expression.shape
            aggregation.parameter = aggregation.parameter?.shape
            aggregation.place = nowhere
            return .aggregation(aggregation)
        }
    }

    /// How operators are bound: `(a + (b * c))`.
    var bound: String {
        switch self {
        case .parenthesis(let inner, _): return inner.bound
        case .unary(let negates, let inner, _): return "(\(negates ? "-" : "+")\(inner.bound))"
        case .binary(let binary):
            return "(\(binary.left.bound) \(binary.operation.rawValue) \(binary.right.bound))"
        default: return self.description
        }
    }
}

extension VectorSelector {
    fileprivate var placeless: VectorSelector {
        var copy = self
        copy.place = SourceRange(0, 0)
        return copy
    }
}
