// Weir
// SPDX-License-Identifier: Apache-2.0

/// What a node does wrong, and how often. One draw for each HTTP request, by its number: the same
/// plan and the same sequence of requests give the same faults.
package struct FaultPlan: Sendable, Equatable {
    package var seed: UInt64
    /// The probability of each kind; what they leave of 1 is health.
    package var rates: [Rate]
    /// What `eth_getLogs` refuses.
    package var limits: ProviderLimits
    /// Milliseconds before an answer, from and to; only the server waits.
    package var latency: ClosedRange<UInt64>

    package struct Rate: Sendable, Equatable {
        package var kind: FaultKind
        package var probability: Double

        package init(_ kind: FaultKind, _ probability: Double) {
            self.kind = kind
            self.probability = probability
        }
    }

    package init(
        seed: UInt64 = 1, rates: [Rate] = [], limits: ProviderLimits = ProviderLimits(),
        latency: ClosedRange<UInt64> = 0...0
    ) {
        self.seed = seed
        self.rates = rates
        self.limits = limits
        self.latency = latency
    }

    /// A healthy node.
    package static let none = FaultPlan()

    /// Every kind of fault, each with this probability.
    package static func rough(_ probability: Double, seed: UInt64 = 1) -> FaultPlan {
        FaultPlan(seed: seed, rates: FaultKind.allCases.map { Rate($0, probability) })
    }

    /// What happens to the request of that number, counted from 0.
    package func decision(for request: UInt64) -> FaultDecision {
        var random = SeedStream(seed: self.seed, 0x6661_756c_74, request)
        let draw = Double(random.next() >> 11) * 0x1p-53
        var bound = 0.0
        var kind: FaultKind?
        for rate in self.rates {
            bound += rate.probability
            if draw < bound {
                kind = rate.kind
                break
            }
        }
        let low = self.latency.lowerBound
        let high = min(self.latency.upperBound, 60_000)
        return FaultDecision(
            kind: kind, salt: random.next(),
            delay: low < high ? random.within(low, high) : min(low, 60_000))
    }
}

/// The ways in which a node can fail.
package enum FaultKind: String, Sendable, Hashable, CaseIterable {
    /// One call of the request fails with -32603.
    case internalError
    /// One call fails with -32005, with a hint to wait.
    case limitExceeded
    /// 429 with `Retry-After`.
    case tooManyRequests
    /// 502 with an HTML page.
    case badGateway
    /// The body ends before its `Content-Length`.
    case truncatedBody
    /// The connection closes without an answer.
    case closedConnection
    /// The answer is that of a head one to four blocks older.
    case lag
    /// A log is missing from the answer.
    case omittedLog
    /// A log is in the answer twice.
    case duplicatedLog
    /// A log of another block is in the answer.
    case foreignLog
    /// Blocks are null.
    case nullBlock
}

/// What happens to one request.
package struct FaultDecision: Sendable, Equatable {
    /// Nil for a healthy answer.
    package var kind: FaultKind?
    /// Chooses which call, which log, how long.
    package var salt: UInt64
    /// Milliseconds before the answer.
    package var delay: UInt64

    package init(kind: FaultKind?, salt: UInt64 = 0, delay: UInt64 = 0) {
        self.kind = kind
        self.salt = salt
        self.delay = delay
    }

    package static let healthy = FaultDecision(kind: nil)
}

/// What `eth_getLogs` of a provider refuses.
package struct ProviderLimits: Sendable, Equatable {
    /// The most blocks of a range; nil for any.
    package var blocks: UInt64?
    /// The most logs of an answer; nil for any.
    package var results: Int?
    /// The most calls of a batch.
    package var batch: Int

    package init(blocks: UInt64? = nil, results: Int? = nil, batch: Int = 1_000) {
        self.blocks = blocks
        self.results = results
        self.batch = batch
    }
}
