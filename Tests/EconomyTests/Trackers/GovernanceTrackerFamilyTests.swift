// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import Foundation
import HashTreeCollections
import Testing
import WeirTestSupport

@testable import Economy

/// The ABIs of real governors in a governance tracker's roles.
@Suite("GovernanceTracker: families of contracts")
struct GovernanceTrackerFamilyTests {
    typealias World = GovernanceWorld

    /// A contract whose ABI is shipped.
    static func contract(_ file: String) throws -> LabContract {
        let url = Vectors.projectRoot.appendingPathComponent("abis/\(file).json")
        return LabContract(
            "Dao", at: Address(words: 9, 9, 9), abi: try JSONABI.parse(Array(Data(contentsOf: url)))
        )
    }

    static func yaml(_ text: String) -> String {
        "tokens: { FAB: { chain: lab, decimals: 18 } }\n"
            + "trackers:\n  governance:\n    dao:\n      token: FAB\n"
            + text.split(separator: "\n").map { "      \($0)\n" }.joined()
    }

    static let governorRoles = """
        vote: { event: Dao.VoteCast, proposal: proposalId, voter: voter }
        queued: { event: Dao.ProposalQueued, proposal: proposalId, eta: etaSeconds }
        executed: { event: Dao.ProposalExecuted, proposal: proposalId }
        canceled: { event: Dao.ProposalCanceled, proposal: proposalId }
        proposed: { event: Dao.ProposalCreated, proposal: proposalId, proposer: proposer, targets: targets, values: values, signatures: signatures, calldatas: calldatas, start: voteStart, end: voteEnd, description: description }
        """

    static let compoundRoles = """
        quorum_counts: for
        grace_period: 14d
        queued: { event: Dao.ProposalQueued, proposal: id, eta: eta }
        executed: { event: Dao.ProposalExecuted, proposal: id }
        canceled: { event: Dao.ProposalCanceled, proposal: id }
        vote: { event: Dao.VoteCast, proposal: proposalId, voter: voter, weight: votes }
        proposed: { event: Dao.ProposalCreated, proposal: id, proposer: proposer, targets: targets, values: values, signatures: signatures, calldatas: calldatas, start: startBlock, end: endBlock, description: description }
        """

    /// `ProposalCreated` of Governor, Bravo and Alpha.
    static func created(_ id: UInt64, _ end: UInt64) -> Emit {
        Emit(
            "Dao.ProposalCreated",
            [
                .uint(U256(id)), .address(World.alice), .array([.address(World.bob)]),
                .array([.uint(0)]), .array([.text("setDelay(uint256)")]),
                .array([.bytes(U256(5).bigEndianBytes)]), .uint(0), .uint(U256(end)), .text("x"),
            ])
    }

