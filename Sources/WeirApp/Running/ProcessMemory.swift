// Weir
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Gives memory back that the process does not need at rest.
///
/// Two things are left behind by the start and by a catch-up: freed blocks that the allocator keeps,
/// and pages of the program itself that ran once (configuration, dynamic linking, the search for
/// conformances). The first are charged to the container, the second count as resident.
enum ProcessMemory {
    /// Has large blocks, such as the page of a scrape with very many series, mapped on their own: they
    /// go back to the system when they are freed, where glibc's own threshold would rise with them.
    static func prepare() { Self.set([(mapThreshold, 8 << 20), (trimThreshold, 8 << 20)]) }

    /// The same for a catch-up alone. Its pages of logs are made by one thread and freed by another:
    /// with a heap for each of them, holes would be half of all memory.
    static func prepareCatchUp() {
        Self.set([(mapThreshold, 1 << 20), (trimThreshold, 8 << 20), (arenaMax, 1)])
    }

    // mallopt(3)
    private static let trimThreshold: Int32 = -1
    private static let mapThreshold: Int32 = -3
    private static let arenaMax: Int32 = -8

    private static func set(_ parameters: [(name: Int32, value: Int32)]) {
        guard
            let set = unsafe unsafeBitCast(
                dlsym(nil, "mallopt"), to: (@convention(c) (Int32, Int32) -> Int32)?.self)
        else { return }
        for (name, value) in parameters { _ = set(name, value) }
    }

    /// glibc's `malloc_trim`, which its header for Swift leaves out; other libraries have none.
    private static let trim = {
        unsafe unsafeBitCast(
            dlsym(nil, "malloc_trim"), to: (@convention(c) (Int) -> Int32)?.self)
    }()

    /// Gives it back. Costs a millisecond, and a page fault for each page that is used again.
    static func settle() {
        _ = Self.trim?(0)
        for range in Self.code(in: ProcessFiles.text("/proc/self/maps") ?? "") {
            // The pages are clean and private: the file still has them.
            _ = unsafe madvise(
                UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
        }
    }

    /// Where the code of files is mapped, read from `/proc/self/maps` (proc(5)).
    ///
    ///     55e0c1a00000-55e0c3e19000 r-xp 00400000 fe:00 5374541    /usr/bin/weir
    ///
    /// Only what cannot be written: such pages are those of the file.
    static func code(in maps: String) -> [Range<UInt>] {
        maps.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard fields.count >= 6, fields[1] == "r-xp", fields[5].hasPrefix("/") else {
                return nil
            }
            let ends = fields[0].split(separator: "-").map { UInt($0, radix: 16) }
            guard ends.count == 2, let start = ends[0], let end = ends[1], start > 0, start < end
            else { return nil }
            return start..<end
        }
    }
}
