// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import EVMABI
import EVMPrimitives
import Testing

/// The state of the contracts, folded from events alone.
private struct Fold {
    var balances: [Address: U256] = [:]
    var supply = U256.zero
    var stakes: [Address: U256] = [:]
    var escrow = U256.zero
    var deposits = U256.zero
    var scores: [Address: I256] = [:]

    private mutating func move(_ account: Address, _ amount: U256, up: Bool) throws {
        let held = self.balances[account] ?? .zero
        self.balances[account] = try #require(up ? held.adding(amount) : held.subtracting(amount))
    }

    private func address(_ event: SimulatedEvent, _ name: String) throws -> Address {
        guard case .address(let address)? = event.value(name) else { throw Missing() }
        return address
    }

    struct Missing: Error {}

    mutating func apply(_ event: SimulatedEvent) throws {
        func amount(_ name: String) throws -> U256 { try #require(event.amount(name)) }
        switch event.name {
        case "FabToken.Transfer":
            let from = try self.address(event, "from")
            let to = try self.address(event, "to")
            let value = try amount("value")
            if from == .zero {
                self.supply = try #require(self.supply.adding(value))
            } else {
                try self.move(from, value, up: false)
            }
            if to == .zero {
                self.supply = try #require(self.supply.subtracting(value))
            } else {
                try self.move(to, value, up: true)
            }
        case "NodeRegistry.NodeRegistered":
            self.stakes[try self.address(event, "operator")] = try amount("stake")
        case "NodeRegistry.StakeAdded":
            let node = try self.address(event, "operator")
            self.stakes[node] = self.stakes[node]?.adding(try amount("additionalAmount"))
        case "NodeRegistry.NodeUnregistered":
            let node = try self.address(event, "operator")
            #expect(self.stakes[node] == event.amount("returnedAmount"))
            self.stakes[node] = nil
        case "NodeRegistry.NodeSlashed":
            let node = try self.address(event, "node")
            self.stakes[node] = self.stakes[node]?.subtracting(try amount("amount"))
        case "JobMarketplace.JobPosted":
            self.escrow = try #require(self.escrow.adding(amount("payment")))
        case "JobMarketplace.PaymentReleased", "JobMarketplace.PaymentRefunded":
            self.escrow = try #require(self.escrow.subtracting(amount("amount")))
        case "PaymentChannels.ChannelOpened":
            self.deposits = try #require(self.deposits.adding(amount("deposit")))
        case "PaymentChannels.ChannelToppedUp":
            self.deposits = try #require(self.deposits.adding(amount("amount")))
        case "PaymentChannels.ChannelClosed":
            let out = try #require(amount("paid").adding(amount("refunded")))
            self.deposits = try #require(self.deposits.subtracting(out))
        case "Reputation.ReputationUpdated":
            guard case .int(let change)? = event.value("change") else { throw Missing() }
            let host = try self.address(event, "host")
            self.scores[host] = (self.scores[host] ?? .zero).adding(change)
            #expect(self.scores[host]?.bits == event.amount("newScore"))
        default: break
        }
    }
}

@Suite("Simulated economy")
struct EconomyTests {
    @Test(arguments: [2, 11, 5_000] as [UInt64])
    func theStateOfEveryBlockIsTheFoldOfItsEvents(seed: UInt64) throws {
        let chain = try chain(seed: seed, steps: 250)
        var fold = Fold()
        for number in 0...chain.headNumber {
            let block = try #require(chain.block(number: number))
            for event in block.events.joined() { try fold.apply(event) }
            let world = try #require(block.world)
            func held(_ contract: SimulatedContract) -> U256 {
                world.token.balance(of: contract.address)
            }
            let place: Comment = "seed \(seed) block \(number)"
            #expect(fold.supply == world.token.supply, place)
            #expect(
                fold.balances.filter { !$0.value.isZero }
                    == world.token.balances.filter { !$0.value.isZero }, place)
            let total = world.token.balances.values.reduce(U256.zero) { $0.adding($1) ?? .max }
            #expect(total == world.token.supply, place)
            #expect(fold.stakes == world.registry.stakes, place)
            let staked = fold.stakes.values.reduce(U256.zero) { $0.adding($1) ?? .max }
            #expect(staked == world.registry.totalStaked, place)
            #expect(staked == held(.nodeRegistry), place)
            #expect(fold.escrow == world.market.escrowed, place)
            #expect(fold.escrow == held(.jobMarketplace), place)
            #expect(fold.deposits == world.channels.totalDeposits, place)
            #expect(fold.deposits == held(.paymentChannels), place)
            #expect(fold.scores.mapValues(\.bits) == world.reputation, place)
        }
    }

    @Test func etherIsOnlySpentOnBaseFees() throws {
        let chain = try chain(steps: 80)
        var before: U256?
        for number in 0...chain.headNumber {
            let block = try #require(chain.block(number: number))
            let world = try #require(block.world)
            let total = world.accounts.values.reduce(U256.zero) { $0.adding($1.balance) ?? .max }
            if let before {
                let burnt = try #require(
                    block.header.baseFeePerGas?.multiplied(by: U256(block.header.gasUsed)))
                #expect(before.subtracting(burnt) == total, "block \(number)")
            }
            before = total
        }
    }

    @Test func truthCountsAndSumsTheCanonicalChainOnly() throws {
        let chain = try chain(seed: 21, steps: 200, forks: ForkScript(frequency: 0.3))
        let truth = try #require(SimulatedTruth(chain))
        var counts: [String: UInt64] = [:]
        var slashed = U256.zero
        var places: [SimulatedTruth.LogPlace] = []
        for number in 0...chain.headNumber {
            let block = try #require(chain.block(number: number))
            for (log, event) in zip(block.logs, block.events.joined()) {
                counts[event.name, default: 0] += 1
                places.append(
                    .init(block: log.block, logIndex: log.logIndex, event: event.name))
                if event.name == "NodeRegistry.NodeSlashed" {
                    let amount = try #require(event.amount("amount"))
                    slashed = try #require(slashed.adding(amount))
                }
            }
        }
        #expect(truth.counts == counts)
        #expect(truth.logs == places)
        #expect(truth.sums["NodeRegistry.NodeSlashed.amount"] == slashed)
        #expect(truth.sums["Governor.VoteCast.proposalId"] == nil)
        #expect(truth.orphaned.reorganizations > 10)
        let half = try #require(
            SimulatedTruth(chain, from: 1, through: chain.headNumber / 2))
        let rest = try #require(SimulatedTruth(chain, from: chain.headNumber / 2 + 1))
        #expect(half.logs + rest.logs == truth.logs)
        #expect(SimulatedTruth(chain, from: 9, through: 8) == nil)
        #expect(SimulatedTruth(chain, through: chain.headNumber + 1) == nil)
    }
}
