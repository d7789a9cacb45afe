// Weir
// SPDX-License-Identifier: Apache-2.0

/// How long to wait before the next try, as a value: no clock, no random source of its own.
///
/// ```swift
/// var backoff = Backoff(Backoff.Policy(first: .milliseconds(500), ceiling: .seconds(30), retries: 5))
/// while let delay = backoff.next(random: generator.next(), retryAfter: asked) { … }
/// ```
package struct Backoff: Sendable, Equatable {
    /// How delays are spread. Both are from "Exponential Backoff and Jitter" (AWS, 2015).
    package enum Jitter: Sendable, Equatable {
        /// Anything from zero to `first · 2ⁿ`: clients that failed together come back apart.
        case full
        /// Anything from `first` to three times the delay before: never at once, grows by itself.
        case decorrelated
    }

    package struct Policy: Sendable, Equatable {
        package var first: Duration
        /// The longest delay that jitter chooses.
        package var ceiling: Duration
        /// Delays given before `next` answers nil.
        package var retries: Int
        /// The longest delay that a server may ask for; a longer wish is cut to this.
        package var retryAfterCeiling: Duration
        package var jitter: Jitter

        package init(
            first: Duration = .milliseconds(500),
            ceiling: Duration = .seconds(30),
            retries: Int,
            retryAfterCeiling: Duration = .seconds(300),
            jitter: Jitter = .decorrelated,
        ) {
            self.first = first
            self.ceiling = ceiling
            self.retries = retries
            self.retryAfterCeiling = retryAfterCeiling
            self.jitter = jitter
        }
    }

    package let policy: Policy
    /// How many delays were given.
    package private(set) var attempt: Int = 0
    private var previousNanoseconds: Int64 = 0

    package init(_ policy: Policy) {
        self.policy = policy
    }

    /// The delay before the next try, or nil when there shall be none.
    ///
    /// The delay is at most `ceiling`, or `retryAfterCeiling` where the server asked for more.
    ///
    /// - Parameters:
    ///   - random: 64 random bits.
    ///   - retryAfter: what the server asked for; the delay is not shorter, but for its ceiling.
    package mutating func next(random: UInt64, retryAfter: Duration? = nil) -> Duration? {
        guard self.attempt < self.policy.retries else { return nil }
        let ceiling = max(0, self.policy.ceiling.nanosecondsSaturating)
        let first = min(max(0, self.policy.first.nanosecondsSaturating), ceiling)
        let jittered: Int64
        switch self.policy.jitter {
        case .full:
            let (grown, overflow) = first.multipliedReportingOverflow(
                by: 1 << Int64(min(self.attempt, 62)))
            jittered = Self.uniform(0, overflow ? ceiling : min(grown, ceiling), random)
        case .decorrelated:
            let base = max(first, self.previousNanoseconds)
            let (tripled, overflow) = base.multipliedReportingOverflow(by: 3)
            jittered = Self.uniform(first, overflow ? ceiling : min(tripled, ceiling), random)
        }
        self.attempt += 1
        self.previousNanoseconds = jittered
        guard let retryAfter else { return .nanoseconds(jittered) }
        let asked = min(
            retryAfter.nanosecondsSaturating,
            max(0, self.policy.retryAfterCeiling.nanosecondsSaturating))
        return .nanoseconds(max(jittered, asked))
    }

    /// Begins anew after a success.
    package mutating func reset() {
        self.attempt = 0
        self.previousNanoseconds = 0
    }

    /// A number of `low...high` (`low` if they are the wrong way round), even but for a bias of 2⁻⁶⁴.
    private static func uniform(_ low: Int64, _ high: Int64, _ random: UInt64) -> Int64 {
        guard high > low else { return low }
        let width = UInt64(bitPattern: high &- low) &+ 1
        return low &+ Int64(truncatingIfNeeded: random.multipliedFullWidth(by: width).high)
    }
}

extension Duration {
    /// Whole nanoseconds, cut to what an `Int64` holds (292 years).
    var nanosecondsSaturating: Int64 {
        let (seconds, attoseconds) = self.components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard !overflow, !carry else { return seconds < 0 ? .min : .max }
        return sum
    }

    /// Milliseconds for libcurl, where zero would mean "no limit": at least 1, at most 24 days.
    var curlMilliseconds: Int {
        let milliseconds = self.nanosecondsSaturating / 1_000_000
        return Int(min(max(milliseconds, 1), Int64(Int32.max)))
    }
}
