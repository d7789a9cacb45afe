// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import Foundation
import Testing
import WeirTestSupport

@testable import Economy

@Suite("ReputationTracker")
struct ReputationTrackerTests {
    static let alice = Address(words: 1, 0, 0)
    static let bob = Address(words: 2, 0, 0)

    static func registry() throws -> LabContract {
        try LabContract(
            "Rep", 1,
            [
                "event Set(address indexed who, int256 score)",
                "event Changed(address indexed who, int256 before, int256 score, int256 delta)",
                "event Moved(address indexed who, int256 delta)",
                "event Slashed(address indexed who, uint256 amount, string reason)",
                "event Rated(address indexed who, uint8 stars)",
                "event Done(address indexed who, bool ok)",
                "event Lost(address indexed who)",
                "event Banned(address indexed who)",
                "event Flagged(address indexed who, bool banned)",
                "event Freed(address indexed who)",
            ])
    }

    static func yaml(_ more: String = "") -> String {
        """
        trackers:
          reputation:
            r:
              subjects: { alice: "\(Self.alice.lowercaseText)" }
              updated:
                - { event: Rep.Set, subject: who, score: score }
                - { event: Rep.Changed, subject: who, score: score, old: before, delta: delta }
                - { event: Rep.Moved, subject: who, delta: delta }
                - { event: Rep.Slashed, subject: who, delta: { argument: amount, negate: true }, reason: reason }
              rated: { event: Rep.Rated, subject: who }
              task:
                - { event: Rep.Done, subject: who, success: ok }
                - { event: Rep.Lost, subject: who, success: { constant: false } }
              blacklisted:
                - { event: Rep.Banned, subject: who }
                - { event: Rep.Flagged, subject: who, listed: banned }
              unblacklisted: { event: Rep.Freed, subject: who }
              \(more)
        """
    }

    static func lab(_ more: String = "") throws -> TrackerLab {
        try TrackerLab([Self.registry()], Self.yaml(more))
    }

    static func emit(_ event: String, _ who: Address, _ more: ABIValue...) -> Emit {
        Emit("Rep.\(event)", [.address(who)] + more)
    }

