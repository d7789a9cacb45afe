// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives
package import WeirPorts

extension JSONRPCClient: ChainClient {
    package func chainID() async throws(ChainClientError) -> ChainID {
        ChainID(try await self.quantity(.chainID))
    }

    package func heads(
        _ tags: [HeadTag]
    ) async throws(ChainClientError) -> [HeadTag: BlockHeader] {
        try self.heads(tags, try await self.perform(tags.map { .header($0) })[...])
    }

    /// Heads from the outcomes of their calls.
    func heads(
        _ tags: [HeadTag], _ outcomes: ArraySlice<Result<RPCValue, ChainClientError>>
    ) throws(ChainClientError) -> [HeadTag: BlockHeader] {
        var heads: [HeadTag: BlockHeader] = [:]
        for (tag, outcome) in zip(tags, outcomes) {
            switch outcome {
            case .success(.header(let header)): heads[tag] = try self.proven(header)
            case .success:
                guard tag != .latest else {
                    throw self.bad("eth_getBlockByNumber", "no latest block")
                }
            case .failure(let error):
                // Before the merge, and on chains without finality, the tags are unknown: each
                // node has its own words for that. Trouble of another kind must not look like it.
                switch error {
                case .behind, .unsupported: guard tag != .latest else { throw error }
                default: throw error
                }
            }
        }
        return heads
    }

    package func headers(
        _ range: ClosedRange<BlockNumber>
    ) async throws(ChainClientError) -> [BlockHeader] {
        var headers: [BlockHeader] = []
        var next = range.lowerBound
        while true {
            let last = min(range.upperBound, next.advanced(by: UInt64(self.batchLimit - 1)))
            let numbers = (next.rawValue...last.rawValue).map { BlockNumber($0) }
            let outcomes = try await self.perform(numbers.map { .header($0) })
            for (number, outcome) in zip(numbers, outcomes) {
                guard let header = try self.header(outcome, "eth_getBlockByNumber") else {
                    return headers
                }
                guard header.number == number else {
                    throw self.bad(
                        "eth_getBlockByNumber", "asked for block \(number), got \(header.number)")
                }
                headers.append(try self.proven(header))
            }
            if last == range.upperBound { return headers }
            next = last.next
        }
    }

    package func header(_ hash: Hash256) async throws(ChainClientError) -> BlockHeader? {
        let outcomes = try await self.perform([.header(hash)])
        guard let outcome = outcomes.first else { return nil }
        return try self.header(outcome, hash: hash).map(self.proven)
    }

    package func blocks(
        _ refs: [BlockRef], filter: LogFilter
    ) async throws(ChainClientError) -> [Block?] {
        switch self.verification.level {
        case .off: try await self.statedBlocks(refs, filter).map { $0?.block }
        case .bloom: try await self.blocksByBloom(refs, filter)
        case .receipts: try await self.blocksByReceipts(refs, filter)
        }
    }

    /// A block as the endpoint states it, and its transactions.
    typealias StatedBlock = (block: Block, transactions: [Hash256]?)

    /// Headers by hash and logs of blocks, nothing of it proven.
    func statedBlocks(
        _ refs: [BlockRef], _ filter: LogFilter
    ) async throws(ChainClientError) -> [StatedBlock?] {
        if self.features.logsByHash {
            do throws(ChainClientError) {
                return try await self.statedBlocks(refs, filter, logsByHash: true)
            } catch {
                guard case .unsupported(_, "eth_getLogs", _) = error else { throw error }
            }
            // By number instead: a log names its block's hash, so a mix-up is still seen.
            let blocks = try await self.statedBlocks(refs, filter, logsByHash: false)
            self.learn { $0.logsByHash = false }
            return blocks
        }
        return try await self.statedBlocks(refs, filter, logsByHash: false)
    }

    private func statedBlocks(
        _ refs: [BlockRef], _ filter: LogFilter, logsByHash: Bool
    ) async throws(ChainClientError) -> [StatedBlock?] {
        let calls = refs.flatMap { ref -> [RPCCall] in
            let logs: RPCCall =
                logsByHash
                ? .logs(block: ref.hash, filter) : .logs(ref.number...ref.number, filter)
            return [.outline(ref.hash), logs]
        }
        let outcomes = try await self.perform(calls)
        var blocks: [StatedBlock?] = []
        for (index, ref) in refs.enumerated() {
            guard let outline = try self.outline(outcomes[2 * index], hash: ref.hash) else {
                blocks.append(nil)
                continue
            }
            switch outcomes[2 * index + 1] {
            case .success(.logs(let logs)):
                blocks.append((Block(header: outline.header, logs: logs), outline.transactions))
            case .success, .failure(.behind): blocks.append(nil)
            case .failure(let error): throw error
            }
        }
        return blocks
    }

