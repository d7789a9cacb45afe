// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import Testing

@testable import Alerting

/// The life of an alert, case by case.
@Suite struct RuleEngineTests {
    private static let minute = RuleLab.minute

    @Test func firesAtOnceWithoutFor() {
        var lab = RuleLab("- { alert: A, expr: m > 0 }")
        let outcome = lab.at(1, [0])
        #expect(lab.states == ["0": .firing])
        #expect(outcome.alerts.map(\.labels) == [Labels([("alertname", "A"), ("i", "0")])])
        #expect(outcome.alerts[0].startsAt == Self.minute && outcome.alerts[0].endsAt == nil)
        #expect(outcome.validUntil == 5 * Self.minute)
        #expect(outcome.health == [RuleHealth(name: "A", samples: 2)])
    }

    @Test func waitsForFor() {
        var lab = RuleLab("- { alert: A, expr: m > 0, for: 2m }")
        #expect(lab.at(0, [0]).alerts.isEmpty)
        #expect(lab.at(1, [0]).alerts.isEmpty)
        #expect(lab.states == ["0": .pending])
        #expect(lab.at(2, [0]).alerts.map(\.startsAt) == [2 * Self.minute])
        #expect(lab.states == ["0": .firing])
    }

    @Test func pendingThatGoesIsForgottenSilently() {
        var lab = RuleLab("- { alert: A, expr: m > 0, for: 2m }")
        _ = lab.at(0, [0])
        #expect(lab.at(1).alerts.isEmpty)
        #expect(lab.states.isEmpty)
        _ = lab.at(2, [0])
        #expect(lab.at(3, [0]).alerts.isEmpty, "for begins anew")
    }

    @Test func endIsToldForFifteenMinutes() {
        var lab = RuleLab("- { alert: A, expr: m > 0 }")
        _ = lab.at(0, [0])
        let ended = lab.at(1)
        #expect(ended.alerts.map(\.endsAt) == [Self.minute])
        #expect(lab.states == ["0": .inactive])
        var told = 0
        for minute in 2...16 as ClosedRange<Int64> { told += lab.at(minute).alerts.count }
        #expect(told == 7, "each resend delay that has passed")
        #expect(lab.states == ["0": .inactive], "15 minutes are not more than 15 minutes")
        #expect(lab.at(17).alerts.isEmpty)
        #expect(lab.states.isEmpty)
    }

    @Test func comesBackAsANewAlert() {
        var lab = RuleLab("- { alert: A, expr: m > 0, for: 1m }")
        _ = lab.at(0, [0])
        _ = lab.at(1, [0])
        _ = lab.at(2)
        #expect(lab.at(3, [0]).alerts.isEmpty)
        #expect(lab.states == ["0": .pending])
        #expect(lab.at(4, [0]).alerts.map(\.startsAt) == [4 * Self.minute])
    }

    @Test func keepsFiring() {
        var lab = RuleLab("- { alert: A, expr: m > 0, keep_firing_for: 3m }")
        _ = lab.at(0, [0])
        for minute in 1...3 as ClosedRange<Int64> {
            _ = lab.at(minute)
            #expect(lab.states == ["0": .firing], "minute \(minute)")
        }
        #expect(lab.at(4).alerts.map(\.endsAt) == [4 * Self.minute])

        _ = lab.at(5, [0])
        _ = lab.at(7)
        _ = lab.at(8, [0])
        _ = lab.at(10)
        #expect(lab.states == ["0": .firing], "the time counts from the last absence")
    }

    @Test func tellsAgainAfterTheDelay() {
        var lab = RuleLab("- { alert: A, expr: m > 0 }")
        var told: [Int64] = []
        for second in stride(from: Int64(0), through: 240, by: 20) {
            let outcome = lab.engine.evaluate(at: second * 1000, source: InstantSource.present([0]))
            if !outcome.alerts.isEmpty { told.append(second) }
        }
        #expect(told == [0, 80, 160, 240], "more than a minute")
    }

