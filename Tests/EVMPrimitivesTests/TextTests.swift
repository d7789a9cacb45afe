// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import EVMPrimitives

/// Shows that hex, addresses and quantities refuse what they must.
@Suite struct TextTests {
    @Test(
        arguments: [
            ("0x", []), ("", []), ("0x00ff", [0, 255]), ("00FF", [0, 255]), ("0X0a", [10]),
            ("0x0", nil), ("0xzz", nil), ("0x 1", nil), ("0x0x00", nil), ("é", nil),
        ] as [(String, [UInt8]?)])
    func hexDecodesPairsOnly(text: String, bytes: [UInt8]?) {
        #expect(Hex.decode(text) == bytes)
    }

    @Test func keccakOfEmptyAndOfEachLengthAroundTheRate() {
        #expect(
            Keccak256.hash([]).description
                == "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
        for count in 130...280 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            var single = Keccak256()
            for byte in bytes { single.update([byte]) }
            #expect(single.finalize() == Keccak256.hash(bytes), "\(count) bytes")
        }
    }

    @Test func addressTextMustCarryTheRightChecksum() {
        let right = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
        #expect(Address(right)?.description == right)
        #expect(throws: Address.TextFault.checksum(expected: right)) {
            try Address.parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD")
        }
        for bad in [
            "", "0x", "0x12", right + "0", String(right.dropFirst(2)),
            "0x" + String(repeating: "g", count: 40),
        ] {
            #expect(throws: Address.TextFault.malformed) { try Address.parse(bad) }
        }
    }

    @Test(
        arguments: [
            ("0x0", U256.zero), ("0x00", .zero), ("0x1a", U256(26 as UInt64)), ("0x", nil),
            ("1a", nil),
            ("0x" + String(repeating: "f", count: 64), .max),
            ("0x1" + String(repeating: "0", count: 64), nil),
            ("0x0" + String(repeating: "f", count: 64), .max), ("0xg", nil),
        ] as [(String, U256?)])
    func quantityIsHex(text: String, expected: U256?) {
        #expect(U256(hexQuantity: text) == expected)
    }

    @Test func blockNumbersSaturate() {
        #expect(BlockNumber(UInt64.max).next == BlockNumber(.max))
        #expect(BlockNumber(3).lowered(by: 5) == .zero)
        #expect(BlockNumber(0).previous == nil)
        #expect(BlockNumber(3).distance(above: BlockNumber(5)) == 0)
        #expect(BlockTime(5).seconds(since: BlockTime(7)) == -2)
        #expect(BlockTime(.max).seconds(since: BlockTime(0)) == .max)
    }
}