    @Test func scoresAreSetAndMoved() throws {
        var lab = try Self.lab()
        #expect(lab.value("reputation_score", ["r", "alice"]) == nil)
        #expect(lab.value("reputation_updates_total", ["r", "alice"]) == 0)
        try lab.commit([
            Self.emit("Moved", Self.alice, .int(-3)), Self.emit("Moved", Self.alice, .int(10)),
            Self.emit("Slashed", Self.alice, .uint(20), .text("late")),
            Self.emit("Set", Self.bob, .int(99)),
        ])
        #expect(lab.value("reputation_score", ["r", "alice"]) == -13)
        #expect(lab.value("reputation_score", ["r", "other"]) == nil)
        #expect(lab.value("reputation_updates_total", ["r", "alice"]) == 3)
        #expect(lab.value("reputation_updates_total", ["r", "other"]) == 1)
        try lab.commit([
            Self.emit("Changed", Self.alice, .int(-13), .int(-12), .int(1)),
            Self.emit("Changed", Self.alice, .int(5), .int(6), .int(1)),
        ])
        #expect(lab.value("reputation_score", ["r", "alice"]) == 6)
        // A change began at a score that was not the known one.
        #expect(lab.value("reputation_mismatches_total", ["r", "alice"]) == 1)
        let fact = try #require(
            lab.facts.first { $0.fields.contains { $0.name == "reason" } })
        #expect(fact.kind == "reputation_change")
        #expect(fact.fields.first { $0.name == "delta" }?.value == "-20")
        lab.revert(2)
        #expect(lab.value("reputation_score", ["r", "alice"]) == nil)
    }

    @Test func changesOverWindowsFollowTheTimeOfTheChain() throws {
        var lab = try Self.lab("windows: [1m, 10m]")
        func change(_ window: String) -> Double? {
            lab.value("reputation_score_change", ["r", "alice", window])
        }
        #expect(change("1m") == nil)
        // The first event tells a score only: where it came from is not known.
        try lab.commit([Self.emit("Set", Self.alice, .int(100))])
        #expect(change("1m") == 0)
        try lab.commit([Self.emit("Set", Self.alice, .int(80))])
        #expect(change("1m") == -20)
        lab.wait(36)
        try lab.commit([])
        // 60 seconds later than the first, and 48 later than the second event.
        #expect(change("1m") == -20)
        try lab.commit([])
        #expect(change("1m") == 0)
        #expect(change("10m") == -20)
        lab.revert(1)
        #expect(change("1m") == -20)
        lab.wait(600)
        try lab.commit([Self.emit("Moved", Self.alice, .int(5))])
        #expect(change("1m") == 5)
        #expect(change("10m") == 5)
        try lab.restart()
        #expect(change("10m") == 5)
        let tracker = try #require(lab.tracker(ReputationTracker.self, "r"))
        #expect(tracker.histories[Self.alice]?.points.count == 1)
    }

    @Test func aFirstChangeThatTellsItsDeltaCounts() throws {
        var lab = try Self.lab()
        try lab.commit([Self.emit("Changed", Self.alice, .int(50), .int(40), .int(-10))])
        #expect(lab.value("reputation_score_change", ["r", "alice", "24h"]) == -10)
        #expect(lab.value("reputation_mismatches_total", ["r", "alice"]) == 0)
    }

    @Test func scoresAtTheEdgeOfTheirRange() throws {
        var lab = try Self.lab()
        try lab.commit([
            Self.emit("Set", Self.alice, .int(.min)), Self.emit("Moved", Self.alice, .int(-1)),
            Self.emit("Slashed", Self.alice, .uint(.max), .text("")),
        ])
        #expect(lab.skipped("reputation", "r", .overflow) == 2)
        #expect(lab.value("reputation_score", ["r", "alice"]) == -0x1p255)
        try lab.commit([Self.emit("Set", Self.alice, .int(.max))])
        #expect(lab.value("reputation_score_change", ["r", "alice", "7d"]) == 0x1p256)
    }

    @Test func ratingsTasksAndTheBlacklist() throws {
        var lab = try Self.lab("blacklist_max: 2")
        #expect(lab.value("blacklisted", ["r"]) == 0)
        #expect(lab.value("subject_blacklisted", ["r", "alice"]) == 0)
        try lab.commit([
            Self.emit("Rated", Self.alice, .uint(5)), Self.emit("Rated", Self.alice, .uint(2)),
            Self.emit("Rated", Self.bob, .uint(1)), Self.emit("Done", Self.alice, .bool(true)),
            Self.emit("Done", Self.bob, .bool(false)), Self.emit("Lost", Self.alice),
            Self.emit("Banned", Self.alice), Self.emit("Banned", Self.alice),
            Self.emit("Flagged", Self.bob, .bool(true)),
            Self.emit("Banned", Address(words: 5, 5, 5)),
        ])
        #expect(lab.value("reputation_ratings_total", ["r", "alice"]) == 2)
        #expect(lab.value("reputation_stars_total", ["r", "alice"]) == 7)
        #expect(lab.value("reputation_stars_total", ["r", "other"]) == 1)
        #expect(lab.value("reputation_tasks_total", ["r", "success", "alice"]) == 1)
        #expect(lab.value("reputation_tasks_total", ["r", "failed", "alice"]) == 1)
        #expect(lab.value("reputation_tasks_total", ["r", "failed", "other"]) == 1)
        #expect(lab.value("blacklisted", ["r"]) == 2)
        #expect(lab.value("subject_blacklisted", ["r", "alice"]) == 1)
        #expect(lab.skipped("reputation", "r", .duplicate) == 1)
        #expect(lab.skipped("reputation", "r", .full) == 1)
        try lab.commit([
            Self.emit("Freed", Self.alice), Self.emit("Freed", Self.alice),
            Self.emit("Flagged", Self.bob, .bool(false)),
        ])
        #expect(lab.value("blacklisted", ["r"]) == 0)
        #expect(lab.value("subject_blacklisted", ["r", "alice"]) == 0)
        #expect(lab.skipped("reputation", "r", .unknownKey) == 1)
        lab.revert(1)
        #expect(lab.value("blacklisted", ["r"]) == 2)
    }

    @Test(arguments: 0..<16)
    func historiesTellWhatAListWouldTell(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let memory: UInt64 = 500
        var history = ReputationTracker.ScoreHistory(origin: 3)
        var all: [(time: UInt64, score: I256)] = [(0, 3)]
        var now: UInt64 = 1
        for _ in 0..<300 {
            now += UInt64.random(in: 0...40, using: &random)
            let score = I256(Int64.random(in: -9...9, using: &random))
            history.add(score, at: BlockTime(now), memory: memory, max: 1_000)
            all.append((now, score))
            let back = UInt64.random(in: 0...memory, using: &random)
            let time = now > back ? now - back : 0
            #expect(
                history.score(at: BlockTime(time)) == all.last { $0.time <= time }?.score,
                "seed \(seed)")
        }
        #expect(history.points.count <= 500)
        var coarse = ReputationTracker.ScoreHistory(origin: 0)
        for step in 1...10_000 {
            coarse.add(
                I256(Int64(step)), at: BlockTime(UInt64(step)), memory: .max, max: 16)
            #expect(coarse.points.count <= 16)
        }
        #expect(coarse.score == 10_000)
        #expect(coarse.score(at: BlockTime(0)) == 0)
        #expect(coarse.points.map(\.time) == coarse.points.map(\.time).sorted())
    }

    @Test(arguments: 0..<32)
    func anyChainFoldsToWhatItsCanonicalBlocksSay(seed: UInt64) throws {
        let lab = try Self.lab("history_max: 8\n      windows: [1m, 5m]")
        let people = [Self.alice, Self.alice, Self.bob]
        try TrackerWalk.run(lab, seed: seed) { random in
            (0..<Int.random(in: 0...4, using: &random)).map { _ in
                let who = people.randomElement(using: &random) ?? Self.bob
                let number = I256(Int64.random(in: -20...20, using: &random))
                switch Int.random(in: 0..<9, using: &random) {
                case 0: return Self.emit("Set", who, .int(number))
                case 1, 2: return Self.emit("Moved", who, .int(number))
                case 3: return Self.emit("Changed", who, .int(0), .int(number), .int(number))
                case 4: return Self.emit("Slashed", who, .uint(number.magnitude), .text("x"))
                case 5: return Self.emit("Rated", who, .uint(number.magnitude & 7))
                case 6: return Self.emit("Done", who, .bool(number.isNegative))
                case 7: return Self.emit("Banned", who)
                default: return Self.emit("Freed", who)
                }
            }
        } check: { lab in
            let tracker = try #require(lab.tracker(ReputationTracker.self, "r"))
            #expect(lab.value("blacklisted", ["r"]) == Double(tracker.blacklist.count))
            let history = tracker.histories[Self.alice]
            #expect(lab.value("reputation_score", ["r", "alice"]) == history?.score.double)
            #expect(history?.points.count ?? 0 <= 8)
        }
    }

    @Test(arguments: [
        ("updated: { event: Rep.Gone, subject: who, score: score }", "no event \"Gone\""),
        ("updated: { event: Rep.Set, subject: who, score: points }", "no argument \"points\""),
        ("updated: { event: Rep.Set, subject: who }", "neither a score nor a delta"),
        ("updated: { event: Rep.Set, subject: score, score: score }", "needs an address"),
        ("rated: { event: Rep.Rated, stars: stars }", "missing key \"subject\""),
        ("task: { event: Rep.Lost, subject: who }", "missing key \"success\""),
        ("subjects: []", "no event is named"),
        ("windows: [soon]\n      rated: { event: Rep.Rated, subject: who }", "a duration"),
        ("windows: [1h, 1h]\n      rated: { event: Rep.Rated, subject: who }", "twice"),
        ("windows: [1s]\n      rated: { event: Rep.Rated, subject: who }", "1s"),
        ("history_max: 2\n      rated: { event: Rep.Rated, subject: who }", "history_max"),
        ("window: [1h]\n      rated: { event: Rep.Rated, subject: who }", "window"),
        ("subjects: [bob]\n      rated: { event: Rep.Rated, subject: who }", "an address"),
    ])
    func faultsAreNamed(lines: String, message: String) throws {
        let faults = TrackerLab.faults(
            [try Self.registry()],
            """
            trackers:
              reputation:
                r:
                  \(lines)
            """)
        #expect(faults.contains(message), "\(faults)")
    }

    @Test func damagedEntriesAreRefused() throws {
        var lab = try Self.lab()
        try lab.commit([
            Self.emit("Set", Self.alice, .int(-7)), Self.emit("Banned", Self.bob),
        ])
        let tracker = try #require(lab.tracker(ReputationTracker.self, "r"))
        for drawer in tracker.drawers {
            #expect(!drawer.keys.isEmpty)
            for key in drawer.keys {
                let bytes = try #require(drawer.bytes(key))
                #expect(Self.restores(tracker, drawer.name, key.text, bytes))
                for cut in 0..<bytes.count {
                    #expect(!Self.restores(tracker, drawer.name, key.text, Array(bytes[..<cut])))
                }
            }
        }
        // A count that no store can hold.
        let many = [UInt8](repeating: 0xff, count: 8)
        #expect(!Self.restores(tracker, "score", Self.alice.word.hexQuantity, [0] + many))
        #expect(!Self.restores(tracker, "nothing", "0x1", []))
    }

    /// Whether a tracker takes an entry.
    private static func restores(
        _ tracker: ReputationTracker, _ drawer: String, _ key: String, _ bytes: [UInt8]
    ) -> Bool {
        var tracker = tracker
        return tracker.restore(drawer: drawer, key: key, bytes: bytes)
    }

    // MARK: Families

    @Test(arguments: ["demo/Reputation.json", "fabstir/ReputationSystem.json"])
    func fabstir(file: String) throws {
        let url = Vectors.projectRoot.appendingPathComponent("abis/\(file)")
        let abi = try JSONABI.parse([UInt8](Data(contentsOf: url)))
        let isWhole = abi.events.count > 1
        var lab = try TrackerLab(
            [LabContract("Rep", at: Address(words: 8, 8, 8), abi: abi)],
            """
            trackers:
              reputation:
                r:
                  subjects: { alice: "\(Self.alice.lowercaseText)" }
                  updated:
                    - { event: Rep.ReputationUpdated, subject: host, score: newScore, delta: change }
                    \(isWhole
                        ? "- { event: Rep.ReputationSlashed, subject: host, "
                            + "delta: { argument: amount, negate: true }, reason: reason }" : "")
                  \(isWhole
                      ? "rated: { event: Rep.QualityReported, subject: host, stars: rating, by: renter }"
                      : "")
            """)
        try lab.commit([
            Emit("Rep.ReputationUpdated", [.address(Self.alice), .int(-5), .uint(95)])
        ])
        #expect(lab.value("reputation_score", ["r", "alice"]) == 95)
        #expect(lab.value("reputation_score_change", ["r", "alice", "1h"]) == -5)
        guard isWhole else { return }
        try lab.commit([
            Emit("Rep.ReputationSlashed", [.address(Self.alice), .uint(30), .text("late")]),
            Emit(
                "Rep.QualityReported",
                [.address(Self.alice), .address(Self.bob), .uint(4), .text("good")]),
        ])
        #expect(lab.value("reputation_score", ["r", "alice"]) == 65)
        #expect(lab.value("reputation_stars_total", ["r", "alice"]) == 4)
    }

    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func economy1ReachesItsTruth() throws {
        let truth = try Economy1.truth()
        let reputation = try #require(truth["reputation"] as? [String: Any])
        let scores = try #require(reputation["score"] as? [String: Int])
        let ratings = try #require(reputation["ratings"] as? [String: [String: Int]])
        let listed = scores.keys.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
        var lab = try TrackerLab(
            Economy1.contracts(),
            """
            trackers:
              reputation:
                nodes:
                  subjects: [\(listed)]
                  updated: { event: reputation.ReputationUpdated, subject: node, score: newScore, old: oldScore, delta: delta, by: reporter, reason: why }
                  rated: { event: reputation.RatingSubmitted, subject: node, by: rater }
                  task:
                    - { event: market.JobCompleted, subject: node, success: { constant: true } }
                    - { event: market.JobFailed, subject: node, success: { constant: false } }
            """)
        try Economy1.play(in: &lab)
        for reason in SkipReason.allCases {
            #expect(lab.skipped("reputation", "nodes", reason) == 0, "\(reason)")
        }
        let tracker = try #require(lab.tracker(ReputationTracker.self, "nodes"))
        var updates = 0.0
        var failed = 0.0
        for (text, score) in scores {
            let address = try #require(Address(text))
            let label = address.description
            #expect(tracker.histories[address]?.score == I256(Int64(score)))
            #expect(lab.value("reputation_score", ["nodes", label]) == Double(score))
            #expect(lab.value("reputation_mismatches_total", ["nodes", label]) == 0)
            func net(_ family: String, _ labels: [String]) -> Double {
                let total = lab.value("reputation_\(family)_total", labels) ?? 0
                return total - (lab.value("reputation_\(family)_reverted_total", labels) ?? 0)
            }
            #expect(net("ratings", ["nodes", label]) == Double(ratings[text]?["count"] ?? 0))
            #expect(net("stars", ["nodes", label]) == Double(ratings[text]?["stars"] ?? 0))
            // The chain is 2,400 seconds old: all of its changes are within the hour.
            #expect(
                lab.value("reputation_score_change", ["nodes", label, "1h"]) == Double(score))
            updates += net("updates", ["nodes", label])
            failed += net("tasks", ["nodes", "failed", label])
        }
        let events = try #require(truth["events"] as? [String: Int])
        #expect(updates == Double(events["reputation.ReputationUpdated"] ?? -1))
        #expect(failed == Double(events["market.JobFailed"] ?? -1))
    }
}