    @Test func labelsAndAnnotationsAreWrittenOut() {
        var settings = RuleSettings()
        settings.externalURL = "http://weir:9560"
        settings.externalLabels = ["site": "x"]
        var lab = RuleLab(
            """
            - alert: A
              expr: m > 0
              labels: { severity: '{{ if gt $value 5.0 }}critical{{ else }}warning{{ end }}', i: "n{{ $labels.i }}", gone: "{{ $labels.no }}" }
              annotations:
                summary: '{{ .Labels.i }} {{ $value | humanize }} {{ $externalLabels.site }} {{ .ExternalURL }}'
                query: '{{ query "m" | first | label "i" }} {{ query "count(m)" | first | value }} {{ match "^n" "no" }} {{ reReplaceAll "(a)(b)" "$2$1" "abab" }}'
                wrong: '{{ query "m[" }}'
            """, settings: settings)
        let alert = lab.at(0, [7], value: 5000).alerts[0]
        #expect(
            alert.labels
                == Labels([("alertname", "A"), ("i", "n7"), ("severity", "critical")]))
        #expect(alert.annotations["summary"] == "7 5k x http://weir:9560")
        #expect(alert.annotations["query"] == "7 1 true baba")
        #expect(alert.annotations["wrong"].hasPrefix("<error expanding template: "))
        #expect(alert.generatorURL == "http://weir:9560/graph?g0.expr=m+%3E+0&g0.tab=1")
        _ = lab.at(1, [7], value: 6000)
        let instance = lab.engine.state.rules[0].instances[0]
        #expect(instance.annotations["summary"].hasPrefix("7 6k"), "annotations are those of now")
        #expect(instance.value == 6000)
    }

    @Test func twoResultsWithOneLabelSet() {
        var lab = RuleLab("- { alert: A, expr: m > 0, labels: { i: x } }")
        _ = lab.at(0, [0])
        let before = lab.engine.state.rules[0]
        let outcome = lab.at(2, [0, 1])
        #expect(
            outcome.health[0].error
                == "vector contains metrics with the same labelset after applying alert labels")
        #expect(outcome.alerts.isEmpty && outcome.samples.isEmpty)
        #expect(lab.engine.state.rules[0] == before, "the alerts stay as they were")
    }

    @Test func limitClearsTheAlerts() {
        var lab = RuleLab("- { alert: A, expr: m > 0 }\n- { record: r, expr: m }", limit: 2)
        _ = lab.at(0, [0, 1])
        let outcome = lab.at(1, [0, 1, 2])
        #expect(
            outcome.health.map(\.error) == [
                "exceeded limit of 2 with 3 alerts", "exceeded limit of 2 with 3 series",
            ])
        #expect(outcome.alerts.isEmpty && lab.states.isEmpty)
        let next = lab.at(2, [0])
        #expect(next.alerts.count == 1)
        let ended = next.samples.filter { StaleMarker.marks($0.value) }
        #expect(ended.count == 3, "ALERTS, ALERTS_FOR_STATE and r of the second series: \(ended)")
    }

    @Test func seriesOfAlerts() {
        var lab = RuleLab("- { alert: A, expr: m > 0, for: 1m }")
        _ = lab.at(5, [0])
        let outcome = lab.at(6, [0])
        func series(_ name: String, _ state: String) -> Labels {
            Labels([
                (Labels.metricName, name), ("alertname", "A"), ("i", "0"), ("alertstate", state),
            ])
        }
        let byLabels = Dictionary(
            uniqueKeysWithValues: outcome.samples.map { ($0.labels, $0.value) })
        #expect(byLabels.count == 3)
        #expect(byLabels[series("ALERTS", "firing")] == 1)
        #expect(byLabels[series("ALERTS_FOR_STATE", "")] == 300)
        #expect(byLabels[series("ALERTS", "pending")].map(StaleMarker.marks) == true)
        let last = lab.at(7)
        #expect(last.samples.count == 2 && last.samples.allSatisfy { StaleMarker.marks($0.value) })
        #expect(lab.at(8).samples.isEmpty)
    }

    @Test func recordedSeriesAreSeenByLaterRules() {
        var lab = RuleLab(
            """
            - { record: "r:m", expr: sum(m), labels: { a: b } }
            - { record: "r:scalar", expr: "3" }
            - { alert: A, expr: 'r:m{a="b"} > 1' }
            - { alert: B, expr: 'ALERTS{alertname="A",alertstate="firing"}' }
            """)
        let outcome = lab.at(1, [0, 1, 2])
        #expect(outcome.health.allSatisfy { $0.error == nil }, "\(outcome.health)")
        #expect(outcome.alerts.map(\.name) == ["A", "B"])
        let recorded = Labels([(Labels.metricName, "r:m"), ("a", "b")])
        #expect(outcome.samples.first { $0.labels == recorded }?.value == 3)
        let next = lab.at(2)
        #expect(
            next.samples.first { $0.labels == recorded }.map { StaleMarker.marks($0.value) } == true
        )
    }

    @Test func recordingTwiceIsAFault() {
        var lab = RuleLab("- { record: r, expr: m, labels: { i: x } }")
        #expect(
            lab.at(0, [0, 1]).health[0].error
                == "vector contains metrics with the same labelset after applying rule labels")
    }

    @Test func oneFaultyRuleLeavesTheOthers() {
        var lab = RuleLab(
            "- { alert: Text, expr: '\"x\"' }\n- { alert: Range, expr: 'm[5m]' }\n- { alert: Good, expr: m > 0 }"
        )
        let outcome = lab.at(0, [0])
        #expect(
            outcome.health.map(\.error) == [
                "rule result is not a vector or scalar", "rule result is not a vector or scalar",
                nil,
            ])
        #expect(outcome.alerts.map(\.name) == ["Good"])
    }

    @Test func looksIntoThePastByTheOffset() {
        var lab = RuleLab("- { record: r, expr: time() }")
        var group = lab.engine.group
        group.queryOffset = 30_000
        lab.engine = RuleEngine(group: group)
        let sample = lab.at(1).samples.first
        #expect(sample?.time == 30_000 && sample?.value == 30)
    }

    /// Names and values that a chain sent: any length, any characters.
    @Test func hostileLabelsAreLabels() {
        var lab = RuleLab(
            "- { alert: A, expr: m > 0, annotations: { s: '{{ $labels.x }}' }, labels: { y: 'a{{ $labels.x }}' } }"
        )
        let values = [
            "{{ .Value }}", "\u{0}\u{1b}[31m", String(repeating: "x", count: 200_000), "e\u{301}",
            "é", "\"}\n",
        ]
        let source = InstantSource(
            samples: values.map { (Labels([(Labels.metricName, "m"), ("x", $0)]), 1) })
        let outcome = lab.engine.evaluate(at: 0, source: source)
        #expect(outcome.health[0].error == nil)
        #expect(outcome.alerts.count == values.count)
        for alert in outcome.alerts where alert.labels["x"].utf8.count < 65_000 {
            #expect(alert.annotations["s"].utf8.elementsEqual(alert.labels["x"].utf8))
        }
        let long = outcome.alerts.first { $0.labels["x"].utf8.count > 65_000 }
        #expect(long?.annotations["s"].contains("longer than 65536 bytes") == true)
    }
}
