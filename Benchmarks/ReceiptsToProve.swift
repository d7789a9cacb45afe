// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import EVMPrimitives

/// A block of receipts with token transfers, and the header that they prove.
struct ReceiptsToProve {
    let list: [Receipt]
    let names: [Hash256]
    let header: BlockHeader

    init(count: Int, logsEach: Int) {
        self.list = (0..<UInt64(count)).map { index in
            let logs = (0..<UInt64(logsEach)).map { log in
                Receipt.Log(
                    address: Address(words: 1, log, 2),
                    topics: [
                        Hash256(words: 3, 0, 0, 0), Hash256(words: 0, 4, index, log),
                        Hash256(words: 0, 5, index % 7, log),
                    ], data: [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: 32))
            }
            return Receipt(
                type: 2, transactionHash: Hash256(words: index, 0, 0, 6), outcome: .status(true),
                gasUsed: 50_000, cumulativeGasUsed: 50_000 * (index + 1), logs: logs)
        }
        self.names = self.list.map(\.transactionHash)
        var header = BlockHeader(
            number: BlockNumber(1), hash: .zero, parentHash: .zero, timestamp: BlockTime(1))
        header.receiptsRoot = BlockRoots.receiptsRoot(self.list)
        header.logsBloom = BlockProof.bloom(of: self.list)
        self.header = header
    }
}
