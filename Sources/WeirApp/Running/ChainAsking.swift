// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSync
import EVMPrimitives
import Logging
import WeirPorts
import WeirStore

/// Asks the chain what a machine wants to know, and reduces failures to what it can act on.
struct ChainAsking: Sendable {
    let client: any ChainClient
    let filter: LogFilter
    /// Whether each log needs the time of its block.
    let needsTimes: Bool
    /// Whether the store wants the logs of pages.
    let keepsPages: Bool
    /// What is wanted of the blocks beside their logs.
    let extras: ExtrasAsking
    let logger: Logger

    /// An answer, and what went wrong where it is none.
    struct Asked: Sendable {
        var answer: SyncAnswer
        var fault: ChainClientError?
        /// Whether the question was one that proves blocks with their logs.
        var isOfLogs = false
    }

    /// The answer to a request. With `needsTimes`, logs of a page all carry the time of their
    /// block, asked for where the provider did not tell it. What the logs are stored as is made
    /// here too, beside other requests. `tip` is the last block that is ours.
    @concurrent
    func ask(_ kind: SyncRequest.Kind, after tip: BlockRef?) async -> Asked {
        var isOfLogs =
            switch kind {
            case .blocks, .logs, .look: true
            case .heads, .headers, .header: false
            }
        do throws(ChainClientError) {
            let answer = try await self.answer(kind, after: tip)
            if case .look(let look) = answer, look.next == nil { isOfLogs = false }
            return Asked(answer: answer, isOfLogs: isOfLogs)
        } catch {
            self.logger.debug(
                "request failed", metadata: ["error": .string(error.description)])
            return Asked(
                answer: .failed(Self.failure(error)), fault: error, isOfLogs: isOfLogs)
        }
    }

    private func answer(
        _ kind: SyncRequest.Kind, after tip: BlockRef?
    ) async throws(ChainClientError) -> SyncAnswer {
        switch kind {
        case .look(let tags, let tip):
            var look = try await self.client.look(tags, above: tip, filter: self.filter)
            var next = [look.next]
            try await self.extras.add(to: &next)
            look.next = next[0]
            return .look(look)
        case .heads(let tags): return .heads(try await self.client.heads(tags))
        case .headers(let range): return .headers(try await self.client.headers(range))
        case .header(let hash): return .header(try await self.client.header(hash))
        case .blocks(let refs):
            var blocks = try await self.client.blocks(refs, filter: self.filter)
            try await self.extras.add(to: &blocks)
            return .blocks(blocks)
        case .logs(let range):
            let parent = tip.flatMap { $0.number.next == range.lowerBound ? $0.hash : nil }
            var page = try await self.client.logs(range, after: parent, filter: self.filter)
            if self.needsTimes { try await self.fillTimes(&page) }
            try await self.extras.add(to: &page, after: parent)
            page.prepared = PreparedLogs(
                digests: LogChecksum.digests(of: page.logs),
                packed: self.keepsPages && !page.logs.isEmpty
                    ? LogPageCoding.pack(page.logs) : nil)
            return .logs(page)
        }
    }

    /// Asks for the headers of blocks whose logs came without a time.
    private func fillTimes(_ page: inout LogPage) async throws(ChainClientError) {
        var times: [Hash256: BlockTime] = [page.last.hash: page.last.timestamp]
        for index in page.logs.entries.indices {
            let entry = page.logs.entries[index]
            if entry.blockTimestamp.rawValue != 0 { continue }
            if times[entry.blockHash] == nil {
                guard let header = try await self.client.header(entry.blockHash) else {
                    throw .behind(endpoint: "node", detail: "block \(entry.block)")
                }
                times[entry.blockHash] = header.timestamp
            }
            page.logs.entries[index].blockTimestamp = times[entry.blockHash] ?? BlockTime(0)
        }
    }

    static func failure(_ error: ChainClientError) -> SyncFailure {
        switch error.disposition {
        case .retry(let after): return .retry(after: after?.milliseconds)
        case .shrink(let hint):
            switch hint {
            case .blocks(let count): return .shrink(blocks: count)
            case .range(let from, let to):
                return .shrink(blocks: to >= from ? (to - from) &+ 1 : 0)
            case .halve: return .shrink(blocks: 0)
            }
        case .otherEndpoint:
            if case .behind = error { return .behind }
            return .retry(after: nil)
        case .giveUp:
            if case .cancelled = error { return .retry(after: nil) }
            return .giveUp(error.description)
        }
    }
}
