// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives
import Testing
import WeirTestSupport

/// Data that lies: about offsets, lengths, sharing and bits. Nothing may trap, everything ends in
/// a typed error or a value, in time and memory linear in the data.
@Suite("hostile ABI data")
struct HostileDataTests {
    private func word(_ value: UInt64) -> [UInt8] { U256(value).bigEndianBytes }
    private func layout(_ types: String...) throws -> ABILayout {
        try ABILayout(types: types.map { try ABIType(parsing: $0) })
    }

    @Test func randomValuesSurviveEncodingAndDecoding() throws {
        var random = SeededRandom(seed: 20_260_721)
        for round in 0..<2_000 {
            let types = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                randomType(&random, depth: 3)
            }
            let values = types.map { randomValue($0, &random) }
            let data = try ABIEncoder.encode(types, values)
            let layout = try ABILayout(types: types)
            let decoded = try layout.decode(data)
            #expect(decoded == values, "round \(round) of seed \(random.seed)")
            #expect(try ABIEncoder.encode(types, decoded) == data)
            for type in types { #expect(try ABIType(parsing: type.canonical) == type) }
        }
    }

    @Test func mutatedDataNeverTrapsAndStaysWithinItsBudget() throws {
        var random = SeededRandom(seed: 4_711)
        for _ in 0..<3_000 {
            let types = [randomType(&random, depth: 4), randomType(&random, depth: 2)]
            let values = types.map { randomValue($0, &random) }
            var data = try ABIEncoder.encode(types, values)
            let layout = try ABILayout(types: types)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                mutate(&data, &random)
            }
            for rules in [DecodingRules.lenient, .event, .strict] {
                var tape = ABITape()
                _ = try? unsafe layout.decode(data.span.bytes, onto: &tape, rules: rules)
                #expect(tape.count <= 2 + 24 * (data.count / 32 + 16))
            }
            // What strict reading takes has one meaning: the other readers see the same.
            if let strict = try? layout.decode(data, rules: .strict) {
                #expect(try layout.decode(data, rules: .event) == strict)
                #expect(try layout.decode(data, rules: .lenient) == strict)
            }
        }
    }

    @Test func everyTruncationOfAnEventIsRefusedOrEqual() throws {
        let event = try HumanABI.parseEvent(
            "event E(address indexed who, string name, uint256[] ids, (bytes a, bool b)[2] pairs)")
        let layout = try EventLayout(event)
        let values: [ABIValue] = [
            .text("héllo"), .array([.uint(1), .uint(.max)]),
            .array([
                .tuple([.bytes([1, 2, 3]), .bool(true)]), .tuple([.bytes([]), .bool(false)]),
            ]),
        ]
        let data = try ABIEncoder.encode(event.inputs.dropFirst().map(\.type), values)
        let topics = [event.topic0, Hash256(Address.zero.word)]
        let whole = try layout.decode(topics: topics, data: data)
        #expect(Array(whole.dropFirst()) == values)
        for count in 0..<data.count {
            let cut = Array(data.prefix(count))
            // Only missing padding at the very end is harmless.
            if let decoded = try? layout.decode(topics: topics, data: cut) {
                #expect(decoded == whole)
                #expect(count > data.count - 32)
            }
        }
    }

    @Test func lengthsAndOffsetsNearTheLimitsAreErrors() throws {
        let huge = [UInt8](repeating: 0xff, count: 32)
        let types = ["bytes", "string", "uint256[]", "string[]", "(uint256,bytes)", "uint8[1][]"]
        for type in types {
            let layout = try self.layout(type)
            for rules in [DecodingRules.lenient, .strict] {
                #expect(throws: ABIError.offsetOutOfRange(at: 0)) {
                    try layout.decode(huge, rules: rules)
                }
            }
            guard !type.hasPrefix("(") else { continue }
            for length in [huge, self.word(UInt64(UInt32.max)), self.word(1 << 63)] {
                #expect(throws: ABIError.lengthOutOfRange(at: 32)) {
                    try layout.decode(self.word(32) + length, rules: .lenient)
                }
            }
        }
        #expect(throws: ABIError.dataTooShort(needed: 64, count: 32)) {
            try self.layout("bytes").decode(self.word(32), rules: .lenient)
        }
    }

    @Test func arraysThatShareTheirElementsEndInAnError() throws {
        // 1 000 strings which are all the same 32 000 bytes: 32 MB claimed by 64 kB.
        let count = 1_000
        var data = self.word(32) + self.word(UInt64(count))
        for _ in 0..<count { data += self.word(UInt64(32 * count)) }
        data += self.word(32_000) + [UInt8](repeating: 97, count: 32_000)
        #expect(throws: ABIError.dataBomb(limit: 2 * data.count)) {
            try self.layout("string[]").decode(data, rules: .lenient)
        }
        // Two that share are fine.
        let pair =
            self.word(32) + self.word(2) + self.word(64) + self.word(64)
            + self.word(2) + [104, 105]
        #expect(
            try self.layout("string[]").decode(pair, rules: .event)
                == [.array([.text("hi"), .text("hi")])])
    }

    @Test func nestedArraysThatShareTheirTailsEndInAnError() throws {
        // Each level points ten times at the next: 10^8 elements claimed by 3 kB.
        var data = self.word(32)
        for _ in 0..<8 {
            data += self.word(10)
            for _ in 0..<10 { data += self.word(320) }
        }
        data += self.word(1) + self.word(7)
        let type = "uint256" + String(repeating: "[]", count: 9)
        #expect(throws: ABIError.self) { try self.layout(type).decode(data, rules: .lenient) }
    }

    @Test func arraysOfNothingAreNoTypes() throws {
        for type in ["uint256[0][]", "()[]", "uint256[0][4000000000]", "(()[2])[]"] {
            #expect(throws: ABIError.self, "\(type)") { try self.layout(type) }
        }
        // Without elements to count they are harmless.
        #expect(try self.layout("uint256[0]", "()").decode([]) == [.array([]), .tuple([])])
    }

    @Test func absurdFixedArraysNeedTheirData() throws {
        let type = "uint256[4294967295][4294967295][4294967295]"
        #expect(throws: ABIError.self) { try self.layout(type).decode([1, 2, 3]) }
    }

    @Test func offsetsIntoTheHeadAreRefusedUnlessLenient() throws {
        let layout = try self.layout("bytes", "uint256")
        // The offset 0 makes the head itself the length: 0, so no bytes.
        let data = self.word(0) + self.word(5)
        #expect(throws: ABIError.offsetIntoHead(at: 0)) { try layout.decode(data, rules: .event) }
        #expect(try layout.decode(data, rules: .lenient) == [.bytes([]), .uint(5)])
    }

    /// Words with a bit too many, and what the lenient reader sees.
    @Test(arguments: [
        ("uint8", "01ff", ABIValue.uint(0xff)), ("bool", "0100", .bool(true)),
        ("bool", "02", .bool(true)), ("int8", "80", .int(-128)),
        ("address", "01" + String(repeating: "00", count: 20), .address(.zero)),
    ])
    func dirtyWordsAreErrorsUnlessLenient(type: String, hex: String, value: ABIValue) throws {
        let bytes = try #require(Hex.decode(hex))
        let data = [UInt8](repeating: 0, count: 32 - bytes.count) + bytes
        let layout = try self.layout(type)
        for rules in [DecodingRules.event, .strict] {
            #expect(throws: ABIError.dirtyWord(.data(at: 0))) {
                try layout.decode(data, rules: rules)
            }
        }
        #expect(try layout.decode(data, rules: .lenient) == [value])
    }

    @Test func paddingAndUTF8AreLookedAtByTheStrictReaderOnly() throws {
        let layout = try self.layout("string")
        let short = self.word(32) + self.word(2) + [0xff, 0xfe]
        #expect(throws: ABIError.dirtyPadding(at: 66)) { try layout.decode(short) }
        let padded = short + [UInt8](repeating: 0, count: 30)
        #expect(throws: ABIError.invalidUTF8(at: 64)) { try layout.decode(padded) }
        let dirty = self.word(32) + self.word(2) + [104, 105] + [UInt8](repeating: 1, count: 30)
        #expect(throws: ABIError.dirtyPadding(at: 66)) { try layout.decode(dirty) }
        #expect(try layout.decode(dirty, rules: .event) == [.text("hi")])
        let value = try #require(try layout.decode(short, rules: .event).first)
        #expect(value == .string(utf8: [0xff, 0xfe]))
        #expect(value.text == nil)
        #expect(ValueJSON.text(of: value) == #"{"hex":"0xfffe"}"#)
    }

    // MARK: Random parts

    private func mutate(_ data: inout [UInt8], _ random: inout SeededRandom) {
        guard !data.isEmpty else { return }
        let at = Int.random(in: 0..<data.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: data[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: data.removeSubrange(at...)
        case 2:
            // A word as a plausible offset or length.
            let start = at / 32 * 32
            guard start + 32 <= data.count else { return }
            let value = UInt64.random(in: 0...UInt64(data.count + 64), using: &random)
            data.replaceSubrange(start..<start + 32, with: self.word(value))
        case 3:
            let start = at / 32 * 32
            guard start + 32 <= data.count else { return }
            data.replaceSubrange(start..<start + 32, with: random.word().bigEndianBytes)
        default: data.insert(contentsOf: random.bytes(at % 40), at: at)
        }
    }
}

