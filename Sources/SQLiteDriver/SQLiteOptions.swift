// Weir
// SPDX-License-Identifier: Apache-2.0

/// How a SQLite file is opened. The defaults are durable and small.
package struct SQLiteOptions: Sendable, Equatable {
    /// When a commit counts as written.
    package enum Synchronous: String, Sendable {
        /// Each commit is on the device before it returns.
        case full = "FULL"
        /// A power cut may take back the last commits, whole ones, and nothing else.
        case normal = "NORMAL"
    }

    package enum Access: Sendable {
        /// Owns the file: creates it, holds its lock.
        case readWrite
        /// Looks at a file, also while a monitor runs on it. Takes no lock, changes nothing.
        case readOnly
    }

    package var access: Access = .readWrite
    package var synchronous: Synchronous = .full
    /// How long a statement waits for a lock of another program before ``SQLError/busy(_:)``.
    package var busyTimeoutMilliseconds: Int = 5000
    /// Page cache of the writing connection; larger transactions spill into the log.
    package var writerCacheKiB: Int = 2048
    /// Page cache of each reading connection.
    package var readerCacheKiB: Int = 512
    /// How many reads may run at once; connections are made when first needed.
    package var readersMax: Int = 2
    /// The write-ahead log is copied back into the file when it holds this many 4 KiB pages.
    package var checkpointPages: Int = 1000
    /// The log file is cut to this length after it was copied back.
    package var walBytesKept: Int = 16 << 20
    /// Marks the file as ours (offset 68 of its header): "WEIR".
    package var applicationID: UInt32 = 0x5745_4952

    package init() {}

    /// The defaults, for reading only.
    package static var readOnly: Self {
        var options = Self()
        options.access = .readOnly
        return options
    }
}
