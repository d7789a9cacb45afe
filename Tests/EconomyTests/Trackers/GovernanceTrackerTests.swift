// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import HashTreeCollections
import Testing
import WeirTestSupport

@testable import Economy

/// A governor of a test with its token and its timelock.
enum GovernanceWorld {
    static let alice = Address(words: 1, 0, 0)
    static let bob = Address(words: 2, 0, 0)

    static func contracts() throws -> [LabContract] {
        [
            try LabContract(
                "Governor", 1,
                [
                    "event ProposalCreated(uint256 proposalId, address proposer, address[] targets, "
                        + "uint256[] values, string[] signatures, bytes[] calldatas, "
                        + "uint256 voteStart, uint256 voteEnd, string description)",
                    "event VoteCast(address indexed voter, uint256 proposalId, uint8 support, "
                        + "uint256 weight, string reason)",
                    "event VoteCastWithParams(address indexed voter, uint256 proposalId, "
                        + "uint8 support, uint256 weight, string reason, bytes params)",
                    "event OverrideVoteCast(address indexed voter, uint256 proposalId, "
                        + "uint8 support, uint256 weight, string reason)",
                    "event VoteReduced(address indexed delegate, uint256 proposalId, uint8 support, "
                        + "uint256 weight)",
                    "event ProposalQueued(uint256 proposalId, uint256 etaSeconds)",
                    "event ProposalExecuted(uint256 proposalId)",
                    "event ProposalCanceled(uint256 proposalId)",
                    "event ProposalExtended(uint256 indexed proposalId, uint64 extendedDeadline)",
                ]),
            try LabContract(
                "Fab", 2,
                [
                    "event Transfer(address indexed from, address indexed to, uint256 value)",
                    "function transfer(address to, uint256 amount) returns (bool)",
                ]),
            try LabContract(
                "Timelock", 3,
                [
                    "event CallScheduled(bytes32 indexed id, uint256 indexed index, address target, "
                        + "uint256 value, bytes data, bytes32 predecessor, uint256 delay)",
                    "event CallExecuted(bytes32 indexed id, uint256 indexed index, address target, "
                        + "uint256 value, bytes data)",
                    "event Cancelled(bytes32 indexed id)",
                ]),
        ]
    }

    static let roles = """
              proposed: { event: Governor.ProposalCreated, proposal: proposalId, proposer: proposer, targets: targets, values: values, signatures: signatures, calldatas: calldatas, start: voteStart, end: voteEnd, description: description }
              vote:
                - { event: Governor.VoteCast, proposal: proposalId, voter: voter, reason: reason }
                - { event: Governor.VoteCastWithParams, proposal: proposalId, voter: voter, params: params }
                - { event: Governor.OverrideVoteCast, proposal: proposalId, voter: voter }
              reduced: { event: Governor.VoteReduced, proposal: proposalId, voter: delegate }
              queued: { event: Governor.ProposalQueued, proposal: proposalId, eta: etaSeconds }
              executed: { event: Governor.ProposalExecuted, proposal: proposalId }
              canceled: { event: Governor.ProposalCanceled, proposal: proposalId }
              extended: { event: Governor.ProposalExtended, proposal: proposalId, deadline: extendedDeadline }
              scheduled: { event: Timelock.CallScheduled, operation: id }
              operation_executed: { event: Timelock.CallExecuted, operation: id }
              operation_canceled: { event: Timelock.Cancelled, operation: id }
        """

    /// A configuration with these settings, one a line.
    static func yaml(_ settings: String...) -> String {
        "tokens: { FAB: { chain: lab, address: \"\(Self.fab.lowercaseText)\", decimals: 18 } }\n"
            + "trackers:\n  governance:\n    dao:\n      token: FAB\n"
            + settings.map { "      \($0)\n" }.joined() + Self.roles
    }

    static let governor = Address(words: 1, 1, 1)
    static let fab = Address(words: 2, 2, 2)

