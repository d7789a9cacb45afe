// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import PromQL

/// What was found in one block that is not final yet: what was told of it, and what waits to be told.
struct EventRecord: Sendable, Hashable {
    /// One alert of one rule.
    struct Entry: Sendable, Hashable {
        /// The rule's ``EventRuleDefinition/identity``.
        var rule: String
        /// The log's index; `UInt32.max` for the alert that counts the rest.
        var logIndex: UInt32
        var alert: Alert
        /// How long it fires once it is told, in milliseconds.
        var resolveAfter: Int64
        /// Nil: it was told.
        var waitsFor: EventMoment?
    }

    var block: BlockRef
    var entries: [Entry]

    func holds(_ rule: String, _ logIndex: UInt32) -> Bool {
        self.entries.contains { $0.logIndex == logIndex && $0.rule == rule }
    }

    /// The key in the store: sorted as the blocks are.
    static func key(_ number: BlockNumber) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, 20 - digits.count)) + digits
    }

    // MARK: Stored form

    /// The version of the stored form.
    private static let version: UInt8 = 1

    var bytes: [UInt8] {
        var writer = RecordWriter()
        writer.bytes.append(Self.version)
        writer.write(self.block.number.rawValue)
        writer.bytes += self.block.hash.bytes
        writer.write(UInt64(self.entries.count))
        for entry in self.entries {
            writer.write(entry.rule)
            writer.write(UInt64(entry.logIndex))
            writer.write(entry.alert.labels)
            writer.write(entry.alert.annotations)
            writer.write(UInt64(bitPattern: entry.alert.startsAt))
            writer.write(UInt64(bitPattern: entry.alert.endsAt ?? .max))
            writer.write(UInt64(bitPattern: entry.resolveAfter))
            writer.write(entry.waitsFor?.text ?? "")
        }
        return writer.bytes
    }

    init(block: BlockRef, entries: [Entry]) {
        self.block = block
        self.entries = entries
    }

    /// Nil: the bytes are damaged.
    init?(bytes: [UInt8]) {
        var reader = RecordReader(bytes)
        guard reader.byte() == Self.version, let number = reader.number(),
            let hash = reader.take(32).flatMap({ Hash256(bytes: Array($0)) }),
            let count = reader.number()
        else { return nil }
        self.block = BlockRef(number: BlockNumber(number), hash: hash)
        self.entries = []
        for _ in 0..<count {
            guard let rule = reader.text(), let index = reader.number(),
                let logIndex = UInt32(exactly: index), let labels = reader.labels(),
                let annotations = reader.labels(), let startsAt = reader.number(),
                let endsAt = reader.number(), let resolveAfter = reader.number(),
                let moment = reader.text()
            else { return nil }
            let waitsFor = EventMoment(moment)
            guard moment.isEmpty || waitsFor != nil else { return nil }
            let end = Int64(bitPattern: endsAt)
            self.entries.append(
                Entry(
                    rule: rule, logIndex: logIndex,
                    alert: Alert(
                        labels: labels, annotations: annotations,
                        startsAt: Int64(bitPattern: startsAt), endsAt: end == .max ? nil : end),
                    resolveAfter: Int64(bitPattern: resolveAfter), waitsFor: waitsFor))
        }
        guard reader.isAtEnd else { return nil }
    }
}

/// Writes numbers in eight bytes, and texts behind their lengths.
private struct RecordWriter {
    var bytes: [UInt8] = []

    mutating func write(_ number: UInt64) { appendWord(number, to: &self.bytes) }

    mutating func write(_ text: String) {
        self.write(UInt64(text.utf8.count))
        self.bytes += Array(text.utf8)
    }

    mutating func write(_ labels: Labels) {
        self.write(UInt64(labels.pairs.count))
        for pair in labels.pairs {
            self.write(pair.name)
            self.write(pair.value)
        }
    }
}

/// Reads what a ``RecordWriter`` wrote; nil where the bytes are damaged.
private struct RecordReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { self.position == self.bytes.count }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= self.bytes.count - self.position else { return nil }
        defer { self.position += count }
        return self.bytes[self.position..<(self.position + count)]
    }

    mutating func byte() -> UInt8? { self.take(1)?.first }

    mutating func number() -> UInt64? {
        self.take(8)?.reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func text() -> String? {
        guard let count = self.number().flatMap({ Int(exactly: $0) }) else { return nil }
        return self.take(count).flatMap { String(validating: $0, as: UTF8.self) }
    }

    mutating func labels() -> Labels? {
        guard let count = self.number() else { return nil }
        var pairs: [(String, String)] = []
        for _ in 0..<count {
            guard let name = self.text(), let value = self.text() else { return nil }
            pairs.append((name, value))
        }
        return Labels(pairs)
    }
}
