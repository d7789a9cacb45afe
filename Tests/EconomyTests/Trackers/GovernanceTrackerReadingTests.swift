// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import HashTreeCollections
import Testing
import WeirTestSupport

@testable import Economy

/// What a governance tracker reads of contracts, and when.
@Suite("GovernanceTracker: readings")
struct GovernanceTrackerReadingTests {
    typealias World = GovernanceWorld

    static let views = [
        "quorum: Governor.quorum(uint256)",
        "supply: Fab.getPastTotalSupply(uint256) returns (uint256)",
    ]

    /// A lab whose chain answers what the tracker asks for.
    struct Chain {
        var lab: TrackerLab
        /// What was asked, by block.
        var asked: [UInt64: [String]] = [:]
        var data: [String: [UInt8]] = [:]

        init(_ settings: [String]) throws {
            self.lab = try TrackerLab(
                World.contracts(), World.yaml(settings.joined(separator: "\n      ")))
        }

        /// Commits a block with the answers to what was asked for it.
        mutating func commit(
            _ events: [Emit] = [], answer: (String) -> Reading.Outcome = { _ in .reverted([]) }
        ) throws {
            let tip = self.lab.economy.place.number
            let number = tip == .zero ? 1_001 : tip.next.rawValue
            let plan = self.lab.economy.plan(after: BlockNumber(number - 1))
            self.asked[number] = plan.readings.map { String($0.key.split(separator: "|")[1]) }
            for request in plan.readings {
                guard case .call(_, let data) = request.subject else { continue }
                self.data[String(request.key.split(separator: "|")[1])] = data
            }
            let readings = plan.readings.map { request in
                Reading(
                    key: request.key,
                    outcome: answer(String(request.key.split(separator: "|")[1])))
            }
            try self.lab.commit(events) { block, time in
                BlockExtras(block: block, time: time, readings: readings)
            }
        }

        func failures(_ reading: String, _ reason: String) -> Double {
            self.lab.value(
                "reading_failures_total", ["governance", "dao", reading, reason]) ?? 0
        }
    }

    static func word(_ value: U256) -> Reading.Outcome { .data(value.bigEndianBytes) }

    @Test func quorumAndSupplyAreAskedOnceAfterTheSnapshot() throws {
        var chain = try Chain(Self.views)
        try chain.commit([World.propose(0xab, start: 1_003, end: 1_010)])
        try chain.commit([World.vote(0xab, 1, World.units(30))])
        try chain.commit()
        #expect(chain.asked[1_002] == [] && chain.asked[1_003] == [])
        #expect(chain.lab.value("quorum_ratio", ["dao", "171"]) == nil)
        try chain.commit { key in
            key == "quorum/0xab" ? Self.word(World.units(40)) : Self.word(World.units(100))
        }
        #expect(chain.asked[1_004] == ["quorum/0xab", "supply/0xab"])
        #expect(chain.lab.value("quorum_ratio", ["dao", "171"]) == 0.75)
        #expect(chain.lab.value("participation_ratio", ["dao", "171"]) == 0.3)
        try chain.commit()
        #expect(chain.asked[1_005] == [])
        // The call is made for the snapshot.
        let expected = try HumanABI.parseFunction("quorum(uint256)").encodeCall([.uint(1_003)])
        #expect(chain.data["quorum/0xab"] == expected)
        // What is put back is asked again.
        chain.lab.revert(2)
        try chain.commit()
        #expect(chain.asked[1_004] == ["quorum/0xab", "supply/0xab"])
    }

    @Test func proposalsWhoseQuorumIsNotKnownAreEnded() throws {
        var chain = try Chain([Self.views[0]])
        try chain.commit([
            World.propose(1, start: 1_001, end: 1_001), World.vote(1, 1, World.units(5)),
            World.propose(2, start: 1_001, end: 1_001), World.vote(2, 0, World.units(5)),
        ])
        try chain.commit { _ in .unavailable("no state") }
        #expect(chain.lab.states == ["defeated", "ended"])
        #expect(chain.failures("quorum", "unavailable") == 2)
        try chain.commit { $0 == "quorum/0x1" ? Self.word(World.units(5)) : .data([]) }
        #expect(chain.lab.states == ["succeeded", "defeated"])
        #expect(chain.failures("quorum", "unusable") == 1)
        // Ever later: blocks 1002 and 1003 failed, then 1005, 1009.
        try chain.commit()
        try chain.commit { _ in .data(U256.max.bigEndianBytes) }
        try chain.commit()
        #expect(chain.asked[1_004] == [] && chain.asked[1_005] == ["quorum/0x2"])
        #expect(chain.failures("quorum", "unusable") == 2)
        // What is final needs no quorum.
        try chain.commit([World.cancel(2)])
        for _ in 0..<8 { try chain.commit() }
        #expect(chain.asked.filter { $0.key > 1_005 }.values.allSatisfy { $0.isEmpty })
    }

