// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives
package import WeirPorts

extension EndpointPool: ChainClient {
    package func chainID() async throws(ChainClientError) -> ChainID {
        try await self.run { client throws(ChainClientError) in try await client.chainID() }
    }

    package func heads(
        _ tags: [HeadTag]
    ) async throws(ChainClientError) -> [HeadTag: BlockHeader] {
        try await self.run(.heads) { client throws(ChainClientError) in
            let heads = try await client.heads(tags)
            try await self.refuseLaggard(heads[.latest], by: client)
            return try await self.agreed(heads, tags, by: client)
        }
    }

    package func look(
        _ tags: [HeadTag], above tip: BlockRef, filter: LogFilter
    ) async throws(ChainClientError) -> ChainLook {
        try await self.run(.heads) { client throws(ChainClientError) in
            var look = try await client.look(tags, above: tip, filter: filter)
            try await self.refuseLaggard(look.heads[.latest], by: client)
            look.heads = try await self.agreed(look.heads, tags, by: client)
            // What the quorum has not come to is for a later look.
            if self.policy.quorum > 1, let next = look.next, let latest = look.heads[.latest],
                next.header.number > latest.number
            {
                look.next = nil
            }
            try await self.confirm(look.next.map { [$0.header.ref] } ?? [], by: client)
            return look
        }
    }

    package func headers(
        _ range: ClosedRange<BlockNumber>
    ) async throws(ChainClientError) -> [BlockHeader] {
        try await self.run(.step) { client throws(ChainClientError) in
            let headers = try await client.headers(range)
            try await self.confirm(headers.map(\.ref), by: client)
            return headers
        }
    }

    package func header(_ hash: Hash256) async throws(ChainClientError) -> BlockHeader? {
        try await self.run(.step) { client throws(ChainClientError) in
            try await client.header(hash)
        }
    }

    package func blocks(
        _ refs: [BlockRef], filter: LogFilter
    ) async throws(ChainClientError) -> [Block?] {
        try await self.run(.step) { client throws(ChainClientError) in
            let blocks = try await client.blocks(refs, filter: filter)
            try await self.confirm(blocks.compactMap { $0?.header.ref }, by: client)
            return blocks
        }
    }

    package func logs(
        _ range: ClosedRange<BlockNumber>, after parent: Hash256?, filter: LogFilter
    ) async throws(ChainClientError) -> LogPage {
        let blocks = range.upperBound.distance(above: range.lowerBound)
        let work = PoolWork.logs(blocks: blocks == .max ? .max : blocks + 1)
        return try await self.run(work) { client throws(ChainClientError) in
            let page = try await client.logs(range, after: parent, filter: filter)
            try await self.confirm([page.last.ref], by: client)
            return page
        }
    }

    package func call(
        to address: Address, data: [UInt8], at block: BlockRef
    ) async throws(ChainClientError) -> [UInt8] {
        try await self.run(.step) { client throws(ChainClientError) in
            try await client.call(to: address, data: data, at: block)
        }
    }
}
