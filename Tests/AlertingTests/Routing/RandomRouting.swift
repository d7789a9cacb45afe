// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import WeirTestSupport

@testable import Alerting

/// Configurations and streams of alerts from a seed.
struct RandomRouting {
    var random: SeededRandom

    init(seed: UInt64) {
        self.random = SeededRandom(seed: seed)
    }

    private mutating func one<Item>(of items: [Item]) -> Item {
        items[Int.random(in: 0..<items.count, using: &self.random)]
    }

    mutating func chance(_ of: Int) -> Bool { Int.random(in: 0..<of, using: &self.random) == 0 }

    private mutating func matcher() throws -> LabelMatcher {
        try self.one(of: [
            LabelMatcher("severity", equals: "critical"),
            LabelMatcher("severity", .matches, "critical|warning"),
            LabelMatcher("severity", .matchesNot, "info"),
            LabelMatcher("node", .notEqual, "1"),
            LabelMatcher("node", equals: "2"),
            LabelMatcher("alertname", equals: "A"),
            LabelMatcher("alertname", .matches, "[AB]"),
            LabelMatcher("absent", equals: ""),
        ])
    }

    /// - Parameter isPlain: without intervals, inhibition, cooldown and flapping.
    mutating func configuration(isPlain: Bool = false) throws -> RoutingConfiguration {
        var nights = CalendarInterval()
        nights.times = [60..<120, 180..<200]
        var days = CalendarInterval()
        days.times = [0..<150]
        let receivers = ["ops", "pager", "default"]
        var tree = RouteTree(self.options(receivers, RouteOptions(receiver: "default"), isPlain))
        for _ in 0..<Int.random(in: 0...5, using: &self.random) {
            let parent = Int.random(in: 0..<tree.nodes.count, using: &self.random)
            var options = self.options(receivers, tree.nodes[parent].options, isPlain)
            options.muteTimeIntervals = !isPlain && self.chance(5) ? ["nights"] : []
            options.activeTimeIntervals = !isPlain && self.chance(7) ? ["days"] : []
            let matchers = MatcherSet(
                try (0..<Int.random(in: 0...2, using: &self.random)).map { _ in
                    try self.matcher()
                })
            _ = tree.add(
                to: parent, matchers: matchers, continues: self.chance(3), options: options)
        }
        var rules: [InhibitRule] = []
        for _ in 0..<(isPlain ? 0 : Int.random(in: 0...2, using: &self.random)) {
            rules.append(
                InhibitRule(
                    source: MatcherSet([try self.matcher()]),
                    target: MatcherSet([try self.matcher()]),
                    equal: self.one(of: [[], ["node"], ["alertname", "node"]])))
        }
        return RoutingConfiguration(
            routes: tree, inhibitRules: rules,
            intervals: CalendarIntervals(["nights": [nights], "days": [days]]),
            receivers: Set(receivers), resolveTimeout: 5 * RoutingLab.minute)
    }

    private mutating func options(
        _ receivers: [String], _ above: RouteOptions, _ isPlain: Bool
    ) -> RouteOptions {
        var options = above
        options.receiver = self.one(of: receivers)
        options.grouping = self.one(of: [
            .labels([]), .labels(["alertname"]), .labels(["severity", "node"]), .all,
        ])
        options.groupWait = self.one(of: [0, 10_000, 30_000])
        options.groupInterval = self.one(of: [60_000, 300_000, 90_000])
        options.repeatInterval = self.one(of: [600_000, 3_600_000, 30_000])
        if isPlain { return options }
        options.cooldown = self.one(of: [
            CooldownRule(), CooldownRule(standard: 900_000),
            CooldownRule(bySeverity: ["warning": 1_200_000]),
        ])
        options.flap = self.one(of: [nil, nil, FlapRule(changesMax: 3, window: 1_200_000)])
        return options
    }

    /// An alert that fires, has ended, or is taken back.
    mutating func alert(at time: Timestamp) -> Alert {
        let labels = Labels([
            ("alertname", self.one(of: ["A", "B", "C"])),
            ("severity", self.one(of: ["critical", "warning", "info"])),
            ("node", self.one(of: ["", "1", "2"])),
        ])
        let start = time - self.one(of: [0, 0, 5000, 600_000])
        var alert = Alert(labels: labels, startsAt: start)
        switch Int.random(in: 0..<12, using: &self.random) {
        case 0..<5: break
        case 5..<7: alert.endsAt = time + self.one(of: [1, 60_000, 600_000])
        case 11: alert.retraction = Retraction(chain: "base", block: 1, blockHash: "0x01")
        default: alert.endsAt = time - self.one(of: [0, 1000])
        }
        return alert
    }

    mutating func step() -> Timestamp { self.one(of: [0, 1000, 15_000, 60_000, 60_000, 240_000]) }

    mutating func silence(at time: Timestamp) throws -> Silence {
        Silence(
            matchers: [
                try self.one(of: [
                    LabelMatcher("node", equals: "1"), LabelMatcher("severity", equals: "warning"),
                    LabelMatcher("alertname", .matchesNot, "A"),
                ])
            ],
            startsAt: time + self.one(of: [0, 120_000]),
            endsAt: time + self.one(of: [180_000, 1_800_000]))
    }
}
