// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import WeirPorts

/// What a pool knows of one endpoint: whether it may be asked now, whether its chain is right, how
/// fast it usually is, and how many blocks its `eth_getLogs` takes.
///
/// A value without a clock: the time comes in.
struct EndpointState: Sendable {
    enum ChainCheck: Equatable, Sendable {
        case unknown
        case right
        case wrong(found: UInt64)
    }

    /// The rest of one that refuses us: keys and plans do not change within seconds.
    static let deniedRest = Duration.seconds(60)
    static let deniedRestMax = Duration.seconds(900)
    /// The rest of one whose answer was disproved. Every answer is checked, so it does no harm.
    static let unprovenRest = Duration.seconds(30)
    /// So many answers in a row that another endpoint overtook are as good as a failure.
    static let overtakenMax = 3

    var chain = ChainCheck.unknown
    private(set) var breaker: CircuitBreaker
    private(set) var lastError: ChainClientError?
    /// Usual times: small questions, and log ranges.
    private var latencies: [PoolWork.Kind: LatencyEstimate] = [:]
    var range: EndpointMemory.LearntRange?
    /// Until then it stands back, as its head is far behind.
    private(set) var laggingUntil = Duration.zero
    private var overtaken = 0
    private var denials = 0

    init(_ policy: Backoff.Policy) {
        self.breaker = CircuitBreaker(policy)
    }

    var isWrong: Bool {
        if case .wrong = self.chain { true } else { false }
    }

    /// Failures since the last success.
    var failures: Int { self.breaker.failures }

    /// Whether it may be asked.
    func isReady(at now: Duration) -> Bool { !self.isWrong && self.breaker.mayAsk(at: now) }

    /// Whether it stands back as long as another one may be asked.
    func isLagging(at now: Duration) -> Bool { self.laggingUntil > now }

    mutating func lags(until: Duration, _ error: ChainClientError) {
        self.laggingUntil = until
        self.lastError = error
    }

    /// Until it may be asked again; nil where it never will, zero where another request tries it.
    func rest(at now: Duration) -> Duration? {
        if self.isWrong { return nil }
        guard case .open(let until) = self.breaker.phase(at: now) else { return .zero }
        return until - now
    }

    func latency(_ kind: PoolWork.Kind) -> LatencyEstimate {
        self.latencies[kind] ?? LatencyEstimate()
    }

    /// Whether it takes a range of so many blocks, as far as is known.
    func takes(_ blocks: UInt64?, at unixSeconds: Int64) -> Bool {
        guard let blocks, let range, range.isValid(at: unixSeconds) else { return true }
        return blocks <= range.blocks
    }

    mutating func begin(at now: Duration) -> CircuitBreaker.Ticket? {
        self.isWrong ? nil : self.breaker.begin(at: now)
    }

    mutating func succeeded(
        _ ticket: CircuitBreaker.Ticket, _ kind: PoolWork.Kind, at now: Duration
    ) {
        self.latencies[kind, default: LatencyEstimate()].add(now - ticket.started)
        self.breaker.succeeded(ticket)
        self.overtaken = 0
        self.denials = 0
        if self.breaker.failures == 0 { self.lastError = nil }
    }

    /// The request was given up because another endpoint had answered before.
    mutating func wasOvertaken(
        _ ticket: CircuitBreaker.Ticket, _ kind: PoolWork.Kind, name: String, at now: Duration,
        random: UInt64
    ) {
        self.latencies[kind, default: LatencyEstimate()].add(now - ticket.started)
        self.overtaken += 1
        guard ticket.isProbe || self.overtaken >= Self.overtakenMax else { return }
        self.overtaken = 0
        self.lastError = .unreachable(endpoint: name, cause: "far slower than the others")
        self.breaker.failed(ticket, at: now, random: random)
    }

    /// The end of a request that says nothing of the endpoint.
    mutating func abandoned(_ ticket: CircuitBreaker.Ticket) { self.breaker.abandoned(ticket) }

    /// Notes an error: as a failure where it speaks against the endpoint and not the question.
    mutating func failed(
        _ error: ChainClientError, _ ticket: CircuitBreaker.Ticket, at now: Duration,
        random: UInt64
    ) {
        if error == .cancelled { return self.breaker.abandoned(ticket) }
        self.lastError = error
        var atLeast: Duration?
        switch error {
        case .behind, .unsupported, .rangeTooLarge, .cancelled:
            // It answered, so it lives; whether it has the block is another question.
            return self.breaker.succeeded(ticket)
        case .unproven(_, EndpointPool.quorumCheck, _):
            return self.breaker.abandoned(ticket)
        case .wrongChain(_, _, let found):
            self.chain = .wrong(found: found)
            return
        case .rateLimited(_, let after): atLeast = after
        case .denied:
            self.denials = min(self.denials + 1, 8)
            atLeast = min(Self.deniedRest * (1 << (self.denials - 1)), Self.deniedRestMax)
        case .unproven: atLeast = Self.unprovenRest
        case .unreachable, .badAnswer, .serverError: break
        }
        self.breaker.failed(ticket, at: now, random: random, atLeast: atLeast)
    }
}
