// Weir
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import WeirPorts

// What is told of endpoints, and what is kept of them over a restart.
extension EndpointPool {
    /// How one endpoint does, for status pages and metrics.
    package struct Health: Sendable, Equatable {
        package var endpoint: String
        package var isReady: Bool
        /// Failures since the last success.
        package var failures: Int
        /// The label of the last error, if it was not followed by a success.
        package var reason: String?
        package var weight: Int
        /// Until it is asked again, where it rests.
        package var rest: Duration?
        /// The most blocks that its `eth_getLogs` takes, where that was learnt.
        package var rangeLimit: UInt64?
        package var credits: CreditForecast
        /// Whether the day's credits are used up.
        package var isOutOfCredits: Bool

        /// Whether it answers, as far as is known: one whose rest is over has yet to show it.
        package var isUp: Bool { self.isReady && self.failures == 0 }
    }

    /// In the order of preference.
    package var health: [Health] {
        let (now, unixSeconds) = (self.clock.now(), self.clock.unixSeconds())
        let states = self.state.withLock { $0.endpoints }
        return zip(self.clients, states).map { client, state in
            let isSpent = client.isOutOfCredits
            let rest = state.rest(at: now).map { max($0, state.laggingUntil - now) }
            return Health(
                endpoint: client.endpoint.name,
                isReady: state.isReady(at: now) && !state.isLagging(at: now) && !isSpent,
                failures: state.failures, reason: state.lastError?.reason,
                weight: client.endpoint.weight,
                rest: isSpent
                    ? CreditMeter.untilMidnight(unixSeconds)
                    : rest.flatMap { $0 > .zero ? $0 : nil },
                rangeLimit: state.range.flatMap { $0.isValid(at: unixSeconds) ? $0.blocks : nil },
                credits: client.credits, isOutOfCredits: isSpent)
        }
    }

    /// What is to be remembered of each endpoint, by its name.
    package var memories: [String: EndpointMemory] {
        let states = self.state.withLock { $0.endpoints }
        var memories: [String: EndpointMemory] = [:]
        for (client, state) in zip(self.clients, states) {
            let (used, day) = client.usage
            memories[client.endpoint.name] = EndpointMemory(
                range: state.range, credits: used > 0 ? used : nil, day: day)
        }
        return memories
    }

    /// Takes up what was remembered; names of no endpoint are passed over.
    package func restore(_ memories: [String: EndpointMemory]) {
        for (index, client) in self.clients.enumerated() {
            guard let memory = memories[client.endpoint.name] else { continue }
            self.state.withLock { $0.endpoints[index].range = memory.range }
            if let credits = memory.credits { client.restore(used: credits, day: memory.day) }
        }
    }
}
