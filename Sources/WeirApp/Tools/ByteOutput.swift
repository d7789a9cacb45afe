// Weir
// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Standard output through a large buffer, written in large pieces.
///
/// Expects SIGPIPE to be ignored: a reader that went away is ``ToolError/outputClosed``.
package struct ByteOutput: ~Copyable {
    private static let bufferBytes = 1 << 20

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    package init(descriptor: Int32 = STDOUT_FILENO) {
        self.descriptor = descriptor
        self.buffer.reserveCapacity(Self.bufferBytes)
    }

    /// Takes bytes, and writes when the buffer is full. Call ``flush()`` at the end.
    package mutating func write(_ bytes: [UInt8]) throws(ToolError) {
        self.buffer += bytes
        if self.buffer.count >= Self.bufferBytes { try self.flush() }
    }

    /// Takes a line, without its line feed.
    package mutating func writeLine(_ bytes: [UInt8]) throws(ToolError) {
        self.buffer += bytes
        self.buffer.append(0x0a)
        if self.buffer.count >= Self.bufferBytes { try self.flush() }
    }

    /// Writes what was taken.
    package mutating func flush() throws(ToolError) {
        defer { self.buffer.removeAll(keepingCapacity: true) }
        try Self.write(self.buffer, to: self.descriptor)
    }

    /// Writes all of `bytes` without a buffer.
    package static func write(
        _ bytes: [UInt8], to descriptor: Int32 = STDOUT_FILENO
    ) throws(ToolError) {
        var start = 0
        while start < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { raw in
                unsafe Self.writeOnce(descriptor, UnsafeRawBufferPointer(rebasing: raw[start...]))
            }
            if count >= 0 {
                start += count
            } else if errno == EPIPE {
                throw .outputClosed
            } else if errno != EINTR {
                throw .unwritable(reason: SystemFault.text(errno))
            }
        }
    }

    private static func writeOnce(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer
    ) -> Int {
        #if canImport(Glibc)
            unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
            unsafe Musl.write(descriptor, bytes.baseAddress, bytes.count)
        #else
            unsafe Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }
}
