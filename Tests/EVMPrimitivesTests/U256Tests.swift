// Weir
// SPDX-License-Identifier: Apache-2.0

import BigInt
import Testing
import WeirTestSupport

@testable import EVMPrimitives

/// Shows that the word is exact: every operation against BigInt on seeded values, edges included.
@Suite struct U256Tests {
    static let seed: UInt64 = 20_261_121

    private func big(_ value: U256) -> BigUInt { BigUInt(value.description) ?? 0 }

    @Test func arithmeticAgreesWithBigInt() throws {
        var random = SeededRandom(seed: Self.seed)
        let modulus = BigUInt(1) << 256
        for _ in 0..<20_000 {
            let (a, b) = (random.word(), random.word())
            let (bigA, bigB) = (BigUInt(limbsOf: a), BigUInt(limbsOf: b))
            #expect(self.big(a) == bigA, "text of \(a), seed \(Self.seed)")
            let sum = a.addingReportingOverflow(b)
            #expect(BigUInt(limbsOf: sum.partialValue) == (bigA + bigB) % modulus)
            #expect(sum.overflow == (bigA + bigB >= modulus))
            let difference = a.subtractingReportingOverflow(b)
            #expect(BigUInt(limbsOf: difference.partialValue) == (bigA + modulus - bigB) % modulus)
            #expect(difference.overflow == (bigA < bigB))
            let product = a.multipliedFullWidth(by: b)
            #expect(BigUInt(limbsOf: product.low) == (bigA * bigB) % modulus)
            #expect(BigUInt(limbsOf: product.high) == (bigA * bigB) >> 256)
            #expect((a < b) == (bigA < bigB))
            if b.isZero {
                #expect(a.quotientAndRemainder(dividingBy: b) == nil)
            } else {
                let parts = try #require(a.quotientAndRemainder(dividingBy: b))
                let expected = bigA.quotientAndRemainder(dividingBy: bigB)
                #expect(BigUInt(limbsOf: parts.quotient) == expected.quotient, "\(a) / \(b)")
                #expect(BigUInt(limbsOf: parts.remainder) == expected.remainder, "\(a) % \(b)")
            }
            let shift = Int.random(in: 0...260, using: &random)
            #expect(BigUInt(limbsOf: a.shiftedLeft(by: shift)) == (bigA << shift) % modulus)
            #expect(BigUInt(limbsOf: a.shiftedRight(by: shift)) == bigA >> shift)
            #expect(a.bitWidth == bigA.bitWidth)
        }
    }

    @Test func textRoundTripsInEveryForm() throws {
        var random = SeededRandom(seed: Self.seed &+ 1)
        for _ in 0..<5_000 {
            let value = random.word()
            #expect(U256(value.description) == value)
            #expect(U256(hexQuantity: value.hexQuantity) == value)
            #expect(U256(bigEndian: value.bigEndianBytes) == value)
            #expect(U256(bigEndian: value.minimalBytes) == value)
            let decimals = UInt8(truncatingIfNeeded: random.next())
            let text = value.scaledText(decimals: decimals)
            #expect(U256(scaledText: text, decimals: decimals) == value, "\(value) \(decimals)")
        }
    }

    @Test(
        arguments: [
            ("", nil), (" 1", nil), ("-1", nil), ("+1", nil), ("0x10", nil), ("1_000", nil),
            ("0", U256.zero), ("00012", U256(12 as UInt64)),
            (
                "115792089237316195423570985008687907853269984665640564039457584007913129639935",
                U256.max
            ),
            ("115792089237316195423570985008687907853269984665640564039457584007913129639936", nil),
            (String(repeating: "9", count: 400), nil),
            (String(repeating: "0", count: 400) + "7", U256(7 as UInt64)),
        ] as [(String, U256?)])
    func decimalTextIsDigitsOnly(text: String, expected: U256?) {
        #expect(U256(text) == expected)
    }

    @Test(
        arguments: [
            ("1.5", 18, "1500000000000000000"), ("0.000001", 6, "1"), ("1.50", 1, "15"),
            ("1_000.25", 2, "100025"), ("0.0", 0, "0"), ("1.", 3, nil), (".5", 3, "500"),
            (".", 3, nil), ("_.5", 3, nil),
            ("1.2345", 3, nil), ("1e3", 3, nil), ("1__0", 0, nil), ("_1", 0, nil), ("1_", 0, nil),
            ("1,5", 18, nil), ("1.5.2", 18, nil), ("", 18, nil), ("2", 77, nil), ("1", 78, nil),
            ("0", 255, "0"), ("1.2", 77, nil), ("1", 77, "1" + String(repeating: "0", count: 77)),
        ] as [(String, UInt8, String?)])
    func scaledTextIsExactOrRefused(text: String, decimals: UInt8, units: String?) {
        #expect(U256(scaledText: text, decimals: decimals)?.description == units)
    }

    @Test func scaledTextReachesAllDecimals() {
        #expect(
            U256.one.scaledText(decimals: 255) == "0." + String(repeating: "0", count: 254) + "1")
        #expect(U256.max.scaledText(decimals: 0) == U256.max.description)
        #expect(U256.zero.scaledText(decimals: 18) == "0")
    }

    @Test func doubleIsTheNearest() throws {
        var random = SeededRandom(seed: Self.seed &+ 2)
        for _ in 0..<5_000 {
            let value = random.word()
            #expect(value.double == Double(value.description), "\(value)")
            let decimals = UInt8.random(in: 0...36, using: &random)
            let text = value.scaledText(decimals: decimals)
            #expect(value.scaledDouble(decimals: decimals) == Double(text), "\(value) \(decimals)")
        }
    }

    @Test func signedArithmeticAgreesWithBigInt() throws {
        var random = SeededRandom(seed: Self.seed &+ 3)
        let half = BigInt(1) << 255
        for _ in 0..<10_000 {
            let (a, b) = (I256(bits: random.word()), I256(bits: random.word()))
            let (bigA, bigB) = (BigInt(signed: a), BigInt(signed: b))
            #expect(a.description == bigA.description)
            #expect(I256(a.description) == a)
            let range = -half..<half
            let sum = bigA + bigB
            #expect(a.adding(b).map(BigInt.init(signed:)) == (range.contains(sum) ? sum : nil))
            let difference = bigA - bigB
            #expect(
                a.subtracting(b).map(BigInt.init(signed:))
                    == (range.contains(difference) ? difference : nil))
            #expect((a < b) == (bigA < bigB))
            if bigB != 0, range.contains(bigA / bigB) {
                let parts = try #require(a.quotientAndRemainder(dividingBy: b))
                #expect(BigInt(signed: parts.quotient) == bigA / bigB)
                #expect(BigInt(signed: parts.remainder) == bigA % bigB)
            } else {
                #expect(a.quotientAndRemainder(dividingBy: b) == nil)
            }
        }
        #expect(I256.min.negated == nil)
        #expect(
            I256("-57896044618658097711785492504343953926634992332820282019728792003956564819969")
                == nil)
        #expect(I256("--1") == nil && I256("-") == nil && I256("-0") == .zero)
    }
}

extension BigUInt {
    init(limbsOf value: U256) {
        self = [value.limb3, value.limb2, value.limb1, value.limb0]
            .reduce(0) { ($0 << 64) + BigUInt($1) }
    }
}

extension BigInt {
    init(signed value: I256) {
        let raw = BigInt(BigUInt(limbsOf: value.bits))
        self = value.bits.limb3 >> 63 == 1 ? raw - (BigInt(1) << 256) : raw
    }
}
