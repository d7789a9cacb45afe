// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import WeirPorts

/// Asks for what trackers want of blocks beside their logs, as they said when the blocks were asked
/// for.
///
/// An empty plan costs no request. State is read of blocks near the head only: nodes keep that of the
/// last 128 blocks.
struct ExtrasAsking: Sendable {
    /// So far below the head state is read.
    static let stateDepth: UInt64 = 120
    /// So many headers of a page are asked for at once.
    private static let headersPerRequest: UInt64 = 500

    let client: any ChainClient
    let plan: FetchPlan
    /// The chain's newest block as far as it is known; nil before the first look.
    let head: BlockNumber?

    /// Adds to blocks at the head what is wanted of each.
    func add(to blocks: inout [Block?]) async throws(ChainClientError) {
        if self.plan.isEmpty { return }
        let places = blocks.indices.filter { blocks[$0] != nil }
        let headers = places.compactMap { blocks[$0]?.header }
        for (place, extras) in zip(places, try await self.extras(of: headers, self.plan, true)) {
            blocks[place]?.extras = extras
        }
    }

    /// Adds to a page what is wanted of its blocks: transactions and fees of each, as far as they are
    /// wanted of the past, readings of the last one where the page is near the head.
    ///
    /// - Parameter parent: the hash of the block below the page, where it is known.
    func add(to page: inout LogPage, after parent: Hash256?) async throws(ChainClientError) {
        let (below, above) = self.plan.past
        var extras: [BlockExtras] = []
        let isWanted = !above.isEmpty && page.last.number >= (above.transactionsFrom ?? .zero)
        if isWanted || !below.isEmpty {
            let headers = try await self.headers(of: page, after: parent)
            let split =
                headers.firstIndex { $0.number >= (above.transactionsFrom ?? .zero) }
                ?? headers.count
            if !below.isEmpty {
                extras += try await self.extras(of: Array(headers[..<split]), below, false)
            }
            extras += try await self.extras(of: Array(headers[split...]), above, false)
        }
        let readings = FetchPlan(readings: self.plan.readings)
        if !readings.isEmpty, self.isNearHead(page.last.number) {
            let last = try await self.extras(of: [BlockHeader(page.last)], readings, false)
            if extras.isEmpty {
                extras = last
            } else {
                extras[extras.count - 1].readings = last.first?.readings ?? []
            }
        }
        page.extras = extras
    }

    private func isNearHead(_ number: BlockNumber) -> Bool {
        guard let head = self.head else { return false }
        return head.distance(above: number) <= Self.stateDepth
    }

    /// The headers of a page, linked from its last block down to the one below it.
    private func headers(
        of page: LogPage, after parent: Hash256?
    ) async throws(ChainClientError) -> [BlockHeader] {
        var headers: [BlockHeader] = []
        var next = page.first
        while next <= page.last.number {
            let last = min(page.last.number, next.advanced(by: Self.headersPerRequest - 1))
            let part = try await self.client.headers(next...last)
            guard part.last?.number == last else {
                throw .behind(endpoint: "node", detail: "block \(last)")
            }
            headers += part
            next = last.next
        }
        var below = parent ?? page.firstParent
        for header in headers {
            if let below, header.parentHash != below { throw Self.moved(header) }
            below = header.hash
        }
        guard let last = headers.last, last.hash == page.last.hash else {
            throw Self.moved(headers.last ?? BlockHeader(page.last))
        }
        return headers
    }

    private static func moved(_ header: BlockHeader) -> ChainClientError {
        .behind(
            endpoint: "node",
            detail: "block \(header.ref) is not of the chain that the logs are of")
    }

    private func extras(
        of headers: [BlockHeader], _ plan: FetchPlan, _ isHead: Bool
    ) async throws(ChainClientError) -> [BlockExtras] {
        if headers.isEmpty { return [] }
        let extras = try await self.client.extras(of: headers, plan: plan, isHead: isHead)
        guard extras.count == headers.count,
            zip(extras, headers).allSatisfy({ $0.block == $1.ref })
        else {
            throw .badAnswer(
                endpoint: "node", method: "extras", detail: "not of the blocks asked for")
        }
        return extras
    }
}

extension BlockHeader {
    /// A header of which only its place in the chain is known.
    fileprivate init(_ anchor: BlockAnchor) {
        self.init(
            number: anchor.number, hash: anchor.hash, parentHash: anchor.parentHash,
            timestamp: anchor.timestamp)
    }
}
