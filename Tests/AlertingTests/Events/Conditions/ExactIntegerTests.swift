// Weir
// SPDX-License-Identifier: Apache-2.0

import BigInt
import EVMABI
import EVMPrimitives
import Testing
import WeirTestSupport

@testable import Alerting

/// Integers of any size, against another implementation.
@Suite struct ExactIntegerTests {
    private func reference(_ value: ExactInteger) -> BigInt {
        let magnitude = value.limbs.reversed().reduce(BigInt(0)) { $0 << 64 + BigInt($1) }
        return value.isNegative ? -magnitude : magnitude
    }

    @Test(arguments: [UInt64(11), 12, 13])
    func arithmeticIsExact(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var known: [(ExactInteger, BigInt)] = [(.zero, 0), (.one, 1)]
        for _ in 0..<3000 {
            let word = random.word()
            let signed = Bool.random(using: &random)
            let leaf =
                signed
                ? (ExactInteger(I256(bits: word)), try #require(BigInt("\(I256(bits: word))")))
                : (ExactInteger(word), try #require(BigInt("\(word)")))
            let other = known.randomElement(using: &random) ?? leaf
            let result: (ExactInteger, BigInt) =
                switch Int.random(in: 0..<4, using: &random) {
                case 0: (leaf.0 + other.0, leaf.1 + other.1)
                case 1: (leaf.0 - other.0, leaf.1 - other.1)
                case 2: (leaf.0 * other.0, leaf.1 * other.1)
                default: (-leaf.0, -leaf.1)
                }
            #expect(self.reference(result.0) == result.1, "seed \(seed)")
            #expect((result.0 < other.0) == (result.1 < other.1), "seed \(seed)")
            #expect((result.0 == other.0) == (result.1 == other.1), "seed \(seed)")
            if result.0.limbs.count < 64 { known.append(result) }
        }
    }

    @Test func decimalTextOfAnyLength() throws {
        for digits in ["0", "000", "18446744073709551616", String(repeating: "9", count: 100)] {
            let value = try #require(ExactInteger(decimalDigits: Array(digits.utf8)))
            #expect(self.reference(value) == BigInt(digits))
            #expect(
                self.reference(value.timesPowerOfTen(77))
                    == BigInt(digits + String(repeating: "0", count: 77)))
        }
        #expect(ExactInteger(decimalDigits: []) == nil)
        #expect(ExactInteger(decimalDigits: Array("1a".utf8)) == nil)
        #expect((ExactInteger(UInt64(5)) - ExactInteger(UInt64(5))) == .zero)
        #expect(!(-ExactInteger.zero).isNegative)
    }

    /// A condition as text, and the same computed with the other integers.
    @Test(arguments: [UInt64(21), 22])
    func conditionsAreEvaluatedExactly(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let lab = try EventLab()
        let event = "Changed"
        for round in 0..<600 {
            let delta = I256(bits: random.word())
            let level = UInt64.random(in: 0...255, using: &random)
            let values: [ABIValue] = [
                .int(delta), .int(0), .uint(U256(level)), .bool(false), .bytes([]), .array([]),
                .array([]),
            ]
            let names: [(String, BigInt)] = [
                ("delta", try #require(BigInt("\(delta)"))), ("level", BigInt(level)),
            ]
            let (text, value) = self.term(&random, names, depth: 3)
            let bound = value + BigInt(Int.random(in: -1...1, using: &random))
            let (sign, truth) =
                [
                    ("<", value < bound), ("<=", value <= bound), (">", value > bound),
                    (">=", value >= bound), ("==", value == bound), ("!=", value != bound),
                ][round % 6]
            // Literals have 100 digits at most, so that the bound is written in two parts.
            let (high, low) = bound.quotientAndRemainder(dividingBy: BigInt(10).power(90))
            let part = high.magnitude.description.count <= 90
            guard part else { continue }
            let written =
                "(\(Self.literal(high)) * 1\(String(repeating: "0", count: 90)) + \(Self.literal(low)))"
            let condition = "(\(text)) \(sign) \(written) + level * 0"
            #expect(
                try lab.holds(condition, on: event, values) == truth,
                "seed \(seed): \(condition) with \(delta), \(level)")
        }
    }

    private static func literal(_ value: BigInt) -> String {
        value.sign == .minus ? "-\(value.magnitude)" : "\(value.magnitude)"
    }

    private func term(
        _ random: inout SeededRandom, _ names: [(String, BigInt)], depth: Int
    ) -> (String, BigInt) {
        guard depth > 0, Int.random(in: 0..<5, using: &random) > 0 else {
            if Bool.random(using: &random), let name = names.randomElement(using: &random) {
                return name
            }
            let value = BigInt("\(random.word())") ?? 0
            return ("\(value)", value)
        }
        let (left, a) = self.term(&random, names, depth: depth - 1)
        let (right, b) = self.term(&random, names, depth: depth - 1)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return ("(\(left)) + (\(right))", a + b)
        case 1: return ("(\(left)) - (\(right))", a - b)
        case 2 where depth < 3: return ("(\(left)) * (\(right))", a * b)
        default: return ("-(\(left))", -a)
        }
    }
}
