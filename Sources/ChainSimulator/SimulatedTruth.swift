// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import EVMABI
package import EVMPrimitives

/// What is true of the canonical chain, taken from the contracts themselves and not from logs: the
/// oracle for everything that follows the chain.
package struct SimulatedTruth: Sendable, Equatable {
    /// The place of a log.
    package struct LogPlace: Sendable, Hashable {
        package var block: BlockRef
        package var logIndex: Int
        package var event: String

        package init(block: BlockRef, logIndex: Int, event: String) {
            self.block = block
            self.logIndex = logIndex
            self.event = event
        }
    }

    package var head: BlockRef
    /// How many of each event there are: `NodeRegistry.NodeSlashed`.
    package var counts: [String: UInt64] = [:]
    /// The sum of each amount of each event: `NodeRegistry.NodeSlashed.amount`, ERC-20's
    /// `FabToken.Transfer.value` included, its endless approvals left out.
    package var sums: [String: U256] = [:]
    /// All logs, in order.
    package var logs: [LogPlace] = []
    package var transactions: UInt64 = 0
    package var failedTransactions: UInt64 = 0

    /// The state after the head.
    package var world: WorldState
    /// How many proposals are in each state at the head.
    package var proposals: [GovernorState.ProposalState: Int] = [:]
    /// Undone since the chain began, reorganizations before the range included.
    package var orphaned: OrphanedTotals

    /// The truth of the blocks `start` to `end`, to the head where none is given; nil where there is
    /// no such block or its state is not kept any more.
    package init?(_ chain: SimulatedChain, from start: UInt64 = 0, through end: UInt64? = nil) {
        let last = end ?? chain.headNumber
        guard let head = chain.block(number: last), let world = head.world, start <= last else {
            return nil
        }
        self.head = head.ref
        self.world = world
        self.orphaned = chain.orphaned
        for proposal in world.governor.proposals.values {
            self.proposals[proposal.state(at: last), default: 0] += 1
        }
        for number in start...last {
            if let block = chain.block(number: number) { self.add(block) }
        }
    }

    /// Tokens staked, in the smallest unit.
    package var totalStaked: U256 { self.world.registry.totalStaked }
    /// Tokens that open jobs hold.
    package var escrowed: U256 { self.world.market.escrowed }
    /// Channels that are not closed.
    package var openChannels: Int { self.world.channels.channels.count }

    private mutating func add(_ block: SimulatedBlock) {
        self.transactions += UInt64(block.transactions.count)
        for receipt in block.receipts where receipt.outcome == .status(false) {
            self.failedTransactions += 1
        }
        for event in block.events.joined() {
            self.logs.append(
                LogPlace(
                    block: block.ref, logIndex: self.logs(in: block.ref), event: event.name))
            self.counts[event.name, default: 0] += 1
            for (input, value) in zip(event.event.inputs, event.values) {
                let isAmount =
                    EconomyEvents.amountFields.contains(input.name)
                    || event.event == EconomyEvents.transfer && input.name == "value"
                guard isAmount, case .uint(let amount) = value else { continue }
                let key = event.name + "." + input.name
                let sum = self.sums[key, default: .zero]
                self.sums[key] = sum.adding(amount) ?? .max
            }
        }
    }

    /// The index of the next log of a block: one more than that of the log before.
    private func logs(in block: BlockRef) -> Int {
        guard let last = self.logs.last, last.block == block else { return 0 }
        return last.logIndex + 1
    }
}
