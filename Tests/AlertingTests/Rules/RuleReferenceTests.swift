// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import PromQL
import Testing
import WeirTestSupport

@testable import Alerting

/// The engine against a second interpreter, which was written from the description of a rule's life and
/// works each state out anew from everything that ever happened.
@Suite struct RuleReferenceTests {
    /// What the description says of one series.
    private struct Verdict: Equatable {
        var state: AlertInstance.State
        var activeAt: Int64
        var firedAt: Int64?
        var resolvedAt: Int64?
        var lastToldAt: Int64?
        var isToldNow: Bool
    }

    private struct Terms {
        var hold: Int64
        var keep: Int64
        var resend: Int64
        var retention: Int64
    }

    /// - Parameter history: each evaluation's time, and whether the series was there.
    private static func verdict(
        _ history: [(time: Int64, isThere: Bool)], _ terms: Terms
    ) -> Verdict? {
        var current: Verdict?
        var missingSince: Int64?
        for (time, isThere) in history {
            // An alert that has ended makes room for a new one.
            if isThere, current == nil || current?.resolvedAt != nil {
                current = Verdict(
                    state: .pending, activeAt: time, firedAt: nil, resolvedAt: nil, lastToldAt: nil,
                    isToldNow: false)
                missingSince = nil
            }
            guard var alert = current else { continue }
            alert.isToldNow = false
            if isThere {
                missingSince = nil
            } else if alert.firedAt == nil {
                current = nil
                continue
            } else if let resolvedAt = alert.resolvedAt {
                if time - resolvedAt > terms.retention {
                    current = nil
                    continue
                }
            } else {
                if missingSince == nil { missingSince = time }
                let missing = time - (missingSince ?? time)
                if terms.keep == 0 || missing >= terms.keep { alert.resolvedAt = time }
            }
            if alert.firedAt == nil, time - alert.activeAt >= terms.hold { alert.firedAt = time }
            alert.state =
                alert.resolvedAt != nil ? .inactive : alert.firedAt != nil ? .firing : .pending
            if alert.firedAt != nil {
                let isNews =
                    alert.lastToldAt == nil || (alert.resolvedAt ?? 0) > (alert.lastToldAt ?? 0)
                if isNews || time > (alert.lastToldAt ?? 0) + terms.resend {
                    alert.isToldNow = true
                    alert.lastToldAt = time
                }
            }
            current = alert
        }
        return current
    }

    @Test func sameTransitionsAsTheDescription() throws {
        var random = SeededRandom(seed: 0x11f_e0f)
        var steps = 0
        var told = 0
        while steps < 120_000 {
            let terms = Terms(
                hold: [0, 0, 60_000, 300_000, 900_000].randomElement(using: &random) ?? 0,
                keep: [0, 0, 60_000, 600_000].randomElement(using: &random) ?? 0,
                resend: 60_000, retention: 900_000)
            let rules =
                "- { alert: A, expr: m > 0, for: \(terms.hold)ms, keep_firing_for: \(terms.keep)ms }"
            var settings = RuleSettings()
            settings.interval = 600_000
            var lab = RuleLab(rules, settings: settings)
            try #require(lab.engine.group.rules.count == 1)
            var histories: [[(time: Int64, isThere: Bool)]] = Array(repeating: [], count: 6)
            // Between hardly ever and nearly always; some flap.
            let chances = histories.map { _ in Double.random(in: 0...1, using: &random) }
            var isThere = histories.map { _ in false }
            var time = Int64.random(in: 0...10_000_000, using: &random)
            for step in 0..<100 {
                time +=
                    [15_000, 30_000, 60_000, 60_000, 60_001, 300_000].randomElement(using: &random)
                    ?? 1
                for index in histories.indices {
                    if Double.random(in: 0...1, using: &random) < 0.4 {
                        isThere[index] = Double.random(in: 0...1, using: &random) < chances[index]
                    }
                    histories[index].append((time, isThere[index]))
                }
                if step % 23 == 22 {
                    // A restart between two evaluations is not to be seen.
                    let kept = try JSONEncoder().encode(lab.engine.state)
                    var next = RuleEngine(group: lab.engine.group, settings: settings)
                    let state = try JSONDecoder().decode(RuleGroupState.self, from: kept)
                    #expect(next.resume(state, at: time).isEmpty)
                    lab.engine = next
                }
                let source = InstantSource.present(isThere.indices.filter { isThere[$0] })
                let outcome = lab.engine.evaluate(at: time, source: source)
                steps += histories.count
                var expected: [String: Verdict] = [:]
                for (index, history) in histories.enumerated() {
                    expected["\(index)"] = Self.verdict(history, terms)
                }
                var got: [String: Verdict] = [:]
                let alerts = Set(outcome.alerts.map { $0.labels["i"] })
                told += alerts.count
                for instance in lab.engine.state.rules[0].instances {
                    got[instance.labels["i"]] = Verdict(
                        state: instance.state, activeAt: instance.activeAt,
                        firedAt: instance.firedAt, resolvedAt: instance.resolvedAt,
                        lastToldAt: instance.lastSentAt,
                        isToldNow: alerts.contains(instance.labels["i"]))
                }
                try #require(got == expected, "step \(steps), \(terms), seed \(random.seed)")
                let active = expected.filter { $0.value.state != .inactive }
                let series = outcome.samples.filter {
                    $0.labels[Labels.metricName] == "ALERTS" && $0.value == 1
                }
                try #require(
                    Set(series.map { $0.labels["i"] + $0.labels["alertstate"] })
                        == Set(active.map { $0.key + $0.value.state.rawValue }))
            }
        }
        print("\(steps) steps, \(told) alerts told, seed \(random.seed)")
        #expect(told > 1000)
    }
}