    @Test(arguments: ["governance/oz-governor", "demo/Governor", "governance/governor-bravo"])
    func governorsOfOpenZeppelinAndBravo(file: String) throws {
        let roles = file.hasSuffix("bravo") ? Self.compoundRoles : Self.governorRoles
        var lab = try TrackerLab([Self.contract(file)], Self.yaml("quorum: 2\n" + roles))
        func vote(_ id: UInt64, _ support: UInt64) -> Emit {
            Emit(
                "Dao.VoteCast",
                [
                    .address(World.bob), .uint(U256(id)), .uint(U256(support)),
                    .uint(World.units(2)), .text("ok"),
                ])
        }
        try lab.commit([
            Self.created(1, 1_001), vote(1, 1), Self.created(2, 1_001), vote(2, 2),
            Self.created(3, 1_001), vote(3, 0), Self.created(4, 1_001), vote(4, 1),
            Self.created(5, 1_001), Self.created(6, 2_000),
        ])
        #expect(lab.value("voting_power_tokens", ["dao", "1", "for"]) == 2)
        try lab.commit([
            Emit("Dao.ProposalQueued", [.uint(1), .uint(77)]),
            Emit("Dao.ProposalCanceled", [.uint(5)]),
        ])
        #expect(lab.value("votes_total", ["dao", "for"]) == 2)
        #expect(lab.value("votes_total", ["dao", "against"]) == 1)
        #expect(lab.value("votes_total", ["dao", "abstain"]) == 1)
        #expect(
            lab.states == [
                "active", "succeeded", "defeated", "defeated",
                file.hasSuffix("bravo") ? "canceled" : "queued",
                file.hasSuffix("bravo") ? "expired" : "canceled",
            ])
        try lab.commit([Emit("Dao.ProposalExecuted", [.uint(1)])])
        #expect(lab.proposals(.executed) == 1)
        let call = try #require(lab.fact("proposal_executed", "call_0"))
        #expect(call.contains("setDelay"), "\(call)")
    }

    @Test func alphaVotesWithTrueAndFalse() throws {
        var lab = try TrackerLab(
            [Self.contract("governance/governor-alpha")], Self.yaml(Self.compoundRoles))
        func vote(_ support: Bool, _ weight: UInt64) -> Emit {
            Emit(
                "Dao.VoteCast",
                [.address(World.bob), .uint(1), .bool(support), .uint(World.units(weight))])
        }
        try lab.commit([Self.created(1, 2_000), vote(true, 5), vote(false, 3)])
        #expect(lab.value("voting_power_tokens", ["dao", "1", "for"]) == 5)
        #expect(lab.value("voting_power_tokens", ["dao", "1", "against"]) == 3)
    }

    @Test func aragonVotesForAPeriodOfTheConfiguration() throws {
        var lab = try TrackerLab(
            [Self.contract("governance/aragon-voting")],
            Self.yaml(
                """
                clock: timestamp
                voting_delay: 0
                voting_period: 24s
                supply: 100
                quorum: 15%
                quorum_counts: [for]
                proposed: { event: Dao.StartVote, proposal: voteId }
                vote: { event: Dao.CastVote, proposal: voteId, voter: voter, support: supports, weight: stake }
                executed: { event: Dao.ExecuteVote, proposal: voteId }
                """))
        func vote(_ id: UInt64, _ weight: UInt64) -> Emit {
            Emit(
                "Dao.CastVote",
                [.uint(U256(id)), .address(World.bob), .bool(true), .uint(World.units(weight))])
        }
        try lab.commit([
            Emit("Dao.StartVote", [.uint(0)]), vote(0, 15), Emit("Dao.StartVote", [.uint(1)]),
            vote(1, 14),
        ])
        #expect(lab.value("participation_ratio", ["dao", "0"]) == 0.15)
        #expect(lab.value("quorum_ratio", ["dao", "0"]) == 1)
        #expect(
            lab.value("proposal_deadline_timestamp_seconds", ["dao", "0"]) == 1_700_000_036)
        try lab.commit([])
        try lab.commit([])
        #expect(lab.states == ["active", "active"])
        try lab.commit([])
        #expect(lab.states == ["succeeded", "defeated"])
        try lab.commit([Emit("Dao.ExecuteVote", [.uint(0)])])
        #expect(lab.states == ["defeated", "executed"])
    }

    @Test func fabstirOfTheirFirstContractsHasIndexedIds() throws {
        var lab = try TrackerLab(
            [Self.contract("fabstir/Governance")],
            Self.yaml(
                """
                voting_period: 3
                proposed: { event: Dao.ProposalCreated, proposal: proposalId, proposer: proposer, description: description }
                vote: { event: Dao.VoteCast, proposal: proposalId, voter: voter }
                queued: { event: Dao.ProposalQueued, proposal: proposalId, eta: executionTime }
                executed: { event: Dao.ProposalExecuted, proposal: proposalId }
                canceled: { event: Dao.ProposalCancelled, proposal: proposalId }
                quorum: 0
                """))
        try lab.commit([
            Emit(
                "Dao.ProposalCreated",
                [.uint(12), .address(World.alice), .uint(1), .text("Lower the fee")]),
            Emit(
                "Dao.VoteCast",
                [.uint(12), .address(World.bob), .bool(true), .uint(World.units(3))]),
        ])
        #expect(lab.states == ["active"])
        #expect(lab.value("voting_power_tokens", ["dao", "12", "for"]) == 3)
        #expect(lab.fact("proposal_created", "title") == "Lower the fee")
        for _ in 0..<4 { try lab.commit([]) }
        #expect(lab.states == ["succeeded"])
        try lab.commit([Emit("Dao.ProposalQueued", [.uint(12), .uint(1_800_000_000)])])
        #expect(lab.value("timelock_eta_timestamp_seconds", ["dao", "12"]) == 1_800_000_000)
        try lab.commit([Emit("Dao.ProposalCancelled", [.uint(12)])])
        #expect(lab.states == ["canceled"])
    }

    @Test func modelsAreVotedOnToo() throws {
        var lab = try TrackerLab(
            [Self.contract("fabstir/current/ModelRegistry")],
            Self.yaml(
                """
                clock: timestamp
                voting_period: 3d
                proposed: { event: Dao.ModelProposed, proposal: modelId, proposer: proposer, description: huggingfaceRepo }
                vote: { event: Dao.VoteCast, proposal: modelId, voter: voter, weight: amount }
                extended: { event: Dao.VotingExtended, proposal: modelId, deadline: newEndTime }
                executed: { event: Dao.ProposalExecuted, proposal: modelId, where: { approved: true } }
                rejected: { event: Dao.ProposalExecuted, proposal: modelId, where: { approved: false } }
                """))
        func id(_ first: UInt8) -> ABIValue { .bytes([first] + Array(repeating: 0xcd, count: 31)) }
        func propose(_ first: UInt8) -> Emit {
            Emit("Dao.ModelProposed", [id(first), .address(World.alice), .text("org/model")])
        }
        try lab.commit([
            propose(1), propose(2),
            Emit(
                "Dao.VoteCast", [id(1), .address(World.bob), .uint(World.units(4)), .bool(true)]),
            Emit("Dao.VotingExtended", [id(1), .uint(1_800_000_000), .uint(1)]),
        ])
        #expect(
            lab.value("proposal_deadline_timestamp_seconds", ["dao", "0x01cdcdcdcd"])
                == 1_800_000_000)
        #expect(lab.value("voting_power_tokens", ["dao", "0x01cdcdcdcd", "for"]) == 4)
        try lab.commit([
            Emit("Dao.ProposalExecuted", [id(1), .bool(true)]),
            Emit("Dao.ProposalExecuted", [id(2), .bool(false)]),
        ])
        #expect(lab.states == ["defeated", "executed"])
    }

    /// Generated logs of ENS' and Compound's governors with random values: nothing of them traps, and
    /// a vote reaches the proposal whose id it has.
    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func generatedEventsFindTheirRoles() throws {
        let lines = try Vectors.lines("events-generated.ndjson").filter { line in
            let abi = line["abi"] as? [String: Any]
            return (abi?["name"] as? String)?.hasPrefix("Proposal") == true
                || abi?["name"] as? String == "VoteCast"
        }
        var seen = 0
        for (file, roles) in [
            ("governance/oz-governor", Self.governorRoles),
            ("governance/governor-alpha", Self.compoundRoles),
        ] {
            var lab = try TrackerLab([Self.contract(file)], Self.yaml(roles))
            var logs = LogBatch()
            var index: UInt32 = 0
            for line in lines {
                guard
                    let topics = (line["topics"] as? [String]).flatMap({
                        TopicList($0.compactMap { Hash256($0) })
                    }), let data = (line["data"] as? String).flatMap({ Hex.decode($0) })
                else { continue }
                logs.append(
                    LogEntry(
                        address: Address(words: 9, 9, 9), topics: topics, dataOffset: 0,
                        dataCount: 0, blockNumber: BlockNumber(1_001),
                        blockHash: Hash256(words: 1, 1, 1, 1),
                        transactionHash: Hash256(words: 1, 1, 1, UInt64(index)),
                        transactionIndex: index, logIndex: index,
                        blockTimestamp: BlockTime(1_700_000_012)), data: data)
                index += 1
            }
            lab.commit(
                Block(
                    header: BlockHeader(
                        number: BlockNumber(1_001), hash: Hash256(words: 1, 1, 1, 1),
                        parentHash: .zero, timestamp: BlockTime(1_700_000_012)), logs: logs))
            let created = lab.facts.filter { $0.kind == "proposal_created" }
            for fact in created {
                #expect(fact.fields.contains { $0.name == "call_0" })
                #expect(fact.fields.allSatisfy { $0.value.count < 2_000 })
            }
            seen += created.count
            let skipped = lab.skipped("governance", "dao", .unknownKey)
            #expect(skipped > 0)
        }
        #expect(seen > 0)
    }
}
