// Weir
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Synchronization

/// A server of raw bytes on a free loopback port: a script says what each connection does.
///
/// The script runs on a thread of its own for every connection, so it may block, on a `Gate` for
/// example. The connection is closed when the script returns.
package final class LoopbackServer: Sendable {
    package let port: Int
    private let listener: Int32
    private let accepted = Mutex(0)
    private let open = Mutex((now: 0, most: 0))

    package init(_ script: @escaping @Sendable (Connection) -> Void) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port: Int? = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                guard unsafe bind(listener, pointer, size) == 0, listen(listener, 512) == 0,
                    unsafe getsockname(listener, pointer, &size) == 0
                else { return nil }
                return 0
            }
        }
        guard port != nil else { throw POSIXError(.EADDRNOTAVAIL) }
        self.listener = listener
        self.port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [weak self] in
            // Closed here and not in deinit, lest the number be another server's by the next accept.
            defer { close(listener) }
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                guard let self else {
                    close(descriptor)
                    return
                }
                self.accepted.withLock { $0 += 1 }
                self.open.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                Thread.detachNewThread { [weak self] in
                    script(Connection(descriptor))
                    close(descriptor)
                    self?.open.withLock { $0.now -= 1 }
                }
            }
        }
    }

    /// Answers every request of every connection.
    package convenience init(
        answering answer: @escaping @Sendable (Connection.Request) -> [UInt8]
    ) throws {
        try self.init { connection in
            while let request = connection.read() {
                guard connection.write(answer(request)) else { return }
            }
        }
    }

    /// Connections accepted so far.
    package var connections: Int { self.accepted.withLock { $0 } }
    /// The most connections that were open at one time.
    package var mostConnections: Int { self.open.withLock { $0.most } }

    deinit {
        shutdown(self.listener, Int32(SHUT_RDWR))
    }
}

/// One accepted connection, used by its script's thread.
package final class Connection {
    package struct Request: Sendable {
        package var line: String
        /// Names lower-cased.
        package var headers: [String: String]
        package var body: [UInt8]
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    package init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Reads one request with its body; nil when the peer has closed.
    package func read() -> Request? {
        var end: Int?
        repeat {
            end = Self.headerEnd(self.buffer)
        } while end == nil && self.fill()
        guard let end else { return nil }
        let lines = String(decoding: self.buffer[..<end], as: UTF8.self)
            .split(separator: "\r\n").map(String.init)
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...]
                .trimmingCharacters(in: .whitespaces)
        }
        let length = headers["content-length"].flatMap(Int.init) ?? 0
        while self.buffer.count < end + length { guard self.fill() else { return nil } }
        let body = Array(self.buffer[end..<(end + length)])
        self.buffer.removeFirst(end + length)
        return Request(line: lines.first ?? "", headers: headers, body: body)
    }

    /// Reads one line without its CR LF; nil when the peer has closed.
    package func readLine() -> String? {
        while !self.buffer.contains(0x0a) { guard self.fill() else { return nil } }
        guard let end = self.buffer.firstIndex(of: 0x0a) else { return nil }
        var line = self.buffer[..<end]
        if line.last == 0x0d { line.removeLast() }
        let text = String(decoding: line, as: UTF8.self)
        self.buffer.removeFirst(end + 1)
        return text
    }

    /// Writes everything; false when the peer is gone.
    @discardableResult
    package func write(_ bytes: [UInt8]) -> Bool {
        unsafe bytes.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[sent...])
                let count = unsafe send(
                    self.descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }

    @discardableResult
    package func write(_ text: String) -> Bool { self.write(Array(text.utf8)) }

    /// Waits until the peer closes.
    package func waitForEnd() {
        while self.fill() { self.buffer = [] }
    }

    /// Ends the connection with a reset in place of a polite close.
    package func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(
            self.descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    private func fill() -> Bool {
        var piece = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(self.descriptor, &piece, piece.count, 0)
        guard count > 0 else { return false }
        self.buffer.append(contentsOf: piece[..<count])
        return true
    }

    private static func headerEnd(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        return (0...(bytes.count - 4)).first { bytes[$0..<($0 + 4)].elementsEqual("\r\n\r\n".utf8) }
            .map { $0 + 4 }
    }
}

/// Opened once by a test, waited for by scripts; a forgotten one opens by itself after 30 seconds.
package final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    package init() {}

    package func open() { self.semaphore.signal() }

    package func wait() {
        _ = self.semaphore.wait(timeout: .now() + 30)
        self.semaphore.signal()
    }
}

/// Counts what scripts report, for tests that wait for it.
package final class Tally: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    package init() {
        (self.stream, self.continuation) = AsyncStream.makeStream()
    }

    package func report() { self.continuation.yield() }

    /// Waits for the next `count` reports.
    package func wait(for count: Int = 1) async {
        var left = count
        guard left > 0 else { return }
        for await _ in self.stream {
            left -= 1
            if left == 0 { return }
        }
    }
}

/// An answer with a length.
package func answer(
    _ body: [UInt8],
    status: String = "200 OK",
    headers: [String] = [],
) -> [UInt8] {
    let lines = ["HTTP/1.1 \(status)"] + headers + ["Content-Length: \(body.count)", "", ""]
    return Array(lines.joined(separator: "\r\n").utf8) + body
}
