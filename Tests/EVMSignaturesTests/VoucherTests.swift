// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import Foundation
import Testing
import WeirTestSupport

@testable import EVMSignatures

@Suite("Vouchers")
struct VoucherTests {
    static let contract = Address(words: 0x1111_1111_1111_1111, 0x2222_2222_2222_2222, 0x3333_3333)
    static let domain = TypedDataDomain(
        name: "PaymentChannel", version: "1", chainID: 31337, contract: contract)

    static func typed(
        _ text: String = "Voucher(bytes32 channelId,uint256 cumulative,uint64 nonce)",
        domain: TypedDataDomain = Self.domain,
        roles: VoucherScheme.Roles = .init(
            channel: "channelId", amount: "cumulative", nonce: "nonce")
    ) throws -> VoucherScheme {
        let (types, primary) = try TypedDataTypes.parse(text)
        return try VoucherScheme(
            form: .eip712, types: types, primaryType: primary, domain: domain, roles: roles)
    }

    /// The balance proof of Raiden: `personal_sign` of 212 packed bytes.
    static func raiden() throws -> VoucherScheme {
        let (types, primary) = try TypedDataTypes.parse(
            "BalanceProof(address token_network,uint256 chain_id,uint256 message_type,"
                + "uint256 channel_identifier,bytes32 balance_hash,uint256 nonce,"
                + "bytes32 additional_hash)")
        return try VoucherScheme(
            form: .personal, types: types, primaryType: primary, domain: Self.domain,
            roles: .init(
                channel: "channel_identifier", nonce: "nonce", chain: "chain_id",
                contract: "token_network"),
            constants: ["message_type": .word(1)])
    }

    static func packed(
        _ form: VoucherScheme.Form, _ encoding: PreimageEncoding = .packed
    ) throws -> VoucherScheme {
        let (types, primary) = try TypedDataTypes.parse(
            "Voucher(address contract,uint256 chainId,bytes32 channelId,uint128 amount,"
                + "uint64 nonce)")
        return try VoucherScheme(
            form: form, types: types, primaryType: primary, encoding: encoding,
            domain: Self.domain,
            roles: .init(
                channel: "channelId", amount: "amount", nonce: "nonce", chain: "chainId",
                contract: "contract"))
    }

    /// Signs fields as a wallet would.
    static func signed(
        _ scheme: VoucherScheme, _ fields: [String: TypedValue], _ key: PrivateKey
    ) throws -> Voucher {
        let digest = try scheme.digest(completing: fields)
        return Voucher(fields: fields, signature: try key.sign(hash: digest).bytes)
    }

    // MARK: The right side

    @Test func whatIsSignedByEverySchemeIsVerified() throws {
        var random = SeededRandom(seed: 0x70c5)
        var schemes: [VoucherScheme] = [try Self.typed()]
        for form in VoucherScheme.Form.allCases where form != .eip712 {
            for encoding in PreimageEncoding.allCases {
                schemes.append(try Self.packed(form, encoding))
            }
        }
        for round in 0..<20 {
            let key = try PrivateKey(bytes: random.bytes(32))
            let (channel, amount) = (random.word(), random.word().shiftedRight(by: 128))
            let nonce = U256(random.next())
            for scheme in schemes {
                let voucher = try Self.signed(
                    scheme,
                    [
                        "channelId": .word(channel), "nonce": .text("\(nonce)"),
                        scheme.roles.amount ?? "": .word(amount),
                    ], key)
                let check = scheme.check(voucher, signer: key.address)
                let name = "seed \(random.seed) round \(round) \(scheme.form) \(scheme.encoding)"
                #expect(check.verdict == .good(signer: key.address), "\(name)")
                #expect(check.channel == Hash256(channel), "\(name)")
                #expect(check.amount == amount, "\(name)")
                #expect(check.state == VoucherState(nonce: nonce, cumulative: amount), "\(name)")
                #expect(check.isGood && check.signer == key.address)
                #expect(scheme.check(voucher).verdict == .recovered(signer: key.address), "\(name)")
                #expect(!scheme.check(voucher).isGood)
            }
        }
    }

