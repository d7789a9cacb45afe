// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport

/// Whether one endpoint may be asked now: closed, open for a rest that grows, half-open.
///
/// A value without a clock: times come in. A failure opens it for a rest, which grows with failures
/// in a row up to the policy's ceiling. When the rest is over, one request may try; its success
/// closes the breaker and its failure opens it again. The rest becomes short again only after some
/// successes in a row, so that an endpoint which fails every other time does not do so every moment.
struct CircuitBreaker: Sendable {
    enum Phase: Equatable, Sendable {
        case closed
        case open(until: Duration)
        /// The rest is over; `isProbing` while the one request that may try is under way.
        case halfOpen(isProbing: Bool)
    }

    /// A request that was let through, to be handed back with its end.
    struct Ticket: Sendable, Equatable {
        fileprivate(set) var started: Duration
        fileprivate(set) var isProbe: Bool
    }

    /// Successes in a row after which the rest begins at its shortest again.
    static let successesToForget = 3

    /// Failures since the last success.
    private(set) var failures = 0
    private var openedAt: Duration?
    private var openUntil: Duration?
    private var isProbing = false
    private var successes = 0
    private var backoff: Backoff

    init(_ policy: Backoff.Policy) {
        self.backoff = Backoff(policy)
    }

    func phase(at now: Duration) -> Phase {
        guard let openUntil = self.openUntil else { return .closed }
        return openUntil > now ? .open(until: openUntil) : .halfOpen(isProbing: self.isProbing)
    }

    /// Whether a request would be let through.
    func mayAsk(at now: Duration) -> Bool {
        switch self.phase(at: now) {
        case .closed: true
        case .open: false
        case .halfOpen(let isProbing): !isProbing
        }
    }

    /// Lets a request through; nil where none may pass now.
    mutating func begin(at now: Duration) -> Ticket? {
        guard self.mayAsk(at: now) else { return nil }
        let isProbe = self.openUntil != nil
        if isProbe { self.isProbing = true }
        return Ticket(started: now, isProbe: isProbe)
    }

    mutating func succeeded(_ ticket: Ticket) {
        // What began before the rest says nothing about the time after it.
        if let openedAt, !ticket.isProbe, ticket.started < openedAt { return }
        self.failures = 0
        self.openedAt = nil
        self.openUntil = nil
        self.isProbing = false
        self.successes += 1
        if self.successes >= Self.successesToForget { self.backoff.reset() }
    }

    /// The request ended in a way that says nothing of the endpoint: it may be tried anew.
    mutating func abandoned(_ ticket: Ticket) {
        if ticket.isProbe { self.isProbing = false }
    }

    /// Opens for the rest that is due, or for `atLeast`, as far as the policy follows such wishes.
    ///
    /// Requests that were under way together fail together; this counts as one failure.
    mutating func failed(
        _ ticket: Ticket, at now: Duration, random: UInt64, atLeast: Duration? = nil
    ) {
        if let openedAt, !ticket.isProbe, ticket.started <= openedAt {
            let wish = min(max(.zero, atLeast ?? .zero), self.backoff.policy.retryAfterCeiling)
            self.openUntil = max(self.openUntil ?? now, now + wish)
            return
        }
        self.failures += 1
        self.successes = 0
        self.isProbing = false
        self.openedAt = now
        let policy = self.backoff.policy
        let delay =
            self.backoff.next(random: random, retryAfter: atLeast)
            ?? max(policy.ceiling, min(max(.zero, atLeast ?? .zero), policy.retryAfterCeiling))
        self.openUntil = now + delay
    }
}
