// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import HTTPFront
import JSONBytes
import WeirStore

/// Facts for `/api/v1/facts`: the business records of a chain, newest first, a page at a time.
///
///     /api/v1/facts?chain=base&tracker=staking/nodes&account=0x…&from=2026-11-01T00:00:00Z&limit=50
struct FactPages: Sendable {
    static let keys = [
        "chain", "tracker", "kind", "account", "from", "to", "from_block", "to_block", "limit",
        "before",
    ]
    static let limitMax = 1_000
    /// How many facts one request looks at before it answers with what it found and where to go on.
    static let factsPerRequest = 50_000
    private static let factsPerRead = 2_000

    let store: WeirStore
    let chains: [FollowedChain]

    /// The JSON document of a page: `{"facts":[…],"next":"…"|null}`.
    func page(_ request: APIRequest) async throws(HTTPProblem) -> APIAnswer {
        try request.allow(Self.keys)
        let chain = try self.chain(request.value("chain"))
        let filter = try FactFilter(request, chain)
        var cursor = try request.value("before").map { text throws(HTTPProblem) in
            try FactCursor(text: text)
        }
        let limit = try Self.limit(request.value("limit"))
        let blocks = try await self.blocks(request, chain)
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("facts")
        writer.beginArray()
        var found = 0
        var looked = 0
        var isMore = false
        if let blocks {
            search: while true {
                let facts = try await self.facts(chain, blocks, before: cursor)
                for fact in facts {
                    if found == limit || looked == Self.factsPerRequest {
                        isMore = true
                        break search
                    }
                    looked += 1
                    cursor = FactCursor(fact)
                    guard filter.lets(fact) else { continue }
                    Self.write(fact, chain: chain.name, to: &writer)
                    found += 1
                }
                if facts.count < Self.factsPerRead { break }
            }
        }
        writer.endArray()
        writer.key("next")
        if isMore, let cursor { writer.string(cursor.text) } else { writer.null() }
        writer.endObject()
        return APIAnswer(json: writer.bytes)
    }

    /// The newest fact of a tracker that names all of these values; nil where none does among the
    /// last ``factsPerRequest`` facts of the chain.
    func latest(
        _ chain: FollowedChain, tracker: String, naming values: [String]
    ) async throws(HTTPProblem) -> Fact? {
        var cursor: FactCursor?
        var looked = 0
        while looked < Self.factsPerRequest {
            let facts = try await self.facts(
                chain, BlockNumber(0)...BlockNumber(.max), before: cursor)
            for fact in facts where fact.fields.first?.value == tracker {
                let named = Set(fact.fields.map { $0.value.lowercased() })
                if values.allSatisfy({ named.contains($0.lowercased()) }) { return fact }
            }
            guard let last = facts.last, facts.count == Self.factsPerRead else { return nil }
            cursor = FactCursor(last)
            looked += facts.count
        }
        return nil
    }

    /// A fact as an object: its place, and its fields in their order.
    static func write(_ fact: Fact, chain: String, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("chain")
        writer.string(chain)
        writer.key("kind")
        writer.string(fact.kind)
        writer.key("block")
        writer.string(fact.block.number.description)
        writer.key("blockHash")
        writer.string(fact.block.hash.description)
        writer.key("logIndex")
        // What was read of the block as a whole stands behind all of its logs.
        if fact.logIndex == .max { writer.null() } else { writer.uint(UInt64(fact.logIndex)) }
        writer.key("fields")
        writer.beginObject()
        for field in fact.fields {
            writer.key(field.name)
            writer.string(field.value)
        }
        writer.endObject()
        writer.endObject()
    }

    func chain(_ name: String?) throws(HTTPProblem) -> FollowedChain {
        let names = self.chains.map(\.name).joined(separator: ", ")
        if let name {
            guard let chain = self.chains.first(where: { $0.name == name }) else {
                throw .badRequest("No chain of that name is configured; there is: \(names).")
            }
            return chain
        }
        guard self.chains.count == 1, let only = self.chains.first else {
            throw .badRequest("Say which chain: chain=NAME, one of \(names).")
        }
        return only
    }

