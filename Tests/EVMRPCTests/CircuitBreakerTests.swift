// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Testing

@testable import EVMRPC

/// The breaker as a value: times in, decisions out.
@Suite struct CircuitBreakerTests {
    static let policy = Backoff.Policy(
        first: .seconds(1), ceiling: .seconds(30), retries: 16, retryAfterCeiling: .seconds(300))

    /// What happens at a second, and the phase behind it.
    enum Step {
        case asks, isRefused, succeeds, fails, failsAsking(Int), isAbandoned
    }

    static let tables: [(name: String, steps: [(at: Int, step: Step, phase: String)])] = [
        (
            "a failure opens it, the probe's success closes it",
            [
                (0, .asks, "closed"), (0, .fails, "open 1"), (0, .isRefused, "open 1"),
                (1, .asks, "probing"), (1, .isRefused, "probing"), (2, .succeeds, "closed"),
                (2, .asks, "closed"),
            ]
        ),
        (
            "the probe's failure opens it again",
            [
                (0, .asks, "closed"), (0, .fails, "open 1"), (1, .asks, "probing"),
                (1, .fails, "open 2"), (2, .asks, "probing"), (2, .succeeds, "closed"),
            ]
        ),
        (
            "a wish to wait is heeded, and cut",
            [
                (0, .asks, "closed"), (0, .failsAsking(60), "open 60"),
                (60, .asks, "probing"), (60, .failsAsking(999_999), "open 360"),
                (359, .isRefused, "open 360"), (360, .asks, "probing"),
            ]
        ),
        (
            "a probe without a verdict leaves the try to another",
            [
                (0, .asks, "closed"), (0, .fails, "open 1"), (1, .asks, "probing"),
                (1, .isAbandoned, "half-open"), (1, .asks, "probing"), (1, .succeeds, "closed"),
            ]
        ),
    ]

    @Test(arguments: tables.indices)
    func goesThroughItsPhases(row: Int) throws {
        let (name, steps) = Self.tables[row]
        var breaker = CircuitBreaker(Self.policy)
        var ticket: CircuitBreaker.Ticket?
        for (index, (at, step, phase)) in steps.enumerated() {
            let now = Duration.seconds(at)
            switch step {
            case .asks:
                ticket = breaker.begin(at: now)
                #expect(ticket != nil, "\(name), step \(index)")
            case .isRefused:
                let refused = breaker.begin(at: now)
                #expect(refused == nil, "\(name), step \(index)")
            case .succeeds: breaker.succeeded(try #require(ticket))
            case .fails: breaker.failed(try #require(ticket), at: now, random: 0)
            case .failsAsking(let wait):
                breaker.failed(
                    try #require(ticket), at: now, random: 0, atLeast: .seconds(wait))
            case .isAbandoned: breaker.abandoned(try #require(ticket))
            }
            #expect(Self.text(breaker.phase(at: now)) == phase, "\(name), step \(index)")
        }
    }

    static func ticket(
        _ breaker: inout CircuitBreaker, _ now: Duration
    ) throws -> CircuitBreaker.Ticket {
        let ticket = breaker.begin(at: now)
        return try #require(ticket)
    }

    static func text(_ phase: CircuitBreaker.Phase) -> String {
        switch phase {
        case .closed: "closed"
        case .open(let until): "open \(until.components.seconds)"
        case .halfOpen(true): "probing"
        case .halfOpen(false): "half-open"
        }
    }

    @Test func requestsThatFailTogetherAreOneFailure() throws {
        var breaker = CircuitBreaker(Self.policy)
        let tickets = try (0..<8).map { _ in try Self.ticket(&breaker, .zero) }
        for ticket in tickets { breaker.failed(ticket, at: .seconds(2), random: 0) }
        #expect(breaker.failures == 1)
        #expect(breaker.phase(at: .seconds(2)) == .open(until: .seconds(3)))
        // A late success of before the failure does not close it.
        breaker.succeeded(tickets[0])
        #expect(!breaker.mayAsk(at: .seconds(2)))
    }

    @Test func restsGrowToTheCeilingAndForgetOnlyAfterSomeSuccesses() throws {
        var breaker = CircuitBreaker(Self.policy)
        var now = Duration.zero
        var rests: [Duration] = []
        for _ in 0..<20 {
            breaker.failed(try Self.ticket(&breaker, now), at: now, random: .max)
            guard case .open(let until) = breaker.phase(at: now) else {
                Issue.record("not open")
                return
            }
            rests.append(until - now)
            now = until
        }
        #expect(rests == rests.sorted() && rests.last == .seconds(30))
        #expect(rests.first == .seconds(3))
        breaker.succeeded(try Self.ticket(&breaker, now))
        breaker.failed(try Self.ticket(&breaker, now), at: now, random: .max)
        #expect(breaker.phase(at: now) == .open(until: now + .seconds(30)))
        now += .seconds(30)
        for _ in 0..<CircuitBreaker.successesToForget {
            breaker.succeeded(try Self.ticket(&breaker, now))
        }
        breaker.failed(try Self.ticket(&breaker, now), at: now, random: .max)
        #expect(breaker.phase(at: now) == .open(until: now + .seconds(3)))
    }
}
