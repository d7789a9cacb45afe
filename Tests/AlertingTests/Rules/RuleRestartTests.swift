// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import PromQL
import Testing
import WeirTestSupport

@testable import Alerting

/// What is left of an alert after the program was away.
@Suite struct RuleRestartTests {
    private static let minute = RuleLab.minute

    /// The same rules in a new engine, which gets what the old one knew as a store would give it.
    private static func restarted(
        _ lab: RuleLab, _ rules: String, at minute: Int64
    ) throws -> (lab: RuleLab, ended: [Alert]) {
        let kept = try JSONEncoder().encode(lab.engine.state)
        let state = try JSONDecoder().decode(RuleGroupState.self, from: kept)
        var next = RuleLab(rules)
        let ended = next.engine.resume(state, at: minute * Self.minute)
        return (next, ended)
    }

    @Test func withoutAnOutageNothingChanges() throws {
        let rules = "- { alert: A, expr: m > 0, for: 20m }\n- { record: r, expr: m / 0 }"
        var lab = RuleLab(rules)
        for minute in 0...9 as ClosedRange<Int64> { _ = lab.at(minute, [0, 1]) }
        let (next, ended) = try Self.restarted(lab, rules, at: 10)
        #expect(ended.isEmpty)
        #expect(next.engine.state == lab.engine.state)
    }

    /// R34: what was left of `for` is left.
    @Test func remainingTimeIsKept() throws {
        var random = SeededRandom(seed: 0x5e_7ae7)
        for round in 0..<500 {
            let hold = Int64.random(in: 2...60, using: &random)
            let spent = Int64.random(in: 0..<hold, using: &random)
            let outage = Int64.random(in: 2...60, using: &random)
            let rules = "- { alert: A, expr: m > 0, for: \(hold)m }"
            var lab = RuleLab(rules)
            for minute in 0...spent { _ = lab.at(minute, [0]) }
            var (next, ended) = try Self.restarted(lab, rules, at: spent + outage)
            #expect(ended.isEmpty)
            var fired: Int64?
            for minute in (spent + outage)...(spent + outage + 61) {
                if !next.at(minute, [0]).alerts.isEmpty {
                    fired = minute
                    break
                }
            }
            let left = hold - spent
            let waits = hold >= 10 ? max(left, 10) : left
            #expect(fired == spent + outage + waits, "round \(round), seed \(random.seed)")
        }
    }

    @Test func firingGoesOnAndItsEndIsTold() throws {
        let rules = "- { alert: A, expr: m > 0, for: 1m }"
        var lab = RuleLab(rules)
        _ = lab.at(0, [0])
        _ = lab.at(1, [0])
        var (next, ended) = try Self.restarted(lab, rules, at: 31)
        #expect(ended.isEmpty && next.states == ["0": .firing])
        #expect(next.at(31, [0]).alerts.map(\.startsAt) == [Self.minute], "told with its old start")
        #expect(next.at(32).alerts.map(\.endsAt) == [32 * Self.minute])
    }

    @Test func afterALongOutageFiringOnesEnd() throws {
        let rules = "- { alert: A, expr: m > 0, for: 1m }"
        var lab = RuleLab(rules)
        _ = lab.at(0, [0])
        _ = lab.at(1, [0, 1])
        var (next, ended) = try Self.restarted(lab, rules, at: 100)
        #expect(ended.map(\.endsAt) == [100 * Self.minute], "the pending one is forgotten")
        #expect(next.states == ["0": .inactive])
        let outcome = next.at(100, [0])
        #expect(outcome.alerts.isEmpty && next.states == ["0": .pending], "for begins anew")
        let ends = outcome.samples.filter { StaleMarker.marks($0.value) }.map(\.labels)
        #expect(ends.contains { $0["alertstate"] == "firing" })
    }

    @Test func seriesOfRulesThatAreGoneEnd() throws {
        var lab = RuleLab(
            "- { alert: A, expr: m > 0 }\n- { record: r, expr: m }\n- { alert: B, expr: m }")
        _ = lab.at(0, [0])
        var (next, _) = try Self.restarted(lab, "- { alert: B, expr: m, for: 5m }", at: 1)
        #expect(next.states == ["0": .firing], "B is known by name and labels")
        let outcome = next.at(1, [0])
        let ends = outcome.samples.filter { StaleMarker.marks($0.value) }
        #expect(
            Set(ends.map { $0.labels[Labels.metricName] }) == ["ALERTS", "ALERTS_FOR_STATE", "r"])
        #expect(ends.allSatisfy { $0.labels["alertname"] != "B" })
        #expect(next.at(2, [0]).samples.allSatisfy { !StaleMarker.marks($0.value) })
    }

    @Test func clockThatJumpsBackTrapsNothing() {
        var lab = RuleLab("- { alert: A, expr: m > 0, for: 5m, keep_firing_for: 5m }")
        for minute in [100, 0, 200, -50, 3, 4] as [Int64] { _ = lab.at(minute, [0]) }
        for time in [Int64.max, .min, 0, .max] {
            _ = lab.engine.evaluate(at: time, source: InstantSource.present([0]))
            _ = lab.engine.evaluate(at: time, source: InstantSource())
        }
        var other = RuleLab("- { alert: A, expr: m > 0, for: 5m }")
        _ = other.engine.resume(lab.engine.state, at: .min)
        _ = other.engine.resume(lab.engine.state, at: .max)
    }

    @Test func brokenStatesAreRefused() {
        for text in ["", "{}", "{\"rules\":[{}]}", "{\"rules\":1,\"orphans\":[]}"] {
            #expect(throws: (any Error).self) {
                try JSONDecoder().decode(RuleGroupState.self, from: Data(text.utf8))
            }
        }
    }
}
