// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives
import MetricsRegistry
import Testing
import WeirTestSupport

@testable import Economy

/// What the sections of the jobs tracker refuse, and stored bytes that are damaged.
@Suite("JobsTracker configuration")
struct JobsTrackerConfigTests {
    @Test(arguments: [
        ("posted: { event: Market.Gone }", "no event \"Gone\""),
        (
            "posted: { event: Market.Posted, value: price }",
            "Posted has no argument \"price\""
        ),
        ("posted: { event: Market.Posted, client: value }", "is uint256"),
        ("posted: { event: Market.Earned }", "missing key \"job\""),
        ("claimed: { event: Market.Claimed }", "claimed means nothing without posted"),
        ("token: FAB", "no event is named"),
        (
            "posted: { event: Market.Posted, value: value }",
            "nothing says which token the amounts of posted are in"
        ),
        (
            "earned: { event: Market.Earned, payee: payee }",
            "nothing says which token the amounts of earned are in"
        ),
        ("released: { event: Market.Paid }", "nothing says which token"),
        ("token: GOLD\n      earned: { event: Market.Earned }", "no token \"GOLD\""),
        (
            "token: FAB\n      profit: {}\n      earned: { event: Market.Earned }",
            "profit needs operators"
        ),
        (
            "token: FAB\n      operators: [\"0x0000000000000000000000000000000000000001\"]\n"
                + "      profit: { rates: { GOLD: 1 } }\n      earned: { event: Market.Earned }",
            "no token \"GOLD\""
        ),
        (
            "token: FAB\n      operators: [\"0x0000000000000000000000000000000000000001\"]\n"
                + "      profit: { rates: { FAB: cheap } }\n"
                + "      earned: { event: Market.Earned }",
            "expected a number such as 0.00025"
        ),
        (
            "token: FAB\n      operators: [\"0x0000000000000000000000000000000000000001\"]\n"
                + "      profit: { contracts: [Nowhere] }\n"
                + "      earned: { event: Market.Earned }",
            "no contract \"Nowhere\""
        ),
        ("token: FAB\n      jobs_max: many\n      earned: { event: Market.Earned }", "many"),
        ("token: FAB\n      models_max: 0\n      earned: { event: Market.Earned }", "models_max"),
        (
            "token: FAB\n      finished_max: 0\n      earned: { event: Market.Earned }",
            "finished_max"
        ),
        (
            "token: FAB\n      models: [[a]]\n      earned: { event: Market.Earned }", "models"
        ),
        ("token: FAB\n      profits: {}\n      earned: { event: Market.Earned }", "profits"),
    ])
    func faultsAreNamed(lines: String, message: String) throws {
        let faults = TrackerLab.faults(
            [try JobsTrackerTests.market()],
            """
            \(JobsTrackerTests.tokens)
            trackers:
              jobs:
                m:
                  \(lines)
            """)
        #expect(faults.contains(message), "\(faults)")
    }

    @Test func metricsPassLint() {
        let descriptors = TrackerCatalog.descriptors([.jobs, .reputation], namespace: "weir")
        #expect(descriptors.count > 20)
        #expect(MetricLint.findings(descriptors).map { "\($0.metric): \($0.finding)" } == [])
    }

    @Test func damagedEntriesAreRefused() throws {
        var lab = try JobsTrackerTests.lab()
        try lab.commit([
            JobsTrackerTests.post(1), JobsTrackerTests.deposit(1, 5),
            JobsTrackerTests.post(2), JobsTrackerTests.emit("Completed", 2),
        ])
        let tracker = try #require(lab.tracker(JobsTracker.self, "m"))
        let fresh = JobsTracker("m", tracker.settings, tokens: tracker.tokens)
        for drawer in tracker.drawers {
            #expect(!drawer.keys.isEmpty)
            for key in drawer.keys {
                let bytes = try #require(drawer.bytes(key))
                #expect(Self.restores(fresh, drawer.name, key.text, bytes))
                for cut in 0..<bytes.count {
                    #expect(!Self.restores(fresh, drawer.name, key.text, Array(bytes[..<cut])))
                }
                #expect(!Self.restores(fresh, drawer.name, key.text, bytes + [0]))
            }
        }
        #expect(!Self.restores(fresh, "nothing", "0x1", []))
        #expect(!Self.restores(fresh, "job", "1", []))
    }

    /// Whether a tracker without state takes an entry.
    private static func restores(
        _ tracker: JobsTracker, _ drawer: String, _ key: String, _ bytes: [UInt8]
    ) -> Bool {
        var tracker = tracker
        return tracker.restore(drawer: drawer, key: key, bytes: bytes)
    }
}
