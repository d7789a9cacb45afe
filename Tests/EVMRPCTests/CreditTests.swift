// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import CurlTransport
import Synchronization
import Testing
import WeirPorts

@testable import EVMRPC

/// What calls cost, and a day's allowance.
@Suite struct CreditTests {
    static let midnight: Int64 = 20_833 * 86_400

    @Test func providersHaveTheirPrices() {
        let rows: [(String, CreditPricing.Plan)] = [
            ("mainnet.infura.io", .infura), ("base-mainnet.g.alchemy.com", .alchemy),
            ("infura.io", .infura), ("notinfura.io", .flat), ("alchemy.com.example", .flat),
            ("rpc.example", .flat),
        ]
        for (host, plan) in rows { #expect(CreditPricing(host: host).plan == plan, "\(host)") }
        let infura = CreditPricing(.infura, overrides: ["eth_call": 1])
        #expect(infura.cost("eth_getLogs") == 255 && infura.cost("eth_getBlockByNumber") == 80)
        #expect(infura.cost("eth_call") == 1 && infura.cost("eth_call", times: 7) == 7)
        #expect(CreditPricing(.alchemy).cost("eth_chainId") == 0)
        #expect(CreditPricing(.flat).cost("anything", times: 3) == 3)
        let dear = CreditPricing(.flat, overrides: ["a": .max])
        #expect(dear.cost("a", times: 2) == .max && dear.cost("a", times: -1) == 0)
    }

    @Test func aDayIsNeverOverdrawn() {
        var meter = CreditMeter(perDay: 1000, at: Self.midnight)
        var taken: UInt64 = 0
        for second in 0..<200 {
            if meter.take(7, at: Self.midnight + Int64(second)) { taken += 7 }
        }
        #expect(taken == 994 && meter.used == 994)
        #expect(meter.isExhausted(at: Self.midnight + 200))
        // Six are left, but too few for anything: the day is over.
        let forecast = meter.forecast(at: Self.midnight + 200)
        #expect(forecast.secondsUntilSpent == 0 && forecast.endOfDay == 994)
        #expect(meter.forecast(at: Self.midnight + 86_400).secondsUntilSpent == nil)
        #expect(meter.isExhausted(at: Self.midnight + 86_399))
        // The day turns: all is there again, and a clock that is put back changes nothing.
        #expect(!meter.isExhausted(at: Self.midnight + 86_400))
        #expect(meter.take(7, at: Self.midnight + 86_400) == true && meter.used == 7)
        #expect(meter.take(7, at: Self.midnight) == true && meter.used == 14)
    }

    @Test func aMeterWithoutALimitCountsOnly() {
        var meter = CreditMeter(perDay: nil, at: Self.midnight)
        #expect(meter.take(.max, at: Self.midnight) == true)
        #expect(meter.take(9, at: Self.midnight) == true)
        #expect(meter.used == .max && !meter.isExhausted(at: Self.midnight))
        var early = CreditMeter(perDay: 5, at: -7)
        #expect(early.take(5, at: .min) == true && early.take(1, at: -1) == false)
        #expect(early.forecast(at: .min).used == 5)
    }

    @Test func whatWasUsedBeforeARestartCounts() {
        var meter = CreditMeter(perDay: 1000, at: Self.midnight + 60)
        meter.restore(used: 900, day: 20_833, at: Self.midnight + 60)
        #expect(meter.used == 900)
        #expect(meter.take(100, at: Self.midnight + 61) == true)
        #expect(meter.take(1, at: Self.midnight + 62) == false)
        var other = CreditMeter(perDay: 1000, at: Self.midnight + 60)
        other.restore(used: 900, day: 20_832, at: Self.midnight + 60)
        #expect(other.used == 0)
    }

    @Test func theForecastGoesOnAtThePaceOfTheLastHour() {
        var meter = CreditMeter(perDay: 100_000, at: Self.midnight)
        for minute in 0..<(6 * 60) {
            #expect(meter.take(60, at: Self.midnight + Int64(minute) * 60) == true)
        }
        let six = Self.midnight + 6 * 3600 - 1
        let forecast = meter.forecast(at: six)
        #expect(forecast.used == 21_600)
        // 60 a minute for eighteen hours more.
        #expect((86_390...86_410).contains(forecast.endOfDay), "\(forecast)")
        #expect(forecast.secondsUntilSpent == nil)
        for _ in 0..<60 { _ = meter.take(60, at: six) }
        let fast = meter.forecast(at: six)
        #expect(fast.endOfDay == 100_000)
        // 74,800 are left, and 7,200 went in the last hour.
        #expect(fast.secondsUntilSpent == 37_400)
        // An hour of rest, and nothing is expected any more.
        #expect(meter.forecast(at: six + 3700).endOfDay == meter.used)
    }

    @Test func forecastsOfExtremeNumbersDoNotTrap() {
        for used in [0, 1, UInt64.max] {
            for perDay in [nil, 0, 1, UInt64.max] as [UInt64?] {
                for pace in [0, 1, UInt64.max] {
                    let forecast = CreditForecast(
                        used: used, perDay: perDay, paceCredits: pace, paceSeconds: 0,
                        secondsLeft: .max)
                    #expect(forecast.endOfDay >= min(used, perDay ?? .max))
                    if let perDay, used >= perDay { #expect(forecast.secondsUntilSpent == 0) }
                }
            }
        }
    }

    /// The day's credits of the better endpoint run out: it rests until the day turns.
    @Test func anEndpointWithoutCreditsRestsUntilTheDayTurns() async throws {
        let clock = FakeClock()
        let unix = Mutex(Self.midnight + 86_400 - 100)
        var day = clock.clock
        day.unixSeconds = { unix.withLock { $0 } }
        let (paid, free) = (
            ScriptedTransport.answering(node(head: 1)), ScriptedTransport.answering(node(head: 2))
        )
        let pool = PoolTests.pool(
            [
                try .test(paid, name: "paid", weight: 5, creditsPerDay: 4, clock: day),
                try .test(free, name: "free", clock: day),
            ], clock, time: day)
        // The check of the chain is one call, and each look at the head another.
        for _ in 0..<3 { #expect(try await PoolTests.head(pool) == 1) }
        for _ in 0..<3 { #expect(try await PoolTests.head(pool) == 2) }
        #expect(paid.bodies.count == 4)
        #expect(pool.health[0].isOutOfCredits && !pool.health[0].isReady)
        #expect(pool.health[0].rest == .seconds(100))
        unix.withLock { $0 += 100 }
        #expect(try await PoolTests.head(pool) == 1)
        #expect(pool.health[0].credits.used == 1 && clock.slept.isEmpty)
    }

    @Test func allWithoutCreditsIsARateLimitOfAFewMinutes() async throws {
        let clock = FakeClock()
        let transport = ScriptedTransport.answering(node(head: 1))
        let pool = PoolTests.pool(
            [try .test(transport, creditsPerDay: 2, clock: clock.clock)], clock)
        #expect(try await PoolTests.head(pool) == 1)
        for _ in 0..<2 {
            #expect(
                await failure { () throws(ChainClientError) in try await pool.heads([.latest]) }
                    == .rateLimited(endpoint: "node", retryAfter: EndpointPool.retryMax))
        }
        #expect(transport.bodies.count == 2 && clock.slept.isEmpty)
    }

    @Test func theObserverIsToldWhatCallsCost() async throws {
        let seen = Mutex<[RPCExchange.Calls]>([])
        let client = try JSONRPCClient.test(
            .answering(node(head: 4)), pricing: CreditPricing(.infura),
            observer: RPCObserver { exchange in seen.withLock { $0 += exchange.methods } })
        _ = try await client.heads([.latest, .safe, .finalized])
        #expect(
            seen.withLock { $0 } == [
                RPCExchange.Calls(method: "eth_getBlockByNumber", count: 3, credits: 240)
            ])
        #expect(client.credits.used == 240)
    }

    @Test func whatDidNotReachTheProviderCostsNothing() async throws {
        let seen = Mutex<[UInt64]>([])
        func client(_ error: TransportError) throws -> JSONRPCClient {
            try .test(
                ScriptedTransport { _ throws(TransportError) in throw error }, creditsPerDay: 5,
                observer: RPCObserver { exchange in
                    seen.withLock { $0 += exchange.methods.map(\.credits) }
                })
        }
        let dead = try client(.couldNotConnect(host: "h"))
        for _ in 0..<9 {
            let error = await failure { () throws(ChainClientError) in try await dead.chainID() }
            #expect(error?.reason == "unreachable")
        }
        #expect(dead.credits.used == 0 && seen.withLock { $0 }.allSatisfy { $0 == 0 })
        // An answer that was cut off was made all the same.
        let cut = try client(.truncated(host: "h"))
        for _ in 0..<9 {
            _ = await failure { () throws(ChainClientError) in try await cut.chainID() }
        }
        #expect(cut.credits.used == 5 && cut.isOutOfCredits)
    }
}
