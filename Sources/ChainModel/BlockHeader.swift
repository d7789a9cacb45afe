// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// A block header as JSON-RPC gives it, with every field that any fork hashes.
///
/// Optional fields came with a fork: `baseFeePerGas` London (EIP-1559), `withdrawalsRoot` Shanghai
/// (EIP-4895), `blobGasUsed`, `excessBlobGas` (EIP-4844) and `parentBeaconBlockRoot` (EIP-4788)
/// Cancun, `requestsHash` Prague (EIP-7685).
package struct BlockHeader: Sendable, Equatable {
    package var number: BlockNumber
    /// The hash that the provider states; nothing here proves it.
    package var hash: Hash256
    package var parentHash: Hash256
    package var timestamp: BlockTime
    package var ommersHash: Hash256
    package var beneficiary: Address
    package var stateRoot: Hash256
    package var transactionsRoot: Hash256
    package var receiptsRoot: Hash256
    package var logsBloom: LogsBloom
    package var difficulty: U256
    package var gasLimit: UInt64
    package var gasUsed: UInt64
    package var extraData: [UInt8]
    package var mixHash: Hash256
    /// Eight bytes, big-endian.
    package var nonce: UInt64
    package var baseFeePerGas: U256?
    package var withdrawalsRoot: Hash256?
    package var blobGasUsed: UInt64?
    package var excessBlobGas: UInt64?
    package var parentBeaconBlockRoot: Hash256?
    package var requestsHash: Hash256?

    /// Makes a header in which everything but its place in the chain is zero or absent.
    package init(number: BlockNumber, hash: Hash256, parentHash: Hash256, timestamp: BlockTime) {
        self.number = number
        self.hash = hash
        self.parentHash = parentHash
        self.timestamp = timestamp
        self.ommersHash = .zero
        self.beneficiary = .zero
        self.stateRoot = .zero
        self.transactionsRoot = .zero
        self.receiptsRoot = .zero
        self.logsBloom = LogsBloom()
        self.difficulty = .zero
        self.gasLimit = 0
        self.gasUsed = 0
        self.extraData = []
        self.mixHash = .zero
        self.nonce = 0
    }

    package var ref: BlockRef { BlockRef(number: self.number, hash: self.hash) }

    package var anchor: BlockAnchor {
        BlockAnchor(ref: self.ref, parentHash: self.parentHash, timestamp: self.timestamp)
    }

    /// The block below, as far as this header tells of it: its own parent is not known, and its time
    /// is taken from here.
    package var below: BlockAnchor {
        BlockAnchor(
            ref: BlockRef(number: self.number.previous ?? .zero, hash: self.parentHash),
            parentHash: .zero, timestamp: self.timestamp)
    }
}
