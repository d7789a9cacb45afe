// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMABI
import EVMPrimitives
import JSONBytes
import LogJSON

extension EventTopics {
    /// The topics of a log.
    @inline(__always)
    package init(_ list: TopicList) {
        self.init(count: list.count) { list[$0].word }
    }
}

/// What a run over logs did.
package struct LogStatistics: Sendable, Equatable {
    /// Logs read, decoded or not.
    package var logs = 0
    package var events = 0
    /// Logs of known contracts that are no event, by reason.
    package var undecoded: [UndecodedReason: Int] = [:]
    /// Logs of addresses that the catalog does not have.
    package var unknownContracts = 0
    /// Documents that were refused.
    package var badDocuments = 0
    /// Bytes of JSON read.
    package var bytes = 0

    package init() {}

    /// `N logs in S s, R logs/s, M MB/s`.
    ///
    /// - Parameter seconds: how long parsing and decoding took, by the caller's clock.
    package func text(seconds: Double) -> String {
        let time = max(seconds, 1e-9)
        return "\(self.logs) logs in \(Self.decimals(seconds, 3)) s, "
            + "\(Self.decimals(Double(self.logs) / time, 0)) logs/s, "
            + "\(Self.decimals(Double(self.bytes) / time / 1e6, 1)) MB/s"
    }

    private static func decimals(_ value: Double, _ places: Int) -> String {
        let factor = places == 0 ? 1.0 : places == 1 ? 10.0 : 1000.0
        let scaled = (value * factor).rounded()
        guard scaled.isFinite, abs(scaled) < 1e15 else { return "\(value)" }
        let whole = Int(scaled)
        if places == 0 { return String(whole) }
        let fraction = String(abs(whole) % Int(factor))
        let zeros = String(repeating: "0", count: places - fraction.count)
        return "\(whole / Int(factor)).\(zeros)\(fraction)"
    }
}

/// `weir abi logs`: JSON with logs in, one line of JSON for each log out.
///
///     var decoder = LogStreamDecoder(catalog: catalog, isWriting: true)
///     decoder.decode(bytes)                 // any number of whole documents
///     write(decoder.takeOutput())
///
/// Lines: `{"block":"123","blockHash":…,"transactionHash":…,"logIndex":0,"address":…,"event":…,
/// "signature":…,"args":[…]}`; for a log that is no event `topics`, `data` and `undecoded` (the
/// reason) stand in place of the last three; for a document that was refused `{"error":…}`.
package struct LogStreamDecoder: Sendable {
    package let catalog: EventCatalog
    /// Whether lines are written; otherwise logs are only decoded and counted.
    package let isWriting: Bool
    package private(set) var statistics = LogStatistics()

    private let nodes: [LayoutNode]
    private var batch = LogBatch()
    private var tape = ABITape()
    private var writer = JSONWriter()

    package init(catalog: EventCatalog, isWriting: Bool = true) {
        self.catalog = catalog
        self.isWriting = isWriting
        self.nodes = catalog.nodeTable
    }

    /// The lines written since the last call.
    package mutating func takeOutput() -> [UInt8] {
        defer { self.writer.removeAll() }
        return self.writer.bytes
    }

    /// Reads whole documents, each a log, an array of logs, or a JSON-RPC response, with nothing
    /// but whitespace between them. After one that is refused reading goes on behind the next line
    /// feed.
    package mutating func decode(_ bytes: RawSpan) {
        self.statistics.bytes += bytes.byteCount
        var cursor = JSONCursor()
        while true {
            cursor.skipWhitespace(in: bytes)
            let start = cursor.offset
            guard start < bytes.byteCount else { return }
            self.batch.removeAll()
            do throws(LogJSONError) {
                try LogScanner.scan(in: bytes, &cursor, into: &self.batch)
                self.decodeBatch()
            } catch {
                self.report(error)
                cursor = JSONCursor(at: Self.nextLine(in: bytes, from: start))
            }
        }
    }

    /// Decodes logs that are read already.
    package mutating func decode(_ batch: LogBatch) {
        self.batch = batch
        self.decodeBatch()
    }

    private mutating func decodeBatch() {
        // A name of its own, so that the data can be looked at while other members change.
        let batch = self.batch
        let arena = unsafe batch.arena.span.bytes
        for index in batch.entries.indices {
            let entry = batch.entries[index]
            let data = arena.extracting(
                entry.dataOffset..<entry.dataOffset &+ entry.dataCount)
            self.tape.removeAll()
            let outcome = self.catalog.decode(
                address: entry.address, topics: EventTopics(entry.topics), data: data,
                onto: &self.tape)
            switch outcome {
            case .event: self.statistics.events &+= 1
            case .unknownContract: self.statistics.unknownContracts &+= 1
            case .undecodable(_, let reason): self.statistics.undecoded[reason, default: 0] += 1
            }
            if self.isWriting {
                Self.write(
                    entry, outcome, data, self.catalog, self.nodes, self.tape, &self.writer)
            }
        }
        self.statistics.logs &+= batch.count
    }

    private mutating func report(_ error: LogJSONError) {
        self.statistics.badDocuments += 1
        guard self.isWriting else { return }
        self.writer.beginObject()
        self.writer.key("error")
        self.writer.string(error.description)
        self.writer.endObject()
        self.writer.endLine()
    }

    private static func nextLine(in bytes: RawSpan, from start: Int) -> Int {
        var at = start
        while at < bytes.byteCount, unsafe bytes.uncheckedByte(at) != 0x0a { at &+= 1 }
        return min(at + 1, bytes.byteCount)
    }

    // MARK: Lines

    private static func write(
        _ entry: LogEntry, _ outcome: EventOutcome, _ data: RawSpan, _ catalog: EventCatalog,
        _ nodes: [LayoutNode], _ tape: ABITape, _ writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.key("block")
        writer.decimal(U256(entry.blockNumber.rawValue))
        writer.key("blockHash")
        writer.hash(entry.blockHash)
        writer.key("transactionHash")
        writer.hash(entry.transactionHash)
        writer.key("logIndex")
        writer.uint(UInt64(entry.logIndex))
        writer.key("address")
        writer.address(entry.address)
        switch outcome {
        case .event(let event):
            writer.abiEvent(
                catalog.layouts[event.slot], event, on: tape, nodes: nodes, data: data)
        case .unknownContract:
            Self.writeRaw(entry, data, reason: "unknown_contract", &writer)
        case .undecodable(_, let reason):
            Self.writeRaw(entry, data, reason: reason.rawValue, &writer)
        }
        writer.endObject()
        writer.endLine()
    }

    private static func writeRaw(
        _ entry: LogEntry, _ data: RawSpan, reason: String, _ writer: inout JSONWriter
    ) {
        writer.key("topics")
        writer.beginArray()
        for index in 0..<entry.topics.count { writer.hash(entry.topics[index]) }
        writer.endArray()
        writer.key("data")
        writer.hex(data)
        writer.key("undecoded")
        writer.string(reason)
    }
}

extension LogBatch {
    /// Forgets all logs, keeps the memory.
    fileprivate mutating func removeAll() {
        self.entries.removeAll(keepingCapacity: true)
        self.arena.removeAll(keepingCapacity: true)
    }
}
