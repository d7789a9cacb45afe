// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import Economy
import EventTools
import JSONBytes
import LogJSON
import WeirStore

/// From the text of answers to decoded, reduced and packed logs.
struct DecodingLines {
    private let corpus: Corpus
    private let catalog: EventCatalog
    private let batch: LogBatch
    private let measurement: Measurement

    init(_ corpus: Corpus, _ measurement: Measurement) throws {
        self.corpus = corpus
        self.measurement = measurement
        self.catalog = try EventCatalog([
            CatalogContract(alias: "all", address: nil, events: corpus.events)
        ])
        var batch = LogBatch()
        let bytes = unsafe corpus.text.span.bytes
        var cursor = JSONCursor()
        while true {
            cursor.skipWhitespace(in: bytes)
            if cursor.offset >= bytes.byteCount { break }
            try LogScanner.scan(in: bytes, &cursor, into: &batch)
        }
        self.batch = batch
    }

    func row(_ name: String) throws -> Row {
        switch name {
        case "skip": try self.skip()
        case "text": self.text()
        case "decode": self.decode()
        case "reduce": self.reduce()
        case "track": try self.track()
        case "pack": self.pack()
        default: try self.unpack()
        }
    }

    /// The least that a reader of the text must do.
    private func skip() throws -> Row {
        let text = self.corpus.text
        let times = try self.measurement.times {
            let bytes = unsafe text.span.bytes
            var cursor = JSONCursor()
            while true {
                cursor.skipWhitespace(in: bytes)
                if cursor.offset >= bytes.byteCount { break }
                try cursor.skipValue(in: bytes)
            }
        }
        return Row(
            name: "skip", what: "reference: JSON skipValue", count: text.count, unit: "bytes",
            bytes: text.count, times: times)
    }

    private func text() -> Row {
        let text = self.corpus.text
        var statistics = LogStatistics()
        let times = self.measurement.times {
            var decoder = LogStreamDecoder(catalog: self.catalog, isWriting: false)
            decoder.decode(unsafe text.span.bytes)
            statistics = decoder.statistics
        }
        let wanted = self.corpus.expected.values.reduce(0) { $0 + $1.count }
        return Row(
            name: "text", what: "JSON-RPC text to decoded events", count: statistics.logs,
            unit: "logs", bytes: text.count, times: times,
            isExact: statistics.events == wanted && statistics.badDocuments == 0
                && self.sums() == self.corpus.sums)
    }

    private func decode() -> Row {
        var tape = ABITape()
        var events = 0
        var bytes = 0
        let times = self.measurement.times {
            events = 0
            bytes = 0
            var mix: UInt64 = 0
            self.eachEvent(&tape) { event, data, tape in
                events &+= 1
                bytes &+= data
                mix ^= tape[event.start].word.limb0
            }
            Measurement.keep(mix)
        }
        return Row(
            name: "decode", what: "prepared bytes to decoded events", count: events,
            unit: "events", bytes: bytes, times: times, isExact: self.sums() == self.corpus.sums)
    }

    private func reduce() -> Row {
        let anchor = BlockAnchor(
            ref: BlockRef(number: BlockNumber(1 << 40), hash: .zero), parentHash: .zero,
            timestamp: BlockTime(1_700_000_000))
        let page = LogPage(first: .zero, last: anchor, logs: self.batch)
        let definition = EconomyDefinition(chain: "bench", catalog: self.catalog)
        let wanted = self.corpus.expected.values.reduce(0) { $0 + $1.count }
        var isExact = true
        let times = self.measurement.times {
            var economy = Economy(definition)
            Measurement.keep(economy.apply(.caughtUp(page)).states.count)
            if economy.eventTotals.seen != UInt64(wanted) { isExact = false }
        }
        return Row(
            name: "reduce", what: "reduce", count: self.batch.count, unit: "logs", times: times,
            isExact: isExact)
    }