    private func facts(
        _ chain: FollowedChain, _ blocks: ClosedRange<BlockNumber>, before cursor: FactCursor?
    ) async throws(HTTPProblem) -> [Fact] {
        do throws(StoreError) {
            return try await self.store.latestFacts(
                chain.id, in: blocks, before: cursor, limit: Self.factsPerRead)
        } catch {
            throw HTTPProblem(status: 500, detail: error.description)
        }
    }

    private static func limit(_ text: String?) throws(HTTPProblem) -> Int {
        guard let text else { return 100 }
        guard let limit = Int(text), (1...Self.limitMax).contains(limit) else {
            throw .badRequest("\"limit\" must be a whole number from 1 to \(Self.limitMax).")
        }
        return limit
    }

    /// The blocks that are asked for; nil where the times leave none.
    private func blocks(
        _ request: APIRequest, _ chain: FollowedChain
    ) async throws(HTTPProblem) -> ClosedRange<BlockNumber>? {
        var first = try Self.block(request, "from_block") ?? 0
        var last = try Self.block(request, "to_block") ?? UInt64(Int64.max)
        do throws(StoreError) {
            if let from = try Self.time(request, "from") {
                guard let block = try await self.store.firstBlock(chain.id, atOrAfter: from)
                else { return nil }
                first = max(first, block.rawValue)
            }
            if let to = try Self.time(request, "to"),
                let block = try await self.store.firstBlock(
                    chain.id, atOrAfter: BlockTime(to.rawValue &+ 1))
            {
                guard block.rawValue > 0 else { return nil }
                last = min(last, block.rawValue - 1)
            }
        } catch let problem as HTTPProblem {
            throw problem
        } catch {
            throw HTTPProblem(status: 500, detail: "\(error)")
        }
        return first <= last ? BlockNumber(first)...BlockNumber(last) : nil
    }

    private static func block(
        _ request: APIRequest, _ key: String
    ) throws(HTTPProblem) -> UInt64? {
        guard let text = try request.value(key) else { return nil }
        guard let number = UInt64(text), number <= UInt64(Int64.max) else {
            throw .badRequest("\"\(key)\" must be a block number in decimal.")
        }
        return number
    }

    /// Unix seconds, or RFC 3339.
    private static func time(
        _ request: APIRequest, _ key: String
    ) throws(HTTPProblem) -> BlockTime? {
        guard let text = try request.value(key) else { return nil }
        guard let seconds = Moment(text)?.unixSeconds else {
            throw .badRequest(
                "\"\(key)\" must be a time such as 2026-11-01T00:00:00Z or Unix seconds.")
        }
        return BlockTime(seconds)
    }
}

/// Which facts are wanted besides where they stand.
private struct FactFilter {
    let tracker: String?
    let kind: String?
    let account: String?

    init(_ request: APIRequest, _ chain: FollowedChain) throws(HTTPProblem) {
        self.tracker = try request.value("tracker")
        self.kind = try request.value("kind")
        if let tracker {
            let names = chain.definition.trackers.map { "\($0.kind.rawValue)/\($0.name)" }
            guard names.contains(tracker) else {
                throw .badRequest(
                    "No tracker \"\(tracker.prefix(64))\" is configured on the chain; there is: "
                        + names.joined(separator: ", ") + ".")
            }
        }
        self.account = try request.value("account")?.lowercased()
        if let account, Address(account) == nil {
            throw .badRequest("\"account\" must be an address: 0x and 40 hex digits.")
        }
    }

    func lets(_ fact: Fact) -> Bool {
        if let kind, fact.kind != kind { return false }
        if let tracker, fact.fields.first?.value != tracker { return false }
        if let account { return fact.fields.contains { $0.value.lowercased() == account } }
        return true
    }
}

extension FactCursor {
    /// `block:logIndex:kind:key`.
    var text: String { "\(self.block):\(self.logIndex):\(self.kind):\(self.key)" }

    init(text: String) throws(HTTPProblem) {
        let parts = text.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, let block = UInt64(parts[0]), let index = UInt32(parts[1]) else {
            throw .badRequest("\"before\" must be what \"next\" of the page before says.")
        }
        self.init(
            block: BlockNumber(block), logIndex: index, kind: String(parts[2]),
            key: String(parts[3]))
    }
}
