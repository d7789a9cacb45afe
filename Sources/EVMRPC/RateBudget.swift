// Weir
// SPDX-License-Identifier: Apache-2.0

/// How many calls an endpoint may be asked in a time: `25/s`, `600/min`, `10000/h`.
package struct RateBudget: Sendable, Hashable {
    package let calls: Int
    package let seconds: Int

    /// - Parameters: both at least 1; smaller ones are raised.
    package init(calls: Int, perSeconds seconds: Int = 1) {
        self.calls = min(max(1, calls), 1_000_000_000)
        self.seconds = min(max(1, seconds), 86_400)
    }

    /// Reads a count, a slash and `s`, `min`, `m`, `h` or `d`; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let calls = Int(parts[0]), calls > 0, calls <= 1_000_000_000,
            parts[0].utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        switch parts[1] {
        case "s": self.init(calls: calls)
        case "m", "min": self.init(calls: calls, perSeconds: 60)
        case "h": self.init(calls: calls, perSeconds: 3600)
        case "d": self.init(calls: calls, perSeconds: 86_400)
        default: return nil
        }
    }
}

/// A token bucket as one number: the moment at which all that was taken is paid for.
///
/// Holds one second's worth of calls (at least one), so a burst of that size goes through at once.
struct TokenBucket: Sendable {
    private let nanosecondsPerCall: Int64
    private let burst: Int64
    /// In nanoseconds of the caller's clock.
    private var paidUntil: Int64 = 0

    init(_ budget: RateBudget) {
        self.nanosecondsPerCall = max(
            1, Int64(budget.seconds) * 1_000_000_000 / Int64(budget.calls))
        self.burst = max(1_000_000_000, self.nanosecondsPerCall)
    }

    /// Takes some calls and answers how long to wait before they may be sent.
    ///
    /// - Parameter patience: where the wait would be longer, nothing is taken.
    /// - Returns: the wait (zero for none), and whether the calls were taken.
    mutating func take(
        _ calls: Int, now: Duration, patience: Duration
    ) -> (wait: Duration, taken: Bool) {
        let now = Self.nanoseconds(now)
        let (cost, overflow) = self.nanosecondsPerCall.multipliedReportingOverflow(
            by: Int64(max(0, calls)))
        let capped = overflow ? Int64.max / 4 : min(cost, Int64.max / 4)
        let paid = max(self.paidUntil, now) &+ capped
        // A batch larger than the burst waits as if it were one burst, and pays in full afterwards.
        let wait = max(0, paid &- now &- max(self.burst, capped))
        guard wait <= Self.nanoseconds(patience) else { return (.nanoseconds(wait), false) }
        self.paidUntil = paid
        return (.nanoseconds(wait), true)
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        guard seconds.magnitude < 4_000_000_000 else { return seconds < 0 ? 0 : .max / 4 }
        return max(0, seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
