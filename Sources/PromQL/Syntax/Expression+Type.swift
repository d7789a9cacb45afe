// Weir
// SPDX-License-Identifier: Apache-2.0

/// What an expression gives, where it stands, what it is made of.
extension Expression {
    /// What the expression gives.
    package var type: ValueType {
        switch self {
        case .number: .scalar
        case .string: .string
        case .parenthesis(let inner, _), .unary(_, let inner, _): inner.type
        case .binary(let binary):
            // An operator without matching has a scalar on one side at least.
            if binary.matching != nil {
                .vector
            } else {
                binary.left.type == .scalar ? binary.right.type : binary.left.type
            }
        case .selector, .aggregation: .vector
        case .range, .subquery: .matrix
        case .call(let call): FunctionSignatures.named(call.name)?.returns ?? .vector
        }
    }

    package var place: SourceRange {
        switch self {
        case .number(_, let place), .string(_, let place), .parenthesis(_, let place),
            .unary(_, _, let place), .range(_, _, let place):
            place
        case .binary(let binary): binary.place
        case .selector(let selector): selector.place
        case .subquery(let subquery): subquery.place
        case .call(let call): call.place
        case .aggregation(let aggregation): aggregation.place
        }
    }

    /// The expressions that stand directly in this one, from left to right. The selector of a range
    /// is one of them.
    package var children: [Expression] {
        switch self {
        case .number, .string, .selector: []
        case .parenthesis(let inner, _), .unary(_, let inner, _): [inner]
        case .binary(let binary): [binary.left, binary.right]
        case .range(let selector, _, _): [.selector(selector)]
        case .subquery(let subquery): [subquery.expression]
        case .call(let call): call.arguments
        case .aggregation(let aggregation):
            (aggregation.parameter.map { [$0] } ?? []) + [aggregation.expression]
        }
    }

    /// The expression without the parentheses around it.
    package var unwrapped: Expression {
        var expression = self
        while case .parenthesis(let inner, _) = expression { expression = inner }
        return expression
    }

    /// All selectors in the expression, from left to right.
    package var selectors: [VectorSelector] {
        if case .selector(let selector) = self { return [selector] }
        return self.children.flatMap(\.selectors)
    }
}
