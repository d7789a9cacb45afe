// Weir
// SPDX-License-Identifier: Apache-2.0

/// When a slow request is asked of a second endpoint too, and how often at most.
///
/// "The Tail at Scale" (Dean, Barroso 2013): a second request after the 95th percentile cuts the
/// tail and costs five requests in a hundred. That share is kept by counting.
struct HedgePolicy: Sendable, Equatable {
    /// One second request for so many first ones.
    static let requestsPerHedge = 20
    /// What may be saved up while all is quick: so many hedges.
    static let savedMax = 3
    /// A wait is neither shorter, so that jitter is no reason, nor longer.
    static let waitMin = Duration.milliseconds(50)
    static let waitMax = Duration.seconds(10)
    /// For an endpoint that comes back from a rest, of which nothing newer is known.
    static let probeWait = Duration.seconds(1)

    private var saved = 0

    /// Counts a first request.
    mutating func counted() {
        self.saved = min(self.saved + 1, Self.savedMax * Self.requestsPerHedge)
    }

    /// Takes a second request out of what was saved; false where there is none.
    mutating func take() -> Bool {
        guard self.saved >= Self.requestsPerHedge else { return false }
        self.saved -= Self.requestsPerHedge
        return true
    }

    /// How long a request is waited for before another endpoint is asked; nil for as long as it
    /// takes, since too little is known of what is usual.
    static func wait(_ estimate: LatencyEstimate, isProbe: Bool) -> Duration? {
        guard let usual = estimate.p95 else { return isProbe ? Self.probeWait : nil }
        let wait = min(max(usual, Self.waitMin), Self.waitMax)
        return isProbe ? min(wait, Self.probeWait) : wait
    }
}
