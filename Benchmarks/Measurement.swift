// Weir
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How long some work took, run by run.
struct Times {
    /// By the process's CPU clock: other programs on the machine do not count.
    var cpu: [Double] = []
    var wall: [Double] = []

    /// The median run in CPU seconds.
    var seconds: Double { Self.median(self.cpu) }

    static func median(_ values: [Double]) -> Double {
        values.isEmpty ? .nan : values.sorted()[values.count / 2]
    }
}

/// Times work that is done again and again.
struct Measurement {
    /// How many runs count, after one that does not.
    var runs = 5

    private static func now(_ clock: clockid_t) -> Double {
        var time = timespec()
        _ = unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    func times(_ body: () throws -> Void) rethrows -> Times {
        try body()
        var times = Times()
        for _ in 0..<max(1, self.runs) {
            let (wall, cpu) = (Self.now(CLOCK_MONOTONIC), Self.now(CLOCK_PROCESS_CPUTIME_ID))
            try body()
            times.cpu.append(max(Self.now(CLOCK_PROCESS_CPUTIME_ID) - cpu, 1e-9))
            times.wall.append(max(Self.now(CLOCK_MONOTONIC) - wall, 1e-9))
        }
        return times
    }

    /// The CPU seconds of work that is done once.
    static func once(_ body: () throws -> Void) rethrows -> Double {
        let start = Self.now(CLOCK_PROCESS_CPUTIME_ID)
        try body()
        return max(Self.now(CLOCK_PROCESS_CPUTIME_ID) - start, 1e-9)
    }

    /// A result that the compiler must not optimise away.
    @inline(never)
    static func keep<T>(_ value: T) {}
}
