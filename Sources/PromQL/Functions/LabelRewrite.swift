// Weir
// SPDX-License-Identifier: Apache-2.0

/// `label_replace` and `label_join`.
enum LabelRewrite {
    case replace(target: String, template: String, source: String, RegularExpression)
    case join(target: String, separator: String, sources: [String])

    /// From the texts of `label_replace`: target, replacement, source, pattern.
    static func replacing(
        _ texts: [String], run: EvaluationRun, place: SourceRange
    ) throws(EvaluationError) -> LabelRewrite {
        let (target, template, source, pattern) = (texts[0], texts[1], texts[2], texts[3])
        let expression: RegularExpression
        do {
            expression = try RegularExpression(anchored: pattern)
        } catch {
            throw EvaluationError(.invalidRegularExpression(error.description), at: place)
        }
        guard run.isLabelName(target) else {
            throw EvaluationError(
                .invalidLabelName(target, what: "destination label name in label_replace()"),
                at: place)
        }
        return .replace(target: target, template: template, source: source, expression)
    }

    /// From the texts of `label_join`: target, separator, sources.
    static func joining(
        _ texts: [String], run: EvaluationRun, place: SourceRange
    ) throws(EvaluationError) -> LabelRewrite {
        let sources = Array(texts.dropFirst(2))
        for (index, name) in ([texts[0]] + sources).enumerated() {
            guard run.isLabelName(name) else {
                let role = index == 0 ? "destination" : "source"
                throw EvaluationError(
                    .invalidLabelName(name, what: "\(role) label name in label_join()"), at: place)
            }
        }
        return .join(target: texts[0], separator: texts[1], sources: sources)
    }

    var target: String {
        switch self {
        case .replace(let target, _, _, _), .join(let target, _, _): target
        }
    }

    /// The new value of the target; nil where the labels stay as they are.
    func value(of label: (String) -> String) -> String? {
        switch self {
        case .replace(_, let template, let source, let expression):
            expression.wholeMatch(label(source))?.expand(template)
        case .join(_, let separator, let sources):
            sources.map(label).joined(separator: separator)
        }
    }
}

extension EvaluationRun {
    func evaluate(
        _ rewrite: LabelRewrite, of node: PlanNode, at time: Int64, place: SourceRange
    ) throws(EvaluationError) -> [Element] {
        var elements = try self.vector(node, at: time)
        let setsName = rewrite.target == Labels.metricName
        for index in elements.indices {
            let element = elements[index]
            let hidesName = element.dropsName && !self.dialect.delaysNameRemoval
            let value = rewrite.value { name in
                hidesName && name == Labels.metricName ? "" : element.labels[name]
            }
            guard let value else { continue }
            elements[index].labels = element.labels.setting(rewrite.target, to: value)
            if setsName { elements[index].dropsName = false }
        }
        try self.checkDistinct(elements, place: place)
        return elements
    }
}
