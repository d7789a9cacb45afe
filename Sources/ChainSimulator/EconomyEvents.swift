// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI

/// The events of the economy: names and fields as the contracts that they imitate have them.
enum EconomyEvents {
    static let nodeRegistered = ABIEvent(
        name: "NodeRegistered",
        inputs: [topic("operator", .address), data("peerId", .string), data("stake", .uint256)])
    static let stakeAdded = ABIEvent(
        name: "StakeAdded",
        inputs: [topic("operator", .address), data("additionalAmount", .uint256)])
    static let nodeUnregistered = ABIEvent(
        name: "NodeUnregistered",
        inputs: [topic("operator", .address), data("returnedAmount", .uint256)])
    static let nodeSlashed = ABIEvent(
        name: "NodeSlashed",
        inputs: [topic("node", .address), data("amount", .uint256), data("reason", .string)])

    static let jobPosted = ABIEvent(
        name: "JobPosted",
        inputs: [
            topic("jobId", .uint256), topic("renter", .address), data("modelId", .string),
            data("payment", .uint256),
        ])
    static let jobClaimed = ABIEvent(
        name: "JobClaimed", inputs: [topic("jobId", .uint256), topic("host", .address)])
    static let jobCompleted = ABIEvent(
        name: "JobCompleted",
        inputs: [topic("jobId", .uint256), topic("host", .address), data("resultHash", .string)])
    static let jobFailed = ABIEvent(
        name: "JobFailed",
        inputs: [topic("jobId", .uint256), topic("host", .address), data("reason", .string)])
    static let paymentReleased = ABIEvent(
        name: "PaymentReleased",
        inputs: [topic("jobId", .uint256), topic("node", .address), data("amount", .uint256)])
    static let paymentRefunded = ABIEvent(
        name: "PaymentRefunded",
        inputs: [topic("jobId", .uint256), topic("client", .address), data("amount", .uint256)])

    static let transfer = ABIEvent(
        name: "Transfer",
        inputs: [topic("from", .address), topic("to", .address), data("value", .uint256)])
    static let approval = ABIEvent(
        name: "Approval",
        inputs: [topic("owner", .address), topic("spender", .address), data("value", .uint256)])

    static let channelOpened = ABIEvent(
        name: "ChannelOpened",
        inputs: [
            topic("channelId", .uint256), topic("sender", .address), topic("receiver", .address),
            data("deposit", .uint256),
        ])
    static let channelToppedUp = ABIEvent(
        name: "ChannelToppedUp",
        inputs: [
            topic("channelId", .uint256), topic("sender", .address), data("amount", .uint256),
        ])
    static let channelClosing = ABIEvent(
        name: "ChannelClosing",
        inputs: [
            topic("channelId", .uint256), topic("receiver", .address),
            data("voucherAmount", .uint256), data("deadline", .uint256),
        ])
    static let channelClosed = ABIEvent(
        name: "ChannelClosed",
        inputs: [
            topic("channelId", .uint256), data("paid", .uint256), data("refunded", .uint256),
        ])

    static let proposalCreated = ABIEvent(
        name: "ProposalCreated",
        inputs: [
            data("proposalId", .uint256), data("proposer", .address),
            data("targets", .array(.address)), data("values", .array(.uint256)),
            data("signatures", .array(.string)), data("calldatas", .array(.bytes)),
            data("voteStart", .uint256), data("voteEnd", .uint256), data("description", .string),
        ])
    static let voteCast = ABIEvent(
        name: "VoteCast",
        inputs: [
            topic("voter", .address), data("proposalId", .uint256),
            data("support", .uint(bits: 8)), data("weight", .uint256), data("reason", .string),
        ])
    static let proposalQueued = ABIEvent(
        name: "ProposalQueued",
        inputs: [data("proposalId", .uint256), data("etaSeconds", .uint256)])
    static let proposalExecuted = ABIEvent(
        name: "ProposalExecuted", inputs: [data("proposalId", .uint256)])
    static let proposalCanceled = ABIEvent(
        name: "ProposalCanceled", inputs: [data("proposalId", .uint256)])

    static let reputationUpdated = ABIEvent(
        name: "ReputationUpdated",
        inputs: [
            topic("host", .address), data("change", .int(bits: 256)), data("newScore", .uint256),
        ])

    static let registry = [nodeRegistered, stakeAdded, nodeUnregistered, nodeSlashed]
    static let market = [
        jobPosted, jobClaimed, jobCompleted, jobFailed, paymentReleased, paymentRefunded,
    ]
    static let token = [transfer, approval]
    static let channels = [channelOpened, channelToppedUp, channelClosing, channelClosed]
    static let governor = [
        proposalCreated, voteCast, proposalQueued, proposalExecuted, proposalCanceled,
    ]
    static let reputation = [reputationUpdated]

    /// The names of fields that are amounts: what ``SimulatedTruth`` sums.
    static let amountFields: Set<String> = [
        "stake", "additionalAmount", "returnedAmount", "amount", "payment", "deposit",
        "voucherAmount", "paid", "refunded", "weight",
    ]

    private static func topic(_ name: String, _ type: ABIType) -> ABIParameter {
        ABIParameter(name, type, indexed: true)
    }

    private static func data(_ name: String, _ type: ABIType) -> ABIParameter {
        ABIParameter(name, type)
    }
}
