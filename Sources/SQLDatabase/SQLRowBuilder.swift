// Weir
// SPDX-License-Identifier: Apache-2.0

/// The values of one row on their way into a bulk insert, in memory that is used again.
///
/// Text and blobs are copied into one byte arena which the driver binds from, so a row costs no
/// allocation of its own once the arena has grown to the longest row.
///
/// ```swift
/// try session.executeMany(sql, count: logs.count) { index, row throws(SQLError) in
///     row.append(logs[index].blockNumber)
///     row.append(blob: logs[index].data)
/// }
/// ```
package struct SQLRowBuilder: Sendable {
    /// One value; text and blobs are ranges of ``bytes``.
    package enum Cell: Sendable, Equatable {
        case null
        case integer(Int64)
        case real(Double)
        case text(Range<Int>)
        case blob(Range<Int>)
    }

    /// The values appended so far, in order.
    package private(set) var cells: [Cell] = []
    /// The arena; every range in ``cells`` lies inside it.
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// Forgets the row and keeps the memory.
    package mutating func removeAll() {
        self.cells.removeAll(keepingCapacity: true)
        self.bytes.removeAll(keepingCapacity: true)
    }

    package mutating func appendNull() {
        self.cells.append(.null)
    }

    package mutating func append(_ integer: Int64) {
        self.cells.append(.integer(integer))
    }

    package mutating func append(real: Double) {
        self.cells.append(.real(real))
    }

    package mutating func append(text: String) {
        let start = self.bytes.count
        self.bytes.append(contentsOf: text.utf8)
        self.cells.append(.text(start..<self.bytes.count))
    }

    package mutating func append(blob: [UInt8]) {
        let start = self.bytes.count
        self.bytes.append(contentsOf: blob)
        self.cells.append(.blob(start..<self.bytes.count))
    }

    /// Appends a blob straight from borrowed memory: a slice of an arena, a hash, an amount.
    package mutating func append(blob: RawSpan) {
        let start = self.bytes.count
        unsafe blob.withUnsafeBytes { buffer in
            unsafe self.bytes.append(contentsOf: buffer)
        }
        self.cells.append(.blob(start..<self.bytes.count))
    }

    package mutating func append(_ value: SQLValue) {
        switch value {
        case .null: self.appendNull()
        case .integer(let integer): self.append(integer)
        case .real(let real): self.append(real: real)
        case .text(let text): self.append(text: text)
        case .blob(let bytes): self.append(blob: bytes)
        }
    }
}