    @Test func everySchemeSignsSomethingElse() throws {
        var digests: Set<Hash256> = []
        let fields: [String: TypedValue] = [
            "channelId": .word(1), "amount": .word(2), "nonce": .word(3),
        ]
        for form in VoucherScheme.Form.allCases {
            for encoding in PreimageEncoding.allCases {
                digests.insert(try Self.packed(form, encoding).digest(completing: fields))
            }
        }
        // Typed data does not ask for an encoding.
        #expect(digests.count == 2 * VoucherScheme.Form.allCases.count - 1)
    }

    @Test func aBalanceProofOfRaidenIsThePersonalSignatureOfItsPackedBytes() throws {
        let scheme = try Self.raiden()
        let key = try PrivateKey(bytes: [UInt8](repeating: 7, count: 32))
        let (balance, additional) = (Hash256(U256(11 as UInt64)), Hash256(U256(13 as UInt64)))
        var bytes = Self.contract.bytes
        for word in [31337, 1, 5] { bytes += U256(UInt64(word)).bigEndianBytes }
        bytes += balance.bytes + U256(9 as UInt64).bigEndianBytes + additional.bytes
        #expect(bytes.count == 212)
        let digest = Keccak256.hash(
            Array("\u{19}Ethereum Signed Message:\n212".utf8) + bytes)
        let voucher = Voucher(
            fields: [
                "channel_identifier": .word(5), "balance_hash": .text("\(balance)"),
                "nonce": .word(9), "additional_hash": .text("\(additional)"),
            ], signature: try key.sign(hash: digest).bytes)
        let check = scheme.check(voucher, signer: key.address)
        #expect(check.verdict == .good(signer: key.address))
        #expect(check.digest == digest)
        #expect(check.channel == Hash256(U256(5 as UInt64)))
        #expect(check.amount == nil)
        #expect(check.state == VoucherState(nonce: 9))
        #expect(scheme.isOrdered)
    }

    @Test func anAmountThatIsNotCumulativeIsNoState() throws {
        var roles = VoucherScheme.Roles(channel: "channelId", amount: "cumulative")
        #expect(try Self.typed(roles: roles).isOrdered)
        roles.isCumulative = false
        let scheme = try Self.typed(roles: roles)
        #expect(!scheme.isOrdered)
        let check = scheme.check(
            Voucher(
                fields: ["channelId": .word(1), "cumulative": .word(2), "nonce": .word(3)],
                signature: []))
        #expect(check.amount == 2)
        #expect(check.state == VoucherState())
    }

    @Test func ageIsThatOfTheNonceAndThenOfTheSum() {
        let cases: [(VoucherState, VoucherState, Bool?)] = [
            (.init(nonce: 1), .init(nonce: 2), true), (.init(nonce: 2), .init(nonce: 1), false),
            (.init(nonce: 2), .init(nonce: 2), false), (.init(), .init(), nil),
            (.init(nonce: 1), .init(cumulative: 1), nil),
            (.init(cumulative: 1), .init(cumulative: 2), true),
            (.init(cumulative: 2), .init(cumulative: 2), false),
            (.init(nonce: 1, cumulative: 9), .init(nonce: 2, cumulative: 1), true),
            (.init(nonce: 2, cumulative: 1), .init(nonce: 2, cumulative: 9), true),
            (.init(nonce: 2, cumulative: 1), .init(cumulative: 9), true),
            (.init(nonce: .max), .init(nonce: 0), false),
        ]
        for (mine, theirs, expected) in cases {
            #expect(mine.isOlder(than: theirs) == expected, "\(mine) \(theirs)")
        }
    }

    // MARK: The wrong side

    private struct Sample {
        let scheme: VoucherScheme
        let key: PrivateKey
        let voucher: Voucher

        init() throws {
            self.scheme = try VoucherTests.typed()
            self.key = try PrivateKey(bytes: [UInt8](repeating: 9, count: 32))
            self.voucher = try VoucherTests.signed(
                self.scheme, ["channelId": .word(1), "cumulative": .word(2), "nonce": .word(3)],
                self.key)
        }
    }

