// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

/// Two vectors that never meet, and vectors that meet only themselves.
extension RuleLint {
    func checkMatching(_ expression: Expression, _ report: inout Report) {
        for case .binary(let binary) in expression.withDescendants {
            guard let matching = binary.matching else { continue }
            if self.neverMatches(binary, matching, &report) { continue }
            self.checkSelfDivision(binary, matching, &report)
        }
    }

    // MARK: Label sets that differ

    /// Whether no element of one side can have a partner on the other; reports it.
    private func neverMatches(
        _ binary: BinaryExpression, _ matching: VectorMatching, _ report: inout Report
    ) -> Bool {
        guard binary.operation != .or, let left = self.labels(of: binary.left),
            let right = self.labels(of: binary.right)
        else { return false }
        let labels = Set(matching.labels)
        let own = matching.on ? left.keeping(labels) : left.removing(labels)
        let other = matching.on ? right.keeping(labels) : right.removing(labels)
        let sign = binary.operation.rawValue
        let effect =
            binary.operation == .unless
            ? "unless takes nothing away" : "\(sign) never gives anything"
        if own.names != other.names {
            let difference = own.names.symmetricDifference(other.names).sorted()
            report.add(
                .labelsNeverMatch, at: binary.place,
                "the left side has the labels \(Self.list(own.names)), the right side "
                    + "\(Self.list(other.names)): \(effect)",
                advice: Self.matchingAdvice(own.names.intersection(other.names), difference))
            return true
        }
        guard
            let label = own.values.keys.sorted().first(where: {
                other.values[$0] != nil && other.values[$0] != own.values[$0]
            })
        else { return false }
        report.add(
            .labelsNeverMatch, at: binary.place,
            "\(label) is \"\(own.values[label] ?? "")\" on the left side and "
                + "\"\(other.values[label] ?? "")\" on the right side: \(effect)",
            advice: "match without it: \(sign) ignoring (\(label))")
        return true
    }

    private static func list(_ names: Set<String>) -> String {
        "{" + names.sorted().joined(separator: ", ") + "}"
    }

    private static func matchingAdvice(_ common: Set<String>, _ difference: [String]) -> String {
        let kept = common.sorted().joined(separator: ", ")
        let sum = kept.isEmpty ? "sum(…)" : "sum by (\(kept)) (…)"
        return "bring both sides to the same labels with \(sum), or match with on (\(kept)); "
            + "only one side has \(difference.joined(separator: ", "))"
    }

    // MARK: A series divided by itself

    /// `rate(x{status="500"}[5m]) / rate(x[5m])`: each series on the left finds just itself on the right.
    private func checkSelfDivision(
        _ binary: BinaryExpression, _ matching: VectorMatching, _ report: inout Report
    ) {
        guard binary.operation == .divide || binary.operation == .subtract,
            matching.cardinality == .oneToOne,
            let left = Sameness(binary.left), let right = Sameness(binary.right),
            left.skeleton == right.skeleton
        else { return }
        let differing = Set(left.matchers.symmetricDifference(right.matchers).map(\.name))
        // The same selector twice gives 1 on purpose at most; the labels that set both apart must be
        // among those that elements are matched by.
        let isMatchedBy = differing.allSatisfy {
            left.keeps($0) && (matching.on == matching.labels.contains($0))
        }
        guard isMatchedBy, left.matchers.isSuperset(of: right.matchers) else { return }
        let always = binary.operation == .divide ? "1" : "0"
        let labels = differing.sorted().joined(separator: ", ")
        report.add(
            .ratioAlwaysOne, at: binary.place,
            differing.isEmpty
                ? "both sides are the same: the result is always \(always)"
                : "each series on the left is matched with itself on the right, since both sides "
                    + "keep \(labels): the result is always \(always)",
            advice: "sum both sides over \(labels.isEmpty ? "what is to be left out" : labels), "
                + "such as sum by (job) (…) / sum by (job) (…)")
    }
}

/// An expression over one selector, taken apart: what is done, and to which series.
private struct Sameness {
    /// The expression without matchers.
    let skeleton: String
    let matchers: Set<LabelMatcher>
    /// The groupings on the way up: labels that are kept, or that are dropped.
    private let groupings: [(labels: Set<String>, without: Bool)]

    init?(_ expression: Expression) {
        var groupings: [(labels: Set<String>, without: Bool)] = []
        guard let (skeleton, selector) = Self.walk(expression, &groupings),
            let name = selector.metricName
        else { return nil }
        self.skeleton = skeleton.description
        self.matchers = Set(
            selector.matchers.filter {
                !($0.name == Labels.metricName && $0.operation == .equal && $0.value == name)
            })
        self.groupings = groupings
    }

    /// Whether a label of the series is one of the result.
    func keeps(_ label: String) -> Bool {
        self.groupings.allSatisfy { $0.without != $0.labels.contains(label) }
    }

    /// The expression with a bare selector, and that selector; nil where there is not just one.
    private static func walk(
        _ expression: Expression, _ groupings: inout [(labels: Set<String>, without: Bool)]
    ) -> (Expression, VectorSelector)? {
        switch expression {
        case .parenthesis(let inner, _): return self.walk(inner, &groupings)
        case .selector(let selector):
            var bare = selector
            bare.matchers = bare.matchers.filter { $0.name == Labels.metricName }
            return (.selector(bare), selector)
        case .range(let selector, let range, let place):
            var bare = selector
            bare.matchers = bare.matchers.filter { $0.name == Labels.metricName }
            return (.range(bare, milliseconds: range, place), selector)
        case .call(var call):
            guard
                let index = call.arguments.firstIndex(where: {
                    $0.type == .vector || $0.type == .matrix
                }), call.arguments.count(where: { !$0.selectors.isEmpty }) == 1,
                !call.name.hasPrefix("label_"), !call.name.hasPrefix("absent"),
                let (inner, selector) = self.walk(call.arguments[index], &groupings)
            else { return nil }
            call.arguments[index] = inner
            return (.call(call), selector)
        case .aggregation(var aggregation):
            guard aggregation.parameter == nil,
                let (inner, selector) = self.walk(aggregation.expression, &groupings)
            else { return nil }
            groupings.append((Set(aggregation.grouping), aggregation.without))
            aggregation.expression = inner
            return (.aggregation(aggregation), selector)
        default: return nil
        }
    }
}
