// Weir
// SPDX-License-Identifier: Apache-2.0

/// A place in the text of an expression: UTF-8 offsets, the end excluded.
package struct SourceRange: Sendable, Hashable {
    package let start: Int
    package let end: Int

    package init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = end
    }
}

/// The four types of PromQL.
package enum ValueType: String, Sendable, Hashable {
    case scalar
    case string
    case vector = "instant vector"
    case matrix = "range vector"
}

/// A parsed PromQL expression, types checked by the parser.
///
/// Source: prometheus/prometheus `promql/parser/ast.go`.
package indirect enum Expression: Sendable, Hashable {
    case number(Double, SourceRange)
    case string(String, SourceRange)
    case parenthesis(Expression, SourceRange)
    case unary(negates: Bool, Expression, SourceRange)
    case binary(BinaryExpression)
    case selector(VectorSelector)
    /// A selector with a range: `metric[5m]`. The range is in milliseconds.
    case range(VectorSelector, milliseconds: Int64, SourceRange)
    case subquery(Subquery)
    case call(FunctionCall)
    case aggregation(Aggregation)
}

/// `metric{label="value"} offset 5m @ 12`.
package struct VectorSelector: Sendable, Hashable {
    /// The metric's name where it was written before the braces.
    package var name: String?
    /// All matchers, with that of the name.
    package var matchers: [LabelMatcher]
    /// Milliseconds back in time; negative looks forward.
    package var offset: Int64
    package var at: AtModifier?
    package var place: SourceRange

    package init(
        name: String?, matchers: [LabelMatcher], offset: Int64 = 0, at: AtModifier? = nil,
        place: SourceRange
    ) {
        self.name = name
        self.matchers = matchers
        self.offset = offset
        self.at = at
        self.place = place
    }
}

/// `@ 12.5`, `@ start()`, `@ end()`.
package enum AtModifier: Sendable, Hashable {
    /// Milliseconds since 1970.
    case time(Int64)
    case start
    case end
}

/// `expression[30m:1m] offset 5m`.
package struct Subquery: Sendable, Hashable {
    package var expression: Expression
    package var range: Int64
    /// Milliseconds; nil takes the default evaluation interval.
    package var step: Int64?
    package var offset: Int64
    package var at: AtModifier?
    package var place: SourceRange

    package init(
        expression: Expression, range: Int64, step: Int64?, offset: Int64 = 0,
        at: AtModifier? = nil, place: SourceRange
    ) {
        self.expression = expression
        self.range = range
        self.step = step
        self.offset = offset
        self.at = at
        self.place = place
    }
}

/// `name(argument, …)`: the parser has checked name, count and types of the arguments.
package struct FunctionCall: Sendable, Hashable {
    package var name: String
    package var arguments: [Expression]
    package var place: SourceRange

    package init(name: String, arguments: [Expression], place: SourceRange) {
        self.name = name
        self.arguments = arguments
        self.place = place
    }
}

/// The operators that fold a vector into groups.
package enum AggregationOperator: String, Sendable, Hashable, CaseIterable {
    case sum, min, max, avg, count, stddev, stdvar, topk, bottomk, quantile, group
    case countValues = "count_values"
}

/// `sum by (label) (vector)`, `topk(3, vector)`.
package struct Aggregation: Sendable, Hashable {
    package var operation: AggregationOperator
    package var parameter: Expression?
    package var expression: Expression
    /// The labels of `by` or `without`, as written.
    package var grouping: [String]
    package var without: Bool
    package var place: SourceRange

    package init(
        operation: AggregationOperator, parameter: Expression?, expression: Expression,
        grouping: [String], without: Bool, place: SourceRange
    ) {
        self.operation = operation
        self.parameter = parameter
        self.expression = expression
        self.grouping = grouping
        self.without = without
        self.place = place
    }
}

/// The binary operators.
package enum BinaryOperator: String, Sendable, Hashable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
    case power = "^"
    case atan2
    case equal = "=="
    case notEqual = "!="
    case greater = ">"
    case less = "<"
    case greaterOrEqual = ">="
    case lessOrEqual = "<="
    case and, or, unless

    package var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .greater, .less, .greaterOrEqual, .lessOrEqual: true
        default: false
        }
    }

    package var isSetOperator: Bool { self == .and || self == .or || self == .unless }
}

/// Which elements of two vectors belong together.
package struct VectorMatching: Sendable, Hashable {
    package enum Cardinality: Sendable, Hashable {
        case oneToOne
        /// `group_left`: many on the left.
        case manyToOne
        /// `group_right`: many on the right.
        case oneToMany
        /// The set operators.
        case manyToMany
    }

    package var cardinality: Cardinality
    package var labels: [String]
    /// `on (labels)` rather than `ignoring (labels)`.
    package var on: Bool
    /// The labels that `group_left` or `group_right` take over from the "one" side.
    package var include: [String]

    package init(
        cardinality: Cardinality = .oneToOne, labels: [String] = [], on: Bool = false,
        include: [String] = []
    ) {
        self.cardinality = cardinality
        self.labels = labels
        self.on = on
        self.include = include
    }
}

/// `left op bool on (labels) right`.
package struct BinaryExpression: Sendable, Hashable {
    package var operation: BinaryOperator
    package var left: Expression
    package var right: Expression
    /// A comparison that gives 0 or 1 rather than filtering.
    package var returnsBool: Bool
    /// Nil where one side is a scalar.
    package var matching: VectorMatching?
    package var place: SourceRange

    package init(
        operation: BinaryOperator, left: Expression, right: Expression, returnsBool: Bool,
        matching: VectorMatching?, place: SourceRange
    ) {
        self.operation = operation
        self.left = left
        self.right = right
        self.returnsBool = returnsBool
        self.matching = matching
        self.place = place
    }
}
