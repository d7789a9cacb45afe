// Weir
// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSONBytes
import Synchronization

/// Memory that an unreadable page follows. Mapping it is slow, so regions are used again.
private struct GuardedRegion {
    private static let page = 4096
    private static let free = Mutex<[GuardedRegion]>([])

    private let capacity: Int
    private let guardAddress: UInt

    private init(capacity: Int) {
        let size = (capacity + Self.page - 1) / Self.page * Self.page
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        guard let base = unsafe mmap(nil, size + Self.page, PROT_READ | PROT_WRITE, flags, -1, 0),
            unsafe base != MAP_FAILED, unsafe mprotect(base + size, Self.page, PROT_NONE) == 0
        else { preconditionFailure("no memory for a guarded region") }
        self.capacity = size
        self.guardAddress = unsafe UInt(bitPattern: base + size)
    }

    static func take(capacity: Int) -> GuardedRegion {
        let region = Self.free.withLock { (free) -> GuardedRegion? in
            guard let index = free.firstIndex(where: { $0.capacity >= capacity }) else {
                return nil
            }
            return free.remove(at: index)
        }
        return region ?? GuardedRegion(capacity: max(capacity, 1 << 16))
    }

    func giveBack() { Self.free.withLock { $0.append(self) } }

    /// Fills the last bytes before the unreadable page.
    func fill(_ content: [UInt8]) -> UnsafeRawBufferPointer {
        let start = self.guardAddress - UInt(content.count)
        let target = unsafe UnsafeMutableRawBufferPointer(
            start: UnsafeMutableRawPointer(bitPattern: start), count: content.count)
        unsafe target.copyBytes(from: content)
        return UnsafeRawBufferPointer(target)
    }
}

/// Gives the bytes at the very end of readable memory, so that one byte read too far ends the
/// test program.
func withGuarded<R>(_ content: [UInt8], _ body: (RawSpan) throws -> R) rethrows -> R {
    let region = GuardedRegion.take(capacity: content.count)
    defer { region.giveBack() }
    let buffer = unsafe region.fill(content)
    return try unsafe body(buffer.bytes)
}

/// The error of skipping the whole document, or nil if it is good.
func skipError(_ content: [UInt8], depthLimit: Int = 512) -> JSONError? {
    withGuarded(content) { bytes in
        var cursor = JSONCursor(depthLimit: depthLimit)
        do throws(JSONError) {
            try cursor.skipValue(in: bytes)
            try cursor.finish(in: bytes)
            return nil
        } catch {
            return error
        }
    }
}

func skipError(_ text: String) -> JSONError? { skipError(Array(text.utf8)) }

/// The outcome of one read, as a value that can be compared.
func reading<R>(
    _ text: String, _ body: (inout JSONCursor, RawSpan) throws(JSONError) -> R,
) -> Result<R, JSONError> {
    reading(Array(text.utf8), body)
}

func reading<R>(
    _ content: [UInt8], _ body: (inout JSONCursor, RawSpan) throws(JSONError) -> R,
) -> Result<R, JSONError> {
    withGuarded(content) { bytes in
        var cursor = JSONCursor()
        do throws(JSONError) {
            let value = try body(&cursor, bytes)
            try cursor.finish(in: bytes)
            return .success(value)
        } catch {
            return .failure(error)
        }
    }
}

/// A repeatable source of numbers (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var word = self.state
        word = (word ^ (word &>> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word &>> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word &>> 31)
    }
}

extension JSONValue {
    /// A random tree of a few levels.
    static func random(depth: Int, using generator: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .number(String(Int64.random(in: .min ... .max, using: &generator)))
        case 3: return .number("\(Double.random(in: -1e9...1e9, using: &generator))")
        case 4, 5: return .string(Self.randomText(using: &generator))
        case 6:
            let count = Int.random(in: 0...4, using: &generator)
            return .array((0..<count).map { _ in Self.random(depth: depth - 1, using: &generator) })
        default:
            let count = Int.random(in: 0...4, using: &generator)
            return .object(
                JSONObject(
                    (0..<count).map { _ in
                        JSONObject.Member(
                            key: Self.randomText(using: &generator),
                            value: Self.random(depth: depth - 1, using: &generator))
                    }))
        }
    }

    static func randomText(using generator: inout SeededGenerator) -> String {
        let scalars: [ClosedRange<UInt32>] = [
            0x00...0x1f, 0x20...0x7e, 0x22...0x22, 0x5c...0x5c, 0x7f...0x7ff, 0x2028...0x2029,
            0x800...0xd7ff, 0xe000...0xffff, 0x10000...0x10ffff, 0x61...0x7a,
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0...20, using: &generator) {
            let range = scalars[Int.random(in: 0..<scalars.count, using: &generator)]
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