func randomType(_ random: inout SeededRandom, depth: Int) -> ABIType {
    switch Int.random(in: 0..<(depth > 0 ? 12 : 8), using: &random) {
    case 0: return .uint(bits: 8 * Int.random(in: 1...32, using: &random))
    case 1: return .int(bits: 8 * Int.random(in: 1...32, using: &random))
    case 2: return .address
    case 3: return .bool
    case 4: return .fixedBytes(Int.random(in: 1...32, using: &random))
    case 5: return .bytes
    case 6: return .string
    case 7: return .function
    case 8, 9: return .array(randomType(&random, depth: depth - 1))
    case 10:
        return .fixedArray(
            randomType(&random, depth: depth - 1), count: Int.random(in: 1...3, using: &random))
    default:
        return .tuple(
            (0..<Int.random(in: 1...4, using: &random)).map { _ in
                ABIParameter(randomType(&random, depth: depth - 1))
            })
    }
}

func randomValue(_ type: ABIType, _ random: inout SeededRandom) -> ABIValue {
    switch type {
    case .uint(let bits): return .uint(random.word().shiftedRight(by: 256 - bits))
    case .int(let bits):
        let magnitude = random.word().shiftedRight(by: 257 - bits)
        let isNegative = Bool.random(using: &random)
        return .int(I256(isNegative: isNegative, magnitude: magnitude) ?? .zero)
    case .address: return .address(Address(truncating: random.word()))
    case .bool: return .bool(Bool.random(using: &random))
    case .fixedBytes(let count): return .bytes(random.bytes(count))
    case .function: return .bytes(random.bytes(24))
    case .bytes: return .bytes(random.bytes(Int.random(in: 0...70, using: &random)))
    case .string:
        let letters = Array("aé漢🚀 \"\\\n")
        return .text(
            String(
                (0..<Int.random(in: 0...20, using: &random)).compactMap { _ in
                    letters.randomElement(using: &random)
                }))
    case .array(let element):
        return .array(
            (0..<Int.random(in: 0...4, using: &random)).map { _ in randomValue(element, &random) })
    case .fixedArray(let element, let count):
        return .array((0..<count).map { _ in randomValue(element, &random) })
    case .tuple(let components):
        return .tuple(components.map { randomValue($0.type, &random) })
    }
}
