// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import EVMPrimitives
import EVMSignatures
import Testing
import WeirTestSupport

@Suite("Transactions")
struct TransactionTests {
    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func everySignedTransactionIsDecodedAndEncoded() throws {
        var counts: [UInt8: Int] = [:]
        for line in try Vectors.lines("transactions-signed.ndjson") {
            let name = line["name"] as? String ?? ""
            let raw = try #require((line["raw"] as? String).flatMap { Hex.decode($0) })
            let stated = try BlockJSON.transaction(line["tx"] as? [String: Any] ?? [:])
            #expect(try TransactionCoding.encode(stated) == raw, "\(name)")
            #expect(try TransactionCoding.hash(of: stated) == stated.hash, "\(name)")
            #expect(try TransactionCoding.sender(of: stated) == stated.from, "\(name)")
            let decoded = try TransactionCoding.decode(raw)
            #expect(decoded == stated, "\(name)")
            counts[stated.type, default: 0] += 1
        }
        #expect(counts == [0: 164, 1: 94, 2: 81, 3: 99])
    }

    /// Cases whose rule needs the gas table of a fork, which is not this module's.
    private static let beyond = ["INTRINSIC_GAS_TOO_LOW"]

    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func everyRawTransactionIsTakenOrRefused() throws {
        var beyond = 0
        var count = 0
        for line in try Vectors.lines("transactions-raw.ndjson") {
            let name = line["name"] as? String ?? ""
            let raw = try #require((line["raw"] as? String).flatMap { Hex.decode($0) })
            count += 1
            let result = Result { () throws -> Transaction in
                let transaction = try TransactionCoding.decode(raw)
                try TransactionRules.check(transaction, chainID: 1)
                return transaction
            }
            if line["valid"] as? Bool == true {
                let transaction = try result.get()
                #expect(transaction.hash.description == line["hash"] as? String, "\(name)")
                #expect(transaction.from.lowercaseText == line["sender"] as? String, "\(name)")
                #expect(try TransactionCoding.encode(transaction) == raw, "\(name)")
            } else if Self.beyond.contains(where: {
                (line["reason"] as? String ?? "").hasSuffix($0)
            }
            ) {
                beyond += 1
            } else {
                #expect(throws: ProofError.self, "\(name): \(line["reason"] ?? "")") {
                    try result.get()
                }
            }
        }
        #expect(count == 119)
        #expect(beyond == 3)
    }

    // MARK: Signing

    private func unsigned(type: UInt8, _ random: inout SeededRandom) -> Transaction {
        let address = Address(truncating: random.word())
        var transaction = Transaction(
            type: type, nonce: random.next(), gasLimit: random.next(),
            to: type <= 2 && Bool.random(using: &random) ? nil : address, value: random.word(),
            input: random.bytes(Int.random(in: 0..<120, using: &random)))
        transaction.chainID = U256(UInt64.random(in: 0..<1 << 52, using: &random))
        if type <= 1 { transaction.gasPrice = random.word() }
        if type >= 2 {
            transaction.maxFeePerGas = random.word()
            transaction.maxPriorityFeePerGas = random.word()
        }
        if type >= 1 {
            transaction.accessList = (0..<Int.random(in: 0..<3, using: &random)).map { _ in
                Transaction.AccessListEntry(
                    address: Address(truncating: random.word()),
                    storageKeys: (0..<Int.random(in: 0..<3, using: &random)).map { _ in
                        Hash256(random.word())
                    })
            }
        }
        if type == 3 {
            transaction.maxFeePerBlobGas = random.word()
            transaction.blobVersionedHashes = [Hash256(random.word()), Hash256(random.word())]
        }
        if type == 4 {
            transaction.authorizations = (0..<3).map { _ in
                Transaction.Authorization(
                    chainID: random.word(), address: Address(truncating: random.word()),
                    nonce: random.next(), yParity: UInt8.random(in: 0...255, using: &random),
                    r: random.word(), s: random.word())
            }
        }
        return transaction
    }

    @Test(arguments: [0, 1, 2, 3, 4] as [UInt8])
    func whatIsSignedComesBackFromItsBytes(type: UInt8) throws {
        var random = SeededRandom(seed: 0xabc + UInt64(type))
        for round in 0..<40 {
            let key = try PrivateKey(bytes: random.bytes(32))
            let signed = try TransactionCoding.sign(self.unsigned(type: type, &random), with: key)
            #expect(signed.from == key.address)
            let raw = try TransactionCoding.encode(signed)
            #expect(
                try TransactionCoding.decode(raw) == signed, "seed \(random.seed) round \(round)")
            #expect(try TransactionCoding.sign(signed, with: key) == signed)
            var other = signed
            other.nonce ^= 1
            #expect((try? TransactionCoding.sender(of: other)) != key.address)
        }
    }

    @Test func aLegacyTransactionWithoutChainIsSignedTheOldWay() throws {
        var random = SeededRandom(seed: 12)
        let key = try PrivateKey(bytes: random.bytes(32))
        var transaction = self.unsigned(type: 0, &random)
        transaction.chainID = nil
        let signed = try TransactionCoding.sign(transaction, with: key)
        #expect(signed.v == 27 || signed.v == 28)
        #expect(try TransactionCoding.sender(of: signed) == key.address)
        #expect(throws: Never.self) { try TransactionRules.check(lowered(signed), chainID: 5) }
    }

    private func lowered(_ transaction: Transaction) -> Transaction {
        var transaction = transaction
        transaction.gasPrice = 1
        return transaction
    }

    @Test func theExampleOfEIP155IsSignedToItsBytes() throws {
        let key = try PrivateKey(bytes: [UInt8](repeating: 0x46, count: 32))
        var transaction = Transaction(
            type: 0, nonce: 9, gasLimit: 21_000,
            to: Address("0x3535353535353535353535353535353535353535"),
            value: 1_000_000_000_000_000_000, input: [])
        transaction.chainID = 1
        transaction.gasPrice = 20_000_000_000
        #expect(
            try TransactionCoding.signingHash(transaction).description
                == "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53")
        let signed = try TransactionCoding.sign(transaction, with: key)
        #expect(signed.v == 37)
        let raw =
            "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080"
            + "25a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276"
            + "a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83"
        #expect(Hex.encode(try TransactionCoding.encode(signed)) == raw)
    }

    @Test func anAuthorizationIsRecoveredToItsSigner() throws {
        var random = SeededRandom(seed: 7702)
        for _ in 0..<20 {
            let key = try PrivateKey(bytes: random.bytes(32))
            var authorization = Transaction.Authorization(
                chainID: 1, address: Address(truncating: random.word()), nonce: random.next(),
                yParity: 0, r: .zero, s: .zero)
            let signature = try key.sign(hash: TransactionCoding.signingHash(authorization))
            authorization.r = signature.r
            authorization.s = signature.s
            authorization.yParity = signature.recoveryID
            #expect(try TransactionCoding.authority(of: authorization) == key.address)
        }
    }

    @Test func unsignedTypesComeBackFromTheirBytes() throws {
        var deposit = Transaction(
            type: 0x7e, nonce: 0, gasLimit: 1_000_000, to: nil, value: 7, input: [1, 2, 3])
        deposit.from = Address(words: 1, 2, 3)
        deposit.deposit = Transaction.Deposit(
            sourceHash: Hash256(U256.max), mint: 5, isSystem: true)
        deposit.hash = try TransactionCoding.hash(of: deposit)
        #expect(try TransactionCoding.decode(TransactionCoding.encode(deposit)) == deposit)
        #expect(throws: ProofError.transactionType(0x7e)) {
            try TransactionCoding.signingHash(deposit)
        }
    }

    // MARK: The wrong side

    @Test func whatAFieldLacksIsNamed() {
        let bare = Transaction(type: 0, nonce: 0, gasLimit: 0, to: nil, value: .zero, input: [])
        let cases: [(UInt8, ProofError)] = [
            (0, .transactionFieldMissing(.gasPrice, type: 0)),
            (1, .transactionFieldMissing(.chainID, type: 1)),
            (2, .transactionFieldMissing(.chainID, type: 2)),
            (0x7e, .transactionFieldMissing(.deposit, type: 0x7e)),
            (0x6a, .transactionFieldMissing(.chainID, type: 0x6a)),
            (5, .transactionType(5)), (0x71, .transactionType(0x71)), (255, .transactionType(255)),
        ]
        for (type, error) in cases {
            var transaction = bare
            transaction.type = type
            #expect(throws: error) { try TransactionCoding.encode(transaction) }
        }
        var blob = bare
        blob.type = 3
        blob.chainID = 1
        blob.maxFeePerGas = 1
        blob.maxPriorityFeePerGas = 1
        #expect(throws: ProofError.transactionFieldMissing(.to, type: 3)) {
            try TransactionCoding.encode(blob)
        }
    }

    @Test func rulesAreRefusedByName() throws {
        var random = SeededRandom(seed: 3)
        func check(_ type: UInt8, _ change: (inout Transaction) -> Void) -> ProofError? {
            var transaction = self.unsigned(type: type, &random)
            transaction.chainID = 1
            transaction.nonce = 1
            transaction.gasLimit = 21_000
            if transaction.gasPrice != nil { transaction.gasPrice = 10 }
            if type >= 2 {
                transaction.maxFeePerGas = 10
                transaction.maxPriorityFeePerGas = 10
            }
            transaction.v = type == 0 ? 37 : 0
            if type == 3 { transaction.blobVersionedHashes = [Hash256(words: 1 << 56, 0, 0, 0)] }
            change(&transaction)
            do throws(ProofError) {
                try TransactionRules.check(transaction, chainID: 1)
                return nil
            } catch {
                return error
            }
        }
        for type in 0...4 as ClosedRange<UInt8> { #expect(check(type) { _ in } == nil) }
        #expect(check(2) { $0.nonce = .max } == .transactionRule(.nonceBelowLimit))
        #expect(check(0) { $0.gasPrice = .max } == .transactionRule(.gasCostFits))
        #expect(
            check(2) { $0.maxPriorityFeePerGas = 11 } == .transactionRule(.priorityWithinFee))
        #expect(check(3) { $0.blobVersionedHashes = [] } == .transactionRule(.someBlob))
        #expect(check(3) { $0.blobVersionedHashes = [.zero] } == .transactionRule(.blobVersion))
        #expect(check(4) { $0.authorizations = [] } == .transactionRule(.someAuthorization))
        #expect(check(1) { $0.chainID = 2 } == .chainID(expected: 1, found: 2))
    }

    @Test func noDamageToRawBytesTrapsOrKeepsTheSenderUnnoticed() throws {
        var random = SeededRandom(seed: 2024)
        for type in 0...4 as ClosedRange<UInt8> {
            let key = try PrivateKey(bytes: random.bytes(32))
            let signed = try TransactionCoding.sign(self.unsigned(type: type, &random), with: key)
            let raw = try TransactionCoding.encode(signed)
            for count in 0..<raw.count {
                #expect(throws: ProofError.self) {
                    try TransactionCoding.decode(Array(raw.prefix(count)))
                }
            }
            for _ in 0..<400 {
                var damaged = raw
                let index = Int.random(in: 0..<raw.count, using: &random)
                damaged[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                guard let decoded = try? TransactionCoding.decode(damaged) else { continue }
                #expect(decoded.hash != signed.hash)
                #expect(decoded.from != key.address)
                #expect(try TransactionCoding.encode(decoded) == damaged)
            }
        }
    }

    @Test func everyErrorSaysSomethingOfItsOwn() {
        var errors: [ProofError] = HeaderField.allCases.map { .headerFieldMissing($0) }
        errors += TransactionRule.allCases.map { .transactionRule($0) }
        let faults: [RLPFault] = [
            .truncated, .longLength, .prefixedByte, .trailing, .depth, .unexpectedList,
            .unexpectedBytes, .leadingZero, .tooLarge, .length(expected: 20),
        ]
        errors += faults.map { .rlp($0, offset: 3) }
        errors += [
            .transactionFieldMissing(.gasPrice, type: 0), .transactionType(9),
            .signatureV(3, type: 0), .chainID(expected: 1, found: nil), .signature(.highS),
            .trieKeyLength(300), .foreignSeal, .withdrawalsRootOfStorage,
        ]
        #expect(Set(errors.map(\.description)).count == errors.count)
    }
}
