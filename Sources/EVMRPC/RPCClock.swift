// Weir
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Time as the module sees it; tests and simulations put their own in its place.
package struct RPCClock: Sendable {
    /// Time since some fixed moment; never goes back.
    package var now: @Sendable () -> Duration
    /// Seconds since 1970-01-01 UTC.
    package var unixSeconds: @Sendable () -> Int64
    /// Waits; throws only when the task is cancelled.
    package var sleep: @Sendable (Duration) async throws -> Void

    package init(
        now: @escaping @Sendable () -> Duration,
        unixSeconds: @escaping @Sendable () -> Int64,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
    ) {
        self.now = now
        self.unixSeconds = unixSeconds
        self.sleep = sleep
    }

    /// The machine's clocks.
    package static let system: RPCClock = {
        let origin = ContinuousClock.now
        return RPCClock(
            now: { origin.duration(to: .now) },
            unixSeconds: { Int64(time(nil)) },
            sleep: { try await Task.sleep(for: $0) })
    }()
}
