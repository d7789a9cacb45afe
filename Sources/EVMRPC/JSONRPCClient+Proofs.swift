// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import EVMPrimitives
import WeirPorts

// Receipts and headers, fetched and proven: what both levels of verification are made of.
extension JSONRPCClient {
    /// A chunk of receipts ends where its blocks used that much gas: some megabytes of JSON.
    private static let gasPerChunk: UInt64 = 150_000_000
    private static let blocksPerChunk = 32

    /// An answer that was disproved, counted.
    func unproven(_ disproof: BlockDisproof) -> ChainClientError {
        self.verification.observer.failed(self.endpoint.name, disproof)
        return .unproven(
            endpoint: self.endpoint.name, check: disproof.reason.rawValue,
            detail: disproof.description)
    }

    /// Runs a check of an answer.
    func prove(_ check: () throws(BlockDisproof) -> Void) throws(ChainClientError) {
        do throws(BlockDisproof) { try check() } catch { throw self.unproven(error) }
    }

    /// A header that hashes to its hash, wherever anything has to be proven.
    func proven(_ header: BlockHeader) throws(ChainClientError) -> BlockHeader {
        if self.verification.level > .off {
            try self.prove { () throws(BlockDisproof) in try BlockProof.check(header) }
        }
        return header
    }

    // MARK: Headers

    /// The blocks of a range by number, each proven by its hash and linked to the one before, the
    /// first to `parent`; `last` stands in for the last one where it came already.
    func provenOutlines(
        _ range: ClosedRange<BlockNumber>, last: BlockOutline? = nil, after parent: Hash256?
    ) async throws(ChainClientError) -> [BlockOutline] {
        var outlines: [BlockOutline] = []
        let count = range.upperBound.distance(above: range.lowerBound) + (last == nil ? 1 : 0)
        var next: UInt64 = 0
        while next < count {
            let end = min(count, next + UInt64(self.batchLimit))
            let numbers = (next..<end).map { range.lowerBound.advanced(by: $0) }
            let outcomes = try await self.perform(
                numbers.map { .outline($0) }, continuing: last != nil || next > 0)
            for (number, outcome) in zip(numbers, outcomes) {
                outlines.append(try self.outline(outcome, number: number))
            }
            next = end
        }
        if let last { outlines.append(last) }
        try self.prove { () throws(BlockDisproof) in
            try BlockProof.check(chain: outlines.lazy.map(\.header), after: parent)
        }
        return outlines
    }

    // MARK: Receipts

    /// The logs that are wanted of each block, as its receipts prove them.
    ///
    /// All blocks of a chunk are looked at before the first that is disproved ends the call: so what
    /// was left out of the others is remembered too.
    func provenLogs(
        of blocks: [BlockOutline], _ watch: LogWatch
    ) async throws(ChainClientError) -> [LogBatch] {
        var logs: [LogBatch] = []
        var next = 0
        while next < blocks.count {
            let end = Self.endOfChunk(blocks, from: next)
            let chunk = Array(blocks[next..<end])
            let receipts = try await self.receipts(of: chunk)
            var fault: BlockDisproof?
            for (block, receipts) in zip(chunk, receipts) {
                do throws(BlockDisproof) {
                    logs.append(try self.checkedLogs(of: block, receipts, watch))
                } catch {
                    fault = fault ?? error
                }
            }
            if let fault { throw self.unproven(fault) }
            next = end
        }
        return logs
    }

    /// The wanted logs of a block whose receipts came with it.
    func provenLogs(
        of block: BlockOutline, _ receipts: [Receipt], _ watch: LogWatch
    ) throws(ChainClientError) -> LogBatch {
        do throws(BlockDisproof) {
            let logs = try self.checkedLogs(of: block, receipts, watch)
            self.verification.observer.verified(.receipts, 1)
            return logs
        } catch {
            throw self.unproven(error)
        }
    }

    private func checkedLogs(
        of block: BlockOutline, _ receipts: [Receipt], _ watch: LogWatch
    ) throws(BlockDisproof) -> LogBatch {
        do throws(BlockDisproof) {
            try BlockProof.check(receipts, of: block.header, transactions: block.transactions)
        } catch {
            self.verification.suspect(
                block.header.ref, of: self.endpoint.name, logs: watch.count(receipts))
            throw error
        }
        var batch = LogBatch()
        watch.append(receipts, of: block.header, to: &batch)
        self.verification.proved(
            block.header.ref, wanted: batch.count,
            hasLogs: receipts.contains { !$0.logs.isEmpty })
        return batch
    }

    private static func endOfChunk(_ blocks: [BlockOutline], from start: Int) -> Int {
        var end = start
        var gas: UInt64 = 0
        while end < blocks.count, end - start < Self.blocksPerChunk {
            // A hostile header may state any number.
            gas = gas.addingReportingOverflow(blocks[end].header.gasUsed).partialValue
            if end > start, gas > Self.gasPerChunk { break }
            end += 1
        }
        return end
    }

    /// The receipts of blocks, in the best form that the endpoint takes.
    ///
    /// - Throws: `.unsupported` where it takes none.
    func receipts(of blocks: [BlockOutline]) async throws(ChainClientError) -> [[Receipt]] {
        let first = self.features.receipts
        var refusal: ChainClientError?
        for form in ReceiptForm.allCases.drop(while: { $0 != first }) {
            do throws(ChainClientError) {
                let receipts = try await self.receipts(of: blocks, form)
                if form != first { self.learn { $0.receipts = form } }
                return receipts
            } catch {
                guard case .unsupported = error else { throw error }
                refusal = refusal ?? error
            }
        }
        throw refusal ?? self.bad("eth_getBlockReceipts", "no answer")
    }

    private func receipts(
        of blocks: [BlockOutline], _ form: ReceiptForm
    ) async throws(ChainClientError) -> [[Receipt]] {
        var calls: [RPCCall] = []
        var counts: [Int] = []
        for block in blocks {
            switch form {
            case .blockHash: calls.append(.receipts(.hash(block.header.hash)))
            case .blockNumber: calls.append(.receipts(.number(block.header.number)))
            case .transactions:
                guard let transactions = block.transactions else {
                    throw .unsupported(
                        endpoint: self.endpoint.name, method: "eth_getTransactionReceipt",
                        detail: "the blocks come without a list of transactions")
                }
                calls += transactions.map { .receipt($0) }
            }
            counts.append(calls.count)
        }
        var receipts: [[Receipt]] = []
        var current: [Receipt] = []
        // Headers were asked for before.
        for (index, outcome) in try await self.perform(calls, continuing: true).enumerated() {
            while receipts.count < counts.count, counts[receipts.count] <= index {
                receipts.append(current)
                current = []
            }
            switch try outcome.get() {
            case .receipts(let answer): current += answer.receipts
            case .receipt(let receipt): current.append(receipt)
            default:
                throw .behind(endpoint: self.endpoint.name, detail: "no receipts, null instead")
            }
        }
        while receipts.count < counts.count {
            receipts.append(current)
            current = []
        }
        return receipts
    }
}
