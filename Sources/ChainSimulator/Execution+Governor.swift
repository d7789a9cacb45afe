// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives

/// What a proposal asks the governor to do: a grant, and perhaps another minimum stake.
struct ProposalPlan: Sendable, Equatable {
    var grant: U256
    var minimumStake: U256?
    var description: String

    var targets: [ABIValue] {
        [.address(SimulatedContract.fabToken.address)]
            + (self.minimumStake == nil
                ? [] : [.address(SimulatedContract.nodeRegistry.address)])
    }

    var values: [ABIValue] { self.targets.map { _ in .uint(.zero) } }

    var calldatas: [ABIValue] {
        var calls = [
            Self.data(
                EconomyCall.mintFunction,
                [.address(SimulatedAccounts.deployer), .uint(self.grant)])
        ]
        if let stake = self.minimumStake {
            calls.append(Self.data(EconomyCall.minimumStakeFunction, [.uint(stake)]))
        }
        return calls
    }

    private static func data(_ function: ABIFunction, _ values: [ABIValue]) -> ABIValue {
        .bytes((try? function.encodeCall(values)) ?? [])
    }

    /// `keccak256(abi.encode(targets, values, calldatas, keccak256(description)))`, as OpenZeppelin's
    /// `hashProposal` has it.
    var id: U256 {
        let text = Keccak256.hash(text: self.description)
        let encoded = try? ABIEncoder.encode(
            [.array(.address), .array(.uint256), .array(.bytes), .bytes32],
            [
                .array(self.targets), .array(self.values), .array(self.calldatas),
                .bytes(text.bytes),
            ])
        return Keccak256.hash(encoded ?? []).word
    }
}

extension Execution {
    mutating func propose(_ plan: ProposalPlan) throws(CallReverted) {
        let id = plan.id
        try require(self.world.governor.proposals[id] == nil, "Governor: proposal already exists")
        let start = self.number &+ GovernorState.votingDelay
        let end = start &+ GovernorState.votingPeriod
        self.world.governor.proposals[id] = GovernorState.Proposal(
            proposer: self.sender, grant: plan.grant, minimumStake: plan.minimumStake,
            voteStart: start, voteEnd: end,
            quorum: GovernorState.quorum(of: self.world.token.supply))
        self.world.governor.order.append(id)
        self.emit(
            .governor, EconomyEvents.proposalCreated, .uint(id), .address(self.sender),
            .array(plan.targets), .array(plan.values), .array(plan.targets.map { _ in .text("") }),
            .array(plan.calldatas), .uint(U256(start)), .uint(U256(end)), .text(plan.description))
    }

    /// Casts a vote: 0 against, 1 for, 2 abstaining.
    mutating func vote(
        _ id: U256, support: UInt64, reason: String
    ) throws(CallReverted) {
        var proposal = try self.proposal(id, in: .active)
        try require(proposal.voters.insert(self.sender).inserted, "Governor: vote already cast")
        let weight = self.world.token.balance(of: self.sender)
        switch support {
        case 0: proposal.against = try sum(proposal.against, weight)
        case 1: proposal.inFavour = try sum(proposal.inFavour, weight)
        case 2: proposal.abstained = try sum(proposal.abstained, weight)
        default: throw CallReverted("Governor: invalid vote type")
        }
        self.world.governor.proposals[id] = proposal
        self.emit(
            .governor, EconomyEvents.voteCast, .address(self.sender), .uint(id),
            .uint(U256(support)), .uint(weight), .text(reason))
    }

    mutating func queueProposal(_ id: U256) throws(CallReverted) {
        var proposal = try self.proposal(id, in: .succeeded)
        let eta = self.time &+ 3 &* self.blockTime
        proposal.eta = eta
        self.world.governor.proposals[id] = proposal
        self.emit(.governor, EconomyEvents.proposalQueued, .uint(id), .uint(U256(eta)))
    }

    mutating func executeProposal(_ id: U256) throws(CallReverted) {
        var proposal = try self.proposal(id, in: .queued)
        try require(self.time >= proposal.eta ?? .max, "Timelock: operation is not ready")
        proposal.isExecuted = true
        self.world.governor.proposals[id] = proposal
        try self.mint(to: SimulatedAccounts.deployer, proposal.grant)
        if let stake = proposal.minimumStake { self.world.registry.minimumStake = stake }
        self.emit(.governor, EconomyEvents.proposalExecuted, .uint(id))
    }

    mutating func cancelProposal(_ id: U256) throws(CallReverted) {
        var proposal = try self.proposal(id, in: .pending)
        try require(proposal.proposer == self.sender, "Governor: only proposer can cancel")
        proposal.isCanceled = true
        self.world.governor.proposals[id] = proposal
        self.emit(.governor, EconomyEvents.proposalCanceled, .uint(id))
    }

    private func proposal(
        _ id: U256, in state: GovernorState.ProposalState
    ) throws(CallReverted) -> GovernorState.Proposal {
        guard let proposal = self.world.governor.proposals[id] else {
            throw CallReverted("Governor: unknown proposal id")
        }
        try require(proposal.state(at: self.number) == state, "Governor: unexpected state")
        return proposal
    }
}
