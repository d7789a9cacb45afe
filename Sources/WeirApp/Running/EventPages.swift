// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import Economy
import HTTPFront
import JSONBytes
import WeirStore

/// Events for `/api/v1/events`: raw logs are read back from the store, newest first, and decoded.
struct EventPages: Sendable {
    let store: WeirStore
    let chains: [FollowedChain]
    /// How many logs one request looks at before it answers with what it found and where to go on.
    static let logsPerRequest = 200_000

    /// The JSON document of a page: `{"events":[…],"next":"block:logIndex"|null}`.
    func page(_ query: EventsQuery) async throws(HTTPProblem) -> [UInt8] {
        let chain = try self.chain(query)
        let catalog = chain.definition.catalog
        try Self.check(query, catalog)
        let nodes = catalog.nodeTable
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("events")
        writer.beginArray()
        var cursor = query.before.map { (BlockNumber($0.block), $0.logIndex) }
        var found = 0
        var looked = 0
        var next: EventsQuery.Cursor?
        var tape = ABITape()
        search: while let logs = try await self.logs(chain, below: cursor) {
            for entry in logs.entries.reversed() {
                let place = (entry.blockNumber, entry.logIndex)
                if let cursor, place >= cursor { continue }
                if found == query.limit || looked == Self.logsPerRequest {
                    next = cursor.map {
                        EventsQuery.Cursor(block: $0.0.rawValue, logIndex: $0.1)
                    }
                    break search
                }
                looked += 1
                cursor = place
                tape.removeAll()
                if Self.write(
                    entry, data: logs.data(of: entry), chain: chain.name, catalog, nodes, &tape,
                    query, to: &writer)
                {
                    found += 1
                }
            }
            if let first = logs.entries.first { cursor = (first.blockNumber, first.logIndex) }
        }
        writer.endArray()
        writer.key("next")
        if let next { writer.string(next.description) } else { writer.null() }
        writer.endObject()
        return writer.bytes
    }

    /// The decoded events of one block, in their order, as objects of an array that is open.
    func write(
        _ number: BlockNumber, of chain: FollowedChain, to writer: inout JSONWriter
    ) async throws(HTTPProblem) {
        let catalog = chain.definition.catalog
        let nodes = catalog.nodeTable
        let logs: LogBatch?
        do {
            logs = try await self.store.page(chain.id, above: number.previous)?.logs(chain.id)
        } catch {
            throw HTTPProblem(status: 500, detail: error.description)
        }
        guard let logs else { return }
        var tape = ABITape()
        for entry in logs.entries where entry.blockNumber == number {
            tape.removeAll()
            _ = Self.write(
                entry, data: logs.data(of: entry), chain: chain.name, catalog, nodes, &tape,
                EventsQuery(), to: &writer)
        }
    }

    private func chain(_ query: EventsQuery) throws(HTTPProblem) -> FollowedChain {
        let names = self.chains.map(\.name).joined(separator: ", ")
        if let name = query.chain {
            guard let chain = self.chains.first(where: { $0.name == name }) else {
                throw HTTPProblem.badRequest(
                    "no chain of that name is configured; there is: \(names)")
            }
            return chain
        }
        guard self.chains.count == 1, let only = self.chains.first else {
            throw HTTPProblem.badRequest("say which chain: chain=NAME, one of \(names)")
        }
        return only
    }

    /// A name that is in no ABI would give an empty page for ever: that is told instead.
    private static func check(_ query: EventsQuery, _ catalog: EventCatalog) throws(HTTPProblem) {
        if let contract = query.contract,
            !catalog.contracts.contains(where: { $0.alias == contract })
        {
            throw HTTPProblem.badRequest("no contract of that name is configured on the chain")
        }
        if let event = query.event, catalog.events(named: event).isEmpty {
            throw HTTPProblem.badRequest("no event of that name is in the ABIs of the chain")
        }
    }

    /// The page of logs that holds what comes before a place.
    private func logs(
        _ chain: FollowedChain, below cursor: (BlockNumber, UInt32)?
    ) async throws(HTTPProblem) -> LogBatch? {
        do {
            var number = cursor?.0 ?? BlockNumber(.max)
            while let page = try await self.store.page(chain.id, atOrBelow: number) {
                let logs = try page.logs(chain.id)
                let isBelow =
                    cursor.map { cursor in
                        logs.entries.contains { ($0.blockNumber, $0.logIndex) < cursor }
                    } ?? true
                if isBelow { return logs }
                guard let previous = page.first.previous else { return nil }
                number = previous
            }
            return nil
        } catch {
            throw HTTPProblem(status: 500, detail: error.description)
        }
    }

    private static func write(
        _ entry: LogEntry, data: [UInt8], chain: String, _ catalog: EventCatalog,
        _ nodes: [LayoutNode], _ tape: inout ABITape, _ query: EventsQuery,
        to writer: inout JSONWriter
    ) -> Bool {
        let topics = entry.topics
        let span = unsafe data.span.bytes
        guard
            case .event(let event) = catalog.decode(
                address: entry.address,
                topics: EventTopics(count: topics.count) { topics[$0].word }, data: span,
                onto: &tape)
        else { return false }
        let layout = catalog.layouts[event.slot]
        let alias = catalog.contracts[layout.contract].alias
        if let contract = query.contract, contract != alias { return false }
        if let name = query.event, name != layout.name { return false }
        writer.beginObject()
        writer.key("chain")
        writer.string(chain)
        writer.key("contract")
        writer.string(alias)
        writer.key("block")
        writer.string(entry.blockNumber.description)
        writer.key("blockHash")
        writer.string(entry.blockHash.description)
        writer.key("transactionHash")
        writer.string(entry.transactionHash.description)
        writer.key("logIndex")
        writer.uint(UInt64(entry.logIndex))
        writer.abiEvent(layout, event, on: tape, nodes: nodes, data: span)
        writer.endObject()
        return true
    }
}
