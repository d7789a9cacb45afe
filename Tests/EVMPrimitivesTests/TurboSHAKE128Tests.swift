// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import EVMPrimitives

/// Shows that TurboSHAKE128 gives the values of RFC 9861 and those of another implementation around
/// the size of a block, and does not depend on how whole blocks are handed over.
@Suite struct TurboSHAKE128Tests {
    /// By PyCryptodome 3.20 with domain 0x1f, of bytes 7·i + length; that of nothing is the RFC's too.
    static let others: [(count: Int, hash: String)] = [
        (0, "0x1e415f1c5983aff2169217277d17bb538cd945a397ddec541f1ce41af2c1b74c"),
        (1, "0x82188ab2dec31684d0f1be7418128112f07b9344f4f83d9980d5baca105f9fef"),
        (7, "0x7151f2d5e61e75f3a6a174d95b7e7cdd543890b6afd82fab70e160723b72d30e"),
        (8, "0xd4a620e473da313af5dcd664f5cc5bf6687c12e304d3e9b36575da7c58d60e3a"),
        (31, "0xa28cc5e8126ca9fdd76669d083c9c08cffb8ab9f808920690cfe73a43a6a8b52"),
        (64, "0xb9481f52cafafe7cf4a247132b9b906df31017ed65e8f785beb1e8fea529c2f0"),
        (135, "0x25d35345c1102860d9bfa282f15e95df06c4b4831160376cb2232d032bb4cbc3"),
        (136, "0xffa35dfa2317ab952ca241e7ee478cdabc5731005a8fac3c5813f6b6cf3b5af3"),
        (167, "0xb2e1adbca31fe9977a7aa27d99fe70843dca4e16a876b4242cdd0b13abc4677a"),
        (168, "0xd708face18c93a3eb95b44913feebe9751fbacdd46bd6c634d2cf3bf026badcc"),
        (169, "0x53870b7aab4aec460dc3d5c67d43a143019315c196373371cd9b3c054f6b91d0"),
        (200, "0x8f3d9fe97ebfd80480187fa7797589cb6b2c6dd2abc8576b88bcae3d72aa83fc"),
        (335, "0x7aee388e0d7e835beb3503b6bbbd056ab8e798baa189f6ab94902012c9c9f20c"),
        (336, "0xb9206c35da19a7d5127fe2653865ffc4ca4df014c5e69eefd91b4f4c3f4ade0a"),
        (337, "0x67a037619b40251fcb593243d5609179623ce02023c04e984bd7f68f4a79348d"),
        (1000, "0x4b759ad8f4820e58210c044f9050ed4727cb2ce79dc71abffd09f1fc08fc5c18"),
    ]

    @Test(arguments: Self.others)
    func isWhatAnotherImplementationSays(count: Int, hash: String) {
        let input = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + count) }
        #expect(TurboSHAKE128.hash(input).description == hash)
    }

    /// RFC 9861, section 5: ptn(17**3 bytes), D = 1F.
    @Test func isWhatTheRFCSays() {
        let input = (0..<4913).map { UInt8($0 % 0xfb) }
        #expect(
            TurboSHAKE128.hash(input).description
                == "0xd4976eb56bcf118520582b709f73e1d6853e001fdaf80e1b13e0d0599d5fb372")
    }

    @Test func twoHashesAreHashedAsTheirBytes() {
        let (first, second) = (Keccak256.hash([1]), Keccak256.hash([2]))
        #expect(
            TurboSHAKE128.hash(first, second) == TurboSHAKE128.hash(first.bytes + second.bytes))
        #expect(TurboSHAKE128.hash(first, second) != TurboSHAKE128.hash(second, first))
    }

    @Test(arguments: 0...5)
    func blocksMayComeInAnyPortions(firstBlocks: Int) {
        let input = (0..<900).map { UInt8(truncatingIfNeeded: $0 * 31) }
        let hash = unsafe input.withUnsafeBytes { buffer -> Hash256? in
            guard let base = buffer.baseAddress else { return nil }
            var hash = TurboSHAKE128()
            unsafe hash.absorb(blocks: base, count: firstBlocks)
            unsafe hash.absorb(
                blocks: base + firstBlocks * TurboSHAKE128.rate, count: 5 - firstBlocks)
            return unsafe hash.finalize(rest: base + 840, count: 60)
        }
        #expect(hash == TurboSHAKE128.hash(input))
    }
}