    static func units(_ whole: UInt64) -> U256 {
        U256(scaledText: String(whole), decimals: 18) ?? .max
    }

    static func propose(
        _ id: U256, start: UInt64, end: UInt64, calls: [(Address, UInt64, [UInt8])] = [],
        _ text: String = "# Title\n\nText"
    ) -> Emit {
        Emit(
            "Governor.ProposalCreated",
            [
                .uint(id), .address(Self.alice), .array(calls.map { .address($0.0) }),
                .array(calls.map { .uint(U256($0.1)) }), .array(calls.map { _ in .text("") }),
                .array(calls.map { .bytes($0.2) }), .uint(U256(start)), .uint(U256(end)),
                .text(text),
            ])
    }

    /// Proposals with these ids.
    static func proposals(
        _ ids: ClosedRange<UInt64>, start: UInt64, end: (UInt64) -> UInt64
    ) -> [Emit] {
        ids.map { Self.propose(U256($0), start: start, end: end($0)) }
    }

    static func vote(
        _ id: U256, _ support: UInt64, _ weight: U256, by voter: Address = Self.bob
    ) -> Emit {
        Emit(
            "Governor.VoteCast",
            [.address(voter), .uint(id), .uint(U256(support)), .uint(weight), .text("because")])
    }

    static func queue(_ id: U256, eta: UInt64, transaction: Int? = nil) -> Emit {
        Emit(
            "Governor.ProposalQueued", [.uint(id), .uint(U256(eta))], transaction: transaction)
    }
    static func execute(_ id: U256) -> Emit { Emit("Governor.ProposalExecuted", [.uint(id)]) }
    static func cancel(_ id: U256) -> Emit { Emit("Governor.ProposalCanceled", [.uint(id)]) }
    static func extend(_ id: U256, to deadline: UInt64) -> Emit {
        Emit("Governor.ProposalExtended", [.uint(id), .uint(U256(deadline))])
    }
}

extension TrackerLab {
    /// How many proposals of the governor are in a state.
    func proposals(_ state: GovernanceTracker.Status, _ name: String = "dao") -> Double? {
        self.value("proposals", [name, state.rawValue])
    }

    /// The states that proposals are in.
    var states: [String] {
        GovernanceTracker.Status.allCases.flatMap { state in
            Array(repeating: state.rawValue, count: Int(self.proposals(state) ?? 0))
        }
    }

    /// The value of a field of the last fact of a kind.
    func fact(_ kind: String, _ field: String) -> String? {
        self.facts.last { $0.kind == kind }?.fields.first { $0.name == field }?.value
    }
}

@Suite("GovernanceTracker")
struct GovernanceTrackerTests {
    typealias World = GovernanceWorld

    /// The time of the lab's block so many blocks after the first, which is 1001.
    static func time(_ blocks: UInt64) -> UInt64 { 1_700_000_012 + 12 * blocks }

