// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import CurlTransport
import EVMPrimitives
import EVMRPC
import WeirPorts

/// Asks for what trackers want of blocks beside their logs, as they said when the blocks were asked
/// for.
///
/// An empty plan costs no request. State is read of blocks near the head only: nodes keep that of the
/// last 128 blocks. What is wanted of a page is asked for in parts: where a request fails, only its part
/// is asked for again, and a smaller one.
struct ExtrasAsking: Sendable {
    /// So far below the head state is read.
    static let stateDepth: UInt64 = 120
    /// So many blocks of a page are asked for at once.
    private static let blocksPerRequest = 500
    /// How often and how late a part is asked for again.
    private static let policy = Backoff.Policy(
        first: .milliseconds(100), ceiling: .seconds(5), retries: 8)

    let client: any ChainClient
    let plan: FetchPlan
    /// The chain's newest block as far as it is known; nil before the first look.
    let head: BlockNumber?
    var clock: RPCClock = .system

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
                extras += try await self.past(of: Array(headers[..<split]), below)
            }
            extras += try await self.past(of: Array(headers[split...]), above)
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
        let count = Int(clamping: page.last.number.distance(above: page.first)) + 1
        let headers = try await self.inParts(count) { (part) async throws(ChainClientError) in
            let first = page.first.advanced(by: UInt64(part.lowerBound))
            let last = page.first.advanced(by: UInt64(part.upperBound - 1))
            let headers = try await self.client.headers(first...last)
            guard headers.count == part.count, headers.last?.number == last else {
                throw .behind(endpoint: "node", detail: "block \(last)")
            }
            return headers
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

    /// What is wanted of blocks of a page.
    private func past(
        of headers: [BlockHeader], _ plan: FetchPlan
    ) async throws(ChainClientError) -> [BlockExtras] {
        try await self.inParts(headers.count) { (part) async throws(ChainClientError) in
            try await self.extras(of: Array(headers[part]), plan, false)
        }
    }

    /// Asks for so many things in parts, in their order. A part that failed is halved and asked for
    /// again after a while; what came before stays.
    private func inParts<Item>(
        _ count: Int,
        _ ask: (Range<Int>) async throws(ChainClientError) -> [Item]
    ) async throws(ChainClientError) -> [Item] {
        var items: [Item] = []
        var next = 0
        var size = Self.blocksPerRequest
        var backoff = Backoff(Self.policy)
        while next < count {
            let part = next..<min(count, next + size)
            do throws(ChainClientError) {
                items += try await ask(part)
                next = part.upperBound
                size = min(size * 2, Self.blocksPerRequest)
                backoff.reset()
            } catch {
                guard let after = error.helpsAgain else { throw error }
                // Spread by the place, so that a run can be repeated.
                let spread = UInt64(next &+ size) &* 0x9e37_79b9_7f4a_7c15
                guard let delay = backoff.next(random: spread, retryAfter: after) else {
                    throw error
                }
                size = max(1, part.count / 2)
                do { try await self.clock.sleep(delay) } catch { throw .cancelled }
            }
        }
        return items
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

extension ChainClientError {
    /// Whether the same question, or a smaller one, may be answered soon, and after which wait; nil
    /// where it is not.
    fileprivate var helpsAgain: Duration? {
        switch self {
        case .rateLimited(_, let after): after ?? .zero
        case .rangeTooLarge, .serverError, .unreachable, .badAnswer: .zero
        case .behind, .unsupported, .denied, .wrongChain, .unproven, .cancelled: nil
        }
    }
}
