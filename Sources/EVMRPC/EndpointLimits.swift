// Weir
// SPDX-License-Identifier: Apache-2.0

/// What one endpoint allows: calls in a time, credits of a day, and the pauses that it asked for.
///
/// A value without a clock: times come in.
struct EndpointLimits: Sendable {
    /// Whether calls may be sent.
    enum Admission: Equatable, Sendable {
        /// They are paid for, and may be sent after this wait.
        case after(Duration)
        /// Nothing was taken; this long it is of no use to ask again.
        case refused(retryAfter: Duration)
    }

    static let advisedPauseMax = Duration.seconds(10)

    private var bucket: TokenBucket?
    private(set) var meter: CreditMeter
    private var pausedUntil = Duration.zero

    init(budget: RateBudget?, creditsPerDay: UInt64?, unixSeconds: Int64) {
        self.bucket = budget.map { TokenBucket($0) }
        self.meter = CreditMeter(perDay: creditsPerDay, at: unixSeconds)
    }

    /// Pays for some calls.
    ///
    /// - Parameter patience: the longest wait; where it would be longer, nothing is taken.
    mutating func admit(
        _ calls: Int, credits: UInt64, now: Duration, unixSeconds: Int64, patience: Duration
    ) -> Admission {
        let pause = max(.zero, self.pausedUntil - now)
        guard pause <= patience else { return .refused(retryAfter: pause) }
        var bucket = self.bucket
        let (wait, taken) = bucket?.take(calls, now: now, patience: patience) ?? (.zero, true)
        guard taken else { return .refused(retryAfter: wait) }
        guard self.meter.take(credits, at: unixSeconds) else {
            return .refused(retryAfter: CreditMeter.untilMidnight(unixSeconds))
        }
        self.bucket = bucket
        return .after(max(wait, pause))
    }

    /// How long a call would have to wait.
    func wait(now: Duration) -> Duration {
        var bucket = self.bucket
        let wait = bucket?.take(1, now: now, patience: .seconds(86_400)).wait ?? .zero
        return max(wait, max(.zero, self.pausedUntil - now))
    }

    /// Takes in what an answer said of the calls that are left.
    ///
    /// - Parameter isRefusal: where the answer was one after all, the pause is short: should it be
    ///   meant, a refusal follows and says so again; some servers always say that nothing is left.
    mutating func heard(_ headers: RateLimitHeaders, isRefusal: Bool, now: Duration) {
        guard let pause = headers.pause else { return }
        let most = isRefusal ? RateLimitHeaders.pauseMax : Self.advisedPauseMax
        self.pausedUntil = now + min(RateLimitHeaders.clamped(pause), most)
    }

    /// Gives back the credits of a request that did not reach the provider.
    mutating func giveBack(_ credits: UInt64) { self.meter.giveBack(credits) }

    mutating func restore(used: UInt64, day: Int64, unixSeconds: Int64) {
        self.meter.restore(used: used, day: day, at: unixSeconds)
    }
}
