// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives

/// Why an answer does not belong together.
package enum AssemblyFault: Error, Sendable, Equatable {
    case wrongBlock(asked: BlockRef, got: BlockRef)
    case wrongCount(asked: Int, got: Int)
    /// A log that names another block than the one it came with.
    case foreignLog(block: BlockRef, log: BlockRef)
    /// What was fetched beside a block's logs is of another block.
    case foreignExtras(block: BlockRef, extras: BlockRef)
    /// Two logs of one block with the same index, or out of order.
    case logOrder(block: BlockNumber, previous: UInt32, next: UInt32)
    /// A log that was not asked for.
    case unwantedLog(block: BlockNumber, address: Address)
    /// Logs of one height under two hashes.
    case twoHashes(block: BlockNumber)
    /// A log outside the range.
    case outsideRange(block: BlockNumber)
    /// A page whose first block does not follow on the last one before, or whose last one is not the
    /// block that was named as settled.
    case brokenLink(expected: BlockRef, found: Hash256)
}

extension AssemblyFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .wrongBlock(let asked, let got):
            "asked for block \(asked), got \(got)"
        case .wrongCount(let asked, let got):
            "asked for \(asked) blocks, got \(got)"
        case .foreignLog(let block, let log):
            "block \(block) came with a log of block \(log)"
        case .foreignExtras(let block, let extras):
            "block \(block) came with readings, fees or transactions of block \(extras)"
        case .logOrder(let block, let previous, let next):
            "block \(block) has log \(next) after log \(previous)"
        case .unwantedLog(let block, let address):
            "block \(block) came with a log of \(address), which was not asked for"
        case .twoHashes(let block):
            "block \(block) came under two hashes"
        case .outsideRange(let block):
            "a log of block \(block) is outside the range asked for"
        case .brokenLink(let expected, let found):
            "a range of blocks does not join the chain: expected block \(expected), it has "
                + "\(found.short)"
        }
    }
}

/// Checks that header and logs speak of one block, and a page of one range.
///
/// A half-reorged answer never gets further than this. What is missing or changed cannot be seen
/// here: the client proves that, as far as `verify` asks for it.
package enum BlockAssembler {
    /// Checks one block against the reference that was asked for.
    package static func check(
        _ block: Block, asked ref: BlockRef, filter: LogFilter
    ) throws(AssemblyFault) {
        guard block.header.ref == ref else {
            throw .wrongBlock(asked: ref, got: block.header.ref)
        }
        if let extras = block.extras, extras.block != ref {
            throw .foreignExtras(block: ref, extras: extras.block)
        }
        var previous: UInt32?
        for entry in block.logs.entries {
            guard entry.block == ref else { throw .foreignLog(block: ref, log: entry.block) }
            if let previous, entry.logIndex <= previous {
                throw .logOrder(block: ref.number, previous: previous, next: entry.logIndex)
            }
            previous = entry.logIndex
            guard filter.matches(entry) else {
                throw .unwantedLog(block: ref.number, address: entry.address)
            }
        }
    }

    /// Checks a page against the range that was asked for.
    package static func check(
        _ page: LogPage, asked range: ClosedRange<BlockNumber>, filter: LogFilter
    ) throws(AssemblyFault) {
        guard page.first == range.lowerBound, page.last.number == range.upperBound else {
            throw .wrongBlock(
                asked: BlockRef(number: range.upperBound, hash: page.last.hash), got: page.last.ref)
        }
        // Entries are large: their fields are read where they stand.
        let entries = page.logs.entries.span
        for index in entries.indices {
            let number = entries[index].blockNumber
            guard range.contains(number) else { throw .outsideRange(block: number) }
            if index > 0, entries[index - 1].blockNumber >= number {
                let (before, next) = (entries[index - 1].logIndex, entries[index].logIndex)
                guard entries[index - 1].blockNumber == number, before < next else {
                    throw .logOrder(block: number, previous: before, next: next)
                }
                guard entries[index - 1].blockHash == entries[index].blockHash else {
                    throw .twoHashes(block: number)
                }
            }
            let topic = entries[index].topics.first
            guard filter.matches(entries[index].address, topic0: topic) else {
                throw .unwantedLog(block: number, address: entries[index].address)
            }
        }
        if let last = page.logs.entries.last, last.blockNumber == page.last.number,
            last.blockHash != page.last.hash
        {
            throw .foreignLog(block: page.last.ref, log: last.block)
        }
        var above = page.first.previous
        for extras in page.extras {
            let number = extras.block.number
            guard range.contains(number) else { throw .outsideRange(block: number) }
            if let above, number <= above { throw .twoHashes(block: number) }
            above = number
        }
        if let extras = page.extras.last, extras.block.number == page.last.number,
            extras.block != page.last.ref
        {
            throw .foreignExtras(block: page.last.ref, extras: extras.block)
        }
    }
}
