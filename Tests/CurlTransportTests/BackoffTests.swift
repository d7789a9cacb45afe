// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Testing

/// Delays stay within what the policy says, whatever the random bits and the server's wish.
struct BackoffTests {
    private static func policy(_ jitter: Backoff.Jitter) -> Backoff.Policy {
        Backoff.Policy(
            first: .milliseconds(100),
            ceiling: .seconds(2),
            retries: 8,
            retryAfterCeiling: .seconds(10),
            jitter: jitter,
        )
    }

    @Test func fullJitterDoublesItsUpperBound() {
        var highest = Backoff(Self.policy(.full))
        var lowest = Backoff(Self.policy(.full))
        let high = (0..<8).map { _ in highest.next(random: .max) }
        #expect(high == [100, 200, 400, 800, 1600, 2000, 2000, 2000].map { .milliseconds($0) })
        #expect((0..<8).allSatisfy { _ in lowest.next(random: 0) == .zero })
        #expect(highest.next(random: .max) == nil)
        #expect(highest.attempt == 8)
    }

    @Test func decorrelatedJitterTriplesAtMostAndNeverFallsBelowTheFirst() {
        var highest = Backoff(Self.policy(.decorrelated))
        var lowest = Backoff(Self.policy(.decorrelated))
        let high = (0..<8).map { _ in highest.next(random: .max) }
        #expect(high == [300, 900, 2000, 2000, 2000, 2000, 2000, 2000].map { .milliseconds($0) })
        #expect((0..<8).allSatisfy { _ in lowest.next(random: 0) == .milliseconds(100) })
        #expect(lowest.next(random: 0) == nil)
    }

    @Test func resetBeginsAnew() {
        var backoff = Backoff(Self.policy(.decorrelated))
        for _ in 0..<8 { _ = backoff.next(random: .max) }
        backoff.reset()
        #expect(backoff == Backoff(Self.policy(.decorrelated)))
        #expect(backoff.next(random: .max) == .milliseconds(300))
    }

    @Test(arguments: [
        (Duration.seconds(5), Duration.seconds(5)), (.seconds(3600), .seconds(10)),
        (.milliseconds(1), .milliseconds(100)), (.seconds(-5), .milliseconds(100)),
        (.seconds(Int64.max), .seconds(10)),
    ])
    func serverMayAskForMoreUpToItsCeiling(asked: Duration, delay: Duration) {
        var backoff = Backoff(Self.policy(.full))
        #expect(backoff.next(random: .max, retryAfter: asked) == delay)
    }

    @Test func delaysStayInBoundsForAnyBits() {
        var generator = SystemRandomNumberGenerator()
        for round in 0..<2000 {
            let seed = UInt64.random(in: 0...UInt64.max, using: &generator)
            var backoff = Backoff(Self.policy(round % 2 == 0 ? .full : .decorrelated))
            var bits = seed
            var given = 0
            while let delay = backoff.next(random: bits) {
                #expect(delay >= .zero && delay <= .seconds(2), "seed \(seed)")
                bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                given += 1
            }
            #expect(given == 8, "seed \(seed)")
        }
    }

    @Test func absurdPoliciesDoNotTrap() {
        let durations: [Duration] = [
            .zero, .seconds(-1), .seconds(Int64.max), .nanoseconds(1), .seconds(Int64.min / 2),
        ]
        for first in durations {
            for ceiling in durations {
                for jitter in [Backoff.Jitter.full, .decorrelated] {
                    let policy = Backoff.Policy(
                        first: first, ceiling: ceiling, retries: 100, retryAfterCeiling: ceiling,
                        jitter: jitter)
                    var backoff = Backoff(policy)
                    while let delay = backoff.next(random: .max, retryAfter: first) {
                        #expect(delay >= .zero)
                    }
                    #expect(backoff.attempt == 100)
                }
            }
        }
        var none = Backoff(Backoff.Policy(retries: -1))
        #expect(none.next(random: 0) == nil)
    }
}
