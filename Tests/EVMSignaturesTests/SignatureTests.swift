// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import EVMSignatures
import Testing
import WeirTestSupport

@Suite("Keys and signatures on secp256k1")
struct SignatureTests {
    private let context = SecpContext.shared

    private func key(_ random: inout SeededRandom) throws -> PrivateKey {
        try PrivateKey(bytes: random.bytes(32))
    }

    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func everyPublishedPrivateKeyGivesItsPublicKeyAndAddress() throws {
        var count = 0
        for line in try Vectors.lines("addresses.ndjson") {
            let secret = try #require((line["privateKey"] as? String).flatMap { Hex.decode($0) })
            let key = try PrivateKey(bytes: secret)
            #expect(key.address.description == line["address"] as? String)
            #expect(Hex.encode(key.publicKey.bytes) == line["publicKey"] as? String)
            count += 1
        }
        #expect(count == 148)
    }

    @Test func theExampleOfEIP155IsRecoveredAndSignedAgain() throws {
        let key = try PrivateKey(bytes: [UInt8](repeating: 0x46, count: 32))
        let hash = try #require(
            Hash256("daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"))
        let signature = try key.sign(hash: hash)
        #expect(
            Hash256(signature.r).description
                == "0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276")
        #expect(
            Hash256(signature.s).description
                == "0x67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83")
        #expect(signature.recoveryID == 0)
        #expect(key.address.lowercaseText == "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f")
        #expect(try self.context.recover(hash: hash, signature: signature) == key.address)
    }

    @Test func whatAKeySignsIsRecoveredToItsAddress() throws {
        var random = SeededRandom(seed: 0x5ec9)
        for round in 0..<200 {
            let key = try self.key(&random)
            let hash = Hash256(random.word())
            let signature = try key.sign(hash: hash)
            #expect(signature.hasLowS, "seed \(random.seed) round \(round)")
            #expect(try key.sign(hash: hash) == signature)
            let found = try self.context.recoverPublicKey(hash: hash, signature: signature)
            #expect(found == key.publicKey, "seed \(random.seed) round \(round)")
            let other = Hash256(hash.word ^^ 1)
            #expect(try self.context.recover(hash: other, signature: signature) != key.address)
        }
    }

    @Test func theMirroredSignatureIsRefusedUnlessAllowed() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<20 {
            let key = try self.key(&random)
            let hash = Hash256(random.word())
            var signature = try key.sign(hash: hash)
            signature.s = try #require(Secp256k1.order.subtracting(signature.s))
            signature.recoveryID ^= 1
            #expect(throws: SignatureError.highS) {
                try self.context.recover(hash: hash, signature: signature)
            }
            let found = try self.context.recover(hash: hash, signature: signature, highS: .allow)
            #expect(found == key.address)
        }
    }

    @Test func numbersOutOfRangeAreRefusedByName() throws {
        let hash = Hash256(U256(5))
        let over = try #require(Secp256k1.order.adding(1))
        let cases: [(U256, U256, UInt8, SignatureError)] = [
            (.zero, 1, 0, .rRange), (1, .zero, 0, .sRange),
            (Secp256k1.order, 1, 0, .rRange), (1, Secp256k1.order, 0, .sRange),
            (over, 1, 0, .rRange), (.max, 1, 1, .rRange), (1, .max, 1, .sRange),
            (1, 1, 4, .recoveryID(4)), (1, 1, 27, .recoveryID(27)), (1, 1, 255, .recoveryID(255)),
            // 5 is no x of the curve; r + n must stay below the field's prime for identifiers 2, 3.
            (5, 1, 0, .notRecoverable), (.init(Secp256k1.halfOrder.low), 1, 2, .notRecoverable),
        ]
        for (r, s, identifier, error) in cases {
            let signature = RecoverableSignature(r: r, s: s, recoveryID: identifier)
            let found = #expect(throws: SignatureError.self) {
                try self.context.recover(hash: hash, signature: signature, highS: .allow)
            }
            #expect(found == error, "r \(r) s \(s) id \(identifier)")
        }
    }

    @Test func noSignatureOfRandomNumbersTraps() {
        var random = SeededRandom(seed: 99)
        var recovered = 0
        for _ in 0..<2_000 {
            let signature = RecoverableSignature(
                r: random.word(), s: random.word(),
                recoveryID: UInt8.random(in: 0...5, using: &random))
            let address = try? self.context.recover(
                hash: Hash256(random.word()), signature: signature, highS: .allow)
            if address != nil { recovered += 1 }
        }
        #expect(recovered > 100 && recovered < 1_900)
    }

    @Test func invalidPrivateKeysAreRefused() throws {
        let order = Secp256k1.order.bigEndianBytes
        let cases: [([UInt8], SignatureError)] = [
            ([], .privateKeyLength(0)), ([UInt8](repeating: 1, count: 31), .privateKeyLength(31)),
            ([UInt8](repeating: 1, count: 33), .privateKeyLength(33)),
            ([UInt8](repeating: 0, count: 32), .privateKeyRange), (order, .privateKeyRange),
            ([UInt8](repeating: 255, count: 32), .privateKeyRange),
        ]
        for (bytes, error) in cases {
            let found = #expect(throws: SignatureError.self) { try PrivateKey(bytes: bytes) }
            #expect(found == error)
        }
        let last = try #require(Secp256k1.order.subtracting(1))
        #expect(throws: Never.self) { try PrivateKey(bytes: last.bigEndianBytes) }
    }

    @Test func aPrivateKeyNeverShowsItsBytes() throws {
        let key = try PrivateKey(bytes: [UInt8](repeating: 0xab, count: 32))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped, "\([key])"] {
            #expect(!text.lowercased().contains("abab"))
            #expect(!text.contains("171"))
            #expect(text.contains(key.address.description))
        }
    }

    @Test func everyErrorSaysSomethingOfItsOwn() {
        let errors: [SignatureError] = [
            .contextUnavailable, .privateKeyLength(3), .privateKeyRange, .recoveryID(9), .rRange,
            .sRange, .highS, .notRecoverable, .notSigned,
        ]
        #expect(Set(errors.map(\.description)).count == errors.count)
    }
}

infix operator ^^ : AdditionPrecedence

/// Flips bits of the lowest limb.
private func ^^ (word: U256, bits: UInt64) -> U256 {
    U256(limbs: word.limb0 ^ bits, word.limb1, word.limb2, word.limb3)
}
