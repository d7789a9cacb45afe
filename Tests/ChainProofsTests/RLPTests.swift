// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainProofs
import EVMPrimitives
import Testing
import WeirTestSupport

/// A tree of RLP, for tests only.
private indirect enum Item: Equatable {
    case bytes([UInt8])
    case list([Item])

    init?(json: Any) {
        if let text = json as? String {
            guard let bytes = Hex.decode(text) else { return nil }
            self = .bytes(bytes)
        } else if let array = json as? [Any] {
            self = .list(array.compactMap(Item.init(json:)))
        } else {
            return nil
        }
    }

    init(_ reader: inout RLPReader) throws(ProofError) {
        guard reader.nextIsList == true else {
            self = .bytes(try reader.readBytes())
            return
        }
        var inner = try reader.readList()
        var items: [Item] = []
        while !inner.isAtEnd { items.append(try Item(&inner)) }
        self = .list(items)
    }

    func write(to writer: inout RLPWriter) {
        switch self {
        case .bytes(let bytes): writer.append(bytes)
        case .list(let items):
            let list = writer.beginList()
            for item in items { item.write(to: &writer) }
            writer.endList(list)
        }
    }

    static func random(_ random: inout SeededRandom, depth: Int) -> Item {
        if depth > 0, UInt8.random(in: 0..<3, using: &random) == 0 {
            return .list(
                (0..<Int.random(in: 0..<6, using: &random)).map { _ in
                    .random(&random, depth: depth - 1)
                })
        }
        let count = [0, 1, 2, 31, 32, 54, 55, 56, 57, 200, 255, 256, 300].randomElement(
            using: &random)
        return .bytes(random.bytes(count ?? 0))
    }
}

