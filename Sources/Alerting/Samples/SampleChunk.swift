// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

/// Points of one series, packed: times as differences of differences, values as what changed in their
/// bits since the one before (Pelkonen et al., "Gorilla", VLDB 2015, §4.1).
///
/// A point of a series that is looked at in even steps and does not change takes two bits. Every bit
/// pattern comes back as it was, the mark of a series' end among them; times may be any `Int64`.
struct SampleChunk: Sendable, Hashable {
    let bytes: [UInt8]
    let count: Int
    let first: Int64
    let last: Int64

    /// Calls `body` with every point in order, until the bytes end or are found wrong.
    func forEach(_ body: (Point) -> Void) {
        var reader = ChunkReader(self.bytes, count: self.count)
        while let point = reader.next() { body(point) }
    }
}

/// A chunk that is still written to.
struct ChunkWriter: Sendable {
    private var bits = BitWriter()
    private(set) var count = 0
    private(set) var first: Int64 = 0
    private(set) var last: Int64 = 0
    private var delta: Int64 = 0
    private var pattern: UInt64 = 0
    private var leading: UInt8 = 0
    /// 0 while no window of changed bits was given.
    private var width: UInt8 = 0

    var byteCount: Int { self.bits.bytes.count }

    /// A new window costs 11 bits more than the one before: as many may be wasted in that.
    private static let windowCost = 11

    mutating func append(_ time: Int64, _ value: Double) {
        let pattern = value.bitPattern
        guard self.count > 0 else {
            self.bits.write(UInt64(bitPattern: time), 64)
            self.bits.write(pattern, 64)
            (self.first, self.last, self.pattern, self.count) = (time, time, pattern, 1)
            return
        }
        let delta = time &- self.last
        self.appendTime(delta &- self.delta)
        self.appendValue(pattern ^ self.pattern)
        (self.last, self.delta, self.pattern) = (time, delta, pattern)
        self.count += 1
    }

    private mutating func appendTime(_ change: Int64) {
        let bits = UInt64(bitPattern: change)
        switch change {
        case 0: self.bits.write(0, 1)
        case -64...63: self.bits.write(0b10 << 7 | bits & 0x7f, 9)
        case -4096...4095: self.bits.write(0b110 << 13 | bits & 0x1fff, 16)
        case -524_288...524_287: self.bits.write(0b1110 << 20 | bits & 0xf_ffff, 24)
        default:
            self.bits.write(0b1111, 4)
            self.bits.write(bits, 64)
        }
    }

    private mutating func appendValue(_ change: UInt64) {
        guard change != 0 else { return self.bits.write(0, 1) }
        let leading = min(31, change.leadingZeroBitCount)
        let width = 64 - leading - change.trailingZeroBitCount
        let trailing = 64 - Int(self.leading) - Int(self.width)
        let fits =
            self.width > 0 && leading >= Int(self.leading)
            && change.trailingZeroBitCount >= trailing
        if fits, Int(self.width) <= width + Self.windowCost {
            self.bits.write(0b10, 2)
            self.bits.write(change >> UInt64(trailing), Int(self.width))
            return
        }
        self.bits.write(0b11, 2)
        self.bits.write(UInt64(leading), 5)
        self.bits.write(UInt64(width - 1), 6)
        self.bits.write(change >> UInt64(64 - leading - width), width)
        self.leading = UInt8(leading)
        self.width = UInt8(width)
    }

    /// What was written so far; nil where nothing was.
    var chunk: SampleChunk? {
        guard self.count > 0 else { return nil }
        return SampleChunk(
            bytes: self.bits.bytes, count: self.count, first: self.first, last: self.last)
    }
}

/// Reads points back. The bytes may be anything: it ends where they make no sense.
struct ChunkReader {
    private var bits: BitReader
    private var left: Int
    private var isFirst = true
    private var time: Int64 = 0
    private var delta: Int64 = 0
    private var pattern: UInt64 = 0
    private var leading = 0
    private var width = 0

    init(_ bytes: [UInt8], count: Int) {
        self.bits = BitReader(bytes)
        self.left = count
    }

    /// Whether all points were read and nothing but padding is left.
    var isAtEnd: Bool {
        guard self.left == 0, self.bits.left < 8 else { return false }
        var rest = self.bits
        return rest.read(rest.left) == 0
    }

    mutating func next() -> Point? {
        guard self.left > 0, self.advance() else { return nil }
        self.left -= 1
        return Point(time: self.time, value: Double(bitPattern: self.pattern))
    }

    private mutating func advance() -> Bool {
        if self.isFirst {
            guard let time = self.bits.read(64), let pattern = self.bits.read(64) else {
                return false
            }
            self.isFirst = false
            self.time = Int64(bitPattern: time)
            self.pattern = pattern
            return true
        }
        guard let change = self.timeChange(), let difference = self.valueChange() else {
            return false
        }
        self.delta &+= change
        self.time &+= self.delta
        self.pattern ^= difference
        return true
    }

    private mutating func timeChange() -> Int64? {
        for width in [0, 7, 13, 20] {
            guard let more = self.bits.bit() else { return nil }
            if !more { return self.signed(width) }
        }
        return self.bits.read(64).map { Int64(bitPattern: $0) }
    }

    /// A number of `width` bits with its sign.
    private mutating func signed(_ width: Int) -> Int64? {
        guard width > 0 else { return 0 }
        guard let bits = self.bits.read(width) else { return nil }
        let shift = UInt64(64 - width)
        return Int64(bitPattern: bits << shift) >> Int64(shift)
    }

    private mutating func valueChange() -> UInt64? {
        guard let isChanged = self.bits.bit() else { return nil }
        guard isChanged else { return 0 }
        guard let isNewWindow = self.bits.bit() else { return nil }
        if isNewWindow {
            guard let leading = self.bits.read(5), let width = self.bits.read(6) else { return nil }
            self.leading = Int(leading)
            self.width = Int(width) + 1
        }
        guard self.width > 0, self.leading + self.width <= 64,
            let bits = self.bits.read(self.width)
        else { return nil }
        return bits << UInt64(64 - self.leading - self.width)
    }
}
