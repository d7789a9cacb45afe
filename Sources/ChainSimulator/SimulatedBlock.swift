// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives

/// A block with everything that a node answers about it.
package struct SimulatedBlock: Sendable {
    package let header: BlockHeader
    package let transactions: [Transaction]
    package let receipts: [Receipt]
    /// The events of each transaction, one for each log of its receipt.
    package let events: [[SimulatedEvent]]
    /// The bytes of the whole block in RLP.
    package let size: UInt64
    /// The state after the block; nil where it is too old to be kept.
    package internal(set) var world: WorldState?

    package var ref: BlockRef { self.header.ref }
    package var number: UInt64 { self.header.number.rawValue }
    package var hash: Hash256 { self.header.hash }

    /// The logs in order, each with its transaction and its index in the block.
    package var logs: [PlacedLog] {
        var logs: [PlacedLog] = []
        for (index, receipt) in self.receipts.enumerated() {
            for log in receipt.logs {
                logs.append(
                    PlacedLog(
                        log: log, block: self.ref, timestamp: self.header.timestamp,
                        transactionHash: receipt.transactionHash, transactionIndex: index,
                        logIndex: logs.count))
            }
        }
        return logs
    }
}

/// A log with its place in the chain.
package struct PlacedLog: Sendable, Equatable {
    package var log: Receipt.Log
    package var block: BlockRef
    package var timestamp: BlockTime
    package var transactionHash: Hash256
    package var transactionIndex: Int
    package var logIndex: Int
}