    /// Nine of ten logs of the corpus reach a tracker.
    private func track() throws -> Row {
        let names = Set(self.corpus.events.map(\.name))
        var yaml = """
            tokens: { FAB: { chain: bench, decimals: 18 } }
            trackers:
              fees:
                fab:
                  token: FAB
                  transfer: { event: all.Transfer, amount: value }

            """
        if names.contains("Swap") {
            yaml += "      fee: { event: all.Swap, amount: amount0In, payer: sender }\n"
        }
        if names.contains("Approval") {
            yaml += """
                  staking:
                    nodes:
                      token: FAB
                      stake: { event: all.Approval, account: owner, amount: value, total: value }
                """
        }
        let definition = try TrackedChain.definition(self.corpus.events, yaml)
        let anchor = BlockAnchor(
            ref: BlockRef(number: BlockNumber(1 << 40), hash: .zero), parentHash: .zero,
            timestamp: BlockTime(1_700_000_000))
        let page = LogPage(first: .zero, last: anchor, logs: self.batch)
        let wanted = self.corpus.expected.values.reduce(0) { $0 + $1.count }
        let hits = ["Transfer", "Swap", "Approval"].reduce(0) {
            $0 + (self.corpus.expected[$1]?.count ?? 0)
        }
        var isExact = true
        var facts = 0
        let plain = EconomyDefinition(chain: "bench", catalog: definition.catalog)
        var without = Times()
        let times = self.measurement.times {
            var economy = Economy(definition)
            facts = economy.apply(.caughtUp(page)).facts.count
            if economy.eventTotals.seen != UInt64(wanted) { isExact = false }
        }
        without = self.measurement.times {
            var economy = Economy(plain)
            Measurement.keep(economy.apply(.caughtUp(page)).states.count)
        }
        let each = (times.seconds - without.seconds) / Double(max(1, hits)) * 1e9
        return Row(
            name: "track", what: "reduce with trackers", count: self.batch.count, unit: "logs",
            times: times, isExact: isExact,
            note: "\(Int(each)) ns more for each of \(hits) events, \(facts) facts")
    }

    private func pack() -> Row {
        var packed: [UInt8] = []
        let times = self.measurement.times { packed = LogPageCoding.encode(self.batch) }
        return Row(
            name: "pack", what: "pack logs for the store", count: self.batch.count, unit: "logs",
            bytes: packed.count, times: times)
    }

    private func unpack() throws -> Row {
        let packed = LogPageCoding.encode(self.batch)
        var unpacked = LogBatch()
        let times = try self.measurement.times { unpacked = try LogPageCoding.decode(packed) }
        return Row(
            name: "unpack", what: "unpack logs", count: unpacked.count, unit: "logs",
            bytes: packed.count, times: times,
            isExact: unpacked.count == self.batch.count
                && LogPageCoding.encode(unpacked) == packed)
    }

    // MARK: Exactness

    /// Decodes every log and shows each event with the size of its data.
    @inline(__always)
    private func eachEvent(
        _ tape: inout ABITape, _ show: (DecodedEvent, Int, ABITape) -> Void
    ) {
        let arena = unsafe self.batch.arena.span.bytes
        for entry in self.batch.entries {
            tape.removeAll()
            let data = arena.extracting(entry.dataOffset..<entry.dataOffset + entry.dataCount)
            let outcome = self.catalog.decode(
                address: entry.address, topics: EventTopics(entry.topics), data: data, onto: &tape)
            if case .event(let event) = outcome { show(event, entry.dataCount, tape) }
        }
    }

    /// By name of the event: how often, and the sum of its unindexed `uint256`.
    private func sums() -> [String: CorpusTotal] {
        var tape = ABITape()
        var totals: [String: CorpusTotal] = [:]
        let nodes = self.catalog.nodeTable
        self.eachEvent(&tape) { event, _, tape in
            let layout = self.catalog.layouts[event.slot]
            var total = totals[layout.name] ?? CorpusTotal(count: 0, sum: .zero)
            total.count += 1
            for index in 0..<event.count where !layout.event.inputs[index].isIndexed {
                Self.add(tape, event.slot(of: index), nodes, to: &total.sum)
            }
            totals[layout.name] = total
        }
        return totals
    }

    /// Adds up every `uint256` below a slot of the tape.
    private static func add(
        _ tape: ABITape, _ slot: Int, _ nodes: [LayoutNode], to sum: inout U256
    ) {
        let entry = tape[slot]
        let node = nodes[Int(entry.node)]
        switch node.kind {
        case .uint where node.size == 256:
            sum = sum.addingReportingOverflow(entry.word).partialValue
        case .array, .fixedArray, .tuple:
            for child in entry.range { self.add(tape, child, nodes, to: &sum) }
        default: break
        }
    }
}
