// Weir
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import WeirPorts

// A request that takes longer than is usual is asked of a second endpoint too: the first answer
// wins, and the other request is cancelled.
extension EndpointPool {
    private enum Event<Answer: Sendable>: Sendable {
        case ended(Int, Result<Answer, ChainClientError>)
        case slow
    }

    /// Asks one endpoint, and another one where the first is slow.
    ///
    /// - Parameter tried: those that were asked; a second one is added.
    /// - Throws: the better of the errors where nobody answered.
    func race<Answer: Sendable>(
        _ first: Admitted, _ work: PoolWork, _ tried: inout Set<Int>,
        _ ask: @escaping @Sendable (JSONRPCClient) async throws(ChainClientError) -> Answer
    ) async throws(ChainClientError) -> Answer {
        guard let wait = self.hedgeWait(first, work) else {
            return try await self.single(first, work, ask).get()
        }
        let asked = tried
        let clock = self.clock
        let (result, second) = await withTaskGroup(
            of: Event<Answer>.self, returning: (Result<Answer, ChainClientError>, Int?).self
        ) { group in
            group.addTask { .ended(first.index, await self.exchange(first.index, ask)) }
            group.addTask {
                try? await clock.sleep(wait)
                return .slow
            }
            var open = [first.index: first]
            var second: Int?
            var failure: ChainClientError?
            while let event = await group.next() {
                switch event {
                case .slow:
                    guard !Task.isCancelled, let hedge = self.hedge(first, work, except: asked)
                    else { continue }
                    second = hedge.index
                    open[hedge.index] = hedge
                    group.addTask { .ended(hedge.index, await self.exchange(hedge.index, ask)) }
                case .ended(let index, let result):
                    guard let admitted = open.removeValue(forKey: index) else { continue }
                    switch result {
                    case .success(let answer):
                        self.note(admitted, work, nil)
                        for loser in open.values { self.overtake(loser, work) }
                        group.cancelAll()
                        return (.success(answer), second)
                    case .failure(let error):
                        self.note(admitted, work, error)
                        failure = Self.better(failure, error)
                        // The timer alone is waited for no longer.
                        guard !open.isEmpty else {
                            group.cancelAll()
                            return (.failure(failure ?? error), second)
                        }
                    }
                }
            }
            return (.failure(failure ?? .cancelled), second)
        }
        if let second { tried.insert(second) }
        return try result.get()
    }

    private func single<Answer: Sendable>(
        _ admitted: Admitted, _ work: PoolWork,
        _ ask: @escaping @Sendable (JSONRPCClient) async throws(ChainClientError) -> Answer
    ) async -> Result<Answer, ChainClientError> {
        let result = await self.exchange(admitted.index, ask)
        switch result {
        case .success: self.note(admitted, work, nil)
        case .failure(let error): self.note(admitted, work, error)
        }
        return result
    }

    private func exchange<Answer: Sendable>(
        _ index: Int,
        _ ask: @escaping @Sendable (JSONRPCClient) async throws(ChainClientError) -> Answer
    ) async -> Result<Answer, ChainClientError> {
        do throws(ChainClientError) {
            try await self.checkChain(index)
            return .success(try await ask(self.clients[index]))
        } catch {
            return .failure(error)
        }
    }

    /// How long the first endpoint is waited for; nil where no other will be asked meanwhile.
    private func hedgeWait(_ first: Admitted, _ work: PoolWork) -> Duration? {
        guard self.policy.isHedging, self.clients.count > 1 else { return nil }
        return self.state.withLock { state in
            state.hedging.counted()
            return HedgePolicy.wait(
                state.endpoints[first.index].latency(work.kind), isProbe: first.ticket.isProbe)
        }
    }

    /// Lets the second request through: to an endpoint in good order, within the share of hedges.
    private func hedge(_ first: Admitted, _ work: PoolWork, except tried: Set<Int>) -> Admitted? {
        let (now, unixSeconds) = (self.clock.now(), self.clock.unixSeconds())
        let free = self.clients.map { !$0.isOutOfCredits && $0.wait == .zero }
        let hedge: Admitted? = self.state.withLock { state in
            let chosen = self.clients.indices.first { index in
                let endpoint = state.endpoints[index]
                return !tried.contains(index) && free[index] && !endpoint.isWrong
                    && !endpoint.isLagging(at: now)
                    && endpoint.breaker.phase(at: now) == .closed
                    && endpoint.takes(work.blocks, at: unixSeconds)
            }
            // One that tries a resting endpoint has its own bound: the rests.
            guard let chosen, first.ticket.isProbe || state.hedging.take(),
                let ticket = state.endpoints[chosen].begin(at: now)
            else { return nil }
            return Admitted(index: chosen, ticket: ticket)
        }
        if let hedge { self.observer.hedged(self.clients[hedge.index].endpoint.name) }
        return hedge
    }

    private func overtake(_ loser: Admitted, _ work: PoolWork) {
        let (now, random) = (self.clock.now(), self.random())
        let name = self.clients[loser.index].endpoint.name
        self.state.withLock {
            $0.endpoints[loser.index].wasOvertaken(
                loser.ticket, work.kind, name: name, at: now, random: random)
        }
    }
}
