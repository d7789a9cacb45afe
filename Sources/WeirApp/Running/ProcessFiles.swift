// Weir
// SPDX-License-Identifier: Apache-2.0

import Glibc
import MetricsRegistry
import Synchronization

/// Reads what Linux tells of this process.
enum ProcessFiles {
    private static let bootTime = text("/proc/stat").flatMap { ProcessReading.bootTime(stat: $0) }

    /// A reading of `/proc/self`; what cannot be read is missing in it.
    static func reading() -> ProcessReading {
        ProcessReading(
            stat: self.text("/proc/self/stat") ?? "",
            status: self.text("/proc/self/status") ?? "",
            limits: self.text("/proc/self/limits") ?? "",
            openFileDescriptors: self.count("/proc/self/fd"),
            clockTicksPerSecond: sysconf(Int32(_SC_CLK_TCK)),
            bootTimeSeconds: self.bootTime)
    }

    /// The size of the store's files together; nil where there is none.
    static func size(ofStore path: String) -> UInt64? {
        let sizes = ["", "-wal", "-shm"].compactMap { suffix -> UInt64? in
            var status = stat()
            guard unsafe stat(path + suffix, &status) == 0 else { return nil }
            return UInt64(exactly: status.st_size)
        }
        return sizes.isEmpty ? nil : sizes.reduce(0, +)
    }

    /// A file of `/proc`, which says nothing of its size beforehand.
    static func text(_ path: String) -> String? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var hasFailed = false
        while !hasFailed {
            let before = bytes.count
            bytes.append(addingCapacity: 4096) { room in
                unsafe room.withUnsafeMutableBufferPointer { buffer, count in
                    let found = unsafe read(file, buffer.baseAddress, buffer.count)
                    hasFailed = found < 0
                    count = max(0, found)
                }
            }
            if bytes.count == before { break }
        }
        return hasFailed ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// The entries of a folder.
    private static func count(_ path: String) -> Int? {
        guard let folder = unsafe opendir(path) else { return nil }
        defer { unsafe closedir(folder) }
        var count = 0
        while unsafe readdir(folder) != nil { count += 1 }
        // Without `.` and `..`.
        return max(0, count - 2)
    }
}

/// What scrapes show of the process: looked up once in a while, however many there are.
final class ProcessLooks: Sendable {
    private let last = Mutex<Duration?>(nil)
    private let interval: Duration

    init(every interval: Duration) {
        self.interval = interval
    }

    /// Whether it is time to look again; if so, the time is noted.
    func isDue(at now: Duration) -> Bool {
        self.last.withLock { last in
            if let last, now - last < self.interval { return false }
            last = now
            return true
        }
    }
}
