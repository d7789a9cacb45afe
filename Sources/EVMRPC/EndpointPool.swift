// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import CurlTransport
package import EVMPrimitives
import Synchronization
package import WeirPorts

/// Several endpoints of one chain behind one face: the heaviest that works is asked, the others
/// stand by.
///
/// An endpoint that fails rests for a while that grows with its failures, and comes back by itself.
/// Each is asked for its chain id before anything else; one of another chain is never asked again.
/// A range that is too large is the caller's business and not tried elsewhere.
package final class EndpointPool: Sendable {
    /// How patient a pool is.
    package struct Policy: Sendable {
        /// How long a failed endpoint rests.
        package var backoff: Backoff.Policy
        /// How often all endpoints are gone through before a call fails.
        package var rounds: Int
        /// The longest wait for an endpoint to come back within one call.
        package var patience: Duration

        package init(
            backoff: Backoff.Policy = Backoff.Policy(
                first: .milliseconds(250), ceiling: .seconds(30), retries: 16),
            rounds: Int = 3, patience: Duration = .seconds(5),
        ) {
            self.backoff = backoff
            self.rounds = max(1, rounds)
            self.patience = patience
        }
    }

    /// How one endpoint does, for status pages and metrics.
    package struct Health: Sendable, Equatable {
        package var endpoint: String
        package var isReady: Bool
        /// Failures since the last success.
        package var failures: Int
        /// The label of the last error, if it was not followed by a success.
        package var reason: String?
    }

    /// In the order in which they are asked.
    private let clients: [JSONRPCClient]
    private let expected: ChainID?
    private let policy: Policy
    private let clock: RPCClock
    private let random: @Sendable () -> UInt64
    private let states: Mutex<[EndpointState]>

    /// - Parameters:
    ///   - clients: at least one; a pool without any fails every call.
    ///   - expected: the chain that they all have to serve; nil takes any, unasked.
    ///   - random: 64 random bits, for the spread of waiting times.
    package init(
        _ clients: [JSONRPCClient], expecting expected: ChainID?, policy: Policy = Policy(),
        clock: RPCClock = .system,
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
        self.random = random
        self.states = Mutex(clients.map { _ in EndpointState(policy.backoff) })
    }

    package var health: [Health] {
        let now = self.clock.now()
        let states = self.states.withLock { $0 }
        return zip(self.clients, states).map { client, state in
            Health(
                endpoint: client.endpoint.name, isReady: state.isReady(at: now),
                failures: state.failures, reason: state.lastError?.reason)
        }
    }

    /// Asks one endpoint after the other until one answers or none is left.
    ///
    /// - Throws: the error that leaves most hope of those that occurred.
    private func run<Answer: Sendable>(
        _ ask: (JSONRPCClient) async throws(ChainClientError) -> Answer
    ) async throws(ChainClientError) -> Answer {
        var worst: ChainClientError?
        for round in 1...self.policy.rounds {
            var mayRetry = false
            for index in self.clients.indices where self.isReady(index) {
                do throws(ChainClientError) {
                    try await self.checkChain(index)
                    let answer = try await ask(self.clients[index])
                    self.states.withLock { $0[index].succeeded() }
                    return answer
                } catch {
                    self.note(error, index)
                    switch error {
                    case .rangeTooLarge, .cancelled: throw error
                    case .rateLimited, .serverError, .unreachable, .badAnswer, .unproven:
                        mayRetry = true
                    case .behind, .unsupported, .denied, .wrongChain: break
                    }
                    worst = Self.better(worst, error)
                }
            }
            // Nobody was asked, or somebody may do better later: wait for the first to come back.
            guard round < self.policy.rounds, mayRetry || worst == nil else { break }
            guard let wait = self.shortestRest(), wait <= self.policy.patience else { break }
            do { try await self.clock.sleep(wait) } catch { throw .cancelled }
        }
        throw worst ?? self.restingError()
    }

    private func isReady(_ index: Int) -> Bool {
        let now = self.clock.now()
        return self.states.withLock { $0[index].isReady(at: now) }
    }

    private func note(_ error: ChainClientError, _ index: Int) {
        let now = self.clock.now()
        let random = self.random()
        self.states.withLock { $0[index].failed(error, now: now, random: random) }
    }

    /// Asks an endpoint for its chain the first time.
    private func checkChain(_ index: Int) async throws(ChainClientError) {
        guard let expected = self.expected else { return }
        guard self.states.withLock({ $0[index].chain }) == .unknown else { return }
        let client = self.clients[index]
        let found = try await client.chainID()
        guard found == expected else {
            throw .wrongChain(
                endpoint: client.endpoint.name, expected: expected.rawValue,
                found: found.rawValue)
        }
        self.states.withLock { $0[index].chain = .right }
    }

    /// How long until the first endpoint may be asked again; nil where none ever will.
    private func shortestRest() -> Duration? {
        let now = self.clock.now()
        return self.states.withLock { states in
            states.filter { !$0.isWrong }
                .map { max(.zero, max($0.openUntil, $0.distrustedUntil) - now) }.min()
        }
    }

    /// Why nobody could be asked.
    private func restingError() -> ChainClientError {
        let states = self.states.withLock { $0 }
        var best: ChainClientError?
        for (client, state) in zip(self.clients, states) {
            if case .wrong(let found) = state.chain, let expected = self.expected {
                best = Self.better(
                    best,
                    .wrongChain(
                        endpoint: client.endpoint.name, expected: expected.rawValue, found: found))
            } else if let error = state.lastError ?? state.disproof {
                best = Self.better(best, error)
            }
        }
        return best ?? .unreachable(endpoint: "rpc", cause: "no endpoint is configured")
    }

    /// Of two errors, the one that leaves more hope; the earlier one among equals.
    private static func better(
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

extension EndpointPool: ChainClient {
    package func chainID() async throws(ChainClientError) -> ChainID {
        try await self.run { client throws(ChainClientError) in try await client.chainID() }
    }

    package func heads(
        _ tags: [HeadTag]
    ) async throws(ChainClientError) -> [HeadTag: BlockHeader] {
        try await self.run { client throws(ChainClientError) in try await client.heads(tags) }
    }

    package func look(
        _ tags: [HeadTag], above tip: BlockRef, filter: LogFilter
    ) async throws(ChainClientError) -> ChainLook {
        try await self.run { client throws(ChainClientError) in
            try await client.look(tags, above: tip, filter: filter)
        }
    }

    package func headers(
        _ range: ClosedRange<BlockNumber>
    ) async throws(ChainClientError) -> [BlockHeader] {
        try await self.run { client throws(ChainClientError) in try await client.headers(range) }
    }

    package func header(_ hash: Hash256) async throws(ChainClientError) -> BlockHeader? {
        try await self.run { client throws(ChainClientError) in try await client.header(hash) }
    }

    package func blocks(
        _ refs: [BlockRef], filter: LogFilter
    ) async throws(ChainClientError) -> [Block?] {
        try await self.run { client throws(ChainClientError) in
            try await client.blocks(refs, filter: filter)
        }
    }

    package func logs(
        _ range: ClosedRange<BlockNumber>, after parent: Hash256?, filter: LogFilter
    ) async throws(ChainClientError) -> LogPage {
        try await self.run { client throws(ChainClientError) in
            try await client.logs(range, after: parent, filter: filter)
        }
    }

    package func call(
        to address: Address, data: [UInt8], at block: BlockRef
    ) async throws(ChainClientError) -> [UInt8] {
        try await self.run { client throws(ChainClientError) in
            try await client.call(to: address, data: data, at: block)
        }
    }
}
