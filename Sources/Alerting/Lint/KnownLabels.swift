// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

/// The labels that every element of a vector has, without the metric's name, and the values that are
/// fixed.
struct KnownLabels: Equatable {
    var names: Set<String>
    var values: [String: String] = [:]

    func keeping(_ kept: Set<String>) -> KnownLabels {
        KnownLabels(
            names: self.names.intersection(kept),
            values: self.values.filter { kept.contains($0.key) })
    }

    func removing(_ removed: Set<String>) -> KnownLabels {
        KnownLabels(
            names: self.names.subtracting(removed),
            values: self.values.filter { !removed.contains($0.key) })
    }
}

extension RuleLint {
    /// The labels of an expression's elements; nil where they are not known.
    func labels(of expression: Expression) -> KnownLabels? {
        switch expression {
        case .number, .string: return nil
        case .parenthesis(let inner, _), .unary(_, let inner, _): return self.labels(of: inner)
        case .selector(let selector), .range(let selector, _, _): return self.labels(of: selector)
        case .subquery(let subquery): return self.labels(of: subquery.expression)
        case .call(let call): return self.labels(of: call)
        case .aggregation(let aggregation): return self.labels(of: aggregation)
        case .binary(let binary): return self.labels(of: binary)
        }
    }

    private func labels(of selector: VectorSelector) -> KnownLabels? {
        guard let name = selector.metricName, var names = self.catalogue.labels(name) else {
            return nil
        }
        var values: [String: String] = [:]
        for matcher in selector.matchers where matcher.operation == .equal {
            if matcher.value.isEmpty {
                names.remove(matcher.name)
            } else if matcher.name != Labels.metricName {
                names.insert(matcher.name)
                values[matcher.name] = matcher.value
            }
        }
        return KnownLabels(names: names, values: values)
    }

    private func labels(of call: FunctionCall) -> KnownLabels? {
        switch call.name {
        case "vector": return KnownLabels(names: [])
        case "label_replace", "label_join", "absent", "absent_over_time", "scalar": return nil
        case "histogram_quantile":
            return call.arguments.last.flatMap { self.labels(of: $0) }?.removing(["le"])
        default:
            // The argument that is a vector; without one a function of time stands for itself.
            guard
                let argument = call.arguments.first(where: {
                    $0.type == .vector || $0.type == .matrix
                })
            else { return call.arguments.isEmpty ? KnownLabels(names: []) : nil }
            return self.labels(of: argument)
        }
    }

    private func labels(of aggregation: Aggregation) -> KnownLabels? {
        let grouping = Set(aggregation.grouping)
        switch aggregation.operation {
        case .topk, .bottomk: return self.labels(of: aggregation.expression)
        case .countValues: return nil
        default: break
        }
        if !aggregation.without, grouping.isEmpty { return KnownLabels(names: []) }
        guard let inner = self.labels(of: aggregation.expression) else { return nil }
        return aggregation.without ? inner.removing(grouping) : inner.keeping(grouping)
    }

    private func labels(of binary: BinaryExpression) -> KnownLabels? {
        let left = self.labels(of: binary.left)
        let right = self.labels(of: binary.right)
        guard let matching = binary.matching else {
            return binary.left.type == .vector ? left : right
        }
        switch matching.cardinality {
        case .manyToMany:
            guard binary.operation == .or else { return left }
            return left == right ? left : nil
        case .manyToOne, .oneToMany:
            let many = matching.cardinality == .manyToOne ? left : right
            // A label that is taken over may be empty on the other side.
            return matching.include.isEmpty ? many : nil
        case .oneToOne:
            // A filter keeps the left side as it is; an operation keeps what matched.
            if binary.operation.isComparison, !binary.returnsBool, !matching.on,
                matching.labels.isEmpty
            {
                return left
            }
            let labels = Set(matching.labels)
            return matching.on ? left?.keeping(labels) : left?.removing(labels)
        }
    }
}
