// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes
import Testing

/// The quick hex readers against one that is too simple to be wrong.
struct HexTests {
    private func naive(_ text: [UInt8]) -> [UInt8]? {
        guard text.count >= 2, text[0] == 0x30, text[1] == 0x78, text.count % 2 == 0 else {
            return nil
        }
        var out: [UInt8] = []
        for index in stride(from: 2, to: text.count, by: 2) {
            let pair = String(decoding: text[index..<index + 2], as: UTF8.self)
            guard !pair.contains("+"), !pair.contains("-"), pair.utf8.count == 2,
                let byte = UInt8(pair, radix: 16)
            else { return nil }
            out.append(byte)
        }
        return out
    }

    /// Behind the string stands enough that the quick shape applies, or nothing.
    private func documents(_ text: [UInt8]) -> [[UInt8]] {
        let quoted = [0x22] + text + [0x22]
        return [quoted, quoted + [UInt8](repeating: 0x20, count: 100), [0x20, 0x0a] + quoted]
    }

    private func bytes(_ word: some FixedWidthInteger) -> [UInt8] {
        unsafe withUnsafeBytes(of: word.bigEndian) { unsafe Array($0) }
    }

    private func exact(_ content: [UInt8], count: Int) -> [UInt8]? {
        var out = [UInt8](repeating: 0, count: count)
        let outcome = reading(content) { (cursor, bytes) throws(JSONError) in
            let base = UnsafeMutableRawPointer.allocate(byteCount: count + 1, alignment: 8)
            defer { unsafe base.deallocate() }
            try unsafe cursor.readHexExact(in: bytes, count: count, into: base)
            for index in 0..<count {
                out[index] = unsafe base.load(fromByteOffset: index, as: UInt8.self)
            }
        }
        return (try? outcome.get()).map { out }
    }

    private func any(_ content: [UInt8]) -> [UInt8]? {
        let outcome = reading(content) { (cursor, bytes) throws(JSONError) in
            var out: [UInt8] = [0xaa]
            try cursor.readHexBytes(in: bytes, appendingTo: &out)
            return out
        }
        return (try? outcome.get()).map { Array($0.dropFirst()) }
    }

    private func fixed20(_ content: [UInt8]) -> [UInt8]? {
        let outcome = reading(content) { (cursor, bytes) throws(JSONError) in
            let words = try cursor.readHex20(in: bytes)
            return self.bytes(words.0) + self.bytes(words.1) + self.bytes(words.2)
        }
        return try? outcome.get()
    }

    private func fixed32(_ content: [UInt8]) -> [UInt8]? {
        let outcome = reading(content) { (cursor, bytes) throws(JSONError) in
            let words = try cursor.readHex32(in: bytes)
            return self.bytes(words.0) + self.bytes(words.1) + self.bytes(words.2)
                + self.bytes(words.3)
        }
        return try? outcome.get()
    }

    @Test func hex8KnowsEveryByteAtEveryPosition() {
        let digits = Array("0fA9bC3d".utf8)
        for position in 0..<8 {
            for byte in UInt8.min...UInt8.max {
                var text = digits
                text[position] = byte
                var word: UInt64 = 0
                for (index, digit) in text.enumerated() { word |= UInt64(digit) << (8 * index) }
                var bad: UInt64 = 0
                let decoded = hex8(word, &bad)
                if let expected = self.naive([0x30, 0x78] + text) {
                    #expect(bad == 0)
                    #expect(self.bytes(decoded.byteSwapped) == expected)
                } else {
                    #expect(bad == 0x80 << UInt64(8 * position))
                }
            }
        }
    }

    @Test(arguments: [20, 32])
    func fixedLengthKnowsEveryByteAtEveryPosition(_ count: Int) {
        var generator = SeededGenerator(seed: 1)
        let alphabet = Array("0123456789abcdefABCDEF".utf8)
        let digits = (0..<2 * count).map { _ in alphabet.randomElement(using: &generator) ?? 0x30 }
        var wrong = 0
        for position in 0..<2 * count + 2 {
            for byte in UInt8.min...UInt8.max where byte != 0x5c {
                var text = [0x30, 0x78] + digits
                text[position] = byte
                let expected = self.naive(text)
                for document in self.documents(text) {
                    let words = count == 20 ? self.fixed20(document) : self.fixed32(document)
                    if words != expected { wrong += 1 }
                    if self.exact(document, count: count) != expected { wrong += 1 }
                    if self.any(document) != expected { wrong += 1 }
                }
            }
        }
        #expect(wrong == 0)
    }

