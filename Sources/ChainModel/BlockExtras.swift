// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// What was fetched of a block beyond its header and logs, as a ``FetchPlan`` asked for it.
///
/// It is stored with the block, so that a tracker that is built again sees the same.
package struct BlockExtras: Sendable, Equatable {
    package var block: BlockRef
    package var time: BlockTime
    package var fees: BlockFees?
    /// In the order of the block.
    package var transactions: [ObservedTransaction]
    package var readings: [Reading]

    package init(
        block: BlockRef, time: BlockTime, fees: BlockFees? = nil,
        transactions: [ObservedTransaction] = [], readings: [Reading] = []
    ) {
        self.block = block
        self.time = time
        self.fees = fees
        self.transactions = transactions
        self.readings = readings
    }

    /// The answer to a reading; nil where it was not asked for.
    package func reading(_ key: String) -> Reading? { self.readings.first { $0.key == key } }
}

/// What gas cost in a block.
package struct BlockFees: Sendable, Equatable {
    package var gasUsed: UInt64
    package var gasLimit: UInt64
    /// EIP-1559; nil before London.
    package var baseFeeWei: U256?
    /// EIP-4844; nil before Cancun and where the fork's fraction is not known.
    package var blobBaseFeeWei: U256?
    /// What the node advises (`eth_gasPrice`); nil where it was not asked for.
    package var gasPriceWei: U256?
    /// The tips at the percentiles of the plan, in its order; empty where there are none.
    package var tipsWei: [U256]

    package init(
        gasUsed: UInt64, gasLimit: UInt64, baseFeeWei: U256? = nil, blobBaseFeeWei: U256? = nil,
        gasPriceWei: U256? = nil, tipsWei: [U256] = []
    ) {
        self.gasUsed = gasUsed
        self.gasLimit = gasLimit
        self.baseFeeWei = baseFeeWei
        self.blobBaseFeeWei = blobBaseFeeWei
        self.gasPriceWei = gasPriceWei
        self.tipsWei = tipsWei
    }
}

/// A transaction that was asked for, reduced to what it did and what it cost.
package struct ObservedTransaction: Sendable, Equatable {
    package var hash: Hash256
    package var index: UInt32
    package var type: UInt8
    package var from: Address
    /// Nil where a contract is created.
    package var to: Address?
    /// The contract that it created.
    package var created: Address?
    package var value: U256
    /// The first four bytes of the input; nil where there are fewer.
    package var selector: UInt32?
    /// How many bytes of input there are.
    package var inputCount: Int
    /// Whether it succeeded; before Byzantium no receipt says so, and it counts as one that did.
    package var succeeded: Bool
    /// The return data of a transaction that was reverted, where it could be had.
    package var revertData: [UInt8]?
    package var cost: TransactionCost

    package init(
        hash: Hash256, index: UInt32, type: UInt8, from: Address, to: Address?,
        created: Address? = nil, value: U256, selector: UInt32?, inputCount: Int,
        succeeded: Bool, revertData: [UInt8]? = nil, cost: TransactionCost
    ) {
        self.hash = hash
        self.index = index
        self.type = type
        self.from = from
        self.to = to
        self.created = created
        self.value = value
        self.selector = selector
        self.inputCount = inputCount
        self.succeeded = succeeded
        self.revertData = revertData
        self.cost = cost
    }
}
