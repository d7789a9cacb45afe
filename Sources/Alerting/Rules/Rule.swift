// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
package import GoTemplate
package import PromQL

/// Rules that are evaluated together, one after the other, as a file of Prometheus groups them.
package struct RuleGroup: Sendable, Hashable {
    package var name: String
    /// The file that it stands in.
    package var file: String
    /// Milliseconds between two evaluations; nil: the standard of the program.
    package var interval: Int64?
    /// How many alerts or series one rule may give; 0: any number.
    package var limit: Int
    /// Milliseconds by which rules look into the past, for samples that come late.
    package var queryOffset: Int64
    package var rules: [Rule]

    package init(
        name: String, file: String, interval: Int64? = nil, limit: Int = 0, queryOffset: Int64 = 0,
        rules: [Rule]
    ) {
        self.name = name
        self.file = file
        self.interval = interval
        self.limit = limit
        self.queryOffset = queryOffset
        self.rules = rules
    }

    /// What tells groups apart: names need only be unique within a file.
    package var key: String { "\(self.file);\(self.name)" }
}

/// One rule of a group.
package enum Rule: Sendable, Hashable {
    case alerting(AlertingRule)
    case recording(RecordingRule)

    /// The alert's name, or that of the series that it records.
    package var name: String {
        switch self {
        case .alerting(let rule): rule.name
        case .recording(let rule): rule.name
        }
    }

    package var expression: Expression {
        switch self {
        case .alerting(let rule): rule.expression
        case .recording(let rule): rule.expression
        }
    }

    package var place: ConfigPlace {
        switch self {
        case .alerting(let rule): rule.place
        case .recording(let rule): rule.place
        }
    }

    /// The labels as they are written, templates not carried out.
    package var labels: Labels {
        switch self {
        case .alerting(let rule): Labels(rule.labels.map { ($0.name, $0.template.source) })
        case .recording(let rule): rule.labels
        }
    }

    /// What a rule keeps its state under when a file is read again: name and labels, as Prometheus has it.
    package var key: String { self.name + self.labels.description }
}

/// A label or an annotation whose value is written out for each alert.
package struct RuleText: Sendable, Hashable {
    package let name: String
    package let template: Template

    package init(name: String, template: Template) {
        self.name = name
        self.template = template
    }
}

/// Each element of the expression's result is an alert (`alert:`).
package struct AlertingRule: Sendable, Hashable {
    package var name: String
    package var expression: Expression
    /// Milliseconds for which an element must be there before its alert fires (`for`).
    package var hold: Int64
    /// Milliseconds for which an alert goes on firing after its element went (`keep_firing_for`).
    package var keepFiring: Int64
    /// Sorted by name.
    package var labels: [RuleText]
    /// Sorted by name.
    package var annotations: [RuleText]
    package var place: ConfigPlace

    package init(
        name: String, expression: Expression, hold: Int64 = 0, keepFiring: Int64 = 0,
        labels: [RuleText] = [], annotations: [RuleText] = [],
        place: ConfigPlace = ConfigPlace(file: "")
    ) {
        self.name = name
        self.expression = expression
        self.hold = hold
        self.keepFiring = keepFiring
        self.labels = labels
        self.annotations = annotations
        self.place = place
    }

    /// The variables, without `$`, that labels and annotations may use.
    package static let variables = ["labels", "externalLabels", "externalURL", "value"]

    /// Reads a label's or an annotation's text.
    package static func template(_ text: String) throws(TemplateError) -> Template {
        try Template.parse(text, variables: Self.variables)
    }
}

/// The expression's result becomes a series of its own (`record:`).
package struct RecordingRule: Sendable, Hashable {
    package var name: String
    package var expression: Expression
    package var labels: Labels
    package var place: ConfigPlace

    package init(
        name: String, expression: Expression, labels: Labels = .empty,
        place: ConfigPlace = ConfigPlace(file: "")
    ) {
        self.name = name
        self.expression = expression
        self.labels = labels
        self.place = place
    }
}
