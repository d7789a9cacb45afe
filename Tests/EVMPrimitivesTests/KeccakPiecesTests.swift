// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing
import WeirTestSupport

@testable import EVMPrimitives

/// Shows that a hash does not depend on the pieces in which its input comes.
@Suite struct KeccakPiecesTests {
    @Test(arguments: 0..<200)
    func anyCutGivesTheSameHash(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let input = random.bytes(Int.random(in: 0...600, using: &random))
        var keccak = Keccak256()
        var offset = 0
        while offset < input.count {
            let rest = input.count - offset
            switch Int.random(in: 0..<3, using: &random) {
            case 0 where rest >= 8:
                let word = input[offset..<(offset + 8)].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
                keccak.update(bigEndian: word)
                offset += 8
            case 1 where rest >= 32:
                let hash = Hash256(bytes: Array(input[offset..<(offset + 32)]))
                keccak.update(hash ?? .zero)
                offset += 32
            default:
                let count = Int.random(in: 1...min(rest, 150), using: &random)
                keccak.update(Array(input[offset..<(offset + count)]))
                offset += count
            }
        }
        #expect(keccak.finalize() == Keccak256.hash(input), "seed \(seed)")
    }

    /// One-shot hashes of every length around the block size, from another implementation's figures:
    /// the known hash of nothing, and self-consistency byte by byte.
    @Test func byteByByteIsTheSame() {
        #expect(
            Keccak256.hash([]).description
                == "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
        for count in 0...300 {
            let input = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            var keccak = Keccak256()
            for byte in input { keccak.update([byte]) }
            #expect(keccak.finalize() == Keccak256.hash(input))
        }
    }
}
