// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import ChainProofs
import EVMPrimitives
package import WeirPorts

// Following at the head: heads, header and logs of the next block in one request.
extension JSONRPCClient {
    /// The next block is asked for by number, since its hash is not known yet: what comes must name
    /// the header's hash, or be proven by it. Where neither holds, the logs are asked for by hash.
    ///
    /// At `off` and while blocks mostly have wanted logs, the logs come along. While they mostly have
    /// none and a proven header's bloom can say so, the header comes alone: that is all a quiet block
    /// costs.
    @concurrent
    package func look(
        _ tags: [HeadTag], above tip: BlockRef, filter: LogFilter
    ) async throws(ChainClientError) -> ChainLook {
        let number = tip.number.next
        let logs = self.callForLogs(of: number, filter)
        let calls = tags.map { RPCCall.header($0) } + [.outline(number)] + (logs.map { [$0] } ?? [])
        let outcomes = try await self.perform(calls)
        let heads = try self.heads(tags, outcomes[..<tags.count])
        guard tags.count < outcomes.count,
            case .success(.outline(let outline)) = outcomes[tags.count],
            outline.header.number == number, outline.header.parentHash == tip.hash
        else { return ChainLook(heads: heads, next: nil) }
        _ = try self.proven(outline.header)
        let answer = outcomes.count > tags.count + 1 ? outcomes[tags.count + 1] : nil
        let next = try await self.next(outline, answer, filter)
        self.note(hasLogs: next.map { !$0.logs.isEmpty } ?? true)
        return ChainLook(heads: heads, next: next)
    }

    private func next(
        _ outline: BlockOutline, _ answer: Result<RPCValue, ChainClientError>?, _ filter: LogFilter
    ) async throws(ChainClientError) -> Block? {
        let watch = self.verification.watch(filter)
        let header = outline.header
        let isExcluded = !watch.mayMatch(header.logsBloom)
        let level = self.verification.level
        if level > .off, self.verification.trustsBlooms, isExcluded, answer == nil {
            self.verification.observer.verified(level, 1)
            return Block(header: header, logs: LogBatch())
        }
        switch (level, answer) {
        case (.off, .success(.logs(let logs))?):
            // Without a log nothing says that the answer speaks of this block, or of any.
            let isOfBlock = logs.entries.allSatisfy { $0.blockHash == header.hash }
            if isOfBlock, !logs.isEmpty || isExcluded { return Block(header: header, logs: logs) }
        case (.bloom, .success(.logs(let logs))?):
            let stated = StatedBlock(Block(header: header, logs: logs), outline.transactions)
            let isOfBlock = logs.entries.allSatisfy { $0.blockHash == header.hash }
            if isOfBlock, !logs.isEmpty || isExcluded {
                return try await self.proven([stated], watch).first ?? nil
            }
        case (.receipts, .success(.receipts(let receipts))?):
            return Block(
                header: header, logs: try self.provenLogs(of: outline, receipts.receipts, watch))
        case (.receipts, nil):
            let logs = try await self.provenLogs(of: [outline], watch).first
            self.verification.observer.verified(.receipts, 1)
            return logs.map { Block(header: header, logs: $0) }
        default: break
        }
        return try await self.blocks([header.ref], filter: filter).first ?? nil
    }

    /// What brings the wanted logs of a block by number; nil where its header is looked at first.
    private func callForLogs(of number: BlockNumber, _ filter: LogFilter) -> RPCCall? {
        let level = self.verification.level
        guard level == .off || !self.verification.trustsBlooms || self.expectsLogs else {
            return nil
        }
        switch level {
        case .off, .bloom: return .logs(number...number, filter)
        case .receipts:
            return self.features.receipts == .transactions ? nil : .receipts(.number(number))
        }
    }
}
