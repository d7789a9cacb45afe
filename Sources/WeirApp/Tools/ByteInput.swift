// Weir
// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Bytes of a file or of standard input, in large pieces that end where a line or document ends.
package struct ByteInput: ~Copyable {
    /// Bytes asked for at once.
    private static let chunkBytes = 1 << 20

    /// What may end a piece.
    package enum Boundary: Sendable {
        /// A line feed.
        case line
        /// A line feed between a closing and an opening bracket at the margin, so that a document
        /// written over several lines stays whole.
        case document
    }

    /// What messages call it.
    package let name: String
    private let descriptor: Int32
    private let boundary: Boundary
    /// The longest line or document that is read.
    private let limitBytes: Int
    private var buffer: [UInt8] = []
    /// Bytes of the buffer already given away.
    private var given = 0
    /// Bytes of the buffer that were searched for a boundary.
    private var searched = 0
    private var isAtEnd = false
    /// A line was refused as too long, and the rest of it is still coming.
    private var isDiscarding = false

    /// - Parameter path: nil or `-` for standard input.
    package init(
        path: String?, boundary: Boundary, limitBytes: Int = 256 << 20,
    ) throws(ToolError) {
        self.boundary = boundary
        self.limitBytes = limitBytes
        if let path, path != "-" {
            self.descriptor = try Self.descriptor(of: path)
            self.name = path
        } else {
            self.descriptor = STDIN_FILENO
            self.name = "standard input"
        }
    }

    private static func descriptor(of path: String) throws(ToolError) -> Int32 {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .unreadable(path: path, reason: SystemFault.text(errno))
        }
        var status = stat()
        if unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            close(descriptor)
            throw .unreadable(path: path, reason: "it is a folder")
        }
        return descriptor
    }

    deinit {
        if self.descriptor != STDIN_FILENO { close(self.descriptor) }
    }

    /// Calls `body` with the next piece, whole lines or documents; false at the end.
    ///
    /// Throws `ToolError.inputTooLong` once for a line above the limit; the next call goes on behind
    /// that line.
    ///
    /// - Parameter waiting: called before each read, which may wait: the place to write what is
    ///   ready.
    package mutating func next(
        waiting: () throws(ToolError) -> Void = {},
        _ body: (RawSpan) throws(ToolError) -> Void
    ) throws(ToolError) -> Bool {
        while true {
            if self.isDiscarding { self.discard() }
            if let end = self.lastBoundary() {
                try body(unsafe self.buffer.span.extracting(self.given..<end).bytes)
                self.given = end
                self.searched = end
                return true
            }
            if self.isAtEnd {
                guard self.given < self.buffer.count else { return false }
                try body(
                    unsafe self.buffer.span.extracting(self.given..<self.buffer.count).bytes)
                self.given = self.buffer.count
                return true
            }
            guard self.buffer.count - self.given <= self.limitBytes else {
                self.isDiscarding = true
                throw .inputTooLong(limitBytes: self.limitBytes)
            }
            try waiting()
            try self.fill()
        }
    }

    /// Lets go of what is left of a line that was refused.
    private mutating func discard() {
        let end = self.buffer[self.given...].firstIndex(of: 0x0a)
        self.isDiscarding = end == nil
        self.given = end.map { $0 + 1 } ?? self.buffer.count
        self.searched = self.given
    }

    /// The place behind the last boundary of what was not given yet.
    private mutating func lastBoundary() -> Int? {
        // A document's boundary needs the byte behind the line feed.
        let stop = self.boundary == .line ? self.buffer.count : self.buffer.count - 1
        var at = stop - 1
        // One back: the line feed may be the last byte of the search before.
        let low = max(self.given, self.searched - 1)
        defer { self.searched = max(self.searched, stop) }
        while at >= low {
            if self.buffer[at] == 0x0a, self.boundary == .line || self.isBetweenDocuments(at) {
                return at + 1
            }
            at -= 1
        }
        return nil
    }

    private func isBetweenDocuments(_ lineFeed: Int) -> Bool {
        let next = self.buffer[lineFeed + 1]
        guard next == UInt8(ascii: "{") || next == UInt8(ascii: "[") else { return false }
        var before = lineFeed - 1
        while before >= self.given, [0x0a, 0x0d, 0x20, 0x09].contains(self.buffer[before]) {
            before -= 1
        }
        guard before >= self.given else { return true }
        return self.buffer[before] == UInt8(ascii: "}")
            || self.buffer[before] == UInt8(ascii: "]")
    }

    private mutating func fill() throws(ToolError) {
        if self.given > 0 {
            self.buffer.removeSubrange(..<self.given)
            self.searched -= self.given
            self.given = 0
        }
        let start = self.buffer.count
        var count = 0
        let descriptor = self.descriptor
        self.buffer.append(addingCapacity: Self.chunkBytes) { space in
            unsafe space.withUnsafeMutableBufferPointer { bytes, initialized in
                repeat {
                    count = unsafe read(
                        descriptor, bytes.baseAddress?.advanced(by: initialized), Self.chunkBytes)
                } while count < 0 && errno == EINTR
                initialized += max(0, count)
            }
        }
        guard count >= 0 else {
            throw .unreadable(path: self.name, reason: SystemFault.text(errno))
        }
        self.isAtEnd = self.buffer.count == start
    }
}

/// The system's words for an error number.
enum SystemFault {
    static func text(_ number: Int32) -> String {
        guard let words = unsafe strerror(number) else { return "error \(number)" }
        return unsafe String(cString: words)
    }
}
