// Weir
// SPDX-License-Identifier: Apache-2.0

/// Why an expression has no value: the reason, and the part of the expression that is to blame.
///
/// The sentences are Prometheus' own, since these are what people search for; what they leave out is in
/// ``detail``.
package struct EvaluationError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        /// Two elements of a result have one label set; it is given without the metric name.
        case duplicateLabelSet(Labels)
        /// Both sides of a match have several elements. `side` is the one that must have one only.
        case manyToMany(group: Labels, side: String, Labels, Labels)
        case manyToOne
        case groupingNotUnique
        /// `what` is such as `destination label name in label_replace()`.
        case invalidLabelName(String, what: String)
        case invalidRegularExpression(String)
        case smoothingFactor(Double)
        case trendFactor(Double)
        case parameterIsNaN
        case parameterOverflows(Double)
        /// More samples would be touched than one evaluation may.
        case tooManySamples(limit: Int)
        case tooDeep(limit: Int)
        /// The type of an expression that cannot be evaluated over a range.
        case notForRange(ValueType)
        /// What the parser lets through only by a mistake of ours.
        case notEvaluated(String)
    }

    package let reason: Reason
    package let place: SourceRange

    package init(_ reason: Reason, at place: SourceRange) {
        self.reason = reason
        self.place = place
    }

    package var description: String {
        switch self.reason {
        case .duplicateLabelSet:
            "vector cannot contain metrics with the same labelset"
        case .manyToMany(let group, let side, let one, let other):
            "found duplicate series for the match group \(group) on the \(side) hand-side of the "
                + "operation: [\(one), \(other)];many-to-many matching not allowed: matching labels "
                + "must be unique on one side"
        case .manyToOne:
            "multiple matches for labels: many-to-one matching must be explicit "
                + "(group_left/group_right)"
        case .groupingNotUnique:
            "multiple matches for labels: grouping labels must ensure unique matches"
        case .invalidLabelName(let name, "label name"):
            "invalid label name \(Labels.quoted(name))"
        case .invalidLabelName(let name, let what):
            "invalid \(what): \(name)"
        case .invalidRegularExpression(let text):
            "invalid regular expression in label_replace(): \(text)"
        case .smoothingFactor(let value):
            "invalid smoothing factor. Expected: 0 < sf < 1, got: \(value)"
        case .trendFactor(let value):
            "invalid trend factor. Expected: 0 < tf < 1, got: \(value)"
        case .parameterIsNaN:
            "Parameter value is NaN"
        case .parameterOverflows(let value):
            "Scalar value \(value) overflows int64"
        case .tooManySamples(let limit):
            "query processing would load too many samples into memory: more than \(limit); "
                + "select fewer series or a shorter range"
        case .tooDeep(let limit):
            "the expression is nested more than \(limit) deep; split it with recording rules"
        case .notForRange(let type):
            "invalid expression type \"\(type.rawValue)\" for range query, must be Scalar or "
                + "instant Vector"
        case .notEvaluated(let what):
            "\(what) cannot be evaluated here"
        }
    }

    /// What the sentence does not say: which labels, and what helps. Nil where it says all.
    package var detail: String? {
        switch self.reason {
        case .duplicateLabelSet(let labels):
            "two elements are \(labels) without the metric name; select one metric, or aggregate"
        case .manyToOne:
            "several elements on the left meet one on the right; name the side with `group_left`, "
                + "or match on more labels"
        case .groupingNotUnique:
            "labels that `group_left` or `group_right` takes over make two elements one"
        default: nil
        }
    }
}