    @Test func anyLengthIsReadAndOtherLengthsAreRefused() {
        var generator = SeededGenerator(seed: 2)
        let alphabet = Array("0123456789abcdefABCDEF".utf8)
        for length in 0...300 {
            let digits = (0..<length).map { _ in alphabet.randomElement(using: &generator) ?? 0x30 }
            let text = [0x30, 0x78] + digits
            let expected = self.naive(text)
            #expect((expected == nil) == (length % 2 == 1))
            for document in self.documents(text) {
                #expect(self.any(document) == expected)
                #expect(self.fixed20(document) == (length == 40 ? expected : nil))
                #expect(self.fixed32(document) == (length == 64 ? expected : nil))
                for count in [0, 1, 3, 4, 20, 31, 32, 33, 64, 128] {
                    #expect(
                        self.exact(document, count: count)
                            == (length == 2 * count ? expected : nil))
                }
            }
        }
    }

    @Test func aBadDigitAnywhereInLongDataIsRefused() {
        let digits = [UInt8](repeating: 0x61, count: 200)
        for position in 0..<200 {
            for byte in [UInt8(0x67), 0x2f, 0x3a, 0x40, 0x60, 0x20, 0x7f] {
                var text = [0x30, 0x78] + digits
                text[position + 2] = byte
                for document in self.documents(text) { #expect(self.any(document) == nil) }
            }
        }
    }

    @Test func failedReadLeavesNoHalfValueBehindAGoodOne() {
        withGuarded(Array("[\"0x0102\",\"0x03\",\"0x0405060708090a0b\"] ".utf8)) { bytes in
            var out: [UInt8] = []
            var cursor = JSONCursor()
            #expect(throws: Never.self) {
                try cursor.enterArray(in: bytes)
                while try cursor.nextElement(in: bytes) {
                    try cursor.readHexBytes(in: bytes, appendingTo: &out)
                }
                try cursor.finish(in: bytes)
            }
            #expect(out == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
        }
    }

    @Test(arguments: [
        "\"0x0\\u0061\"", "\"\\u0030x0a\"", "\"\\u0030\\u0078\\u0030\\u0061\"",
    ])
    func escapedHexIsStillHex(_ document: String) {
        #expect(self.any(Array(document.utf8)) == [10])
        #expect(self.exact(Array(document.utf8), count: 1) == [10])
        #expect(
            reading(document) { (cursor, bytes) throws(JSONError) in
                try cursor.readHexQuantity(in: bytes)
            } == .success(10))
    }

    @Test func quantityOfEveryLengthIsRead() {
        var generator = SeededGenerator(seed: 3)
        for count in 1...16 {
            for _ in 0..<50 {
                let shift = UInt64(64 - 4 * count)
                let value = generator.next() >> shift
                let digits = String(value, radix: 16, uppercase: Bool.random(using: &generator))
                let zeros = String(repeating: "0", count: Int.random(in: 0...20, using: &generator))
                for text in ["0x\(digits)", "0x\(zeros)\(digits)"] {
                    for document in self.documents(Array(text.utf8)) {
                        #expect(
                            reading(document) { (cursor, bytes) throws(JSONError) in
                                try cursor.readHexQuantity(in: bytes)
                            } == .success(value), "\(text)")
                    }
                }
            }
        }
    }

    @Test func quantityKnowsEveryByteAtEveryPosition() {
        var wrong = 0
        for length in 1...17 {
            for position in 0..<length + 2 {
                for byte in UInt8.min...UInt8.max where byte != 0x5c {
                    var text = Array("0x12345678912345678".utf8.prefix(length + 2))
                    text[position] = byte
                    // A sign is no digit, though the oracle takes one in front.
                    let isHex = text.starts(with: "0x".utf8) && byte != 0x2b && byte != 0x2d
                    let digits = String(decoding: text.dropFirst(2), as: UTF8.self)
                    let expected = isHex ? UInt64(digits, radix: 16) : nil
                    for document in self.documents(text) {
                        let outcome = reading(document) { (cursor, bytes) throws(JSONError) in
                            try cursor.readHexQuantity(in: bytes)
                        }
                        if (try? outcome.get()) != expected { wrong += 1 }
                    }
                }
            }
        }
        #expect(wrong == 0)
    }

    @Test(arguments: [
        ("\"0x\"", JSONError.badHex(at: 0)), ("\"\"", .badHex(at: 0)), ("\"12\"", .badHex(at: 0)),
        ("\"0X12\"", .badHex(at: 0)), ("\"0x1g\"", .badHex(at: 0)), (" \"0x-1\"", .badHex(at: 1)),
        ("\"0x10000000000000000\"", .outOfRange(at: 0)),
        ("12", .wrongType(expected: .string, found: .number, at: 0)),
        ("null", .wrongType(expected: .string, found: .null, at: 0)),
        ("\"0x12", .unexpectedEnd(at: 5)),
    ])
    func wrongQuantityIsRefused(_ document: String, _ expected: JSONError) {
        #expect(
            reading(document) { (cursor, bytes) throws(JSONError) in
                try cursor.readHexQuantity(in: bytes)
            } == .failure(expected))
    }

    @Test(arguments: [
        ("12", Result<UInt64, JSONError>.success(12)), ("\"12\"", .success(12)),
        ("\"0x12\"", .success(18)), ("18446744073709551615", .success(.max)),
        ("\"18446744073709551615\"", .success(.max)),
        ("\"18446744073709551616\"", .failure(.outOfRange(at: 0))),
        ("18446744073709551616", .failure(.outOfRange(at: 0))),
        ("-1", .failure(.outOfRange(at: 0))),
        ("\"\"", .failure(.badHex(at: 0))), ("\"-1\"", .failure(.badHex(at: 0))),
        ("\"1a\"", .failure(.badHex(at: 0))),
        ("true", .failure(.wrongType(expected: .string, found: .bool, at: 0))),
    ])
    func decimalQuantityIsTakenWhereAllowed(
        _ document: String, _ expected: Result<UInt64, JSONError>,
    ) {
        #expect(
            reading(document) { (cursor, bytes) throws(JSONError) in
                try cursor.readHexQuantity(in: bytes, acceptingDecimal: true)
            } == expected)
    }

    /// A scan for the end of each value that runs on into the next ones would take hours here.
    @Test func manyShortValuesCostLinearTime() {
        let content = Array(
            "[\(Array(repeating: "\"0xab\"", count: 200_000).joined(separator: ","))]".utf8)
        withGuarded(content) { bytes in
            var out: [UInt8] = []
            var cursor = JSONCursor()
            #expect(throws: Never.self) {
                try cursor.enterArray(in: bytes)
                while try cursor.nextElement(in: bytes) {
                    try cursor.readHexBytes(in: bytes, appendingTo: &out)
                }
            }
            #expect(out.count == 200_000)
        }
    }
}
