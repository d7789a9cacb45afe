// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives

/// The view functions of the economy and their answers, as `eth_call` gives them.
enum EconomyViews {
    static let registry = [
        view("totalStaked"), view("stakeOf", [("operator", .address)]),
        view("isActiveNode", [("operator", .address)], [("", .bool)]), view("nodeCount"),
        view("minimumStake"), view("owner", [], [("", .address)]),
    ]
    static let market = [
        view("escrowed"), view("escrowOf", [("jobId", .uint256)]), view("jobCount"),
        view("openJobs"),
    ]
    static let token = [
        view("name", [], [("", .string)]), view("symbol", [], [("", .string)]),
        view("decimals", [], [("", .uint(bits: 8))]), view("totalSupply"),
        view("balanceOf", [("account", .address)]),
        view("allowance", [("owner", .address), ("spender", .address)]),
    ]
    static let channels = [
        view("openChannels"), view("totalDeposits"), view("depositOf", [("channelId", .uint256)]),
    ]
    static let governor = [
        view("name", [], [("", .string)]), view("token", [], [("", .address)]),
        view("votingDelay"), view("votingPeriod"), view("quorum", [("timepoint", .uint256)]),
        view("state", [("proposalId", .uint256)], [("", .uint(bits: 8))]),
        view(
            "proposalVotes", [("proposalId", .uint256)],
            [("againstVotes", .uint256), ("forVotes", .uint256), ("abstainVotes", .uint256)]),
        view("proposalSnapshot", [("proposalId", .uint256)]),
        view("proposalDeadline", [("proposalId", .uint256)]),
        view("proposalProposer", [("proposalId", .uint256)], [("", .address)]),
        view("proposalEta", [("proposalId", .uint256)]),
        view(
            "hasVoted", [("proposalId", .uint256), ("account", .address)], [("", .bool)]),
    ]
    static let reputation = [view("getReputation", [("host", .address)])]

    private static func view(
        _ name: String, _ inputs: [(String, ABIType)] = [],
        _ outputs: [(String, ABIType)] = [("", .uint256)]
    ) -> ABIFunction {
        ABIFunction(
            name: name, inputs: inputs.map { ABIParameter($0.0, $0.1) },
            outputs: outputs.map { ABIParameter($0.0, $0.1) }, stateMutability: "view")
    }

    private static let unknownProposal = ABIErrorFragment(
        name: "GovernorNonexistentProposal", inputs: [ABIParameter("proposalId", .uint256)])

    /// The return data of a call at a block; reverts for a selector or arguments that the contract
    /// does not know. An address without code answers nothing.
    static func answer(
        to address: Address, _ data: [UInt8], in world: WorldState, number: UInt64
    ) throws(CallReverted) -> [UInt8] {
        guard let contract = SimulatedContract.at(address) else { return [] }
        guard let selector = readSelector(data),
            let function = contract.abi.functions.first(where: { $0.selector == selector }),
            let arguments = try? function.decodeCall(data)
        else { throw CallReverted() }
        let values = try Self.values(
            contract, function.name, Arguments(arguments), in: world, number: number)
        guard let answer = try? function.encodeReturn(values) else { throw CallReverted() }
        return answer
    }

    /// Arguments by position; the decoder has checked their number and types.
    private struct Arguments {
        private let values: [ABIValue]

        init(_ values: [ABIValue]) {
            self.values = values
        }

        func address(_ index: Int) -> Address {
            guard self.values.indices.contains(index),
                case .address(let address) = self.values[index]
            else { return .zero }
            return address
        }

        func number(_ index: Int) -> U256 {
            guard self.values.indices.contains(index), case .uint(let number) = self.values[index]
            else { return .zero }
            return number
        }
    }

    private static func values(
        _ contract: SimulatedContract, _ name: String, _ arguments: Arguments,
        in world: WorldState, number: UInt64
    ) throws(CallReverted) -> [ABIValue] {
        switch contract {
        case .nodeRegistry: return [try self.registryValue(name, arguments, world.registry)]
        case .jobMarketplace: return [try self.marketValue(name, arguments, world.market)]
        case .fabToken: return [try self.tokenValue(name, arguments, world.token)]
        case .paymentChannels: return [try self.channelsValue(name, arguments, world.channels)]
        case .governor: return try self.governorValues(name, arguments, world, number)
        case .reputation: return [.uint(world.reputation[arguments.address(0)] ?? .zero)]
        }
    }

