// Weir
// SPDX-License-Identifier: Apache-2.0

/// What Linux says about a process, read from the texts of `/proc`.
///
/// The caller reads the files; here they are only taken apart. What is missing or makes no sense
/// is nil: a sandbox may hide any of them.
package struct ProcessReading: Sendable, Hashable {
    /// User and system time, in seconds.
    package var cpuSeconds: Double?
    /// Unix time of the start, in seconds.
    package var startTimeSeconds: Double?
    package var residentBytes: UInt64?
    /// The part of the resident memory that is the process's own (`RssAnon`).
    package var residentAnonymousBytes: UInt64?
    package var virtualBytes: UInt64?
    package var openFileDescriptors: UInt64?
    package var maxFileDescriptors: UInt64?

    package init() {}

    /// - Parameters:
    ///   - stat: `/proc/self/stat`
    ///   - status: `/proc/self/status`
    ///   - limits: `/proc/self/limits`
    ///   - openFileDescriptors: how many entries `/proc/self/fd` has
    ///   - clockTicksPerSecond: `sysconf(_SC_CLK_TCK)`
    ///   - bootTimeSeconds: see `bootTime(stat:)`
    package init(
        stat: String,
        status: String,
        limits: String,
        openFileDescriptors: Int?,
        clockTicksPerSecond: Int,
        bootTimeSeconds: Double?,
    ) {
        self.readStat(stat, ticks: clockTicksPerSecond, bootTimeSeconds: bootTimeSeconds)
        self.residentBytes = Self.kibibytes("VmRSS:", in: status)
        self.residentAnonymousBytes = Self.kibibytes("RssAnon:", in: status)
        self.virtualBytes = Self.kibibytes("VmSize:", in: status)
        self.openFileDescriptors = openFileDescriptors.flatMap { UInt64(exactly: $0) }
        let limit = Self.line("Max open files", in: limits)
        self.maxFileDescriptors = limit?.split(separator: " ").dropFirst(3).first.flatMap {
            UInt64($0)
        }
    }

    /// The line `btime` of `/proc/stat`: Unix time of the system's start.
    package static func bootTime(stat: String) -> Double? {
        self.line("btime ", in: stat)?.split(separator: " ").dropFirst().first.flatMap {
            UInt64($0)
        }.map { Double($0) }
    }

    /// Fields of `/proc/self/stat` are counted behind the command's name, which stands in
    /// parentheses and may itself hold parentheses and spaces (proc(5)).
    private mutating func readStat(_ text: String, ticks: Int, bootTimeSeconds: Double?) {
        guard ticks > 0, let close = text.utf8.lastIndex(of: UInt8(ascii: ")")) else { return }
        let fields = text[text.utf8.index(after: close)...].split(separator: " ")
        // Field 3 (state) is fields[0]: utime 14, stime 15, starttime 22.
        guard fields.count > 19, let user = UInt64(fields[11]), let system = UInt64(fields[12]),
            let start = UInt64(fields[19])
        else { return }
        self.cpuSeconds = (Double(user) + Double(system)) / Double(ticks)
        self.startTimeSeconds = bootTimeSeconds.map { $0 + Double(start) / Double(ticks) }
    }

    private static func kibibytes(_ key: String, in text: String) -> UInt64? {
        guard let line = self.line(key, in: text),
            let field = line.dropFirst(key.count).split(whereSeparator: \.isWhitespace).first,
            let kibibytes = UInt64(field)
        else { return nil }
        let (bytes, overflow) = kibibytes.multipliedReportingOverflow(by: 1024)
        return overflow ? nil : bytes
    }

    private static func line(_ prefix: String, in text: String) -> Substring? {
        text.split(separator: "\n").first { $0.hasPrefix(prefix) }
    }
}
