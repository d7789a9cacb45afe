// Weir
// SPDX-License-Identifier: Apache-2.0

/// An expression made ready for evaluation: functions and groupings looked up, selectors bound to the
/// times at which they are asked for.
indirect enum PlanNode {
    // Scalars.
    case constant(Double)
    /// The time of evaluation in seconds.
    case time
    case scalarNegation(PlanNode)
    case scalarOperation(BinaryOperator, PlanNode, PlanNode)
    case scalarExtremum(isMaximum: Bool, PlanNode, PlanNode)
    case scalarOf(PlanNode)

    case text(String)

    // Instant vectors.
    case selector(InstantSelection)
    /// `timestamp` of a selector: the times of the points themselves.
    case timestamps(InstantSelection, SourceRange)
    /// `timestamp` of anything else: the time of evaluation.
    case evaluationTimes(PlanNode, SourceRange)
    case vectorOf(PlanNode)
    case negation(PlanNode, SourceRange)
    case scalarOfVectors(VectorScalarOperation)
    case vectors(VectorOperation)
    case sets(SetOperation)
    case aggregation(AggregationPlan)
    case elementwise(ElementFunction, PlanNode, parameters: [PlanNode], SourceRange)
    case date(DateField, PlanNode?, SourceRange)
    case overRange(RangeFunction, RangeSelection, parameters: [PlanNode], SourceRange)
    case absent(PlanNode, Labels)
    case absentOverTime(RangeSelection, Labels)
    case sorted(PlanNode, descending: Bool)
    case relabelled(LabelRewrite, PlanNode, SourceRange)
    case histogramQuantile(PlanNode, PlanNode, SourceRange)

    /// A range vector; it stands at the top only, functions hold theirs themselves.
    case range(RangeSelection)

    var type: ValueType {
        switch self {
        case .constant, .time, .scalarNegation, .scalarOperation, .scalarExtremum, .scalarOf:
            .scalar
        case .text: .string
        case .range: .matrix
        default: .vector
        }
    }
}

/// An arithmetic operator or a comparison between a vector and a scalar.
struct VectorScalarOperation {
    let operation: BinaryOperator
    let vector: PlanNode
    let scalar: PlanNode
    let scalarIsLeft: Bool
    let returnsBool: Bool
    let place: SourceRange
}

/// An arithmetic operator or a comparison between two vectors.
struct VectorOperation {
    let operation: BinaryOperator
    let left: PlanNode
    let right: PlanNode
    let returnsBool: Bool
    let matching: VectorMatching
    let selection: LabelSelection
    let place: SourceRange
}

/// `and`, `or`, `unless`.
struct SetOperation {
    let operation: BinaryOperator
    let left: PlanNode
    let right: PlanNode
    let selection: LabelSelection
}

/// An aggregation.
struct AggregationPlan {
    let operation: AggregationOperator
    let vector: PlanNode
    /// The scalar of `topk`, `bottomk` and `quantile`.
    let parameter: PlanNode?
    /// The label of `count_values`.
    let valueLabel: String
    let selection: LabelSelection
    let place: SourceRange
}
