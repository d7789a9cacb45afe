// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MetricsRegistry

/// Reads what Linux tells of this process.
enum ProcessFiles {
    private static let bootTime = text("/proc/stat").flatMap { ProcessReading.bootTime(stat: $0) }

    /// A reading of `/proc/self`; what cannot be read is missing in it.
    static func reading() -> ProcessReading {
        ProcessReading(
            stat: self.text("/proc/self/stat") ?? "",
            status: self.text("/proc/self/status") ?? "",
            limits: self.text("/proc/self/limits") ?? "",
            openFileDescriptors: (try? FileManager.default.contentsOfDirectory(
                atPath: "/proc/self/fd"))?.count,
            clockTicksPerSecond: sysconf(Int32(_SC_CLK_TCK)),
            bootTimeSeconds: self.bootTime)
    }

    /// The size of the store's files together; nil where there is none.
    static func size(ofStore path: String) -> UInt64? {
        let sizes = ["", "-wal", "-shm"].compactMap { suffix in
            (try? FileManager.default.attributesOfItem(atPath: path + suffix))?[.size] as? UInt64
        }
        return sizes.isEmpty ? nil : sizes.reduce(0, +)
    }

    private static func text(_ path: String) -> String? {
        (try? Data(contentsOf: URL(fileURLWithPath: path))).map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}
