// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import WeirPorts

/// What a pool knows of one endpoint: whether it may be asked now, and whether its chain is right.
///
/// A value without a clock: the time comes in.
struct EndpointState: Sendable {
    enum ChainCheck: Equatable, Sendable {
        case unknown
        case right
        case wrong(found: UInt64)
    }

    var chain = ChainCheck.unknown
    /// Failures since the last success.
    private(set) var failures = 0
    /// Not asked before this moment of the pool's clock.
    private(set) var openUntil = Duration.zero
    /// What it said last was disproved: not asked before this moment, whatever else it answers.
    private(set) var distrustedUntil = Duration.zero
    /// Why it was last distrusted.
    private(set) var disproof: ChainClientError?
    private static let distrust = Duration.seconds(30)
    private(set) var lastError: ChainClientError?
    private var backoff: Backoff

    init(_ policy: Backoff.Policy) {
        self.backoff = Backoff(policy)
    }

    /// Whether it may be asked.
    func isReady(at now: Duration) -> Bool {
        max(self.openUntil, self.distrustedUntil) <= now && !self.isWrong
    }

    var isWrong: Bool {
        if case .wrong = self.chain { true } else { false }
    }

    mutating func succeeded() {
        self.failures = 0
        self.openUntil = .zero
        self.lastError = nil
        self.backoff.reset()
    }

    /// Notes a failure that speaks against the endpoint and not against the question.
    mutating func failed(_ error: ChainClientError, now: Duration, random: UInt64) {
        if error == .cancelled { return }
        self.lastError = error
        var retryAfter: Duration?
        switch error {
        case .behind, .unsupported, .rangeTooLarge, .cancelled: return
        case .wrongChain(_, _, let found):
            self.chain = .wrong(found: found)
            return
        case .rateLimited(_, let after): retryAfter = after
        case .denied: retryAfter = .seconds(60)
        case .unproven:
            self.distrustedUntil = now + Self.distrust
            self.disproof = error
        case .unreachable, .badAnswer, .serverError: break
        }
        self.failures += 1
        let policy = self.backoff.policy
        if let delay = self.backoff.next(random: random, retryAfter: retryAfter) {
            self.openUntil = now + delay
        } else {
            self.openUntil =
                now + max(policy.ceiling, min(retryAfter ?? .zero, policy.retryAfterCeiling))
        }
    }
}