    package func logs(
        _ range: ClosedRange<BlockNumber>, after parent: Hash256?, filter: LogFilter
    ) async throws(ChainClientError) -> LogPage {
        switch self.verification.level {
        case .off:
            let (logs, last) = try await self.statedLogs(range, filter)
            return LogPage(first: range.lowerBound, last: last.header.anchor, logs: logs)
        case .bloom: return try await self.pageByBloom(range, after: parent, filter)
        case .receipts: return try await self.pageByReceipts(range, after: parent, filter)
        }
    }

    /// The logs of a range and its last block, nothing of it proven.
    func statedLogs(
        _ range: ClosedRange<BlockNumber>, _ filter: LogFilter
    ) async throws(ChainClientError) -> (logs: LogBatch, last: BlockOutline) {
        let outcomes = try await self.perform([
            .logs(range, filter), .outline(range.upperBound),
        ])
        // Where both failed, what is wrong with the logs says more.
        if case .failure(let error) = outcomes[0], case .failure = outcomes[1] { throw error }
        // A node that does not have the last block may well have answered with fewer logs.
        let last = try self.outline(outcomes[1], number: range.upperBound)
        guard case .logs(let logs) = try outcomes[0].get() else {
            throw .behind(endpoint: self.endpoint.name, detail: "no logs, null instead")
        }
        return (logs, last)
    }

    /// The state is that of the block's hash; on an endpoint without EIP-1898, of its number.
    package func call(
        to address: Address, data: [UInt8], at block: BlockRef
    ) async throws(ChainClientError) -> [UInt8] {
        try await self.atBlock(block) { selector in .call(to: address, data: data, at: selector) }
    }

    /// Asks about a state by hash, and by number where the endpoint does not take a hash.
    func atBlock(
        _ block: BlockRef, _ call: (BlockSelector) -> RPCCall
    ) async throws(ChainClientError) -> [UInt8] {
        guard self.features.stateByHash else {
            return try await self.bytes(call(.number(block.number)))
        }
        do throws(ChainClientError) {
            return try await self.bytes(call(.hash(block.hash)))
        } catch {
            guard case .unsupported(_, _, let detail) = error, !Self.isExecution(detail) else {
                throw error
            }
        }
        let bytes = try await self.bytes(call(.number(block.number)))
        self.learn { $0.stateByHash = false }
        return bytes
    }

    /// Whether the words are about the contract and not about the request.
    private static func isExecution(_ detail: String) -> Bool {
        let text = detail.lowercased()
        return ["revert", "gas", "opcode", "execution", "stack"].contains { text.contains($0) }
    }

    // MARK: Outcomes

    /// A header, or nil where the node does not have the block.
    private func header(
        _ outcome: Result<RPCValue, ChainClientError>, _ method: String
    ) throws(ChainClientError) -> BlockHeader? {
        switch outcome {
        case .success(.header(let header)): return header
        case .success(.outline(let outline)): return outline.header
        case .success(.null), .failure(.behind): return nil
        case .success: throw self.bad(method, "no block")
        case .failure(let error): throw error
        }
    }

    private func header(
        _ outcome: Result<RPCValue, ChainClientError>, hash: Hash256
    ) throws(ChainClientError) -> BlockHeader? {
        guard let header = try self.header(outcome, "eth_getBlockByHash") else { return nil }
        guard header.hash == hash else {
            throw self.bad(
                "eth_getBlockByHash", "asked for block \(hash.short), got \(header.hash.short)")
        }
        return header
    }

    /// The outline of a block asked for by hash; nil where the node does not have it.
    func outline(
        _ outcome: Result<RPCValue, ChainClientError>, hash: Hash256
    ) throws(ChainClientError) -> BlockOutline? {
        guard try self.header(outcome, hash: hash) != nil,
            case .success(.outline(let outline)) = outcome
        else { return nil }
        return outline
    }

    /// The outline of a block asked for by number, which the node has to have.
    func outline(
        _ outcome: Result<RPCValue, ChainClientError>, number: BlockNumber
    ) throws(ChainClientError) -> BlockOutline {
        guard let header = try self.header(outcome, "eth_getBlockByNumber"),
            case .success(.outline(let outline)) = outcome
        else {
            throw .behind(endpoint: self.endpoint.name, detail: "block \(number) is not there")
        }
        guard header.number == number else {
            throw self.bad(
                "eth_getBlockByNumber", "asked for block \(number), got \(header.number)")
        }
        return outline
    }
}
