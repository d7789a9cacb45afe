// Weir
// SPDX-License-Identifier: Apache-2.0

/// Bits appended to bytes, the most significant first.
struct BitWriter: Sendable {
    private(set) var bytes: [UInt8] = []
    /// Bits of the last byte that are still free.
    private var free = 0

    /// Appends the lowest `count` bits of a value, 0 to 64.
    mutating func write(_ value: UInt64, _ count: Int) {
        var left = count
        while left > 0 {
            if self.free == 0 {
                self.bytes.append(0)
                self.free = 8
            }
            let taken = min(left, self.free)
            let piece = UInt8(truncatingIfNeeded: value >> UInt64(left - taken)) & Self.mask(taken)
            self.bytes[self.bytes.count - 1] |= piece << UInt8(self.free - taken)
            self.free -= taken
            left -= taken
        }
    }

    /// The lowest `count` bits, 1 to 8.
    static func mask(_ count: Int) -> UInt8 { 0xff >> UInt8(8 - count) }
}

/// Bits read from bytes; nil at the end, whatever the bytes are.
struct BitReader {
    private let bytes: [UInt8]
    private var position = 0
    private let end: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        self.end = bytes.count.multipliedReportingOverflow(by: 8).partialValue
    }

    /// Bits that are left.
    var left: Int { self.end - self.position }

    /// The next `count` bits, 0 to 64.
    mutating func read(_ count: Int) -> UInt64? {
        guard count <= self.left else { return nil }
        var value: UInt64 = 0
        var left = count
        while left > 0 {
            let available = 8 - self.position & 7
            let taken = min(left, available)
            let byte = self.bytes[self.position >> 3] >> UInt8(available - taken)
            value = value << UInt64(taken) | UInt64(byte & BitWriter.mask(taken))
            self.position += taken
            left -= taken
        }
        return value
    }

    /// The next bit.
    mutating func bit() -> Bool? {
        guard self.position < self.end else { return nil }
        let byte = self.bytes[self.position >> 3]
        let bit = byte >> UInt8(7 - self.position & 7) & 1
        self.position += 1
        return bit == 1
    }
}
