// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry
import Testing

@Suite struct ProcessMetricsTests {
    static let stat =
        "42 (we (ir) x) S 1 42 42 0 -1 4194560 900 0 0 0 150 50 0 0 20 0 4 0 1234 40960000 2500 "
        + "18446744073709551615 1 1 0 0 0 0 0 4096 0 0 0 0 17 1 0 0 0 0 0"
    static let status =
        "Name:\tweir\nVmPeak:\t   50000 kB\nVmSize:\t   40000 kB\n"
        + "VmRSS:\t   10240 kB\nRssAnon:\t    4096 kB\nThreads:\t4\n"
    static let limits = """
        Limit                     Soft Limit           Hard Limit           Units
        Max cpu time              unlimited            unlimited            seconds
        Max open files            1024                 524288               files
        """

    static func reading() -> ProcessReading {
        ProcessReading(
            stat: self.stat, status: self.status, limits: self.limits, openFileDescriptors: 17,
            clockTicksPerSecond: 100,
            bootTimeSeconds: ProcessReading.bootTime(stat: "cpu 1 2\nbtime 1700000000\nx 1\n"))
    }

    @Test func procTextsAreRead() {
        let reading = Self.reading()
        #expect(reading.cpuSeconds == 2)
        #expect(reading.startTimeSeconds == 1_700_000_012.34)
        #expect(reading.residentBytes == 10_485_760)
        #expect(reading.residentAnonymousBytes == 4_194_304)
        #expect(reading.virtualBytes == 40_960_000)
        #expect(reading.openFileDescriptors == 17)
        #expect(reading.maxFileDescriptors == 1024)
    }

    @Test func everyPrefixOfTheTextsIsHarmless() {
        for length in 0..<Self.stat.count {
            let reading = ProcessReading(
                stat: String(Self.stat.prefix(length)), status: String(Self.status.prefix(length)),
                limits: String(Self.limits.prefix(length)), openFileDescriptors: -1,
                clockTicksPerSecond: 100, bootTimeSeconds: nil)
            #expect(reading.openFileDescriptors == nil && reading.startTimeSeconds == nil)
        }
        let odd = ProcessReading(
            stat: Self.stat, status: "VmRSS: 18446744073709551615 kB",
            limits: "Max open files  unlimited unlimited files", openFileDescriptors: nil,
            clockTicksPerSecond: 0, bootTimeSeconds: 1)
        #expect(odd == ProcessReading())
        #expect(ProcessReading.bootTime(stat: "btime x") == nil)
    }

    @Test func metricsHaveTheUsualNames() throws {
        let registry = try MetricsRegistry()
        let metrics = try ProcessMetrics(registry: registry)
        metrics.update(Self.reading())
        metrics.update(ProcessReading())
        let lines = String(decoding: registry.render(.text004), as: UTF8.self)
            .split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            lines == [
                "process_cpu_seconds_total 2", "process_max_fds 1024", "process_open_fds 17",
                "process_resident_memory_bytes 10485760",
                "process_start_time_seconds 1700000012.34",
                "process_virtual_memory_bytes 40960000",
            ])
    }
}
