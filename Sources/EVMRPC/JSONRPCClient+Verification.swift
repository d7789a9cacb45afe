// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import EVMPrimitives
import WeirPorts

// Blocks and pages at the levels of verification above `off`. All of it runs off the caller's actor.
extension JSONRPCClient {
    // MARK: Receipts

    /// Blocks by hash with the logs that their receipts prove; `eth_getLogs` is not asked at all.
    @concurrent
    func blocksByReceipts(
        _ refs: [BlockRef], _ filter: LogFilter
    ) async throws(ChainClientError) -> [Block?] {
        let watch = self.verification.watch(filter)
        let outcomes = try await self.perform(refs.map { .outline($0.hash) })
        var outlines: [BlockOutline?] = []
        for (ref, outcome) in zip(refs, outcomes) {
            let outline = try self.outline(outcome, hash: ref.hash)
            if let outline { _ = try self.proven(outline.header) }
            outlines.append(outline)
        }
        let logs = try await self.logsByReceipts(outlines.compactMap { $0 }, watch)
        return outlines.map { outline in
            outline.map { Block(header: $0.header, logs: logs[$0.header.hash] ?? LogBatch()) }
        }
    }

    /// A page of proven logs, its headers linked from the first to the last.
    @concurrent
    func pageByReceipts(
        _ range: ClosedRange<BlockNumber>, after parent: Hash256?, _ filter: LogFilter
    ) async throws(ChainClientError) -> LogPage {
        let watch = self.verification.watch(filter)
        let outlines = try await self.provenOutlines(range, after: parent)
        let logs = try await self.logsByReceipts(outlines, watch)
        var page = LogBatch()
        for outline in outlines {
            if let batch = logs[outline.header.hash] { page.append(batch) }
        }
        return try self.page(range, outlines, page)
    }

    /// The logs of proven headers, by block hash. A block whose bloom rules everything out is spared,
    /// once the chain's blooms have shown that they can be trusted.
    private func logsByReceipts(
        _ outlines: [BlockOutline], _ watch: LogWatch
    ) async throws(ChainClientError) -> [Hash256: LogBatch] {
        let trustsBlooms = self.verification.trustsBlooms
        let wanted = outlines.filter { outline in
            if trustsBlooms { return watch.mayMatch(outline.header.logsBloom) }
            return outline.header.receiptsRoot != BlockRoots.empty
        }
        let logs = try await self.provenLogs(of: wanted, watch)
        self.verification.observer.verified(.receipts, outlines.count)
        return Dictionary(
            zip(wanted.lazy.map(\.header.hash), logs), uniquingKeysWith: { first, _ in first })
    }

    // MARK: Bloom

    /// Blocks by hash whose header is proven and whose logs agree with its bloom.
    @concurrent
    func blocksByBloom(
        _ refs: [BlockRef], _ filter: LogFilter
    ) async throws(ChainClientError) -> [Block?] {
        let watch = self.verification.watch(filter)
        return try await self.proven(try await self.statedBlocks(refs, filter), watch)
    }

    /// Blocks whose header is proven and whose logs agree with its bloom.
    func proven(
        _ stated: [StatedBlock?], _ watch: LogWatch
    ) async throws(ChainClientError) -> [Block?] {
        var doubts: [Doubt] = []
        for case .some(let (block, transactions)) in stated {
            _ = try self.proven(block.header)
            let logs = block.logs.entries[...]
            try self.prove { () throws(BlockDisproof) in try watch.check(logs, of: block.header) }
            if watch.isUnanswered(block.header.logsBloom, by: logs) {
                doubts.append(
                    Doubt(
                        outline: BlockOutline(header: block.header, transactions: transactions),
                        given: logs, batch: block.logs))
            }
        }
        try await self.resolve(doubts, watch)
        self.verification.observer.verified(.bloom, stated.count { $0 != nil })
        return stated.map { $0?.block }
    }

