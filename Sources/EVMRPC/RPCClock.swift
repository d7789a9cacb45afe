// Weir
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Time as the module sees it; tests and simulations put their own in its place.
package struct RPCClock: Sendable {
    /// Time since some fixed moment; never goes back.
    package var now: @Sendable () -> Duration
    /// Seconds since 1970-01-01 UTC.
    package var unixSeconds: @Sendable () -> Int64
    /// Milliseconds since 1970-01-01 UTC.
    package var unixMilliseconds: @Sendable () -> Int64
    /// Waits; throws only when the task is cancelled.
    package var sleep: @Sendable (Duration) async throws -> Void

    package init(
        now: @escaping @Sendable () -> Duration,
        unixSeconds: @escaping @Sendable () -> Int64,
        unixMilliseconds: (@Sendable () -> Int64)? = nil,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
    ) {
        self.now = now
        self.unixSeconds = unixSeconds
        self.unixMilliseconds =
            unixMilliseconds
            ?? { unixSeconds().multipliedReportingOverflow(by: 1000).partialValue }
        self.sleep = sleep
    }

    /// The machine's clocks.
    package static let system: RPCClock = {
        let origin = ContinuousClock.now
        return RPCClock(
            now: { origin.duration(to: .now) },
            unixSeconds: { Int64(time(nil)) },
            unixMilliseconds: {
                var now = timespec()
                unsafe clock_gettime(CLOCK_REALTIME, &now)
                return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
            },
            sleep: { try await Task.sleep(for: $0) })
    }()
}
