// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import WeirStore

/// The blocks of a chain as they are stored, in their order: those with logs, and those of which anything
/// else was fetched. Blocks of which nothing is stored are passed over.
struct StoredBlocks {
    /// What is stored of one block.
    struct Stored {
        var ref: BlockRef
        /// Zero where neither its logs nor what was fetched beside them tells it.
        var time: BlockTime
        var logs: LogBatch
        var extras: BlockExtras?

        /// The block as a range of its own.
        var page: LogPage {
            LogPage(
                first: self.ref.number,
                last: BlockAnchor(ref: self.ref, parentHash: .zero, timestamp: self.time),
                logs: self.logs, extras: self.extras.map { [$0] } ?? [])
        }
    }

    private let store: WeirStore
    private let chain: ChainID
    private let through: BlockNumber
    private var done: BlockNumber?
    private var isOver = false

    /// - Parameter through: the last block that counts.
    init(_ store: WeirStore, _ chain: ChainID, through: BlockNumber) {
        self.store = store
        self.chain = chain
        self.through = through
    }

    /// The blocks of the next stored range, ascending; nil after the last one.
    mutating func next() async throws(StoreError) -> [Stored]? {
        if self.isOver { return nil }
        let page = try await self.store.page(self.chain, above: self.done)
        let last = min(page?.last.number ?? self.through, self.through)
        let first = self.done?.next ?? .zero
        var blocks: [BlockNumber: Stored] = [:]
        if first <= last {
            for extras in try await self.store.extras(self.chain, in: first...last) {
                blocks[extras.block.number] = Stored(
                    ref: extras.block, time: extras.time, logs: LogBatch(), extras: extras)
            }
        }
        if let page {
            let logs = try page.logs(self.chain)
            for entry in logs.entries where entry.blockNumber <= last {
                var stored =
                    blocks[entry.blockNumber]
                    ?? Stored(ref: entry.block, time: entry.blockTimestamp, logs: LogBatch())
                if stored.time.rawValue == 0 { stored.time = entry.blockTimestamp }
                if entry.blockNumber == page.last.number { stored.time = page.last.timestamp }
                stored.logs.append(entry, data: logs.data(of: entry))
                blocks[entry.blockNumber] = stored
            }
        }
        self.isOver = page == nil || last >= self.through
        self.done = last
        return blocks.values.sorted { $0.ref.number < $1.ref.number }
    }
}
