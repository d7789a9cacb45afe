// Weir
// SPDX-License-Identifier: Apache-2.0

import GoTemplate
import PromQL

/// Writes the labels and annotations of one alert out: `.Labels`, `.Value`, `.ExternalLabels`,
/// `.ExternalURL`, and the same as `$labels`, `$value`, `$externalLabels`, `$externalURL`.
struct RuleTexts {
    private let data: TemplateValue
    private let variables: [String: TemplateValue]
    private let environment: TemplateEnvironment

    init(
        sample: VectorSample, settings: RuleSettings,
        query: @escaping (String) throws(TemplateFault) -> [TemplateSample]
    ) {
        let labels = TemplateValue.labels(Self.dictionary(sample.labels))
        let external = TemplateValue.labels(settings.externalLabels)
        let url = TemplateValue.string(settings.externalURL)
        let value = TemplateValue.number(sample.value)
        self.data = .record(
            TemplateRecord([
                .init("Labels", labels), .init("ExternalLabels", external),
                .init("ExternalURL", url), .init("Value", value),
            ]))
        self.variables = [
            "labels": labels, "externalLabels": external, "externalURL": url, "value": value,
        ]
        self.environment = TemplateEnvironment(
            externalURL: settings.externalURL, limits: settings.templateLimits, query: query,
            matches: TemplatePatterns.matches, replaceAll: TemplatePatterns.replaceAll)
    }

    /// The text; what went wrong, where it cannot be written: an alert whose words are wrong is
    /// told all the same.
    func expand(_ text: RuleText) -> String {
        do {
            return try text.template.execute(
                data: self.data, variables: self.variables, environment: self.environment)
        } catch {
            return "<error expanding template: \(error)>"
        }
    }

    static func dictionary(_ labels: Labels) -> [String: String] {
        Dictionary(labels.pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
    }
}
