// Weir
// SPDX-License-Identifier: Apache-2.0

/// Trackers of all kinds for the contracts of the devnet.
extension DevnetNode {
    /// Nodes with series of their own; the fourth is one of the others.
    static let operators = ["n0": "node 0", "n1": "node 1", "n2": "node 2"]

    func trackers() throws -> String {
        let operators = try Self.operators.sorted { $0.key < $1.key }
            .map { "\($0.key): \"\(try self.address($0.value))\"" }.joined(separator: ", ")
        let transfer = "{ event: Token.Transfer, from: sender, to: receiver, amount: value }"
        let treasury = """
                  tokens: [DEV, ETH]
                  transfer: \(transfer)
                  received: { event: Treasury.Received, payer: sender, amount: amount }
                  sent: { event: Treasury.Paid, to: receiver, amount: amount }
            """
        let accounts =
            "{ vault: \"\(try self.address("Treasury"))\", dao: \"\(try self.address("Governor"))\" }"
        return """
            tokens:
              DEV: { chain: devnet, address: "\(try self.address("Token"))" }
              ETH: { chain: devnet }
            trackers:
              staking:
                nodes:
                  token: DEV
                  operators: { \(operators) }
                  stake:
                    - { event: NodeRegistry.NodeRegistered, account: node, amount: stake }
                    - { event: NodeRegistry.StakeAdded, account: node, amount: amount, total: stake }
                  slash: { event: NodeRegistry.NodeSlashed, account: node, reason: reason }
                  exit: { event: NodeRegistry.NodeUnregistered, account: node, amount: returned }
                  reconcile: { call: "NodeRegistry.totalStaked() returns (uint256)" }
              jobs:
                market:
                  token: DEV
                  operators: { \(operators) }
                  posted: { event: JobMarket.JobPosted, job: jobId, client: client, value: payment, deadline: deadline, model: modelId }
                  deposited: { event: JobMarket.JobPosted, job: jobId, amount: payment, payer: client }
                  claimed: { event: JobMarket.JobClaimed, job: jobId, node: node }
                  completed: { event: JobMarket.JobCompleted, job: jobId, node: node }
                  failed: { event: JobMarket.JobFailed, job: jobId, node: node, reason: reason }
                  released: { event: JobMarket.PaymentReleased, job: jobId, payee: node, fee: fee }
                  refunded: { event: JobMarket.PaymentRefunded, job: jobId, amount: amount, payer: client }
                  profit: {}
              channels:
                vouchers:
                  token: DEV
                  opened: { event: PaymentChannel.ChannelOpened, channel: channelId, payer: payer, payee: payee, amount: deposit }
                  deposit: { event: PaymentChannel.ChannelToppedUp, channel: channelId, amount: amount }
                  payment: { event: PaymentChannel.VoucherRedeemed, channel: channelId, amount: cumulative, paid: amount, sequence: nonce }
                  settled: { event: PaymentChannel.ChannelClosed, channel: channelId, total: paid, to_payer: refunded }
                  reconcile: { call: "PaymentChannel.locked() returns (uint256)" }
              fees:
                market:
                  fee: { event: JobMarket.PaymentReleased, amount: fee, payer: node }
                  token: DEV
                dev:
                  token: DEV
                  transfer: \(transfer)
                  supply: deployment
                  ledger: true
                  locked: \(accounts)
                  reconcile: { call: "Token.totalSupply() returns (uint256)" }
              treasury:
                dao:
                  accounts: \(accounts)
            \(treasury)
                  budget: { event: Treasury.BudgetSet, category: category, amount: amount }
                  categories: [grants, operations]
                  every: 1
                seldom:
                  accounts: \(accounts)
            \(treasury)
                  every: 7
                wallet:
                  wallets: { admin: "\(try self.address("admin"))" }
                  tokens: [DEV, ETH]
                  transfer: \(transfer)
                  every: 1
              reputation:
                nodes:
                  subjects: { \(operators) }
                  updated: { event: Reputation.ScoreUpdated, subject: node, score: score, delta: delta, reason: reason }
                  rated: { event: Reputation.Rated, subject: node, stars: stars, by: rater }
                  blacklisted: { event: Reputation.Blacklisted, subject: node, listed: listed }
                  task:
                    - { event: JobMarket.JobCompleted, subject: node, success: { constant: true } }
                    - { event: JobMarket.JobFailed, subject: node, success: { constant: false } }
              governance:
                dao:
                  token: DEV
                  quorum: Governor.quorum(uint256)
                  proposed: { event: Governor.ProposalCreated, proposal: proposalId, proposer: proposer, targets: targets, values: values, signatures: signatures, calldatas: calldatas, start: voteStart, end: voteEnd, description: description }
                  vote: { event: Governor.VoteCast, proposal: proposalId, voter: voter, support: support, weight: weight, reason: reason }
                  queued: { event: Governor.ProposalQueued, proposal: proposalId, eta: etaSeconds }
                  executed: { event: Governor.ProposalExecuted, proposal: proposalId }
                  canceled: { event: Governor.ProposalCanceled, proposal: proposalId }
              registry:
                nodes:
                  registered: { event: NodeRegistry.NodeRegistered, key: node, owner: node }
                  unregistered: { event: NodeRegistry.NodeUnregistered, key: node }
                access:
                  ownership: { event: Reputation.OwnershipTransferred, previous: previousOwner, new: newOwner }
              gas:
                devnet:
                  contracts: [NodeRegistry, JobMarket, PaymentChannel, Governor, Token, Zoo]
                  senders: { admin: "\(try self.address("admin"))", n3: "\(try self.address("node 3"))" }

            """
    }
}