    @Test func snapshotInTimeIsAskedForWhenItShouldBeOver() throws {
        var chain = try Chain(["clock: timestamp", "block_time: 12s"] + Self.views)
        let start = 1_700_000_012 + 12 * 10
        try chain.commit([World.propose(1, start: UInt64(start), end: UInt64(start) + 100)])
        for _ in 0..<9 { try chain.commit() }
        #expect(chain.asked.values.allSatisfy { $0.isEmpty })
        // Exactly at the snapshot the contract still refuses: no failure of anybody.
        try chain.commit()
        #expect(chain.asked[1_011] == ["quorum/0x1", "supply/0x1"])
        #expect(chain.failures("quorum", "reverted") == 0)
        try chain.commit { _ in Self.word(World.units(4)) }
        #expect(chain.asked[1_012] == ["quorum/0x1", "supply/0x1"])
        try chain.commit()
        #expect(chain.asked[1_013] == [])
        let tracker = try #require(chain.lab.tracker(GovernanceTracker.self, "dao"))
        #expect(tracker.proposals[1]?.supply == World.units(4))
    }

    @Test func manyProposalsAreAskedForInTurns() throws {
        var chain = try Chain([Self.views[0]])
        try chain.commit(World.proposals(1...20, start: 1_001) { _ in 1_100 })
        for _ in 0..<4 { try chain.commit { _ in Self.word(1) } }
        #expect((1_002...1_005).map { chain.asked[$0]?.count } == [8, 8, 4, 0])
        #expect(chain.asked[1_002]?.first == "quorum/0x1")
    }

    @Test func constantQuorumOfBravoIsReadWithoutArguments() throws {
        var chain = try Chain(["quorum: Governor.quorumVotes()", "quorum_counts: for"])
        try chain.commit([World.propose(1, start: 1_001, end: 1_005)])
        try chain.commit([World.vote(1, 1, 8)]) { _ in Self.word(16) }
        #expect(chain.data["quorum/0x1"]?.count == 4)
        #expect(chain.lab.value("quorum_ratio", ["dao", "1"]) == 0.5)
    }

    @Test(arguments: [
        ("mode=blocknumber&from=default", GovernanceTracker.ClockMode.blocks),
        ("mode=blocknumber", .blocks), ("from=default&mode=blocknumber", .blocks),
        ("mode=timestamp", .seconds), ("mode=timestamp&from=x&y", .seconds),
        ("mode=blocknumber&from=eip155:1", .foreign), ("mode=epoch", nil), ("", nil),
        ("mode", nil), ("&&=&mode=", nil),
    ])
    func clockModesAreThoseOfTheStandard(text: String, mode: GovernanceTracker.ClockMode?) throws {
        #expect(GovernanceTracker.mode(text) == mode)
        var chain = try Chain(["clock: Governor.CLOCK_MODE()", "quorum: 1"])
        let bytes = try ABIEncoder.encode([.string], [.text(text)])
        try chain.commit([World.propose(1, start: 1, end: 2)]) { _ in .data(bytes) }
        #expect(chain.asked[1_001] == ["clock"])
        let tracker = try #require(chain.lab.tracker(GovernanceTracker.self, "dao"))
        #expect(tracker.mode == mode)
        // Of a clock that is not seen only events say more.
        #expect(chain.lab.states == [mode == nil || mode == .foreign ? "active" : "defeated"])
        #expect(chain.failures("clock", "unusable") == (mode == nil ? 1 : 0))
        try chain.commit()
        #expect(chain.asked[1_002] == (mode == nil ? ["clock"] : []))
    }

    @Test func stateWithAnyCountOfFailuresIsReadOn() throws {
        let chain = try Chain(["quorum: Governor.quorum(uint256)"])
        var tracker = try #require(chain.lab.tracker(GovernanceTracker.self, "dao"))
        var proposal = GovernanceTracker.Proposal(
            name: "1", created: BlockPlace(number: .zero, time: BlockTime(0)), ordinal: 0)
        proposal.start = 3
        proposal.failures = .max
        proposal.askAt = .max
        var writer = StateWriter()
        proposal.write(to: &writer)
        let isRestored = tracker.restore(drawer: "proposal", key: "0x1", bytes: writer.bytes)
        #expect(isRestored)
        #expect(tracker.requests(BlockNumber(9)) == [])
        var effects = TrackerEffects()
        let reading = Reading(key: "quorum/0x1", outcome: .reverted([]))
        tracker.observe(
            BlockExtras(
                block: BlockRef(number: BlockNumber(9), hash: .zero), time: BlockTime(9),
                readings: [reading]), &effects)
        #expect(tracker.proposals[1]?.failures == 12)
        #expect(tracker.proposals[1]?.askAt == 9 + 4_096)
    }

