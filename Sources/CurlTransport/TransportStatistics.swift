// Weir
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What a client has done since it was made. All but `inFlight` only grow.
package struct TransportStatistics: Sendable, Equatable {
    /// Requests accepted, those in flight included.
    package var requests: UInt64 = 0
    /// Requests that ended without an answer, cancelled ones included.
    package var failures: UInt64 = 0
    package var connectionsOpened: UInt64 = 0
    /// Over the wire: header lines and bodies, before decompression.
    package var bytesReceived: UInt64 = 0
    package var bytesSent: UInt64 = 0
    /// Requests being sent or waiting now.
    package var inFlight: Int = 0
}

/// The counters behind `TransportStatistics`; each is exact, a snapshot of several is not one moment.
final class TransportCounters: Sendable {
    let requests = Atomic<UInt64>(0)
    let failures = Atomic<UInt64>(0)
    let connectionsOpened = Atomic<UInt64>(0)
    let bytesReceived = Atomic<UInt64>(0)
    let bytesSent = Atomic<UInt64>(0)
    let inFlight = Atomic<Int>(0)

    var snapshot: TransportStatistics {
        TransportStatistics(
            requests: self.requests.load(ordering: .relaxed),
            failures: self.failures.load(ordering: .relaxed),
            connectionsOpened: self.connectionsOpened.load(ordering: .relaxed),
            bytesReceived: self.bytesReceived.load(ordering: .relaxed),
            bytesSent: self.bytesSent.load(ordering: .relaxed),
            inFlight: self.inFlight.load(ordering: .relaxed),
        )
    }

    /// Takes a place among at most `limit` requests in flight.
    func enter(limit: Int) -> Bool {
        guard self.inFlight.wrappingAdd(1, ordering: .relaxed).oldValue < limit else {
            self.inFlight.wrappingSubtract(1, ordering: .relaxed)
            return false
        }
        self.requests.wrappingAdd(1, ordering: .relaxed)
        return true
    }

    /// Gives the place back.
    func leave(failed: Bool) {
        if failed { self.failures.wrappingAdd(1, ordering: .relaxed) }
        self.inFlight.wrappingSubtract(1, ordering: .relaxed)
    }
}
