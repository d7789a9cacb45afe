// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import PromQL
import Testing

@testable import Alerting

@Suite struct RuleFileTextTests {
    private static let text = """
        groups:
          - name: g
            interval: 30s
            limit: 5
            query_offset: 1m
            rules:
              - { record: "job:m:sum", expr: "sum by (job) (m)", labels: { team: "a: b #\\"\\\\ü\\U0001F600\\n\\t" } }
              - alert: A
                expr: m > 0 and on (job) up{x="a\\"b"}
                for: 1h30m
                keep_firing_for: 5m
                labels: { severity: critical }
                annotations: { summary: "{{ $labels.job }}: {{ $value }}" }
          - { name: "empty: yes", rules: [] }
        """

    /// What is written reads as what was written, places aside.
    @Test func readsBack() throws {
        let file = RuleFile.read(Array(Self.text.utf8), name: "a.yaml")
        try #require(file.faults.isEmpty, "\(file.faults)")
        let written = RuleFileText.text(file.groups)
        let again = RuleFile.read(Array(written.utf8), name: "a.yaml")
        #expect(again.faults.isEmpty, "\(again.faults)\n\(written)")
        #expect(RuleFileText.text(again.groups) == written)
        for (one, other) in zip(file.groups.flatMap(\.rules), again.groups.flatMap(\.rules)) {
            #expect(one.key == other.key)
            #expect(one.expression.description == other.expression.description)
        }
        #expect(again.groups.map(\.name) == ["g", "empty: yes"])
        #expect(again.groups[0].interval == 30_000 && again.groups[0].queryOffset == 60_000)
    }

    @Test func noGroups() {
        #expect(RuleFileText.text([]) == "groups: []\n")
    }
}