    @Test func lifeFromProposalToExecutionByBlockTime() throws {
        var lab = try TrackerLab(
            World.contracts(), World.yaml("clock: timestamp", "quorum: 100", "supply: 1000"))
        try lab.commit([World.propose(7, start: Self.time(1), end: Self.time(3))])
        #expect(lab.states == ["pending"])
        #expect(
            lab.value("proposal_deadline_timestamp_seconds", ["dao", "7"])
                == Double(Self.time(3)))
        // The start itself is before the vote.
        try lab.commit([])
        #expect(lab.states == ["pending"])
        try lab.commit([
            World.vote(7, 1, World.units(90)), World.vote(7, 0, World.units(89)),
            World.vote(7, 2, World.units(9)),
        ])
        #expect(lab.states == ["active"])
        #expect(lab.value("voting_power_tokens", ["dao", "7", "for"]) == 90)
        #expect(lab.value("voting_power_tokens", ["dao", "7", "against"]) == 89)
        #expect(lab.value("voting_power_tokens", ["dao", "7", "abstain"]) == 9)
        #expect(lab.value("voting_power_tokens", ["dao", "7", "other"]) == nil)
        #expect(lab.value("quorum_ratio", ["dao", "7"]) == 0.99)
        #expect(lab.value("participation_ratio", ["dao", "7"]) == 0.188)
        // The end itself is within the vote.
        try lab.commit([World.vote(7, 2, World.units(1))])
        #expect(lab.states == ["active"])
        try lab.commit([])
        #expect(lab.states == ["succeeded"])
        #expect(lab.value("proposal_deadline_timestamp_seconds", ["dao", "7"]) == nil)
        #expect(lab.value("quorum_ratio", ["dao", "7"]) == 1)
        try lab.commit([World.queue(7, eta: 1_800_000_000)])
        #expect(lab.states == ["queued"])
        #expect(lab.value("timelock_eta_timestamp_seconds", ["dao", "7"]) == 1_800_000_000)
        try lab.commit([World.execute(7)])
        #expect(lab.states == ["executed"])
        #expect(lab.value("voting_power_tokens", ["dao", "7", "for"]) == nil)
        #expect(lab.value("timelock_eta_timestamp_seconds", ["dao", "7"]) == nil)
        lab.revert(1)
        #expect(lab.states == ["queued"])
        lab.revert(2)
        #expect(lab.states == ["active"])
        #expect(lab.value("votes_total", ["dao", "abstain"]) == 2)
        lab.revert(1)
        #expect(lab.value("quorum_ratio", ["dao", "7"]) == 0.99)
        #expect(lab.value("votes_total", ["dao", "abstain"]) == 2)
        #expect(lab.value("votes_reverted_total", ["dao", "abstain"]) == 1)
        #expect(lab.value("votes_cast_tokens_total", ["dao", "FAB", "for"]) == 90)
    }

    @Test(arguments: [
        // settings, for, against, abstain, the state after the vote
        (["quorum: 100"], 60, 0, 40, "succeeded"),
        (["quorum: 100"], 60, 0, 39, "defeated"),
        (["quorum: 100", "quorum_counts: [for]"], 99, 0, 40, "defeated"),
        (["quorum: 100", "quorum_counts: [for]"], 100, 99, 0, "succeeded"),
        (["quorum: 10"], 50, 50, 0, "defeated"),
        (["quorum: 0"], 1, 0, 0, "succeeded"),
        (["quorum: 0"], 0, 0, 0, "defeated"),
        ([], 1, 0, 0, "ended"),
        ([], 0, 1, 0, "defeated"),
        (["quorum: 4%", "supply: 2500"], 100, 0, 0, "succeeded"),
        (["quorum: 4%", "supply: 2525"], 100, 0, 0, "defeated"),
        (["quorum: 0.5", "quorum_counts: [for, against, abstain]"], 1, 0, 0, "succeeded"),
    ])
    func votesAreJudged(
        settings: [String], inFavour: UInt64, against: UInt64, abstain: UInt64, state: String
    ) throws {
        let yaml = World.yaml(settings.joined(separator: "\n      "))
        var lab = try TrackerLab(World.contracts(), yaml)
        try lab.commit([
            World.propose(1, start: 1_001, end: 1_002),
            World.vote(1, 1, World.units(inFavour)), World.vote(1, 0, World.units(against)),
            World.vote(1, 2, World.units(abstain)),
        ])
        try lab.commit([])
        #expect(lab.states == ["active"])
        try lab.commit([])
        #expect(lab.states == [state])
    }

    @Test func lateQuorumExtendsTheVote() throws {
        var lab = try TrackerLab(World.contracts(), World.yaml("block_time: 2s", "quorum: 1"))
        try lab.commit([World.propose(1, start: 1_000, end: 1_002)])
        #expect(
            lab.value("proposal_deadline_timestamp_seconds", ["dao", "1"])
                == Double(Self.time(0) + 2))
        try lab.commit([World.extend(1, to: 1_010)])
        try lab.commit([])
        #expect(lab.states == ["active"])
        #expect(
            lab.value("proposal_deadline_timestamp_seconds", ["dao", "1"])
                == Double(Self.time(2) + 14))
        #expect(lab.fact("proposal_extended", "end") == "1010")
        lab.revert(2)
        try lab.commit([])
        try lab.commit([World.cancel(1), World.extend(1, to: 1_010)])
        #expect(lab.states == ["canceled"])
        #expect(lab.skipped("governance", "dao", .outOfOrder) == 1)
    }

    @Test func deadlineIsEstimatedByTheMeasuredPace() throws {
        var lab = try TrackerLab(World.contracts(), World.yaml("quorum: 1"))
        try lab.commit([World.propose(1, start: 1_001, end: 1_101)])
        // One block tells no pace.
        #expect(lab.value("proposal_deadline_timestamp_seconds", ["dao", "1"]) == nil)
        lab.wait(8)
        try lab.commit([])
        // 20 seconds for one block, 99 blocks to go.
        #expect(
            lab.value("proposal_deadline_timestamp_seconds", ["dao", "1"])
                == Double(Self.time(1) + 8 + 99 * 20))
        try lab.commit([])
        #expect(
            lab.value("proposal_deadline_timestamp_seconds", ["dao", "1"])
                == Double(Self.time(2) + 8 + 98 * 16))
    }

    @Test func queuedProposalExpiresAfterItsGrace() throws {
        var lab = try TrackerLab(World.contracts(), World.yaml("grace_period: 24s"))
        try lab.commit([
            World.propose(1, start: 1_000, end: 1_000), World.vote(1, 1, 1),
            World.queue(1, eta: Self.time(1)),
        ])
        try lab.commit([])
        try lab.commit([])
        #expect(lab.states == ["queued"])
        try lab.commit([])
        #expect(lab.states == ["expired"])
        #expect(lab.value("timelock_eta_timestamp_seconds", ["dao", "1"]) == nil)
        // A contract that executes it nevertheless is right.
        try lab.commit([World.execute(1)])
        #expect(lab.states == ["executed"])
    }

    @Test func timelockAloneExecutesAndCancels() throws {
        var lab = try TrackerLab(World.contracts(), World.yaml("clock: timestamp", "quorum: 1"))
        func operation(_ number: UInt8) -> ABIValue {
            .bytes(Array(repeating: number, count: 32))
        }
        func schedule(_ number: UInt8, _ index: UInt64, _ transaction: Int) -> Emit {
            Emit(
                "Timelock.CallScheduled",
                [
                    operation(number), .uint(U256(index)), .address(World.alice), .uint(0),
                    .bytes([]), .bytes(Array(repeating: 0, count: 32)), .uint(60),
                ], transaction: transaction)
        }
        func executed(_ number: UInt8, _ index: UInt64) -> Emit {
            Emit(
                "Timelock.CallExecuted",
                [
                    operation(number), .uint(U256(index)), .address(World.alice), .uint(0),
                    .bytes([]),
                ])
        }
        try lab.commit(World.proposals(1...4, start: 0) { _ in 0 })
        try lab.commit([
            schedule(1, 0, 1), schedule(1, 1, 1), World.queue(1, eta: 9, transaction: 1),
            schedule(2, 0, 2), World.queue(2, eta: 9, transaction: 2),
            // Not of the transaction that queues.
            schedule(3, 0, 3), World.queue(3, eta: 9, transaction: 4),
            schedule(4, 0, 5), World.queue(4, eta: 9, transaction: 5),
        ])
        try lab.restart()
        try lab.commit([
            executed(1, 0), executed(1, 1), World.execute(1),
            Emit("Timelock.Cancelled", [operation(2)]), executed(3, 0), executed(9, 0),
            World.cancel(4), Emit("Timelock.Cancelled", [operation(4)]),
        ])
        #expect(lab.states == ["queued", "executed", "canceled", "canceled"])
        #expect(lab.value("proposal_changes_total", ["dao", "executed"]) == 1)
        for reason in SkipReason.allCases {
            #expect(lab.skipped("governance", "dao", reason) == 0, "\(reason)")
        }
        // Only once may the governor say it after its timelock.
        try lab.commit([World.execute(1), World.execute(2)])
        #expect(lab.skipped("governance", "dao", .duplicate) == 1)
        #expect(lab.skipped("governance", "dao", .outOfOrder) == 1)
        let tracker = try #require(lab.tracker(GovernanceTracker.self, "dao"))
        #expect(tracker.operations.count == 0)
    }

    @Test func fractionalAndOverriddenVotesAreDivided() throws {
        var lab = try TrackerLab(World.contracts(), World.yaml("quorum: 1"))
        func fractional(_ parts: [UInt8], _ weight: U256) -> Emit {
            Emit(
                "Governor.VoteCastWithParams",
                [
                    .address(World.bob), .uint(1), .uint(255), .uint(weight), .text(""),
                    .bytes(parts),
                ])
        }
        func word(_ value: UInt8) -> [UInt8] { Array(repeating: 0, count: 15) + [value] }
        let unit = World.units(1)
        try lab.commit([
            World.propose(1, start: 0, end: 2_000), World.vote(1, 1, unit),
            fractional(word(1) + word(2) + word(3), 6),
            // Parts of another weight, and parts that are none.
            fractional(word(1) + word(2) + word(3), 7), fractional([1, 2], 3),
            Emit(
                "Governor.VoteReduced",
                [.address(World.bob), .uint(1), .uint(1), .uint(unit)]),
            Emit(
                "Governor.OverrideVoteCast",
                [.address(World.alice), .uint(1), .uint(0), .uint(unit), .text("")]),
            Emit(
                "Governor.VoteReduced",
                [.address(World.bob), .uint(1), .uint(2), .uint(4)]),
        ])
        let tracker = try #require(lab.tracker(GovernanceTracker.self, "dao"))
        let votes = try #require(tracker.proposals[1]?.votes)
        #expect(votes.against == unit.adding(1))
        #expect(votes.inFavour == 2)
        #expect(votes.abstain == 3)
        #expect(lab.value("votes_total", ["dao", "split"]) == 1)
        #expect(lab.skipped("governance", "dao", .unusable) == 2)
        #expect(lab.skipped("governance", "dao", .insufficient) == 1)
        #expect(lab.fact("vote_reduced", "support") == "for")
    }

    @Test func callsAreToldInTokens() throws {
        var lab = try TrackerLab(World.contracts(), World.yaml("quorum: 1"))
        let transfer = try HumanABI.parseFunction("transfer(address to, uint256 amount)")
            .encodeCall([.address(World.bob), .uint(World.units(1_000))])
        try lab.commit([
            World.propose(
                1, start: 1, end: 2,
                calls: [
                    (World.fab, 0, transfer), (World.bob, 1_500_000_000_000_000_000, []),
                    (World.alice, 0, [1, 2, 3, 4, 5]),
                ], "\n## Pay Bob\u{202e}\nNow\t!")
        ])
        #expect(
            lab.fact("proposal_created", "call_0")
                == "Fab.transfer(to: \(World.bob), amount: 1,000 FAB)")
        #expect(lab.fact("proposal_created", "call_1") == "send 1.5 ETH to \(World.bob)")
        #expect(lab.fact("proposal_created", "calls") == "3")
        // State depends on no function: another ABI does not build it again.
        #expect(!lab.definition.trackers[0].fingerprint.contains("transfer"))
        #expect(lab.fact("proposal_created", "title") == "Pay Bob\u{fffd}")
        #expect(lab.fact("proposal_created", "description") == " ## Pay Bob\u{fffd} Now !")
        #expect(lab.fact("proposal_created", "governor") == World.governor.description)
        #expect(lab.fact("proposal_created", "proposer") == World.alice.description)
        // An alert on what comes later shows them too, also after a restart.
        lab.settle(1)
        try lab.restart()
        try lab.commit([World.vote(1, 1, 5), World.queue(1, eta: 77)])
        #expect(
            lab.fact("proposal_queued", "call_0")
                == "Fab.transfer(to: \(World.bob), amount: 1,000 FAB)")
        #expect(lab.fact("proposal_queued", "eta") == "77")
        #expect(lab.fact("proposal_queued", "for") == "5")
        #expect(lab.fact("vote_cast", "reason") == "because")
        #expect(lab.fact("vote_cast", "weight") == "5")
        try lab.commit([World.execute(1)])
        #expect(lab.fact("proposal_executed", "title") == "Pay Bob\u{fffd}")
        let tracker = try #require(lab.tracker(GovernanceTracker.self, "dao"))
        #expect(tracker.texts.count == 0)
    }

    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func economy1ReachesItsTruth() throws {
        var lab = try TrackerLab(
            Economy1.contracts(),
            """
            tokens:
              FAB: { chain: lab, address: "0x10d1023d0515db0f3bfb0249e3b47bf071655b4f", decimals: 18 }
            trackers:
              governance:
                dao:
                  token: FAB
                  quorum: 1_000_000       # what the constructor was given
                  proposed: { event: governor.ProposalCreated, proposal: proposalId, proposer: proposer, targets: targets, values: values, signatures: signatures, calldatas: calldatas, start: voteStart, end: voteEnd, description: description }
                  vote: { event: governor.VoteCast, proposal: proposalId, voter: voter }
                  queued: { event: governor.ProposalQueued, proposal: proposalId, eta: etaSeconds }
                  executed: { event: governor.ProposalExecuted, proposal: proposalId }
                  canceled: { event: governor.ProposalCanceled, proposal: proposalId }
            """)
        try Economy1.play(in: &lab)
        let truth = try #require(
            try Economy1.truth()["governance"] as? [String: [String: Any]])
        let tracker = try #require(lab.tracker(GovernanceTracker.self, "dao"))
        #expect(tracker.proposals.count == truth.count)
        var states: [String: Double] = [:]
        for (text, expected) in truth {
            let proposal = try #require(U256(text).flatMap { tracker.proposals[$0] }, "\(text)")
            #expect(proposal.votes.inFavour.description == expected["for"] as? String)
            #expect(proposal.votes.against.description == expected["against"] as? String)
            #expect(proposal.votes.abstain.description == expected["abstain"] as? String)
            #expect(Int(proposal.voteCount) == expected["voters"] as? Int)
            #expect(proposal.start.map(Int.init) == expected["voteStart"] as? Int)
            #expect(proposal.end.map(Int.init) == expected["voteEnd"] as? Int)
            let state = try #require(expected["state"] as? String)
            #expect(
                tracker.status(of: proposal, at: lab.economy.place).rawValue == state, "\(text)")
            states[state, default: 0] += 1
        }
        #expect(truth.count == 16)
        for state in GovernanceTracker.Status.allCases {
            #expect(lab.proposals(state) == states[state.rawValue] ?? 0, "\(state)")
        }
        for reason in SkipReason.allCases {
            #expect(lab.skipped("governance", "dao", reason) == 0, "\(reason)")
        }
        #expect(lab.outcomes.contains { !$0.reverted.isEmpty })
        let calls = lab.facts.filter { $0.kind == "proposal_created" }.compactMap { fact in
            fact.fields.first { $0.name == "call_0" }?.value
        }
        #expect(
            calls.allSatisfy {
                $0.hasPrefix("treasury.") || $0.hasPrefix("registry.") || $0.hasPrefix("escrow.")
            }, "\(calls)")
    }
}