    @Test func governorWithoutClockCountsBlocks() throws {
        var chain = try Chain(["clock: Governor.CLOCK_MODE()"])
        try chain.commit { _ in .unavailable("busy") }
        #expect(chain.failures("clock", "unavailable") == 1)
        try chain.commit { _ in .reverted([]) }
        let tracker = try #require(chain.lab.tracker(GovernanceTracker.self, "dao"))
        #expect(tracker.mode == .blocks)
        #expect(chain.failures("clock", "reverted") == 0)
    }

    @Test(arguments: 0..<24)
    func anyChainFoldsToWhatItsCanonicalBlocksSay(seed: UInt64) throws {
        let clock = ["clock: timestamp", "clock: block", "clock: Governor.CLOCK_MODE()"]
        let settings =
            Self.views + [clock[Int(seed % 3)], "proposals_max: 12", "grace_period: 60s"]
        let lab = try TrackerLab(
            World.contracts(), World.yaml(settings.joined(separator: "\n      ")))
        try TrackerWalk.run(lab, seed: seed) { random in
            (0..<Int.random(in: 0...5, using: &random)).map { _ in
                Self.event(&random, byTime: seed % 3 == 0)
            }
        } extras: { random in
            let readings = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                Self.reading(&random)
            }
            return { block, time in BlockExtras(block: block, time: time, readings: readings) }
        } check: { lab in
            let tracker = try #require(lab.tracker(GovernanceTracker.self, "dao"))
            try Self.check(tracker, lab)
        }
    }

    private static func event(_ random: inout SeededRandom, byTime: Bool) -> Emit {
        let id = U256(UInt64.random(in: 1...30, using: &random))
        let base: UInt64 = byTime ? 1_700_000_000 : 1_000
        let width: UInt64 = byTime ? 600 : 50
        let start = base + UInt64.random(in: 0...width, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1, 2:
            return World.propose(
                id, start: start, end: start + UInt64.random(in: 0...width, using: &random))
        case 3, 4, 5:
            return World.vote(
                id, UInt64.random(in: 0...3, using: &random),
                Int.random(in: 0...9, using: &random) == 0
                    ? .max : random.word().shiftedRight(by: 8))
        case 6: return World.queue(id, eta: start)
        case 7: return World.execute(id)
        case 8: return World.cancel(id)
        default: return World.extend(id, to: start)
        }
    }

    private static func reading(_ random: inout SeededRandom) -> Reading {
        let id = U256(UInt64.random(in: 1...30, using: &random)).hexQuantity
        let key =
            ["quorum/\(id)", "supply/\(id)", "clock", "quorum/", "x"]
            .randomElement(using: &random) ?? ""
        let outcome: Reading.Outcome =
            switch Int.random(in: 0..<5, using: &random) {
            case 0: .reverted([1])
            case 1: .unavailable("no")
            case 2: .data(random.bytes(7))
            default:
                key == "clock"
                    ? .data(
                        (try? ABIEncoder.encode(
                            [.string], [.text("mode=blocknumber&from=default")])) ?? [])
                    : .data(random.word().bigEndianBytes)
            }
        return Reading(key: "governance/dao|" + key, outcome: outcome)
    }

    private static func check(_ tracker: GovernanceTracker, _ lab: TrackerLab) throws {
        // Every proposal that was counted is in exactly one state, or forgotten in one.
        let place = lab.economy.place
        let shown = tracker.derived(at: place)
            .filter { $0.family == GovernanceTracker.Shown.proposals.rawValue }
            .reduce(0) { $0 + $1.value }
        guard
            case .count(let proposed)? = tracker.book.state(
                GovernanceTracker.Family.changes, ["dao", "proposed"])
        else {
            Issue.record("no count")
            return
        }
        #expect(shown == Double(proposed))
        #expect(tracker.proposals.count <= 12)
        // What waits for readings is what lacks them.
        var waiting: Set<U256> = []
        for (id, proposal) in tracker.proposals.values where !proposal.phase.isFinal {
            if proposal.quorum == nil || proposal.supply == nil { waiting.insert(id) }
        }
        #expect(Set(tracker.awaiting) == waiting)
        // Series are unique, and what the clock says follows from the state alone.
        let samples = tracker.derived(at: place)
        #expect(Set(samples.map { "\($0.family) \($0.labels)" }).count == samples.count)
        guard place.number.rawValue % 4 == 0 else { return }
        let fresh = lab.recount().current.trackers.first?.tracker as? GovernanceTracker
        #expect(fresh?.derived(at: place) == samples)
        #expect(fresh?.requests(place.number.next) == tracker.requests(place.number.next))
    }
}
