// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import PromQL
import Testing

@testable import Alerting

@Suite struct RouteReaderTests {
    /// A fault is told at its place, once, and the rest of the configuration stands.
    @Test(arguments: [
        ("receiver: pagr", #"there is no receiver "pagr"; did you mean "pager"?"#),
        ("matchers: ['a=~\"(\"']", "missing closing )"),
        ("matchers: ['nonsense']", #""nonsense" is no matcher; write name="value""#),
        ("matchers: {a: b}", "put each matcher in quotes"),
        ("matchers: [[a]]", "expected a matcher such as"),
        ("match: { a-b: c }", #""a-b" is no name of a label"#),
        ("match: { a: [b] }", "expected the value of a label"),
        ("match_re: { a: '[' }", "missing closing ]"),
        ("group_by: ['...', a]", "stands for all labels"),
        ("group_by: [a-b]", "is no name of a label"),
        ("group_by: [a, a]", "a label is named twice"),
        ("group_wait: 5", "expected a duration such as 30s"),
        ("group_interval: 0s", "expected a duration from 1ms"),
        ("repeat_interval: [1h]", "expected a duration such as 30s, found a list"),
        ("continue: maybe", "expected true or false"),
        ("mute_time_intervals: [nigts]", #"did you mean "nights"?"#),
        ("active_time_intervals: {a: b}", "expected the name of a time interval"),
        ("cooldown: { critical: x }", "expected a duration"),
        ("cooldown: [1h]", "expected a duration"),
        ("flap: { changes: 0, window: 1h }", "expected a whole number from 1 to 100"),
        ("flap: { changes: 5 }", #"missing key "window""#),
        ("flap: never", "expected { changes: 5, window: 1h }, or off"),
        ("grop_by: [a]", #"unknown key "grop_by"; did you mean "group_by"?"#),
        ("routes: { a: b }", "expected a list"),
    ])
    func faultOfARoute(line: String, expected: String) {
        let (configuration, faults) = RoutingLab.read(
            """
            route:
              receiver: default
              routes:
                - \(line)
                - matchers: [severity=critical]
                  receiver: pager
            time_intervals: [{ name: nights, time_intervals: [] }]
            """)
        #expect(faults.count == 1, "\(faults)")
        #expect(faults.first?.contains(expected) ?? false, "\(faults)")
        #expect(faults.first?.hasPrefix("weir.yaml:4:") ?? false, "\(faults)")
        let receivers = configuration?.routes.receivers(RoutingLab.labels("severity=critical"))
        // A faulty route takes nothing, or all, but never where it should not.
        #expect(receivers == ["pager"] || receivers == ["default"])
    }

    @Test func routeWithFaultyMatchersTakesNothing() {
        let (configuration, faults) = RoutingLab.read(
            """
            route:
              receiver: default
              routes:
                - matchers: ['severity="critical"', 'a=~"["']
                  receiver: pager
                  routes:
                    - receiver: nobody
                - receiver: ops
            """)
        #expect(faults.count == 2, "\(faults)")
        #expect(
            configuration?.routes.receivers(RoutingLab.labels("severity=critical a=x")) == ["ops"])
    }

    @Test func unknownReceiverIsThatOfTheRouteAbove() {
        let (configuration, faults) = RoutingLab.read(
            """
            route:
              receiver: default
              routes:
                - matchers: [a=b]
                  receiver: nobody
            """, receivers: ["default"])
        #expect(
            faults == [
                "weir.yaml:5:17: error: route.routes[0].receiver: there is no receiver \"nobody\"; "
                    + "known receivers: default"
            ])
        #expect(configuration?.routes.receivers(RoutingLab.labels("a=b")) == ["default"])
    }

    @Test(arguments: [
        ("route: { receiver: nobody }", #"there is no receiver "nobody""#),
        ("route: { group_wait: 1s }", #"missing key "receiver""#),
        ("route: [a]", "expected a section"),
        ("inhibit_rules: []", #"missing key "route""#),
    ])
    func withoutARootThereIsNoRouting(text: String, expected: String) {
        let (configuration, faults) = RoutingLab.read(text)
        #expect(configuration == nil)
        #expect(faults.count == 1 && faults[0].contains(expected), "\(faults)")
    }

    @Test(arguments: [
        "matchers: [a=b]", "match: { a: b }", "match_re: { a: b }",
        "mute_time_intervals: [nights]", "active_time_intervals: [nights]",
    ])
    func rootTakesEverything(line: String) {
        let (configuration, faults) = RoutingLab.read(
            "route:\n  receiver: default\n  \(line)\n"
                + "time_intervals: [{ name: nights, time_intervals: [{}] }]")
        #expect(configuration?.routes.receivers(.empty) == ["default"])
        #expect(faults.count == 1 && faults[0].contains("the root takes every alert"), "\(faults)")
    }

    @Test func ourOwnKeys() throws {
        let tree = try RoutingLab.configuration(
            """
            route:
              receiver: default
              cooldown: 30m
              flap: { changes: 5, window: 1h }
              routes:
                - matchers: [a=1]
                  cooldown: { critical: 5m, warning: 1h, default: 2h }
                - matchers: [a=2]
                  flap: off
            """
        ).routes
        #expect(tree.nodes[0].options.cooldown.milliseconds(.empty) == 1_800_000)
        #expect(tree.nodes[0].options.flap == FlapRule(changesMax: 5, window: 3_600_000))
        let cooldown = tree.nodes[1].options.cooldown
        #expect(cooldown.milliseconds(RoutingLab.labels("severity=critical")) == 300_000)
        #expect(cooldown.milliseconds(RoutingLab.labels("severity=info")) == 7_200_000)
        #expect(tree.nodes[1].options.flap != nil)
        #expect(tree.nodes[2].options.flap == nil)
        #expect(tree.nodes[2].options.cooldown.milliseconds(.empty) == 1_800_000)
    }

    @Test func resolveTimeoutStandsHereOrInGlobal() throws {
        let root = "route: { receiver: default }\n"
        #expect(try RoutingLab.configuration(root).resolveTimeout == 300_000)
        #expect(
            try RoutingLab.configuration(root + "resolve_timeout: 1m").resolveTimeout == 60_000)
        #expect(
            try RoutingLab.configuration(root + "global: { resolve_timeout: 2m }").resolveTimeout
                == 120_000)
        #expect(RoutingLab.read(root + "resolve_timeout: soon").faults.count == 1)
    }

    @Test func intervalsOfOneNameAreTold() {
        let (_, faults) = RoutingLab.read(
            """
            route: { receiver: default }
            time_intervals: [{ name: a, time_intervals: [] }]
            mute_time_intervals: [{ name: a, time_intervals: [] }]
            """)
        #expect(faults.count == 1 && faults[0].contains("already a time interval"), "\(faults)")
    }

    @Test func deepTreesAreRefusedAndNotFatal() {
        let text =
            "route: { receiver: default, routes: ["
            + String(repeating: "{ routes: [", count: 300) + String(repeating: "] }", count: 300)
            + "] }"
        #expect(!RoutingLab.read(text).faults.isEmpty)
    }

    @Test func schemaKnowsWhatTheReaderReads() {
        let keys = RoutingReader.schema.map(\.key)
        #expect(
            keys == [
                "route", "inhibit_rules", "time_intervals", "mute_time_intervals", "silences",
                "resolve_timeout", "global",
            ])
        let text = SchemaNode.object(RoutingReader.schema).jsonSchema(title: "x")
        for key in [
            "group_by", "cooldown", "flap", "source_matchers", "target_match_re", "equal",
            "days_of_month", "location", "ends_at",
        ] {
            #expect(text.contains("\"\(key)\""), "\(key)")
        }
    }
}
