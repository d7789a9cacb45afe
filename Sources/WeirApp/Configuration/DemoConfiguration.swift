// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainSimulator
import ConfigTree
import EVMABI
import EVMRPC

/// The configuration of `weir demo`, which needs no file: neither its own nor the ABIs'.
package enum DemoConfiguration {
    /// The configuration with the demo's own endpoint.
    ///
    /// - Parameter yaml: another text over the contracts of the demo.
    package static func configuration(
        endpoint: String, yaml: String = Self.yaml
    ) throws -> WeirConfiguration {
        var configuration = try WeirConfiguration.load(
            text: yaml, name: "demo.yaml", surroundings: Self.surroundings
        ).configuration
        for index in configuration.chains.indices {
            configuration.chains[index].endpoints = [
                try RPCEndpoint(name: "simulator", url: endpoint)
            ]
        }
        return configuration
    }

    /// No environment; the ABIs of the demo stand in for their files.
    private static let surroundings = ConfigSurroundings { path, limit in
        SimulatedContract.allCases.first { path.hasSuffix($0.abiFile) }
            .map { .success(Array(Self.text(of: $0.abi).utf8)) }
            ?? ConfigSurroundings.process.readFile(path, limit)
    }

    /// The events as human-readable fragments.
    private static func text(of abi: ContractABI) -> String {
        abi.events.map { event in
            let inputs = event.inputs.map {
                "\($0.type.canonical)\($0.isIndexed ? " indexed" : "") \($0.name)"
            }
            let suffix = event.isAnonymous ? " anonymous" : ""
            return "event \(event.name)(\(inputs.joined(separator: ", ")))\(suffix);"
        }
        .joined(separator: "\n")
    }

    /// The same, byte for byte, as `config/demo.yaml`.
    package static let yaml = #"""
        # The configuration of `weir demo`: a simulated chain with an economy of nodes and jobs.
        # `weir demo` puts its own endpoint in the place of this one.

        chains:
          demo:
            id: 424242
            endpoints:
              - { name: simulator, url: "http://127.0.0.1:8545" }
            follow: latest
            finality: finalized
            start: 1
            verify: receipts
            poll: { min: 200ms, max: 2s }

        contracts:
          NodeRegistry:
            chain: demo
            address: "0x194F8f9c23A0b66B47ECC164A51Dd34172166500"
            abi: ../abis/demo/NodeRegistry.json
            values:
              NodeRegistered: { argument: stake }
              StakeAdded: { argument: additionalAmount }
              NodeSlashed: { argument: amount }
          JobMarketplace:
            chain: demo
            address: "0x01ae74A7efD92C81d7Fbdc8F5Cbb7C3190e6f790"
            abi: ../abis/demo/JobMarketplace.json
            values:
              JobPosted: { argument: payment }
              PaymentReleased: { argument: amount }
              PaymentRefunded: { argument: amount }
          FabToken:
            chain: demo
            address: "0xa99A8381A7D3B7d83724cD59d0FbcF7E890dfbF1"
            abi: ../abis/demo/FabToken.json
            values:
              Transfer: { argument: value }
          PaymentChannels:
            chain: demo
            address: "0x379ABaB7BF1A6F87B0B86988de87C6C366dDeE63"
            abi: ../abis/demo/PaymentChannels.json
            values:
              ChannelOpened: { argument: deposit }
              ChannelClosed: { argument: paid }
          Governor:
            chain: demo
            address: "0x6828D603fcfef9016FEf87Ea6147783fB9f86113"
            abi: ../abis/demo/Governor.json
          Reputation:
            chain: demo
            address: "0x8B4A2D5307faaf09a83cb57DC2580215fACb3c8E"
            abi: ../abis/demo/Reputation.json

        tokens:
          # Decimals are read from the chain.
          FAB: { chain: demo, address: "0xa99A8381A7D3B7d83724cD59d0FbcF7E890dfbF1" }
          ETH: { chain: demo }

        # What the events mean.
        trackers:
          staking:
            nodes:
              token: FAB
              stake:
                - { event: NodeRegistry.NodeRegistered, account: operator, amount: stake }
                - { event: NodeRegistry.StakeAdded, account: operator, amount: additionalAmount }
              slash: { event: NodeRegistry.NodeSlashed, account: node, reason: reason }
              exit: { event: NodeRegistry.NodeUnregistered, account: operator, amount: returnedAmount }
              reconcile: { call: "NodeRegistry.totalStaked() returns (uint256)", every: 10 }
          jobs:
            market:
              token: FAB
              posted: { event: JobMarketplace.JobPosted, job: jobId, client: renter, value: payment, model: modelId }
              claimed: { event: JobMarketplace.JobClaimed, job: jobId, node: host }
              completed: { event: JobMarketplace.JobCompleted, job: jobId, node: host }
              failed: { event: JobMarketplace.JobFailed, job: jobId, node: host, reason: reason }
              deposited: { event: JobMarketplace.JobPosted, job: jobId, amount: payment, payer: renter }
              released: { event: JobMarketplace.PaymentReleased, job: jobId, payee: node }
              refunded: { event: JobMarketplace.PaymentRefunded, job: jobId, amount: amount, payer: client }
          reputation:
            hosts:
              updated: { event: Reputation.ReputationUpdated, subject: host, score: newScore, delta: change }
              task:
                - { event: JobMarketplace.JobCompleted, subject: host, success: { constant: true } }
                - { event: JobMarketplace.JobFailed, subject: host, success: { constant: false } }
          governance:
            dao:
              token: FAB
              quorum: "Governor.quorum(uint256)"
              proposed: { event: Governor.ProposalCreated, proposal: proposalId, proposer: proposer, targets: targets, values: values, signatures: signatures, calldatas: calldatas, start: voteStart, end: voteEnd, description: description }
              vote: { event: Governor.VoteCast, proposal: proposalId, voter: voter, reason: reason }
              queued: { event: Governor.ProposalQueued, proposal: proposalId, eta: etaSeconds }
              executed: { event: Governor.ProposalExecuted, proposal: proposalId }
              canceled: { event: Governor.ProposalCanceled, proposal: proposalId }
          channels:
            payments:
              token: FAB
              opened: { event: PaymentChannels.ChannelOpened, channel: channelId, payer: sender, payee: receiver, amount: deposit }
              deposit: { event: PaymentChannels.ChannelToppedUp, channel: channelId, amount: amount }
              closing: { event: PaymentChannels.ChannelClosing, channel: channelId, amount: voucherAmount, deadline: deadline }
              settled: { event: PaymentChannels.ChannelClosed, channel: channelId, total: paid, to_payer: refunded }
              reconcile: { call: "PaymentChannels.totalDeposits() returns (uint256)", every: 10 }
          gas:
            demo: { percentiles: [50, 90] }
          fees:
            fab:
              token: FAB
              transfer: { event: FabToken.Transfer, amount: value }
              supply: chain
              reconcile: { call: "FabToken.totalSupply() returns (uint256)", every: 10 }
          registry:
            nodes:
              registered: { event: NodeRegistry.NodeRegistered, key: operator, owner: operator }
              unregistered: { event: NodeRegistry.NodeUnregistered, key: operator }

        metrics:
          - name: demo_nodes_registered_total
            type: counter
            event: NodeRegistry.NodeRegistered
          - name: demo_slashings_total
            type: counter
            event: NodeRegistry.NodeSlashed
            labels: { node: node }
          - name: demo_slashed_tokens_total
            type: sum
            event: NodeRegistry.NodeSlashed
            value: amount
            decimals: 18
          - name: demo_jobs_posted_total
            type: counter
            event: JobMarketplace.JobPosted
            labels: { model: modelId }
          - name: demo_jobs_completed_total
            type: counter
            event: JobMarketplace.JobCompleted
            labels: { host: host }
          - name: demo_earnings_tokens_total
            type: sum
            event: JobMarketplace.PaymentReleased
            value: amount
            decimals: 18
            labels: { node: node }
          - name: demo_job_value_tokens
            type: histogram
            event: JobMarketplace.JobPosted
            value: payment
            decimals: 18
            labels: { model: modelId }
          - name: demo_job_duration_seconds
            type: latency
            from: JobMarketplace.JobPosted
            to: JobMarketplace.JobCompleted
            key: jobId
          - name: demo_reputation_score
            type: gauge
            event: Reputation.ReputationUpdated
            value: newScore
            labels: { host: host }
          - name: demo_votes_total
            type: counter
            event: Governor.VoteCast
            labels: { support: support }
          - name: demo_channel_lifetime_seconds
            type: latency
            from: PaymentChannels.ChannelOpened
            to: PaymentChannels.ChannelClosed
            key: channelId

        # Second names, as dashboards of the Fabstir guide expect them.
        aliases:
          fabstir_contract_event_node_registered_total: demo_nodes_registered_total
          fabstir_contract_event_node_slashed_total: demo_slashings_total
          fabstir_contract_event_job_posted_total: demo_jobs_posted_total
          fabstir_contract_event_job_completed_total: demo_jobs_completed_total

        """#
}
