// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives

/// Proves what an endpoint answered about blocks, from the block hash down.
///
/// Whoever vouches for a hash vouches for what is proven here: the header by its hash, the receipts
/// with their logs by the header's root. No root covers the hash of a receipt's transaction; it is
/// compared with the list that the block came with.
package enum BlockProof {
    /// Checks that a header hashes to the hash that it came under.
    package static func check(_ header: BlockHeader) throws(BlockDisproof) {
        let hash: Hash256
        do throws(ProofError) {
            hash = try HeaderHash.hash(of: header)
        } catch {
            throw BlockDisproof(.headerField, header.ref)
        }
        guard hash == header.hash else { throw BlockDisproof(.headerHash, header.ref) }
    }

    /// Checks that each header hashes to its hash and names the one before as its parent, the first
    /// one `parent` where it is known.
    package static func check(
        chain headers: some Sequence<BlockHeader>, after parent: Hash256?
    ) throws(BlockDisproof) {
        var expected = parent
        for header in headers {
            try Self.check(header)
            if let expected, header.parentHash != expected {
                throw BlockDisproof(.parentLink, header.ref)
            }
            expected = header.hash
        }
    }

    /// Checks all receipts of a block against its header, which has been proven.
    ///
    /// - Parameter transactions: the hashes of the block's transactions in order; nil where the
    ///   endpoint did not list them.
    package static func check(
        _ receipts: [Receipt], of header: BlockHeader, transactions: [Hash256]?
    ) throws(BlockDisproof) {
        if let transactions {
            guard transactions.count == receipts.count else {
                throw BlockDisproof(.receiptCount, header.ref)
            }
            for (receipt, hash) in zip(receipts, transactions)
            where receipt.transactionHash != hash {
                throw BlockDisproof(.receiptTransaction, header.ref)
            }
        }
        guard BlockRoots.receiptsRoot(receipts) == header.receiptsRoot else {
            throw BlockDisproof(.receiptsRoot, header.ref)
        }
        guard Self.bloom(of: receipts) == header.logsBloom else {
            throw BlockDisproof(.logsBloom, header.ref)
        }
    }

    /// The bloom of the logs of receipts. The contracts and topics of a block repeat: each is hashed
    /// once.
    package static func bloom(of receipts: [Receipt]) -> LogsBloom {
        var bloom = LogsBloom()
        var addresses: Set<Address> = []
        var topics: Set<Hash256> = []
        for receipt in receipts {
            for log in receipt.logs {
                if addresses.insert(log.address).inserted { bloom.insert(log.address) }
                for topic in log.topics where topics.insert(topic).inserted {
                    bloom.insert(topic: topic)
                }
            }
        }
        return bloom
    }
}
