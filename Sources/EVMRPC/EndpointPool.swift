// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
package import CurlTransport
package import EVMPrimitives
import Synchronization
import WeirPorts

/// Several endpoints of one chain behind one face.
///
/// What follows the head is asked of the heaviest endpoint that works; ranges of the past are shared
/// by weight. An endpoint that fails rests for a while that grows with its failures, and comes back
/// by itself, with its share. One that is far slower than usual is overtaken by another. Each is
/// asked for its chain id before anything else; one of another chain is never asked again. With a
/// quorum, no block hash goes out that fewer endpoints said.
///
/// What is decided is decided by values: ``EndpointState``, `CircuitBreaker`, `EndpointChoice`,
/// `HedgePolicy`. The pool asks.
package final class EndpointPool: Sendable {
    /// How patient a pool is.
    package struct Policy: Sendable {
        /// How long a failed endpoint rests.
        package var backoff: Backoff.Policy
        /// How often all endpoints are gone through before a call fails.
        package var rounds: Int
        /// The longest wait for an endpoint to come back within one call.
        package var patience: Duration
        /// How many endpoints have to say a block's hash; 1 asks no second one.
        package var quorum: Int
        /// Whether slow requests are asked of a second endpoint too.
        package var isHedging: Bool
        /// How much older than another's the head of an endpoint may be; nil does not compare.
        package var lagMax: Duration?

        package init(
            backoff: Backoff.Policy = Backoff.Policy(
                first: .milliseconds(250), ceiling: .seconds(30), retries: 16,
                retryAfterCeiling: .seconds(900)),
            rounds: Int = 3, patience: Duration = .seconds(5), quorum: Int = 1,
            isHedging: Bool = true, lagMax: Duration? = .seconds(60),
        ) {
            self.backoff = backoff
            self.rounds = max(1, rounds)
            self.patience = patience
            self.quorum = max(1, quorum)
            self.isHedging = isHedging
            self.lagMax = lagMax
        }
    }

    /// Who is told of what only a pool sees; called from its tasks, so it must be quick.
    package struct Observer: Sendable {
        /// A second endpoint, of this name, was asked because the first took long.
        package var hedged: @Sendable (String) -> Void
        /// Endpoints named different hashes for one height.
        package var disagreed: @Sendable () -> Void

        package init(
            hedged: @escaping @Sendable (String) -> Void = { _ in },
            disagreed: @escaping @Sendable () -> Void = {}
        ) {
            self.hedged = hedged
            self.disagreed = disagreed
        }
    }

    /// The `check` of an error about endpoints that contradict each other, without a majority.
    static let quorumCheck = "quorum"
    /// The `check` where a quorum of others says something else.
    static let outvotedCheck = "outvoted"
    /// The longest wait that is handed on with an error: whatever is the matter, it is looked at
    /// again after that.
    static let retryMax = Duration.seconds(300)
    /// How often it is looked whether the one request that tries a resting endpoint has ended.
    private static let probePoll = Duration.milliseconds(100)

    /// In the order of preference.
    let clients: [JSONRPCClient]
    let expected: ChainID?
    let policy: Policy
    let clock: RPCClock
    let random: @Sendable () -> UInt64
    let observer: Observer
    let state: Mutex<State>

    struct State: Sendable {
        var endpoints: [EndpointState]
        var choice: EndpointChoice
        var hedging = HedgePolicy()
        /// The endpoint that named the head last.
        var source: Int?
        /// When heads of two endpoints were compared last.
        var comparedAt: Duration?
        /// Blocks whose hash a quorum said, the newest last.
        var confirmed: [BlockRef] = []
    }

    /// A request that was let through.
    struct Admitted {
        var index: Int
        var ticket: CircuitBreaker.Ticket
    }

    /// - Parameters:
    ///   - clients: at least one; a pool without any fails every call.
    ///   - expected: the chain that they all have to serve; nil takes any, unasked.
    ///   - random: 64 random bits, for the spread of waiting times.
    package init(
        _ clients: [JSONRPCClient], expecting expected: ChainID?, policy: Policy = Policy(),
        clock: RPCClock = .system, observer: Observer = Observer(),
        random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: 0...UInt64.max) },
    ) {
        // A stable order: by weight, and as given among equals.
        self.clients = clients.enumerated()
            .sorted {
                ($1.element.endpoint.weight, $0.offset) < ($0.element.endpoint.weight, $1.offset)
            }
            .map(\.element)
        self.expected = expected
        self.policy = policy
        self.clock = clock
        self.observer = observer
        self.random = random
        self.state = Mutex(
            State(
                endpoints: clients.map { _ in EndpointState(policy.backoff) },
                choice: EndpointChoice(count: clients.count)))
    }

    /// Asks one endpoint after the other until one answers or none is left.
    ///
    /// - Throws: the error that leaves most hope of those that occurred.
    func run<Answer: Sendable>(
        _ work: PoolWork = .other,
        _ ask: @escaping @Sendable (JSONRPCClient) async throws(ChainClientError) -> Answer
    ) async throws(ChainClientError) -> Answer {
        var worst: ChainClientError?
        for round in 1...self.policy.rounds {
            var mayRetry = false
            var tried: Set<Int> = []
            while let admitted = self.admit(work, except: tried) {
                tried.insert(admitted.index)
                do throws(ChainClientError) {
                    return try await self.race(admitted, work, &tried, ask)
                } catch {
                    switch error {
                    case .cancelled: throw error
                    case .rangeTooLarge(_, let hint):
                        // Too many logs are too many everywhere; a limit of blocks may not be.
                        guard self.isLimit(hint), self.isAnybodyLeft(work, except: tried) else {
                            throw self.advised(error, work)
                        }
                    case .rateLimited, .serverError, .unreachable, .badAnswer, .unproven:
                        mayRetry = true
                    case .behind, .unsupported, .denied, .wrongChain: break
                    }
                    worst = Self.better(worst, error)
                }
            }
            if let refusal = self.refusal(work) { throw refusal }
            // Nobody was asked, or somebody may do better later: wait for the first to come back.
            guard round < self.policy.rounds, mayRetry || worst == nil else { break }
            guard let wait = self.shortestRest(), wait <= self.policy.patience else { break }
            do {
                try await self.clock.sleep(wait > .zero ? wait : Self.probePoll)
            } catch { throw .cancelled }
        }
        throw self.patient(worst ?? self.restingError())
    }

    /// Lets a request through to the endpoint whose turn it is; nil where nobody may be asked.
    func admit(_ work: PoolWork, except tried: Set<Int>) -> Admitted? {
        let (now, unixSeconds) = (self.clock.now(), self.clock.unixSeconds())
        let limits = self.clients.map { ($0.isOutOfCredits, $0.wait) }
        return self.state.withLock { state in
            var candidates = self.clients.indices.compactMap { index -> EndpointChoice.Candidate? in
                let endpoint = state.endpoints[index]
                guard !tried.contains(index), !limits[index].0, endpoint.isReady(at: now),
                    endpoint.takes(work.blocks, at: unixSeconds)
                else { return nil }
                return EndpointChoice.Candidate(
                    index: index, weight: self.clients[index].endpoint.weight,
                    wait: limits[index].1)
            }
            // Who lags is better than nobody.
            let current = candidates.filter { !state.endpoints[$0.index].isLagging(at: now) }
            if !current.isEmpty { candidates = current }
            let chosen: Int? =
                switch work {
                case .heads: EndpointChoice.forStep(candidates, source: nil)
                case .step, .extras(isHead: true):
                    EndpointChoice.forStep(candidates, source: state.source)
                case .logs, .other, .extras: state.choice.sharing(candidates)
                }
            guard let chosen, let ticket = state.endpoints[chosen].begin(at: now) else {
                return nil
            }
            return Admitted(index: chosen, ticket: ticket)
        }
    }

    /// Asks an endpoint for its chain the first time.
    func checkChain(_ index: Int) async throws(ChainClientError) {
        guard let expected = self.expected else { return }
        guard self.state.withLock({ $0.endpoints[index].chain }) == .unknown else { return }
        let client = self.clients[index]
        let found = try await client.chainID()
        guard found == expected else {
            throw .wrongChain(
                endpoint: client.endpoint.name, expected: expected.rawValue,
                found: found.rawValue)
        }
        self.state.withLock { $0.endpoints[index].chain = .right }
    }

    /// Notes how a request ended.
    func note(_ admitted: Admitted, _ work: PoolWork, _ error: ChainClientError?) {
        let (now, unixSeconds) = (self.clock.now(), self.clock.unixSeconds())
        let random = self.random()
        let (index, ticket) = (admitted.index, admitted.ticket)
        self.state.withLock { state in
            guard let error else {
                if work == .heads { state.source = index }
                return state.endpoints[index].succeeded(ticket, work.kind, at: now)
            }
            if let other = error.endpointName, other != self.clients[index].endpoint.name {
                // Another endpoint's fault, noted there: of this one it says nothing.
                return state.endpoints[index].abandoned(ticket)
            }
            if let blocks = self.learns(error, work) {
                state.endpoints[index].range = EndpointMemory.LearntRange(
                    blocks: blocks, learntAt: unixSeconds)
            }
            state.endpoints[index].failed(error, ticket, at: now, random: random)
        }
    }

    /// How long until the first endpoint may be asked again; nil where none ever will.
    private func shortestRest() -> Duration? {
        let (now, unixSeconds) = (self.clock.now(), self.clock.unixSeconds())
        let midnight = CreditMeter.untilMidnight(unixSeconds)
        let spent = self.clients.map(\.isOutOfCredits)
        return self.state.withLock { state in
            zip(state.endpoints, spent).compactMap { endpoint, isSpent -> Duration? in
                endpoint.rest(at: now).map { max($0, isSpent ? midnight : .zero) }
            }.min()
        }
    }

    /// Why nobody could be asked.
    private func restingError() -> ChainClientError {
        let states = self.state.withLock { $0.endpoints }
        let midnight = CreditMeter.untilMidnight(self.clock.unixSeconds())
        var best: ChainClientError?
        for (client, state) in zip(self.clients, states) {
            if case .wrong(let found) = state.chain, let expected = self.expected {
                best = Self.better(
                    best,
                    .wrongChain(
                        endpoint: client.endpoint.name, expected: expected.rawValue, found: found))
            } else if client.isOutOfCredits {
                best = Self.better(
                    best, .rateLimited(endpoint: client.endpoint.name, retryAfter: midnight))
            } else if let error = state.lastError {
                best = Self.better(best, error)
            }
        }
        return best ?? .unreachable(endpoint: "rpc", cause: "no endpoint is configured")
    }

    /// An error with a wait that is not longer than the first endpoint's rest, nor than
    /// ``retryMax``: no server stops a chain for good.
    private func patient(_ error: ChainClientError) -> ChainClientError {
        guard case .rateLimited(let endpoint, let after?) = error else { return error }
        let rest = max(.seconds(1), self.shortestRest() ?? after)
        return .rateLimited(endpoint: endpoint, retryAfter: min(after, rest, Self.retryMax))
    }

    /// Of two errors, the one that leaves more hope; the earlier one among equals.
    static func better(
        _ first: ChainClientError?, _ second: ChainClientError
    ) -> ChainClientError {
        func hope(_ error: ChainClientError) -> Int {
            switch error {
            case .behind: 6
            case .rateLimited: 5
            case .serverError: 4
            case .badAnswer, .rangeTooLarge, .unproven: 3
            case .unsupported: 2
            case .unreachable, .denied, .cancelled: 1
            case .wrongChain: 0
            }
        }
        guard let first else { return second }
        return hope(second) > hope(first) ? second : first
    }
}
