// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives

// The data that a transaction carries to its contract.
extension EconomyCall {
    static let mintFunction = Self.function("mint", .address, .uint256)
    static let minimumStakeFunction = Self.function("setMinimumStake", .uint256)

    private static let airdropFunction = function("airdrop", .array(.address), .uint256)
    private static let transferFunction = function("transfer", .address, .uint256)
    private static let approveFunction = function("approve", .address, .uint256)
    private static let burnFunction = function("burn", .uint256)
    private static let registerFunction = function("registerNode", .string, .uint256)
    private static let addStakeFunction = function("addStake", .uint256)
    private static let unregisterFunction = function("unregisterNode")
    private static let slashFunction = function("slashNode", .address, .uint256, .string)
    private static let postJobFunction = function("postJob", .string, .uint256)
    private static let claimJobFunction = function("claimJob", .uint256)
    private static let completeJobFunction = function("completeJob", .uint256, .string)
    private static let failJobFunction = function("failJob", .uint256, .string)
    private static let cancelJobFunction = function("cancelJob", .uint256)
    private static let openFunction = function("openChannel", .address, .uint256)
    private static let topUpFunction = function("topUpChannel", .uint256, .uint256)
    private static let closeFunction = function("closeChannel", .uint256, .uint256)
    private static let settleFunction = function("settleChannel", .uint256)
    private static let proposeFunction = function(
        "propose", .array(.address), .array(.uint256), .array(.bytes), .string)
    private static let voteFunction = function(
        "castVoteWithReason", .uint256, .uint(bits: 8), .string)
    private static let queueFunction = function("queue", .uint256)
    private static let executeFunction = function("execute", .uint256)
    private static let cancelFunction = function("cancel", .uint256)

    private static func function(_ name: String, _ types: ABIType...) -> ABIFunction {
        ABIFunction(name: name, inputs: types.map { ABIParameter($0) })
    }

    /// Selector and arguments; empty for plain ether.
    func input() throws(ABIError) -> [UInt8] {
        guard let (function, values) = self.invocation else { return [] }
        return try function.encodeCall(values)
    }

    private var invocation: (ABIFunction, [ABIValue])? {
        switch self {
        case .sendEther: nil
        case .airdrop(let amount):
            (
                Self.airdropFunction,
                [.array(SimulatedAccounts.addresses.map { .address($0) }), .uint(amount)]
            )
        case .transfer(let to, let amount):
            (Self.transferFunction, [.address(to), .uint(amount)])
        case .approve(let contract, let amount):
            (Self.approveFunction, [.address(contract.address), .uint(amount)])
        case .mint(let to, let amount): (Self.mintFunction, [.address(to), .uint(amount)])
        case .burn(let amount): (Self.burnFunction, [.uint(amount)])
        case .register(let peer, let stake):
            (Self.registerFunction, [.text(peer), .uint(stake)])
        case .addStake(let amount): (Self.addStakeFunction, [.uint(amount)])
        case .unregister: (Self.unregisterFunction, [])
        case .slash(let node, let amount, let reason):
            (Self.slashFunction, [.address(node), .uint(amount), .text(reason)])
        case .postJob(let model, let payment):
            (Self.postJobFunction, [.text(model), .uint(payment)])
        case .claimJob(let id): (Self.claimJobFunction, [.uint(U256(id))])
        case .completeJob(let id, let result):
            (Self.completeJobFunction, [.uint(U256(id)), .text(result)])
        case .failJob(let id, let reason):
            (Self.failJobFunction, [.uint(U256(id)), .text(reason)])
        case .cancelJob(let id): (Self.cancelJobFunction, [.uint(U256(id))])
        case .openChannel(let to, let deposit):
            (Self.openFunction, [.address(to), .uint(deposit)])
        case .topUpChannel(let id, let amount):
            (Self.topUpFunction, [.uint(U256(id)), .uint(amount)])
        case .closeChannel(let id, let voucher):
            (Self.closeFunction, [.uint(U256(id)), .uint(voucher)])
        case .settleChannel(let id): (Self.settleFunction, [.uint(U256(id))])
        case .propose(let plan):
            (
                Self.proposeFunction,
                [
                    .array(plan.targets), .array(plan.values), .array(plan.calldatas),
                    .text(plan.description),
                ]
            )
        case .vote(let id, let support, let reason):
            (Self.voteFunction, [.uint(id), .uint(U256(support)), .text(reason)])
        case .queueProposal(let id): (Self.queueFunction, [.uint(id)])
        case .executeProposal(let id): (Self.executeFunction, [.uint(id)])
        case .cancelProposal(let id): (Self.cancelFunction, [.uint(id)])
        }
    }
}
