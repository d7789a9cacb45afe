// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

@testable import Alerting

/// The series of one evaluation, each with one value at its time.
struct InstantSource: SampleSource {
    var samples: [(labels: Labels, value: Double)] = []

    func series(matching matchers: [LabelMatcher], from: Int64, through: Int64) -> [Series] {
        self.samples.filter { sample in matchers.allSatisfy { $0.matches(sample.labels) } }
            .map { Series(labels: $0.labels, points: [Point(time: through, value: $0.value)]) }
    }

    /// `m{i="0"}`, `m{i="3"}`, …: one series for each index.
    static func present(_ indices: some Sequence<Int>, value: Double = 1) -> InstantSource {
        InstantSource(
            samples: indices.map {
                (Labels([(Labels.metricName, "m"), ("i", "\($0)")]), value)
            })
    }
}

/// A group of rules over series that come and go.
struct RuleLab {
    static let minute: Int64 = 60_000

    var engine: RuleEngine

    init(_ rules: String, limit: Int = 0, settings: RuleSettings = RuleSettings()) {
        let lines = rules.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
        let text = "groups:\n- name: g\n  limit: \(limit)\n  rules:\n\(lines)\n"
        let file = RuleFile.read(Array(text.utf8), name: "rules.yaml")
        let group = file.groups.first ?? RuleGroup(name: "\(file.faults)", file: "", rules: [])
        self.engine = RuleEngine(group: group, settings: settings)
    }

    /// Evaluates at a minute with some of the series `m{i="…"}`.
    mutating func at(
        _ minute: Int64, _ present: [Int] = [], value: Double = 1
    ) -> RuleOutcome {
        self.engine.evaluate(
            at: minute * Self.minute, source: InstantSource.present(present, value: value))
    }

    /// The states of the first rule's alerts by their label `i`.
    var states: [String: AlertInstance.State] {
        var states: [String: AlertInstance.State] = [:]
        for instance in self.engine.state.rules.first?.instances ?? [] {
            states[instance.labels["i"]] = instance.state
        }
        return states
    }
}
