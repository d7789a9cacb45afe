// Weir
// SPDX-License-Identifier: Apache-2.0

import SQLDatabase
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The exclusive lock on `<path>.lock`, which keeps a second monitor off the same file.
///
/// An advisory `flock`: the kernel gives it back when the process ends, however it ends. The file
/// holds the owner's process id for the message, and stays behind; its presence means nothing.
final class SQLiteFileLock: Sendable {
    private let descriptor: Mutex<CInt?>

    /// Takes the lock or throws ``SQLError/alreadyInUse(path:pid:)`` at once.
    init(databasePath: String) throws(SQLError) {
        let lockPath = databasePath + ".lock"
        let descriptor = unsafe open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw .cannotOpen(
                path: databasePath,
                reason: "its lock file \(lockPath) cannot be made (\(SQLiteFault.words(errno)))")
        }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let failure = errno
            if failure == EINTR { continue }
            let owner = Self.owner(descriptor)
            close(descriptor)
            guard failure == EWOULDBLOCK else {
                throw .cannotOpen(
                    path: databasePath,
                    reason: "its lock file \(lockPath) cannot be locked "
                        + "(\(SQLiteFault.words(failure)))")
            }
            throw .alreadyInUse(path: databasePath, pid: owner)
        }
        Self.write(getpid(), to: descriptor)
        self.descriptor = Mutex(descriptor)
    }

    deinit {
        self.release()
    }

    /// Gives the lock back; doing it again does nothing.
    func release() {
        self.descriptor.withLock { descriptor in
            guard let open = descriptor else { return }
            ftruncate(open, 0)
            close(open)
            descriptor = nil
        }
    }

    /// The process id is a courtesy: a full disk must not keep the lock from working.
    private static func write(_ pid: pid_t, to descriptor: CInt) {
        ftruncate(descriptor, 0)
        let text = Array("\(pid)\n".utf8)
        _ = unsafe text.withUnsafeBytes { bytes in
            unsafe pwrite(descriptor, bytes.baseAddress, bytes.count, 0)
        }
    }

    private static func owner(_ descriptor: CInt) -> Int32? {
        var text = [UInt8](repeating: 0, count: 16)
        let count = unsafe text.withUnsafeMutableBytes { bytes in
            unsafe pread(descriptor, bytes.baseAddress, bytes.count, 0)
        }
        guard count > 0 else { return nil }
        let digits = text.prefix(count).prefix { (0x30...0x39).contains($0) }
        return Int32(String(decoding: digits, as: UTF8.self))
    }
}