    /// A page of logs that agree with the blooms of proven headers, linked from the first to the last.
    @concurrent
    func pageByBloom(
        _ range: ClosedRange<BlockNumber>, after parent: Hash256?, _ filter: LogFilter
    ) async throws(ChainClientError) -> LogPage {
        let watch = self.verification.watch(filter)
        var (logs, last) = try await self.statedLogs(range, filter)
        let outlines = try await self.provenOutlines(range, last: last, after: parent)
        let places = try self.place(&logs, outlines)
        var doubts: [Doubt] = []
        for (outline, place) in zip(outlines, places) {
            let given = logs.entries[place]
            try self.prove { () throws(BlockDisproof) in
                try watch.check(given, of: outline.header)
            }
            if watch.isUnanswered(outline.header.logsBloom, by: given) {
                doubts.append(Doubt(outline: outline, given: given, batch: logs))
            }
        }
        if doubts.count > Verification.confirmationsPerPage {
            // What a bloom says is worth the more, the emptier it is.
            doubts.sort { $0.bitCount < $1.bitCount }
            let most = Verification.confirmationsPerPage
            self.verification.observer.unconfirmed(doubts.count - most)
            doubts.removeLast(doubts.count - most)
        }
        try await self.resolve(doubts, watch)
        self.verification.observer.verified(.bloom, outlines.count)
        return try self.page(range, outlines, logs)
    }

    /// Which logs are those of each block; they get its time.
    private func place(
        _ logs: inout LogBatch, _ outlines: [BlockOutline]
    ) throws(ChainClientError) -> [Range<Int>] {
        var places: [Range<Int>] = []
        var next = 0
        for outline in outlines {
            let start = next
            while next < logs.count, logs.entries[next].blockNumber == outline.header.number {
                logs.entries[next].blockTimestamp = outline.header.timestamp
                next += 1
            }
            places.append(start..<next)
        }
        guard next == logs.count else {
            throw self.bad("eth_getLogs", "logs are out of order or outside the range")
        }
        return places
    }

    /// A block whose bloom hit something watched of which no log was given.
    private struct Doubt {
        var outline: BlockOutline
        var given: ArraySlice<LogEntry>
        /// What the entries' data stands in.
        var batch: LogBatch

        var bitCount: Int { self.outline.header.logsBloom.bitCount }
    }

    /// Compares what was given for some blocks with what their receipts prove.
    ///
    /// - Throws: `.unproven` where a log was left out or invented; `.unsupported` where this endpoint
    ///   gives no receipts but another one of the chain may.
    private func resolve(
        _ doubts: [Doubt], _ watch: LogWatch
    ) async throws(ChainClientError) {
        guard !doubts.isEmpty else { return }
        let proven: [LogBatch]
        do throws(ChainClientError) {
            proven = try await self.provenLogs(of: doubts.map(\.outline), watch)
        } catch {
            guard case .unsupported = error, self.verification.cannotConfirm(self.endpoint.name)
            else { throw error }
            return self.verification.observer.unconfirmed(doubts.count)
        }
        var fault: BlockDisproof?
        for (doubt, logs) in zip(doubts, proven) {
            let comparison = LogComparison(given: doubt.given, in: doubt.batch, proven: logs)
            let ref = doubt.outline.header.ref
            if comparison.missing > 0 {
                self.verification.observer.missing(self.endpoint.name, comparison.missing)
                fault = fault ?? BlockDisproof(.logOmitted, ref)
            } else if comparison.invented > 0 {
                fault = fault ?? BlockDisproof(.logInvented, ref)
            }
        }
        if let fault { throw self.unproven(fault) }
    }

    private func page(
        _ range: ClosedRange<BlockNumber>, _ outlines: [BlockOutline], _ logs: LogBatch
    ) throws(ChainClientError) -> LogPage {
        guard let first = outlines.first, let last = outlines.last else {
            throw .behind(endpoint: self.endpoint.name, detail: "no blocks")
        }
        return LogPage(
            first: range.lowerBound, last: last.header.anchor, logs: logs,
            firstParent: first.header.parentHash)
    }
}
