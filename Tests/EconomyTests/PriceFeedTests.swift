// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import Testing
import WeirTestSupport

@testable import Economy

@Suite("PriceFeed")
struct PriceFeedTests {
    static let feed = PriceFeed(
        address: Address(words: 9, 0, 0), heartbeatSeconds: 3_600, decimals: nil, everyBlocks: 10)
    static let time = BlockTime(1_700_000_000)

    /// What `latestRoundData()` answers.
    static func round(
        _ answer: I256, id: U256 = 7, updated: U256 = 1_699_999_000, answeredIn: U256? = nil
    ) throws -> Reading.Outcome {
        .data(
            try PriceFeed.roundFunction.encodeReturn([
                .uint(id), .int(answer), .uint(updated), .uint(updated), .uint(answeredIn ?? id),
            ]))
    }

    static func decimals(_ decimals: U256) throws -> Reading.Outcome {
        .data(try PriceFeed.decimalsFunction.encodeReturn([.uint(decimals)]))
    }

    static func extras(_ round: Reading.Outcome, _ decimals: Reading.Outcome?) -> BlockExtras {
        BlockExtras(
            block: BlockRef(number: BlockNumber(10), hash: .zero), time: Self.time,
            readings: [Reading(key: "feed/round", outcome: round)]
                + (decimals.map { [Reading(key: "feed/decimals", outcome: $0)] } ?? []))
    }

    @Test func asksForRoundAndDecimalsEverySoManyBlocks() {
        let last = BlockNumber(0)
        #expect(Self.feed.requests(after: BlockNumber(8), last: last, key: "feed").isEmpty)
        let requests = Self.feed.requests(after: BlockNumber(9), last: last, key: "feed")
        #expect(Self.feed.requests(after: BlockNumber(8), last: nil, key: "feed") == requests)
        #expect(requests.map(\.key) == ["feed/round", "feed/decimals"])
        // cast sig "latestRoundData()" and "decimals()".
        #expect(
            requests.map(\.subject) == [
                .call(to: Self.feed.address, data: [0xfe, 0xaf, 0x96, 0x8c]),
                .call(to: Self.feed.address, data: [0x31, 0x3c, 0xe5, 0x67]),
            ])
    }

    @Test func answerIsReadWithItsDecimals() throws {
        // A round of phase 5 of a proxy.
        let id = U256(limbs: 0x5a8f, 5, 0, 0)
        let extras = try Self.extras(Self.round(181_234_000_000, id: id), Self.decimals(8))
        let round = try #require(try Self.feed.round(extras, key: "feed"))
        #expect(round.answer == 181_234_000_000)
        #expect(round.price == 1812.34)
        #expect(round.number.limb0 == 0x5a8f)
        #expect(round.updatedAt == BlockTime(1_699_999_000))
        #expect(!Self.feed.isStale(round, at: BlockTime(1_699_999_000 + 3_600)))
        #expect(Self.feed.isStale(round, at: BlockTime(1_699_999_000 + 3_601)))
        #expect(!Self.feed.isStale(round, at: BlockTime(0)))
        #expect(try Self.feed.round(extras, key: "other") == nil)
        var writer = StateWriter()
        round.write(to: &writer)
        var reader = StateReader(writer.bytes)
        #expect(try PriceRound(from: &reader) == round)
    }

    @Test func whatIsNoPriceIsRefusedWithItsReason() throws {
        let good = try Self.decimals(8)
        let price = try Self.round(1)
        let cases: [(Reading.Outcome, Reading.Outcome?, PriceFeed.Fault)] = [
            (.reverted([]), good, .reverted),
            (.unavailable("no state"), good, .unavailable),
            (.data([]), good, .unusable),
            (.data(Array(repeating: 0, count: 159)), good, .unusable),
            (.data(Array(repeating: 0xff, count: 160)), good, .unusable),
            (try Self.round(0), good, .negative),
            (try Self.round(-1), good, .negative),
            (try Self.round(.min), good, .negative),
            (try Self.round(5, updated: 0), good, .incomplete),
            (try Self.round(5, id: 8, answeredIn: 7), good, .incomplete),
            (try Self.round(5, updated: 1_700_000_001), good, .unusable),
            (try Self.round(5, updated: .max), good, .unusable),
            (price, nil, .unavailable),
            (price, .reverted([1]), .reverted),
            (price, .unavailable(""), .unavailable),
            (price, .data([]), .unusable),
            (price, try Self.decimals(78), .unusable),
        ]
        for (round, decimals, fault) in cases {
            #expect(throws: fault) {
                try Self.feed.round(Self.extras(round, decimals), key: "feed")
            }
        }
        let strict = PriceFeed(
            address: .zero, heartbeatSeconds: 1, decimals: 18, everyBlocks: 1)
        #expect(throws: PriceFeed.Fault.otherDecimals) {
            try strict.round(Self.extras(price, good), key: "feed")
        }
        #expect(try strict.round(Self.extras(price, Self.decimals(18)), key: "feed") != nil)
    }

    @Test func valueIsTheExactProduct() throws {
        let round = PriceRound(
            number: 1, answer: 181_234_000_001, decimals: 8, updatedAt: Self.time)
        let units = try #require(U256("123456789012345678901234567890"))
        let value = try #require(round.value(of: units, decimals: 18))
        #expect(value.product == ExactSum(low: try #require(units.multiplied(by: round.answer))))
        #expect(value.decimals == 26)
        // Beyond 256 bits, and beyond 320.
        let large = try #require(round.value(of: .max, decimals: 77))
        #expect(large.product.carry == 181_234_000_000)
        #expect(large.product.double(decimals: large.decimals) == 2098.5463500951555)
        let huge = PriceRound(number: 1, answer: .max, decimals: 77, updatedAt: Self.time)
        #expect(huge.value(of: .max, decimals: 77) == nil)
        #expect(huge.value(of: .zero, decimals: 77)?.product == ExactSum())
    }
}
