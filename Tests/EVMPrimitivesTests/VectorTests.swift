// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing
import WeirTestSupport

@testable import EVMPrimitives

/// Shows that hashes, addresses and units agree with the published vectors.
@Suite(.enabled(if: Vectors.present, Vectors.absence)) struct VectorTests {
    @Test func keccakAgreesWithEveryVectorWholeAndInPieces() throws {
        var random = SeededRandom(seed: 7)
        for line in try Vectors.lines("keccak.ndjson") {
            let data = try #require((line["data"] as? String).flatMap { Hex.decode($0) })
            let expected = try #require(line["keccak256"] as? String)
            #expect(Keccak256.hash(data).description == expected)
            var pieces = Keccak256()
            var rest = data[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...min(rest.count, 200), using: &random)
                pieces.update(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            #expect(pieces.finalize().description == expected)
        }
    }

    @Test func addressOfPublicKeyIsChecksummed() throws {
        for line in try Vectors.lines("addresses.ndjson") {
            let key = try #require((line["publicKey"] as? String).flatMap { Hex.decode($0) })
            let text = try #require(line["address"] as? String)
            let hash = Keccak256.hash(Array(key.suffix(64)))
            let address = try #require(Address(bytes: Array(hash.bytes.suffix(20))))
            #expect(address.description == text)
            #expect(Address(text) == address)
            #expect(Address(text.lowercased()) == address)
            #expect(Address(truncating: address.word) == address)
        }
    }

    @Test func unitsReadAndWriteExactly() throws {
        for line in try Vectors.lines("units.ndjson") {
            let wei = try #require((line["wei"] as? String).flatMap { I256($0) })
            let decimals = try #require(line["decimals"] as? Int)
            let text = try #require(line["text"] as? String)
            let parse = try #require(line["parse"] as? String)
            let scaled = wei.scaledText(decimals: UInt8(decimals))
            #expect((scaled.contains(".") ? scaled : scaled + ".0") == text)
            #expect(I256(scaledText: parse, decimals: UInt8(decimals)) == wei)
        }
    }
}
