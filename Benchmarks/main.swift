// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import EVMABI
import EVMPrimitives
import EVMSignatures
import Economy
import EventTools
import Glibc
import JSONBytes
import LogJSON
import MetricsRegistry
import WeirStore

// How fast the hot paths are on one core: `scripts/bench`, or
// `WeirBenchmarks [--corpus FOLDER]`. Exit code 1 where a result is not what the corpus says.

/// Adds up every `uint256` below a slot of the tape.
func add(_ tape: ABITape, _ slot: Int, _ nodes: [LayoutNode], to sum: inout U256) {
    let entry = tape[slot]
    let node = nodes[Int(entry.node)]
    switch node.kind {
    case .uint where node.size == 256:
        sum = sum.addingReportingOverflow(entry.word).partialValue
    case .array, .fixedArray, .tuple:
        for child in entry.range { add(tape, child, nodes, to: &sum) }
    default: break
    }
}

/// Decodes every log of a batch and shows each event.
func decode(
    _ batch: LogBatch, _ catalog: EventCatalog, _ tape: inout ABITape,
    _ show: (DecodedEvent, ABITape) -> Void
) {
    let arena = unsafe batch.arena.span.bytes
    for entry in batch.entries {
        tape.removeAll()
        let data = arena.extracting(entry.dataOffset..<entry.dataOffset + entry.dataCount)
        let topics = EventTopics(entry.topics)
        if case .event(let event) = catalog.decode(
            address: entry.address, topics: topics, data: data, onto: &tape)
        {
            show(event, tape)
        }
    }
}

let arguments = CommandLine.arguments
let corpus: Corpus
switch arguments.count {
case 1: corpus = try Corpus.synthetic()
case 3 where arguments[1] == "--corpus": corpus = try Corpus(folder: arguments[2])
default:
    print("usage: WeirBenchmarks [--corpus FOLDER]")
    exit(2)
}
let text = corpus.text
let catalog = try EventCatalog([
    CatalogContract(alias: "all", address: nil, events: corpus.events)
])

let skip = try Measurement.seconds {
    let bytes = unsafe text.span.bytes
    var cursor = JSONCursor()
    while true {
        cursor.skipWhitespace(in: bytes)
        if cursor.offset >= bytes.byteCount { break }
        try cursor.skipValue(in: bytes)
    }
}
let report = Report(reference: Double(text.count) / skip)
print("corpus \(corpus.name), \(text.count) bytes; one thread, CPU time, median of five")
report.row("reference: JSON skipValue", text.count, "bytes/s", skip, bytes: text.count)

// MARK: Raw text

var statistics = LogStatistics()
let raw = Measurement.seconds {
    var decoder = LogStreamDecoder(catalog: catalog, isWriting: false)
    decoder.decode(unsafe text.span.bytes)
    statistics = decoder.statistics
}
report.row("JSON-RPC text to decoded logs", statistics.logs, "logs/s", raw, bytes: text.count)

// MARK: Prepared bytes

var batch = LogBatch()
do {
    let bytes = unsafe text.span.bytes
    var cursor = JSONCursor()
    while true {
        cursor.skipWhitespace(in: bytes)
        if cursor.offset >= bytes.byteCount { break }
        try LogScanner.scan(in: bytes, &cursor, into: &batch)
    }
}
var tape = ABITape()
var events = 0
let prepared = Measurement.seconds {
    events = 0
    var mix: UInt64 = 0
    decode(batch, catalog, &tape) { event, tape in
        events &+= 1
        mix ^= tape[event.start].word.limb0
    }
    Measurement.keep(mix)
}
report.row("decode prepared bytes", events, "events/s", prepared)

var totals: [String: (count: Int, sum: U256)] = [:]
let nodes = catalog.nodeTable
decode(batch, catalog, &tape) { event, tape in
    let layout = catalog.layouts[event.slot]
    var total = totals[layout.name] ?? (0, .zero)
    total.count += 1
    for index in 0..<event.count where !layout.event.inputs[index].isIndexed {
        add(tape, event.slot(of: index), nodes, to: &total.sum)
    }
    totals[layout.name] = total
}
var isExact = totals.count == corpus.expected.count
for (name, want) in corpus.expected.sorted(by: { $0.key < $1.key }) {
    guard let found = totals[name], found == want else {
        isExact = false
        print("MISMATCH \(name): \(totals[name]?.count ?? 0) events, \(want.count) expected")
        continue
    }
}

// MARK: Reduce, pack

let anchor = BlockAnchor(
    ref: BlockRef(number: BlockNumber(1 << 40), hash: .zero), parentHash: .zero,
    timestamp: BlockTime(1_700_000_000))
let page = LogPage(first: .zero, last: anchor, logs: batch)
let definition = EconomyDefinition(chain: "bench", catalog: catalog)
let reduce = Measurement.seconds {
    var economy = Economy(definition)
    Measurement.keep(economy.apply(.caughtUp(page)).states.count)
    if economy.eventTotals.seen != UInt64(statistics.events) { isExact = false }
}
report.row("reduce", batch.count, "logs/s", reduce)

var packed: [UInt8] = []
let pack = Measurement.seconds { packed = LogPageCoding.encode(batch) }
report.row("pack logs for the store", batch.count, "logs/s", pack, bytes: packed.count)
var unpacked = LogBatch()
let unpack = try Measurement.seconds { unpacked = try LogPageCoding.decode(packed) }
report.row("unpack logs", batch.count, "logs/s", unpack, bytes: packed.count)
if unpacked.count != batch.count || LogPageCoding.encode(unpacked) != packed { isExact = false }

// MARK: Exposition, hashing, signatures

let registry = try MetricsRegistry()
let family = try registry.register(
    MetricDescriptor(
        name: registry.qualified("bench_series"), help: "Series to render.", type: .gauge,
        labelNames: ["chain", "contract", "event"], maxSeries: 100_000))
let samples = (0..<100_000).map {
    Sample(["base", "contract\($0 / 10)", "event\($0 % 10)"], double: Double($0) * 1.25)
}
_ = try registry.update(family, samples)
var output = 0
let render = Measurement.seconds { output = registry.render(.text004).count }
report.row("render 100,000 series", 100_000, "series/s", render, bytes: output)
print("  one render: \(Report.number(render * 1e3)) ms, \(output) bytes")

let message = [UInt8](repeating: 0x5a, count: 64)
let hashes = 100_000
let hashing = Measurement.seconds {
    var mix: UInt64 = 0
    for _ in 0..<hashes { mix ^= Keccak256.hash(message).word0 }
    Measurement.keep(mix)
}
report.row("keccak256 of 64 bytes", hashes, "hashes/s", hashing)

let receipts = ReceiptsToProve(count: 300, logsEach: 2)
let proof = try Measurement.seconds {
    try BlockProof.check(receipts.list, of: receipts.header, transactions: receipts.names)
}
report.row("prove receipts, two logs each", receipts.list.count, "receipts/s", proof)

let key = try PrivateKey(bytes: [UInt8](repeating: 7, count: 32))
let digest = Keccak256.hash(message)
let signature = try key.sign(hash: digest)
let recoveries = 2_000
let recovery = try Measurement.seconds {
    for _ in 0..<recoveries {
        let signer = try SecpContext.shared.recover(hash: digest, signature: signature)
        if signer != key.address { isExact = false }
    }
}
report.row("recover a signer", recoveries, "signatures/s", recovery)

print(isExact ? "exact: every count and sum is as expected" : "NOT EXACT")
exit(isExact ? 0 : 1)
