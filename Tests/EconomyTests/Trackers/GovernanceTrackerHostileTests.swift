// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import HashTreeCollections
import Testing
import WeirTestSupport

@testable import Economy

/// What chain, node and operator can do wrong to a governance tracker.
@Suite("GovernanceTracker: hostile input")
struct GovernanceTrackerHostileTests {
    typealias World = GovernanceWorld

    @Test func eventsThatCannotBeAreSkippedWithTheirReason() throws {
        var lab = try TrackerLab(World.contracts(), World.yaml("quorum: 1"))
        try lab.commit([
            World.vote(1, 1, 5), World.queue(1, eta: 5), World.execute(1), World.cancel(1),
            World.extend(1, to: 9),
        ])
        #expect(lab.skipped("governance", "dao", .unknownKey) == 5)
        try lab.commit([
            World.propose(1, start: 1_000, end: 1_001), World.propose(1, start: 5, end: 6),
            World.vote(1, 1, .max), World.vote(1, 1, .max), World.vote(1, 0, .max),
            World.vote(1, 7, 3),
        ])
        #expect(lab.skipped("governance", "dao", .duplicate) == 1)
        #expect(lab.skipped("governance", "dao", .overflow) == 1)
        #expect(lab.value("votes_total", ["dao", "for"]) == 1)
        #expect(lab.value("votes_total", ["dao", "other"]) == 1)
        let tracker = try #require(lab.tracker(GovernanceTracker.self, "dao"))
        #expect(tracker.proposals[1]?.votes.inFavour == .max)
        #expect(tracker.proposals[1]?.end == 1_001)
        // As many for as against, though both are all there is.
        #expect(lab.states == ["defeated"])
        // The contract took the vote though it was over.
        try lab.commit([World.vote(1, 2, 1)])
        #expect(lab.value("votes_total", ["dao", "abstain"]) == 1)
        try lab.commit([World.execute(1)])
        try lab.commit([
            World.execute(1), World.cancel(1), World.queue(1, eta: 1), World.extend(1, to: 1),
            World.propose(1, start: 1, end: 1),
        ])
        #expect(lab.skipped("governance", "dao", .duplicate) == 3)
        #expect(lab.skipped("governance", "dao", .outOfOrder) == 3)
        #expect(lab.states == ["executed"])
        lab.revert(4)
        #expect(
            lab.value("tracker_skipped_reverted_total", ["governance", "dao", "overflow"]) == 1)
        #expect(lab.states == [])
    }

    @Test func timesBeyondAllTimeAreTheEndOfTime() throws {
        var lab = try TrackerLab(
            World.contracts(), World.yaml("clock: timestamp", "quorum: 1", "grace_period: 1d"))
        func propose(_ id: UInt64, _ start: U256, _ end: U256) -> Emit {
            var emit = World.propose(U256(id), start: 0, end: 0)
            emit.values[6] = .uint(start)
            emit.values[7] = .uint(end)
            return emit
        }
        var queue = World.queue(3, eta: 0)
        queue.values[1] = .uint(.max)
        try lab.commit([
            propose(1, .max, .max), propose(2, .zero, .max), propose(3, .max, .zero), queue,
        ])
        #expect(lab.states == ["pending", "active", "queued"])
        #expect(lab.value("proposal_deadline_timestamp_seconds", ["dao", "2"]) == nil)
        // A vote that ends before it begins is over at once.
        try lab.commit([propose(4, U256(5), U256(4))])
        #expect(lab.proposals(.defeated) == 1)
    }

    @Test func listsWithoutEndAndOfOtherLengthsAreBounded() throws {
        var lab = try TrackerLab(World.contracts(), World.yaml("quorum: 1"))
        let many = World.propose(
            1, start: 1, end: 2_000,
            calls: Array(repeating: (World.bob, 7, [0xde, 0xad, 0xbe, 0xef]), count: 10_000),
            "\u{200b}#\n" + String(repeating: "long ", count: 20_000))
        var uneven = World.propose(2, start: 1, end: 2_000, calls: [(World.bob, 1, [])])
        uneven.values[2] = .array([.address(World.bob), .address(World.alice)])
        uneven.values[4] = .array([])
        try lab.commit([many, uneven])
        let facts = lab.facts.filter { $0.kind == "proposal_created" }
        #expect(facts.count == 2)
        let first = try #require(facts.first)
        func value(_ fact: Fact, _ name: String) -> String {
            fact.fields.first { $0.name == name }?.value ?? ""
        }
        #expect(first.fields.count < 40)
        #expect(value(first, "calls") == "10000")
        #expect(value(first, "call_20") == "… and 9980 more")
        #expect(value(first, "description").unicodeScalars.count == 501)
        #expect(first.fields.reduce(0) { $0 + $1.value.utf8.count } < 10_000)
        #expect(value(facts[1], "call_0").hasPrefix("no list of calls: 2 targets, 1 values"))
        let tracker = try #require(lab.tracker(GovernanceTracker.self, "dao"))
        #expect(tracker.texts[1]?.calls.count == 6)
        try lab.restart()
    }

    @Test func aFullMapForgetsTheOldestThatAreFinal() throws {
        var lab = try TrackerLab(World.contracts(), World.yaml("proposals_max: 8", "quorum: 1"))
        try lab.commit(World.proposals(1...8, start: 1_000) { $0 < 5 ? 1_001 : 9_000 })
        // Nothing is final yet: the new one has no room.
        try lab.commit([World.cancel(8)])
        try lab.commit([World.propose(9, start: 1, end: 9_000)])
        #expect(lab.skipped("governance", "dao", .full) == 0)
        #expect(lab.proposals(.defeated) == 4)
        #expect(lab.proposals(.canceled) == 1)
        for id in 10...13 {
            try lab.commit([World.propose(U256(UInt64(id)), start: 1, end: 9_000)])
        }
        #expect(lab.proposals(.active) == 8)
        try lab.commit([World.propose(14, start: 1, end: 9_000)])
        #expect(lab.skipped("governance", "dao", .full) == 1)
        #expect(lab.proposals(.defeated) == 4)
        #expect(lab.proposals(.canceled) == 1)
        let tracker = try #require(lab.tracker(GovernanceTracker.self, "dao"))
        #expect(tracker.proposals.count == 8)
        #expect(tracker.texts.count == 8)
    }

    @Test func aCrowdOfProposalsHidesNoneThatIsWon() throws {
        var lab = try TrackerLab(World.contracts(), World.yaml("quorum: 1"))
        // The same first digits make no series of two.
        let same = U256("1234567890123456789")!
        try lab.commit(
            [
                World.propose(same, start: 1_000, end: 9_000),
                World.propose(same.adding(1)!, start: 1_000, end: 9_000),
                World.vote(same, 1, 3), World.vote(same.adding(1)!, 1, 2),
            ] + World.proposals(1...200, start: 1_000) { _ in 9_000 })
        let tracker = try #require(lab.tracker(GovernanceTracker.self, "dao"))
        let samples = tracker.derived(at: lab.economy.place)
        let power = samples.filter { $0.family == GovernanceTracker.Shown.power.rawValue }
        #expect(power.count == 150)
        #expect(power.first?.labels == ["dao", "1234567890", "against"])
        #expect(power[3].labels == ["dao", "1234567890123456790", "against"])
        #expect(Set(power.map(\.labels)).count == 150)
        #expect(power.last?.labels[1] == "153")
        #expect(lab.proposals(.active) == 202)
    }

    @Test func damagedEntriesAreRefused() throws {
        var tracker = try #require(
            TrackerLab(World.contracts(), World.yaml("quorum: 1"))
                .tracker(GovernanceTracker.self, "dao"))
        var writer = StateWriter()
        var proposal = GovernanceTracker.Proposal(
            name: "5", created: BlockPlace(number: .zero, time: BlockTime(1)), ordinal: 3)
        proposal.quorum = .max
        proposal.eta = BlockTime(4)
        proposal.write(to: &writer)
        let bytes = writer.bytes
        func restores(_ drawer: String, _ key: String, _ bytes: [UInt8]) -> Bool {
            tracker.restore(drawer: drawer, key: key, bytes: bytes)
        }
        let isRestored = restores("proposal", "0x5", bytes)
        #expect(isRestored)
        #expect(tracker.proposals[5] == proposal)
        var taken = (0..<bytes.count).filter { count in
            restores("proposal", "0x5", Array(bytes.prefix(count)))
        }
        #expect(taken == [])
        for (drawer, key, bytes) in [
            ("proposal", "0x5", bytes + [0]), ("proposal", "five", bytes),
            ("nothing", "0x5", bytes), ("text", "0x5", [9, 9, 9]), ("operation", "0x5", [9, 9]),
            ("forgotten", "0x5", [9, 9]), ("clock", "0x5", [9, 9]),
        ] where restores(drawer, key, bytes) { taken.append(bytes.count) }
        #expect(taken == [])
    }

    @Test(arguments: [
        ("clock: sundial", "expected block, timestamp or Contract.CLOCK_MODE()"),
        ("clock: Nobody.CLOCK_MODE()", "expected Contract.function()"),
        ("clock: Governor.CLOCK_MODE(uint256)", "has other arguments than none"),
        ("quorum: many", "expected an amount of tokens, a percentage or Contract.function()"),
        ("quorum: 4%", "a quorum in percent needs the supply"),
        ("quorum: 101%\n      supply: 5", "is more than all there is"),
        ("quorum: 4%5\n      supply: 5", "expected an amount of tokens"),
        ("quorum: -4", "expected an amount of tokens"),
        ("quorum: Governor.quorum(address)", "has other arguments than none or uint256"),
        ("supply: 5%", "the supply is no share of itself"),
        ("voting_period: soon", "expected a duration"),
        ("voting_period: 3d", "the time between them is not known"),
        ("clock: Governor.CLOCK_MODE()\n      voting_period: 3d", "needs a clock that is known"),
        ("quorum_counts: [for, maybe]", "expected for, against or abstain"),
        ("proposals_max: 0", "proposals_max"),
        ("block_time: 0s", "block_time"),
        ("grace_period: later", "expected a duration"),
        ("color: red", "color"),
    ])
    func faultsAreNamed(line: String, message: String) throws {
        let faults = TrackerLab.faults(try World.contracts(), World.yaml(line))
        #expect(faults.contains(message), "\(faults)")
    }

    @Test(arguments: [
        (
            "proposed: { event: Governor.ProposalCreated, proposal: id }",
            "ProposalCreated has no argument \"id\""
        ),
        ("vote: { event: Governor.VoteCast, proposal: proposalId }", "missing key \"proposed\""),
        (
            "proposed: { event: Governor.ProposalCreated, proposal: proposalId, targets: proposer }",
            "is address, and targets needs a list"
        ),
        (
            "proposed: { event: Governor.ProposalCreated, proposal: proposalId }\n"
                + "      quorum: Governor.quorum(uint256)",
            "takes the start of the vote, which no event says"
        ),
        ("proposed: { event: Governor.ProposalCreated }", "missing key \"proposal\""),
    ])
    func faultsOfRolesAreNamed(text: String, message: String) throws {
        let faults = TrackerLab.faults(
            try World.contracts(),
            """
            tokens: { FAB: { chain: lab, decimals: 18 } }
            trackers:
              governance:
                dao:
                  token: FAB
                  \(text)
            """)
        #expect(faults.contains(message), "\(faults)")
    }
}