@Suite("RLP")
struct RLPTests {
    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func everyPublishedValueIsWrittenAndRead() throws {
        var count = 0
        for line in try Vectors.lines("rlp.ndjson") {
            let name = line["name"] as? String ?? ""
            let value = try #require(line["value"].flatMap(Item.init(json:)))
            let bytes = try #require((line["rlp"] as? String).flatMap { Hex.decode($0) })
            var writer = RLPWriter()
            value.write(to: &writer)
            #expect(writer.bytes == bytes, "\(name)")
            try RLPReader.validate(bytes)
            var reader = RLPReader(bytes)
            #expect(try Item(&reader) == value, "\(name)")
            try reader.finish()
            count += 1
        }
        #expect(count == 46)
    }

    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func everyPublishedInvalidInputIsRefused() throws {
        var count = 0
        for line in try Vectors.lines("rlp-invalid.ndjson") {
            let bytes = try #require((line["rlp"] as? String).flatMap { Hex.decode($0) })
            #expect(throws: ProofError.self, "\(line["name"] ?? "")") {
                try RLPReader.validate(bytes)
            }
            count += 1
        }
        #expect(count == 14)
    }

    @Test func faultsAreNamed() {
        let cases: [([UInt8], RLPFault, Int)] = [
            ([], .truncated, 0), ([0x81, 0x00], .prefixedByte, 0),
            ([0x81, 0x7f], .prefixedByte, 0),
            ([0xb8, 0x37] + Array(repeating: 9, count: 55), .longLength, 0),
            ([0xb9, 0x00, 0x38] + Array(repeating: 9, count: 56), .longLength, 0),
            ([0xf8, 0x01, 0x00], .longLength, 0), ([0x01, 0x02], .trailing, 1),
            ([0xc0, 0xc0], .trailing, 1), ([0xc2, 0x82, 0x01], .truncated, 1),
            ([0xbf] + Array(repeating: 0xff, count: 8), .truncated, 8),
            ([0xff] + Array(repeating: 0xff, count: 8), .truncated, 8),
            ([0xbf, 0x7f] + Array(repeating: 0xff, count: 7), .truncated, 8),
            ([0xbf, 0xff], .truncated, 0),
        ]
        for (bytes, fault, offset) in cases {
            let error = #expect(throws: ProofError.self) { try RLPReader.validate(bytes) }
            #expect(error == .rlp(fault, offset: offset), "\(Hex.encode(bytes.prefix(12)))")
        }
    }

    @Test func numbersAreReadOnlyInTheirShortestFormAndRange() throws {
        func read(_ bytes: [UInt8]) throws(ProofError) -> UInt64 {
            var reader = RLPReader(bytes)
            return try reader.readUInt64()
        }
        #expect(try read([0x80]) == 0)
        #expect(try read([0x7f]) == 127)
        #expect(try read([0x88] + Array(repeating: 0xff, count: 8)) == .max)
        #expect(throws: ProofError.rlp(.leadingZero, offset: 0)) { try read([0x00]) }
        #expect(throws: ProofError.rlp(.leadingZero, offset: 0)) { try read([0x82, 0x00, 0x01]) }
        #expect(throws: ProofError.rlp(.tooLarge, offset: 0)) {
            try read([0x89] + Array(repeating: 0xff, count: 9))
        }
        #expect(throws: ProofError.rlp(.unexpectedList, offset: 0)) { try read([0xc0]) }
        var words = RLPReader([0xa1] + Array(repeating: 0xff, count: 33))
        #expect(throws: ProofError.rlp(.tooLarge, offset: 0)) { try words.readU256() }
        var address = RLPReader([0x93] + Array(repeating: 0xff, count: 19))
        #expect(throws: ProofError.rlp(.length(expected: 20), offset: 0)) {
            try address.readOptionalAddress()
        }
        var flag = RLPReader([0x02])
        #expect(throws: ProofError.rlp(.tooLarge, offset: 0)) { try flag.readBool() }
        var list = RLPReader([0x05])
        #expect(throws: ProofError.rlp(.unexpectedBytes, offset: 0)) { try list.readList() }
    }

    @Test func numbersOfEveryWidthComeBack() throws {
        var random = SeededRandom(seed: 31)
        for _ in 0..<3_000 {
            let word = random.word()
            let small = random.next() >> UInt64.random(in: 0..<64, using: &random)
            var writer = RLPWriter()
            writer.append(word)
            writer.append(small)
            var plain = RLPWriter()
            plain.append(word.minimalBytes)
            plain.append(U256(small).minimalBytes)
            #expect(writer.bytes == plain.bytes)
            var reader = RLPReader(writer.bytes)
            #expect(try reader.readU256() == word)
            #expect(try reader.readUInt64() == small)
            try reader.finish()
        }
    }

    @Test func treesComeBackAndEveryTruncationIsRefused() throws {
        var random = SeededRandom(seed: 4711)
        for round in 0..<200 {
            let item = Item.random(&random, depth: 4)
            var writer = RLPWriter()
            item.write(to: &writer)
            var reader = RLPReader(writer.bytes)
            #expect(try Item(&reader) == item, "seed \(random.seed) round \(round)")
            for count in 0..<min(writer.bytes.count, 400) {
                #expect(throws: ProofError.self) {
                    try RLPReader.validate(Array(writer.bytes.prefix(count)))
                }
            }
        }
    }

    @Test func whatPassesAfterAMutationIsStillCanonical() throws {
        var random = SeededRandom(seed: 1234)
        var accepted = 0
        for _ in 0..<20_000 {
            var writer = RLPWriter()
            Item.random(&random, depth: 3).write(to: &writer)
            var bytes = writer.bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
                let index = Int.random(in: 0..<min(bytes.count, 8), using: &random)
                bytes[index] = UInt8.random(in: 0...255, using: &random)
            }
            guard (try? RLPReader.validate(bytes)) != nil else { continue }
            accepted += 1
            var reader = RLPReader(bytes)
            var again = RLPWriter()
            try Item(&reader).write(to: &again)
            #expect(again.bytes == bytes)
        }
        #expect(accepted > 100)
    }

    @Test func deepNestingIsRefused() {
        // Lists inside each other, each header with the true length of the rest.
        var nested: [UInt8] = []
        for _ in 0..<1_500 {
            var outer = RLPWriter()
            let list = outer.beginList()
            outer.append(encoded: nested)
            outer.endList(list)
            nested = outer.bytes
        }
        let error = #expect(throws: ProofError.self) { try RLPReader.validate(nested) }
        guard case .rlp(.depth, _)? = error else {
            Issue.record("not refused for its depth: \(String(describing: error))")
            return
        }
    }
}
