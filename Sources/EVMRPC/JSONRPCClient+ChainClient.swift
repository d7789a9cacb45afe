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
        let outcomes = try await self.perform(tags.map { .header($0) })
        var heads: [HeadTag: BlockHeader] = [:]
        for (tag, outcome) in zip(tags, outcomes) {
            switch outcome {
            case .success(.header(let header)): heads[tag] = header
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
                headers.append(header)
            }
            if last == range.upperBound { return headers }
            next = last.next
        }
    }

    package func header(_ hash: Hash256) async throws(ChainClientError) -> BlockHeader? {
        let outcomes = try await self.perform([.header(hash)])
        guard let outcome = outcomes.first else { return nil }
        return try self.header(outcome, hash: hash)
    }

    package func blocks(
        _ refs: [BlockRef], filter: LogFilter
    ) async throws(ChainClientError) -> [Block?] {
        if self.features.logsByHash {
            do throws(ChainClientError) {
                return try await self.blocks(refs, filter, logsByHash: true)
            } catch {
                guard case .unsupported(_, "eth_getLogs", _) = error else { throw error }
            }
            // By number instead: a log names its block's hash, so a mix-up is still seen.
            let blocks = try await self.blocks(refs, filter, logsByHash: false)
            self.learn { $0.logsByHash = false }
            return blocks
        }
        return try await self.blocks(refs, filter, logsByHash: false)
    }

    private func blocks(
        _ refs: [BlockRef], _ filter: LogFilter, logsByHash: Bool
    ) async throws(ChainClientError) -> [Block?] {
        let calls = refs.flatMap { ref -> [RPCCall] in
            let logs: RPCCall =
                logsByHash
                ? .logs(block: ref.hash, filter) : .logs(ref.number...ref.number, filter)
            return [.header(ref.hash), logs]
        }
        let outcomes = try await self.perform(calls)
        var blocks: [Block?] = []
        for (index, ref) in refs.enumerated() {
            guard let header = try self.header(outcomes[2 * index], hash: ref.hash) else {
                blocks.append(nil)
                continue
            }
            switch outcomes[2 * index + 1] {
            case .success(.logs(let logs)): blocks.append(Block(header: header, logs: logs))
            case .success, .failure(.behind): blocks.append(nil)
            case .failure(let error): throw error
            }
        }
        return blocks
    }

    package func logs(
        _ range: ClosedRange<BlockNumber>, filter: LogFilter
    ) async throws(ChainClientError) -> LogPage {
        let outcomes = try await self.perform([
            .logs(range, filter), .header(range.upperBound),
        ])
        // Where both failed, what is wrong with the logs says more.
        if case .failure(let error) = outcomes[0], case .failure = outcomes[1] { throw error }
        // A node that does not have the last block may well have answered with fewer logs.
        guard let header = try self.header(outcomes[1], "eth_getBlockByNumber") else {
            throw .behind(
                endpoint: self.endpoint.name, detail: "block \(range.upperBound) is not there")
        }
        guard header.number == range.upperBound else {
            throw self.bad(
                "eth_getBlockByNumber",
                "asked for block \(range.upperBound), got \(header.number)")
        }
        guard case .logs(let logs) = try outcomes[0].get() else {
            throw .behind(endpoint: self.endpoint.name, detail: "no logs, null instead")
        }
        return LogPage(first: range.lowerBound, last: header.anchor, logs: logs)
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
}
