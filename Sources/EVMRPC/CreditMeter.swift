// Weir
// SPDX-License-Identifier: Apache-2.0

/// What an endpoint's calls have cost today, against what the plan allows for a day (UTC).
///
/// A value without a clock: Unix times come in. A clock that is put back does not give credits back.
package struct CreditMeter: Sendable, Equatable {
    static let secondsPerDay: Int64 = 86_400
    /// Minutes over which the pace is taken.
    static let paceMinutes: Int64 = 60

    /// Credits of a day; nil for a plan without such a limit.
    package let perDay: UInt64?
    /// The day counted, from 1970-01-01.
    package private(set) var day: Int64
    /// Credits taken on that day.
    package private(set) var used: UInt64 = 0
    /// Something did not fit into the day any more.
    private var isSpent = false
    private let begun: Int64
    /// Credits by minute: the last hour's.
    private var minutes = [UInt64](repeating: 0, count: Int(Self.paceMinutes))
    private var minute: Int64

    package init(perDay: UInt64?, at unixSeconds: Int64) {
        let unixSeconds = max(0, unixSeconds)
        self.perDay = perDay
        self.day = unixSeconds / Self.secondsPerDay
        self.begun = unixSeconds
        self.minute = unixSeconds / 60
    }

    /// Takes credits for a request that is about to be sent; false, and nothing taken, where they
    /// go beyond the day.
    mutating func take(_ credits: UInt64, at unixSeconds: Int64) -> Bool {
        self.turn(unixSeconds)
        let (sum, overflow) = self.used.addingReportingOverflow(credits)
        if let perDay, overflow || sum > perDay {
            self.isSpent = true
            return false
        }
        self.used = overflow ? .max : sum
        let slot = Int(self.minute % Self.paceMinutes)
        let (inMinute, full) = self.minutes[slot].addingReportingOverflow(credits)
        self.minutes[slot] = full ? .max : inMinute
        return true
    }

    /// Gives back what was taken for a request that did not reach the provider.
    mutating func giveBack(_ credits: UInt64) {
        self.used -= min(self.used, credits)
        let slot = Int(self.minute % Self.paceMinutes)
        self.minutes[slot] -= min(self.minutes[slot], credits)
    }

    /// Takes up what was used before a restart; what is of another day is past.
    package mutating func restore(used: UInt64, day: Int64, at unixSeconds: Int64) {
        self.turn(unixSeconds)
        guard day == self.day else { return }
        let (sum, overflow) = self.used.addingReportingOverflow(used)
        self.used = overflow ? .max : sum
    }

    /// Whether nothing more may be asked today.
    func isExhausted(at unixSeconds: Int64) -> Bool {
        guard let perDay, unixSeconds / Self.secondsPerDay <= self.day else { return false }
        return self.isSpent || self.used >= perDay
    }

    /// Until the next day begins.
    static func untilMidnight(_ unixSeconds: Int64) -> Duration {
        let past = unixSeconds % Self.secondsPerDay
        return .seconds(Self.secondsPerDay - (past < 0 ? past + Self.secondsPerDay : past))
    }

    /// What the day will come to at the pace of the last hour, or of the time since the start.
    package func forecast(at unixSeconds: Int64) -> CreditForecast {
        var meter = self
        meter.turn(unixSeconds)
        let left = UInt64(clamping: Self.untilMidnight(unixSeconds).components.seconds)
        let seconds = min(max(60, max(0, unixSeconds) - self.begun), Self.paceMinutes * 60)
        let paced = meter.minutes.reduce(UInt64(0)) { sum, credits in
            let (total, overflow) = sum.addingReportingOverflow(credits)
            return overflow ? .max : total
        }
        return CreditForecast(
            used: meter.used, perDay: self.perDay, paceCredits: paced,
            paceSeconds: UInt64(clamping: seconds), secondsLeft: left, isSpent: meter.isSpent)
    }

    /// Goes on to the minute and the day of a time.
    private mutating func turn(_ unixSeconds: Int64) {
        let unixSeconds = max(0, unixSeconds)
        let day = unixSeconds / Self.secondsPerDay
        if day > self.day {
            self.day = day
            self.used = 0
            self.isSpent = false
        }
        let minute = unixSeconds / 60
        guard minute > self.minute else { return }
        if minute - self.minute >= Self.paceMinutes {
            self.minutes = [UInt64](repeating: 0, count: Int(Self.paceMinutes))
        } else {
            for passed in (self.minute + 1)...minute {
                self.minutes[Int(passed % Self.paceMinutes)] = 0
            }
        }
        self.minute = minute
    }
}

/// What the rest of the day will cost if it goes on as it did.
package struct CreditForecast: Sendable, Equatable {
    /// Credits used today (UTC).
    package var used: UInt64
    /// Credits of a day; nil for no limit.
    package var perDay: UInt64?
    /// Credits of the seconds behind, from which the pace is taken.
    package var paceCredits: UInt64
    package var paceSeconds: UInt64
    /// Until the day ends.
    package var secondsLeft: UInt64
    /// The next request did not fit into what was left, so nothing more is asked today.
    package var isSpent: Bool

    package init(
        used: UInt64, perDay: UInt64?, paceCredits: UInt64, paceSeconds: UInt64,
        secondsLeft: UInt64, isSpent: Bool = false
    ) {
        self.isSpent = isSpent
        self.used = used
        self.perDay = perDay
        self.paceCredits = paceCredits
        self.paceSeconds = max(1, paceSeconds)
        self.secondsLeft = secondsLeft
    }

    /// Credits at the day's end, rounded up; not more than the day allows, as nothing more is asked
    /// then.
    package var endOfDay: UInt64 {
        if self.isSpent { return self.used }
        let wanted = self.wanted
        return min(wanted, max(self.used, self.perDay ?? .max))
    }

    /// Seconds until the day's credits are used up; nil where they last.
    package var secondsUntilSpent: UInt64? {
        guard let perDay else { return nil }
        guard self.used < perDay, !self.isSpent else { return 0 }
        guard self.wanted > perDay, self.paceCredits > 0 else { return nil }
        let (high, low) = (perDay - self.used).multipliedFullWidth(by: self.paceSeconds)
        guard high < self.paceCredits else { return nil }
        return self.paceCredits.dividingFullWidth((high, low)).quotient
    }

    private var wanted: UInt64 {
        let (high, low) = self.paceCredits.multipliedFullWidth(by: self.secondsLeft)
        guard high < self.paceSeconds else { return .max }
        let (quotient, remainder) = self.paceSeconds.dividingFullWidth((high, low))
        let more = quotient == .max || remainder == 0 ? quotient : quotient + 1
        let (sum, overflow) = self.used.addingReportingOverflow(more)
        return overflow ? .max : sum
    }
}
