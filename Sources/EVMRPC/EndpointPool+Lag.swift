// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Synchronization
import WeirPorts

// An endpoint that answers well but no longer follows its chain is no better than one that is down.
// A head that is old by the clock is compared with another endpoint's; who is far behind stands
// back for a while, and is asked only where nobody else is left.
extension EndpointPool {
    /// How long one that is far behind stands back.
    static let lagRest = Duration.seconds(60)
    /// Between two comparisons: a chain without blocks is not asked about twice at every look.
    static let lagInterval = Duration.seconds(30)

    /// - Throws: `.behind` where another endpoint's head is far newer.
    func refuseLaggard(
        _ latest: BlockHeader?, by client: JSONRPCClient
    ) async throws(ChainClientError) {
        guard let latest, let lagMax = self.policy.lagMax, self.clients.count > 1 else { return }
        let time = BlockTime(UInt64(clamping: self.clock.unixSeconds()))
        guard time.seconds(since: latest.timestamp) > lagMax.components.seconds,
            self.mayCompare()
        else { return }
        for index in self.clients.indices where self.clients[index] !== client {
            let other: BlockHeader?
            do throws(ChainClientError) {
                other = try await self.askAside(
                    index,
                    { other throws(ChainClientError) in try await other.heads([.latest]) }
                )?[.latest]
            } catch {
                if error == .cancelled { throw error }
                continue
            }
            guard let other else { continue }
            if self.isFarBehind(latest, other) { throw self.demote(client, other, latest) }
            if self.isFarBehind(other, latest) {
                _ = self.demote(self.clients[index], latest, other)
                continue
            }
            return
        }
    }

    /// Whether the first head is far older than the second.
    func isFarBehind(_ head: BlockHeader, _ other: BlockHeader) -> Bool {
        guard let lagMax = self.policy.lagMax, other.number > head.number else { return false }
        return other.timestamp.seconds(since: head.timestamp) > lagMax.components.seconds
    }

    /// Lets an endpoint stand back.
    func demote(
        _ client: JSONRPCClient, _ newer: BlockHeader, _ own: BlockHeader
    ) -> ChainClientError {
        let error = ChainClientError.behind(
            endpoint: client.endpoint.name,
            detail: "its head is block \(own.number), another endpoint's is \(newer.number)")
        guard let index = self.clients.firstIndex(where: { $0 === client }) else { return error }
        let until = self.clock.now() + Self.lagRest
        self.state.withLock { $0.endpoints[index].lags(until: until, error) }
        return error
    }

    private func mayCompare() -> Bool {
        let now = self.clock.now()
        return self.state.withLock { state in
            if let last = state.comparedAt, now - last < Self.lagInterval { return false }
            state.comparedAt = now
            return true
        }
    }
}
