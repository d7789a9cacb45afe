// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import Testing

@testable import Alerting

@Suite struct RouteTreeTests {
    /// As `dispatch/route_test.go` of Alertmanager.
    private static let text = """
        route:
          receiver: default
          routes:
            - match: { owner: team-A }
              receiver: ops
              routes:
                - match: { env: testing }
                  receiver: test
                - match: { env: production }
                  receiver: pager
                  group_wait: 1m
                  continue: true
                - match_re: { env: "produ.*", job: ".*" }
                  receiver: staging
                  group_by: [job]
            - matchers: ['owner=~"team-(B|C)"']
              receiver: bc
              group_by: [foo, bar]
              group_wait: 2m
              repeat_interval: 5m
            - matchers: [group_by = "role"]
              group_by: [role]
              routes:
                - matchers: ['env = "testing"']
                  receiver: "test"
                  routes:
                    - matchers: [wait = "long"]
                      group_wait: 2m
                - matchers: ['{wait="short",x!="y"}']
                  group_by: ['...']
                  group_wait: 2s
        """
    private static let receivers = [
        "default", "ops", "pager", "test", "staging", "bc",
    ]

    @Test(arguments: [
        ("owner=team-A", ["ops"], "{}/{owner=\"team-A\"}"),
        ("owner=team-A env=testing", ["test"], "{}/{owner=\"team-A\"}/{env=\"testing\"}"),
        (
            "owner=team-A env=production job=x", ["pager", "staging"],
            "{}/{owner=\"team-A\"}/{env=\"production\"}"
        ),
        (
            "owner=team-A env=produce", ["staging"],
            "{}/{owner=\"team-A\"}/{env=~\"produ.*\",job=~\".*\"}"
        ),
        ("owner=team-B", ["bc"], "{}/{owner=~\"team-(B|C)\"}"),
        ("owner=team-D", ["default"], "{}"),
        ("group_by=role", ["default"], "{}/{group_by=\"role\"}"),
        (
            "group_by=role env=testing", ["test"],
            "{}/{group_by=\"role\"}/{env=\"testing\"}"
        ),
        (
            "group_by=role env=testing wait=long", ["test"],
            "{}/{group_by=\"role\"}/{env=\"testing\"}/{wait=\"long\"}"
        ),
        ("group_by=role wait=short x=y", ["default"], "{}/{group_by=\"role\"}"),
        (
            "group_by=role wait=short", ["default"],
            "{}/{group_by=\"role\"}/{wait=\"short\",x!=\"y\"}"
        ),
    ])
    func routes(labels: String, receivers: [String], key: String) throws {
        let tree = try RoutingLab.configuration(Self.text, receivers: Self.receivers).routes
        let labels = RoutingLab.labels(labels)
        #expect(tree.receivers(labels) == receivers)
        #expect(tree.nodes[tree.match(labels)[0]].key == key)
    }

    @Test func optionsAreInheritedAndSet() throws {
        let tree = try RoutingLab.configuration(Self.text, receivers: Self.receivers).routes
        func options(_ words: String) -> RouteOptions {
            tree.nodes[tree.match(RoutingLab.labels(words))[0]].options
        }
        #expect(options("x=y").groupWait == 30_000)
        #expect(options("x=y").groupInterval == 300_000)
        #expect(options("x=y").repeatInterval == 14_400_000)
        #expect(options("x=y").grouping == .labels([]))
        #expect(options("owner=team-B").grouping == .labels(["foo", "bar"]))
        #expect(options("owner=team-B").groupWait == 120_000)
        #expect(options("owner=team-B").repeatInterval == 300_000)
        #expect(options("group_by=role env=testing wait=long").grouping == .labels(["role"]))
        #expect(options("group_by=role env=testing wait=long").receiver == "test")
        #expect(options("group_by=role wait=short").grouping == .all)
        #expect(options("group_by=role wait=short").groupWait == 2000)
    }

    /// An alert that ends right after the longest wait is told, whenever in its group's time it came.
    @Test func alertThatLastsTheLongestWaitIsTold() throws {
        let configuration = try RoutingLab.configuration(
            "route: { receiver: default, group_wait: 2m, group_interval: 3m }")
        let labels = RoutingLab.labels("B")
        let wait = configuration.routes.longestWait(labels)
        #expect(wait == 180_000)
        for start in stride(from: Timestamp(0), through: 600_000, by: 10_000) {
            var dispatcher = Dispatcher(configuration, at: 0, offset: RoutingLab.zones)
            dispatcher.receive([RoutingLab.alert("A", endsAt: 3_600_000)], at: 0)
            var told = dispatcher.run(to: start)
            told += dispatcher.send(
                [RoutingLab.alert("B", startsAt: start, endsAt: start + wait + 1)], at: start)
            told += dispatcher.run(to: start + 600_000)
            #expect(told.contains { $0.firing.contains { $0.name == "B" } }, "\(start)")
        }
    }

    @Test func routeAmongTenThousandSiblingsIsFound() {
        var tree = RouteTree(RouteOptions(receiver: "a"))
        for index in 0..<10_000 {
            _ = tree.add(
                to: 0, matchers: MatcherSet([LabelMatcher("n", equals: "\(index)")]),
                options: RouteOptions(receiver: "r\(index)"))
        }
        #expect(tree.receivers(RoutingLab.labels("n=9999")) == ["r9999"])
        #expect(tree.receivers(RoutingLab.labels("n=x")) == ["a"])
    }
}
