// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives

/// A transaction's purpose: what it calls, and what the call does.
enum EconomyCall: Sendable {
    case sendEther(to: Address, U256)
    case airdrop(U256)
    case transfer(to: Address, U256)
    case approve(SimulatedContract, U256)
    case mint(to: Address, U256)
    case burn(U256)
    case register(peer: String, stake: U256)
    case addStake(U256)
    case unregister
    case slash(Address, U256, reason: String)
    case postJob(model: String, payment: U256)
    case claimJob(UInt64)
    case completeJob(UInt64, result: String)
    case failJob(UInt64, reason: String)
    case cancelJob(UInt64)
    case openChannel(to: Address, U256)
    case topUpChannel(UInt64, U256)
    case closeChannel(UInt64, voucher: U256)
    case settleChannel(UInt64)
    case propose(ProposalPlan)
    case vote(U256, support: UInt64, reason: String)
    case queueProposal(U256)
    case executeProposal(U256)
    case cancelProposal(U256)

    /// Whom the transaction is sent to.
    var target: Address {
        switch self {
        case .sendEther(let to, _): to
        case .airdrop, .transfer, .approve, .mint, .burn: SimulatedContract.fabToken.address
        case .register, .addStake, .unregister, .slash: SimulatedContract.nodeRegistry.address
        case .postJob, .claimJob, .completeJob, .failJob, .cancelJob:
            SimulatedContract.jobMarketplace.address
        case .openChannel, .topUpChannel, .closeChannel, .settleChannel:
            SimulatedContract.paymentChannels.address
        case .propose, .vote, .queueProposal, .executeProposal, .cancelProposal:
            SimulatedContract.governor.address
        }
    }

    /// The ether that goes along, in wei.
    var value: U256 {
        if case .sendEther(_, let amount) = self { amount } else { .zero }
    }

    /// Gas of the code, without calldata, logs and the 21,000 of every transaction.
    var codeGas: UInt64 {
        switch self {
        case .sendEther: 0
        case .airdrop: 120_000
        case .approve, .burn: 22_000
        case .transfer, .mint, .vote: 28_000
        case .propose: 160_000
        case .register, .postJob, .openChannel, .executeProposal: 90_000
        default: 45_000
        }
    }

    /// Runs the call.
    func run(in run: inout Execution) throws(CallReverted) {
        switch self {
        case .sendEther(let to, let amount): try run.transferEther(to: to, amount)
        case .airdrop(let amount):
            try run.requireOwner()
            for account in SimulatedAccounts.addresses { try run.mint(to: account, amount) }
        case .transfer(let to, let amount):
            try run.transfer(from: run.sender, to: to, amount)
        case .approve(let contract, let amount): run.approve(contract.address, amount)
        case .mint(let to, let amount):
            try run.requireOwner()
            try run.mint(to: to, amount)
        case .burn(let amount): try run.burn(from: run.sender, amount)
        case .register(let peer, let stake): try run.register(peer: peer, stake: stake)
        case .addStake(let amount): try run.addStake(amount)
        case .unregister: try run.unregister()
        case .slash(let node, let amount, let reason):
            try run.slash(node, amount, reason: reason)
        case .postJob(let model, let payment): try run.postJob(model: model, payment: payment)
        case .claimJob(let id): try run.claimJob(id)
        case .completeJob(let id, let result): try run.completeJob(id, result: result)
        case .failJob(let id, let reason): try run.failJob(id, reason: reason)
        case .cancelJob(let id): try run.cancelJob(id)
        case .openChannel(let to, let deposit): try run.openChannel(to: to, deposit)
        case .topUpChannel(let id, let amount): try run.topUpChannel(id, amount)
        case .closeChannel(let id, let voucher): try run.closeChannel(id, voucher: voucher)
        case .settleChannel(let id): try run.settleChannel(id)
        case .propose(let plan): try run.propose(plan)
        case .vote(let id, let support, let reason):
            try run.vote(id, support: support, reason: reason)
        case .queueProposal(let id): try run.queueProposal(id)
        case .executeProposal(let id): try run.executeProposal(id)
        case .cancelProposal(let id): try run.cancelProposal(id)
        }
    }
}
