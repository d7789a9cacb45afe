// Weir
// SPDX-License-Identifier: Apache-2.0

/// What is usual for an endpoint: the time within which 95 of 100 of its last answers came.
///
/// The last 64 answers count, so an endpoint that becomes slower is soon judged by that.
struct LatencyEstimate: Sendable, Equatable {
    static let capacity = 64
    /// With fewer answers nothing is said.
    static let samplesMin = 16

    private var samples: [Duration] = []
    private var next = 0

    mutating func add(_ duration: Duration) {
        let duration = max(.zero, duration)
        if self.samples.count < Self.capacity {
            self.samples.append(duration)
        } else {
            self.samples[self.next] = duration
        }
        self.next = (self.next + 1) % Self.capacity
    }

    /// The 95th percentile (nearest rank); nil until enough is known.
    var p95: Duration? {
        guard self.samples.count >= Self.samplesMin else { return nil }
        let rank = (self.samples.count * 95 + 99) / 100
        return self.samples.sorted()[rank - 1]
    }
}