    private static func count(_ count: Int) -> ABIValue {
        .uint(U256(UInt64(truncatingIfNeeded: count)))
    }

    private static func registryValue(
        _ name: String, _ arguments: Arguments, _ registry: RegistryState
    ) throws(CallReverted) -> ABIValue {
        switch name {
        case "totalStaked": return .uint(registry.totalStaked)
        case "stakeOf": return .uint(registry.stakes[arguments.address(0)] ?? .zero)
        case "isActiveNode": return .bool(registry.stakes[arguments.address(0)] != nil)
        case "nodeCount": return self.count(registry.stakes.count)
        case "minimumStake": return .uint(registry.minimumStake)
        case "owner": return .address(SimulatedAccounts.deployer)
        default: throw CallReverted()
        }
    }

    private static func marketValue(
        _ name: String, _ arguments: Arguments, _ market: MarketState
    ) throws(CallReverted) -> ABIValue {
        switch name {
        case "escrowed": return .uint(market.escrowed)
        case "escrowOf":
            return .uint(arguments.number(0).uint64.flatMap { market.jobs[$0] }?.payment ?? .zero)
        case "jobCount": return .uint(U256(market.nextJob &- 1))
        case "openJobs": return self.count(market.jobs.count)
        default: throw CallReverted()
        }
    }

    private static func tokenValue(
        _ name: String, _ arguments: Arguments, _ token: TokenState
    ) throws(CallReverted) -> ABIValue {
        switch name {
        case "name": return .text("Fabstir Demo Token")
        case "symbol": return .text("FAB")
        case "decimals": return .uint(18)
        case "totalSupply": return .uint(token.supply)
        case "balanceOf": return .uint(token.balance(of: arguments.address(0)))
        case "allowance":
            return .uint(token.allowance(arguments.address(0), arguments.address(1)))
        default: throw CallReverted()
        }
    }

    private static func channelsValue(
        _ name: String, _ arguments: Arguments, _ channels: ChannelsState
    ) throws(CallReverted) -> ABIValue {
        switch name {
        case "openChannels": return self.count(channels.channels.count)
        case "totalDeposits": return .uint(channels.totalDeposits)
        case "depositOf":
            let id = arguments.number(0).uint64
            return .uint(id.flatMap { channels.channels[$0] }?.deposit ?? .zero)
        default: throw CallReverted()
        }
    }

    private static func governorValues(
        _ name: String, _ arguments: Arguments, _ world: WorldState, _ number: UInt64
    ) throws(CallReverted) -> [ABIValue] {
        switch name {
        case "name": return [.text("FabGovernor")]
        case "token": return [.address(SimulatedContract.fabToken.address)]
        case "votingDelay": return [.uint(U256(GovernorState.votingDelay))]
        case "votingPeriod": return [.uint(U256(GovernorState.votingPeriod))]
        case "quorum": return [.uint(GovernorState.quorum(of: world.token.supply))]
        default: break
        }
        let id = arguments.number(0)
        guard let proposal = world.governor.proposals[id] else {
            let body = try? ABIEncoder.encode([.uint256], [.uint(id)])
            throw CallReverted(data: selectorBytes(self.unknownProposal.selector) + (body ?? []))
        }
        switch name {
        case "state": return [.uint(U256(proposal.state(at: number).rawValue))]
        case "proposalVotes":
            return [
                .uint(proposal.against), .uint(proposal.inFavour), .uint(proposal.abstained),
            ]
        case "proposalSnapshot": return [.uint(U256(proposal.voteStart))]
        case "proposalDeadline": return [.uint(U256(proposal.voteEnd))]
        case "proposalProposer": return [.address(proposal.proposer)]
        case "proposalEta": return [.uint(U256(proposal.eta ?? 0))]
        case "hasVoted": return [.bool(proposal.voters.contains(arguments.address(1)))]
        default: throw CallReverted()
        }
    }
}
