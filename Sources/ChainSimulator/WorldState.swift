// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// Everything that the chain knows after a block. A value: undoing a block is taking the one before.
package struct WorldState: Sendable, Equatable {
    /// An account of ether.
    package struct Account: Sendable, Equatable {
        package var nonce: UInt64 = 0
        package var balance = U256.zero
    }

    package internal(set) var accounts: [Address: Account] = [:]
    package internal(set) var token = TokenState()
    package internal(set) var registry = RegistryState()
    package internal(set) var market = MarketState()
    package internal(set) var channels = ChannelsState()
    package internal(set) var governor = GovernorState()
    /// The score of every account that ever had one.
    package internal(set) var reputation: [Address: U256] = [:]
    /// For each contract a hash that takes in every log it ever emitted: it stands for the root of
    /// its storage in the state root.
    var storageDigests = [Hash256](repeating: .zero, count: SimulatedContract.allCases.count)

    /// The state of block 0: every account has ether, nobody has tokens.
    static let genesis: WorldState = {
        var world = WorldState()
        for address in SimulatedAccounts.addresses {
            world.accounts[address] = Account(nonce: 0, balance: .tokens(10_000))
        }
        world.accounts[SimulatedAccounts.deployer]?.nonce =
            UInt64(SimulatedContract.allCases.count)
        for contract in SimulatedContract.allCases {
            world.accounts[contract.address] = Account(nonce: 1, balance: .zero)
        }
        return world
    }()
}

/// The ERC-20 token. Invariant: the balances add up to the supply.
package struct TokenState: Sendable, Equatable {
    struct Allowance: Sendable, Hashable {
        var owner: Address
        var spender: Address
    }

    package internal(set) var supply = U256.zero
    package internal(set) var balances: [Address: U256] = [:]
    var allowances: [Allowance: U256] = [:]

    package func balance(of account: Address) -> U256 { self.balances[account] ?? .zero }

    func allowance(_ owner: Address, _ spender: Address) -> U256 {
        self.allowances[Allowance(owner: owner, spender: spender)] ?? .zero
    }
}

/// The registry of nodes. Invariant: the stakes add up to the total, which is its token balance.
package struct RegistryState: Sendable, Equatable {
    package internal(set) var stakes: [Address: U256] = [:]
    package internal(set) var totalStaked = U256.zero
    var minimumStake = U256.tokens(1_000)
}

/// The job market. Invariant: the payments of open jobs add up to the escrow, its token balance.
package struct MarketState: Sendable, Equatable {
    /// A job from its posting to its payment; settled jobs are forgotten.
    package struct Job: Sendable, Equatable {
        package var renter: Address
        package var payment: U256
        package var postedIn: UInt64
        /// Nil until it is claimed.
        package var host: Address?
    }

    package internal(set) var jobs: [UInt64: Job] = [:]
    package internal(set) var nextJob: UInt64 = 1
    package internal(set) var escrowed = U256.zero
}

/// One-way payment channels. Invariant: the deposits of channels that are not closed add up to the
/// total, which is the contract's token balance.
package struct ChannelsState: Sendable, Equatable {
    /// A channel from its opening to its settlement; closed channels are forgotten.
    package struct Channel: Sendable, Equatable {
        package var sender: Address
        package var receiver: Address
        package var deposit: U256
        /// Once it is closing: what the receiver's voucher is worth, and when it may be settled.
        package var closing: Closing?
    }

    package struct Closing: Sendable, Equatable {
        package var voucher: U256
        package var deadline: UInt64
    }

    package internal(set) var channels: [UInt64: Channel] = [:]
    package internal(set) var nextChannel: UInt64 = 1
    package internal(set) var totalDeposits = U256.zero
}

/// The governor. Votes weigh what the voter holds when voting.
package struct GovernorState: Sendable, Equatable {
    /// The states of OpenZeppelin's `IGovernor.ProposalState`, by number.
    package enum ProposalState: UInt64, Sendable, Hashable, CaseIterable {
        case pending
        case active
        case canceled
        case defeated
        case succeeded
        case queued
        case expired
        case executed
    }

    package struct Proposal: Sendable, Equatable {
        package var proposer: Address
        /// Tokens that its execution mints to the deployer.
        var grant: U256
        /// The minimum stake that its execution sets, where it does.
        var minimumStake: U256?
        package var voteStart: UInt64
        package var voteEnd: UInt64
        var quorum: U256
        package var against = U256.zero
        package var inFavour = U256.zero
        package var abstained = U256.zero
        var voters: Set<Address> = []
        var eta: UInt64?
        var isCanceled = false
        var isExecuted = false

        /// The state as seen from a block.
        package func state(at number: UInt64) -> ProposalState {
            if self.isCanceled { return .canceled }
            if self.isExecuted { return .executed }
            if number <= self.voteStart { return .pending }
            if number <= self.voteEnd { return .active }
            let turnout = self.inFavour.adding(self.abstained) ?? .max
            guard turnout >= self.quorum, self.inFavour > self.against else { return .defeated }
            return self.eta == nil ? .succeeded : .queued
        }
    }

    static let votingDelay: UInt64 = 2
    static let votingPeriod: UInt64 = 20

    package internal(set) var proposals: [U256: Proposal] = [:]
    /// The identifiers in the order of creation.
    package internal(set) var order: [U256] = []

    /// Four percent of a supply.
    static func quorum(of supply: U256) -> U256 { supply.dividedBySmall(25).quotient }
}