    @Test func anotherSignerIsNamed() throws {
        let sample = try Sample()
        let check = sample.scheme.check(sample.voucher, signer: Self.contract)
        #expect(
            check.verdict == .wrongSigner(found: sample.key.address, expected: Self.contract))
        #expect(check.signer == sample.key.address)
        // Each value that was not signed leads to somebody else.
        for name in ["channelId", "cumulative", "nonce"] {
            var changed = sample.voucher
            changed.fields[name] = .word(9)
            guard
                case .wrongSigner(let found, _) = sample.scheme.check(
                    changed, signer: sample.key.address
                ).verdict
            else {
                Issue.record("\(name) was not signed")
                continue
            }
            #expect(found != sample.key.address)
        }
    }

    @Test func anotherDomainIsNamedByItsMember() throws {
        let sample = try Sample()
        let other = Address(words: 0, 0, 0xff)
        let cases: [(TypedDataDomain, TypedDataDomain.Member, String, String?)] = [
            (.init(chainID: 1), .chainId, "1", "31337"),
            (.init(name: "X", chainID: 1), .chainId, "1", "31337"),
            (.init(contract: other), .verifyingContract, "\(other)", "\(Self.contract)"),
            (.init(name: "X"), .name, "X", "PaymentChannel"),
            (.init(version: "2"), .version, "2", "1"),
            (.init(salt: .zero), .salt, "\(Hash256.zero)", nil),
        ]
        for (stated, member, found, expected) in cases {
            var voucher = sample.voucher
            voucher.domain = stated
            let check = sample.scheme.check(voucher, signer: sample.key.address)
            #expect(check.verdict == .wrongDomain(member, found: found, expected: expected))
            #expect(check.channel != nil && check.signer == nil && !check.isGood)
            let bound = sample.scheme.check(
                sample.voucher, signer: sample.key.address, binding: stated)
            #expect(bound.verdict == .wrongDomain(member, found: expected, expected: found))
        }
        var same = sample.voucher
        same.domain = Self.domain
        let check = sample.scheme.check(same, signer: sample.key.address, binding: Self.domain)
        #expect(check.isGood)
        #expect(
            "\(VoucherCheck.Verdict.wrongDomain(.chainId, found: "1", expected: "5"))"
                == "made for chain 1, expected 5")
    }

    @Test func aFieldThatNamesAnotherChainOrContractIsNamedToo() throws {
        let scheme = try Self.packed(.personalHash)
        let key = try PrivateKey(bytes: [UInt8](repeating: 9, count: 32))
        var fields: [String: TypedValue] = [
            "channelId": .word(1), "amount": .word(2), "nonce": .word(3), "chainId": .word(31337),
            "contract": .address(Self.contract),
        ]
        let voucher = try Self.signed(scheme, fields, key)
        #expect(scheme.check(voucher, signer: key.address).isGood)
        fields["chainId"] = .word(1)
        #expect(
            scheme.check(Voucher(fields: fields, signature: voucher.signature)).verdict
                == .wrongDomain(.chainId, found: "1", expected: "31337"))
        fields["chainId"] = nil
        fields["contract"] = .address(.zero)
        #expect(
            scheme.check(Voucher(fields: fields, signature: voucher.signature)).verdict
                == .wrongDomain(
                    .verifyingContract, found: "\(Address.zero)", expected: "\(Self.contract)"))
        fields["contract"] = .text("0x12")
        #expect(
            scheme.check(Voucher(fields: fields, signature: voucher.signature)).verdict
                == .malformed(.mismatch(type: "address", found: "another text", path: "contract")))
        let raiden = try Self.raiden()
        #expect(
            raiden.check(Voucher(fields: ["message_type": .word(2)], signature: [])).verdict
                == .malformed(.notTheConstant(path: "message_type")))
    }

    @Test func aBadSignatureIsNamedByItsFault() throws {
        let sample = try Sample()
        let good = sample.voucher.signature
        let signature = try RecoverableSignature(bytes: good)
        let high = RecoverableSignature(
            r: signature.r, s: try #require(Secp256k1.order.subtracting(signature.s)),
            recoveryID: signature.recoveryID ^ 1)
        let zero = [UInt8](repeating: 0, count: 32)
        let ones = [UInt8](repeating: 0xff, count: 32)
        // No point has this x.
        let noPoint = U256(5 as UInt64).bigEndianBytes
        let cases: [([UInt8], SignatureError)] = [
            ([], .signatureLength(0)), (Array(good.dropLast(2)), .signatureLength(63)),
            (good + [0], .signatureLength(66)), (good.dropLast() + [29], .signatureV(29)),
            (high.bytes, .highS), (zero + good[32...], .rRange), (ones + good[32...], .rRange),
            (good[..<32] + zero + [27], .sRange), (good[..<32] + ones + [27], .sRange),
            (noPoint + good[32...], .notRecoverable),
        ]
        for (bytes, error) in cases {
            var voucher = sample.voucher
            voucher.signature = bytes
            let check = sample.scheme.check(voucher, signer: sample.key.address)
            #expect(check.verdict == .badSignature(error))
            #expect(check.digest != nil && check.signer == nil && !check.isGood)
        }
    }

    @Test func fieldsThatAreNotThoseOfTheSchemeAreMalformed() throws {
        let cases: [(String, TypedValue?, TypedDataError)] = [
            ("nonce", nil, .missing(path: "nonce")),
            ("extra", .word(1), .unexpected(path: "extra")),
            ("nonce", .text("18446744073709551616"), .outOfRange(type: "uint64", path: "nonce")),
            ("channelId", .text("0x12"), .length(found: 1, expected: 32, path: "channelId")),
        ]
        let packed = try Self.packed(.hash)
        for (name, value, error) in cases {
            let sample = try Sample()
            var voucher = sample.voucher
            voucher.fields[name] = value
            #expect(sample.scheme.check(voucher).verdict == .malformed(error))
            voucher.fields["amount"] = voucher.fields.removeValue(forKey: "cumulative")
            #expect(packed.check(voucher).verdict == .malformed(error))
        }
    }

    @Test func randomBytesEndInAVerdict() throws {
        var random = SeededRandom(seed: 0xbad)
        let scheme = try Self.packed(.personal)
        for _ in 0..<300 {
            let voucher = Voucher(
                fields: [
                    "channelId": .word(random.word()), "amount": .word(random.word()),
                    "nonce": .word(random.word()),
                ], signature: random.bytes(Int.random(in: 60...70, using: &random)))
            #expect(!scheme.check(voucher, signer: Self.contract).isGood)
        }
    }

    // MARK: Schemes

    @Test func aSchemeThatCannotBeMeantIsRefused() throws {
        func attempt(
            _ form: VoucherScheme.Form, _ text: String, _ roles: VoucherScheme.Roles,
            domain: TypedDataDomain = .init(), constants: [String: TypedValue] = [:],
            primary: String? = nil, encoding: PreimageEncoding = .packed
        ) throws -> VoucherSchemeError? {
            let (types, first) = try TypedDataTypes.parse(text)
            do throws(VoucherSchemeError) {
                _ = try VoucherScheme(
                    form: form, types: types, primaryType: primary ?? first, encoding: encoding,
                    domain: domain, roles: roles, constants: constants)
                return nil
            } catch {
                #expect("\(error)".utf8.count < 250)
                return error
            }
        }
        let text = "V(bytes32 c,uint256 a,int256 i,address d,string s)"
        #expect(try attempt(.hash, text, .init()) == nil)
        #expect(try attempt(.hash, text, .init(), primary: "W") == .noType("W"))
        #expect(
            try attempt(.hash, text, .init(channel: "x")) == .noField(role: "channel", name: "x"))
        #expect(
            try attempt(.hash, text, .init(channel: "s"))
                == .wrongType(role: "channel", name: "s", type: "string"))
        for (role, roles) in [
            ("amount", VoucherScheme.Roles(amount: "i")), ("nonce", .init(nonce: "i")),
            ("chain", .init(chain: "i")), ("contract", .init(contract: "i")),
        ] {
            #expect(
                try attempt(.hash, text, roles)
                    == .wrongType(role: role, name: "i", type: "int256"))
        }
        #expect(try attempt(.hash, text, .init(chain: "a")) == .unbound("chain"))
        #expect(try attempt(.hash, text, .init(contract: "d")) == .unbound("contract"))
        #expect(try attempt(.validator, text, .init()) == .unbound("contract"))
        #expect(
            try attempt(.hash, text, .init(), constants: ["x": .word(1)])
                == .noField(role: "constant", name: "x"))
        #expect(
            try attempt(.hash, text, .init(), constants: ["d": .word(1)])
                == .constant(.mismatch(type: "address", found: "a number", path: "d")))
        #expect(
            try attempt(.hash, text, .init(), encoding: .words)
                == .notEncodable(name: "s", type: "string"))
        #expect(try attempt(.eip712, text, .init(), encoding: .words) == nil)
        #expect(
            try attempt(.personal, "V(T t)T()", .init()) == .notEncodable(name: "t", type: "T"))
        #expect(try attempt(.eip712, "V(T t)T()", .init()) == nil)
    }
}
