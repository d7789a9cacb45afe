// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Testing
import WeirTestSupport

@testable import WeirStore

/// Shows that packed extras come back exactly, and that damaged bytes end in an error.
@Suite struct ExtrasCodingTests {
    static func random(_ random: inout SeededRandom, number: UInt64 = 7) -> BlockExtras {
        func optional(_ random: inout SeededRandom) -> U256? {
            Bool.random(using: &random) ? random.word() : nil
        }
        func address(_ random: inout SeededRandom) -> Address {
            Address(truncating: random.word())
        }
        func count(_ random: inout SeededRandom) -> Int { Int.random(in: 0...4, using: &random) }
        var extras = BlockExtras(
            block: BlockRef(number: BlockNumber(number), hash: Hash256(random.word())),
            time: BlockTime(number &* 12))
        if Bool.random(using: &random) {
            extras.fees = BlockFees(
                gasUsed: random.next(), gasLimit: random.next(), baseFeeWei: optional(&random),
                blobBaseFeeWei: optional(&random), gasPriceWei: optional(&random),
                tipsWei: (0..<count(&random)).map { _ in random.word() })
        }
        for index in 0..<count(&random) {
            let basis: L1FeeBasis =
                switch index {
                case 0: .none
                case 1: .confirmed
                case 2: .disputed(least: random.word(), most: random.word())
                default: Bool.random(using: &random) ? .stated : .missing
                }
            let cost = TransactionCost(
                stored: FeeFamily.allCases.randomElement(using: &random) ?? .ethereum,
                gasUsed: random.next(), gasUsedForL1: random.next(), gasPriceWei: random.word(),
                executionWei: random.word(), baseFeeBurnedWei: random.word(),
                tipWei: random.word(), blobWei: random.word(), l1DataWei: random.word(),
                operatorWei: random.word(), totalWei: random.word(),
                isFree: Bool.random(using: &random), l1Basis: basis)
            extras.transactions.append(
                ObservedTransaction(
                    hash: Hash256(random.word()), index: UInt32(index),
                    type: UInt8.random(in: 0...255, using: &random), from: address(&random),
                    to: Bool.random(using: &random) ? address(&random) : nil,
                    created: Bool.random(using: &random) ? address(&random) : nil,
                    value: random.word(),
                    selector: Bool.random(using: &random)
                        ? UInt32.random(in: 0...UInt32.max, using: &random) : nil,
                    inputCount: Int.random(in: 0...Int.max, using: &random),
                    succeeded: Bool.random(using: &random),
                    revertData: Bool.random(using: &random)
                        ? random.bytes(10 * count(&random)) : nil, cost: cost))
        }
        for index in 0..<count(&random) {
            let outcome: Reading.Outcome =
                switch Int.random(in: 0...2, using: &random) {
                case 0: .data(random.bytes(32 * count(&random)))
                case 1: .reverted(random.bytes(count(&random)))
                default: .unavailable("no state: \u{1F32A} \(random.next())")
                }
            extras.readings.append(Reading(key: "reading/\(index)", outcome: outcome))
        }
        return extras
    }

    @Test(arguments: 0..<60)
    func allOfItComesBackExactly(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let extras = Self.random(&random, number: random.next())
        #expect(try ExtrasCoding.decode(ExtrasCoding.encode(extras)) == extras, "seed \(seed)")
    }

    @Test(arguments: 0..<6)
    func everyTruncationIsAnError(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let bytes = ExtrasCoding.encode(Self.random(&random))
        for length in 0..<bytes.count {
            #expect(throws: ExtrasError.self, "seed \(seed), \(length) bytes") {
                try ExtrasCoding.decode(Array(bytes.prefix(length)))
            }
        }
        #expect(throws: ExtrasError.trailingBytes) { try ExtrasCoding.decode(bytes + [0]) }
    }

    /// Any bytes end in a value or an error, and take no memory that they do not have.
    @Test(arguments: 0..<40)
    func damagedBytesNeverTrap(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let whole = ExtrasCoding.encode(Self.random(&random))
        for _ in 0..<300 {
            var bytes = whole
            for _ in 0...2 {
                let index = Int.random(in: 1..<bytes.count, using: &random)
                bytes[index] = UInt8(truncatingIfNeeded: random.next())
            }
            _ = try? ExtrasCoding.decode(bytes)
            _ = try? ExtrasCoding.decode([ExtrasCoding.version] + random.bytes(40))
        }
    }

    @Test func wrongVersionsAndNumbersAreNamed() {
        let bytes = ExtrasCoding.encode(
            BlockExtras(
                block: BlockRef(number: BlockNumber(1), hash: .zero), time: BlockTime(2)))
        #expect(throws: ExtrasError.truncated) { try ExtrasCoding.decode([]) }
        #expect(throws: ExtrasError.unknownVersion(9)) {
            try ExtrasCoding.decode([9] + bytes.dropFirst())
        }
        #expect(throws: ExtrasError.badNumber) {
            try ExtrasCoding.decode([1] + [UInt8](repeating: 255, count: 12))
        }
        var flags = bytes
        flags[flags.count - 3] = 2
        #expect(throws: ExtrasError.badFlags(2)) { try ExtrasCoding.decode(flags) }
        var readings = bytes
        readings[readings.count - 1] = 1
        // A key of one byte that is no text.
        #expect(throws: ExtrasError.badText) {
            try ExtrasCoding.decode(readings + [1, 255, 0, 0])
        }
        #expect(throws: ExtrasError.badFlags(3)) {
            try ExtrasCoding.decode(readings + [1, 65, 3, 0])
        }
    }
}
