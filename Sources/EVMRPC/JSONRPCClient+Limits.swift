// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Synchronization

// What a pool wants to know of an endpoint's limits before it asks, and what is kept of them.
extension JSONRPCClient {
    /// Until the endpoint's budget, and what it said itself, allow another call.
    var wait: Duration {
        let now = self.clock.now()
        return self.limits.withLock { $0.wait(now: now) }
    }

    /// Whether the plan's credits of this day (UTC) are used up.
    var isOutOfCredits: Bool {
        let time = self.clock.unixSeconds()
        return self.limits.withLock { $0.meter.isExhausted(at: time) }
    }

    /// What has been used today, and what the day will come to.
    package var credits: CreditForecast {
        let time = self.clock.unixSeconds()
        return self.limits.withLock { $0.meter.forecast(at: time) }
    }

    /// The day's credits as they are to be remembered.
    var usage: (used: UInt64, day: Int64) {
        self.limits.withLock { ($0.meter.used, $0.meter.day) }
    }

    func restore(used: UInt64, day: Int64) {
        let time = self.clock.unixSeconds()
        self.limits.withLock { $0.restore(used: used, day: day, unixSeconds: time) }
    }

    /// Credits of a body's calls, by method.
    func priced(_ calls: [RPCCall]) -> [RPCExchange.Calls] {
        var counts: [RPCExchange.Calls] = []
        for call in calls {
            if let index = counts.firstIndex(where: { $0.method == call.method }) {
                counts[index].count += 1
            } else {
                counts.append(RPCExchange.Calls(method: call.method, count: 1))
            }
        }
        for index in counts.indices {
            counts[index].credits = self.endpoint.pricing.cost(
                counts[index].method, times: counts[index].count)
        }
        return counts
    }

    /// What did not even reach the provider costs nothing.
    func giveBack(_ error: TransportError, _ calls: inout [RPCExchange.Calls]) {
        switch error {
        case .couldNotConnect, .couldNotResolve, .invalidRequest, .tooManyInFlight, .shutDown: break
        default: return
        }
        for index in calls.indices {
            let credits = calls[index].credits
            calls[index].credits = 0
            self.limits.withLock { $0.giveBack(credits) }
        }
    }
}
