// Weir
// SPDX-License-Identifier: Apache-2.0

import SQLDatabase

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension SQLiteFile {
    /// Removes an unfinished copy and what SQLite may have left beside it.
    static func remove(_ partial: String) {
        for suffix in ["", "-journal", "-wal", "-shm"] { unsafe unlink(partial + suffix) }
    }

    /// Gives the copy its name. `link` fails when the name was taken meanwhile, where `rename`
    /// would replace; file systems without links get the rename after a last look.
    static func publish(_ partial: String, as path: String) throws(SQLError) {
        if unsafe link(partial, path) == 0 {
            unsafe unlink(partial)
            return
        }
        if errno != EEXIST, unsafe access(path, F_OK) != 0, unsafe rename(partial, path) == 0 {
            return
        }
        throw .cannotOpen(path: path, reason: SQLiteFault.words(errno))
    }

    /// Brings a file, or the entries of a directory, to the device.
    static func sync(_ path: String) throws(SQLError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .cannotOpen(path: path, reason: SQLiteFault.words(errno))
        }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw .io("syncing \(path): \(SQLiteFault.words(errno))")
        }
    }
}
