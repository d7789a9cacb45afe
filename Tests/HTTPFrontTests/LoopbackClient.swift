// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// Runs something that blocks on a thread of its own, so that the shared pool, which may be two
/// threads wide, stays free for the server under test.
func blocking<R: Sendable>(_ body: @escaping @Sendable () -> R) async -> R {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: body()) }
    }
}

/// One connection to a loopback port, with raw bytes and a limit of ten seconds for each wait.
final class LoopbackClient: Sendable {
    struct Answer: Sendable {
        var status = 0
        /// Names lower-cased.
        var headers: [String: String] = [:]
        var body: [UInt8] = []

        var text: String { String(decoding: self.body, as: UTF8.self) }
    }

    private let descriptor: Int32
    private let buffer = Mutex<[UInt8]>([])

    /// Throws `ECONNREFUSED` if nobody listens.
    init(port: Int) throws {
        self.descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        var one: Int32 = 1
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(self.descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        unsafe setsockopt(self.descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        unsafe setsockopt(self.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let descriptor = self.descriptor
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
    }

    deinit { close(self.descriptor) }

    /// Sends all of it; stops early if the other side has closed.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { pointer in
                unsafe Foundation.send(
                    self.descriptor, pointer.baseAddress?.advanced(by: sent), bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { self.send(Array(text.utf8)) }

    /// Tells the other side that nothing more comes.
    func finishSending() {
        shutdown(self.descriptor, Int32(SHUT_WR))
    }

    /// The next answer; nil if the connection ends, or stays silent, before it is whole.
    func answer(toHead isHead: Bool = false) -> Answer? {
        self.buffer.withLock { buffer in
            var end: Range<Int>?
            while true {
                end = buffer.firstRange(of: Array("\r\n\r\n".utf8))
                if end != nil { break }
                guard self.fill(&buffer) else { return nil }
            }
            guard let end else { return nil }
            let lines = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
                .components(separatedBy: "\r\n")
            buffer.removeFirst(end.upperBound)
            let words = lines[0].split(separator: " ")
            var answer = Answer()
            answer.status = words.count > 1 ? Int(words[1]) ?? 0 : 0
            for line in lines.dropFirst() {
                guard let colon = line.firstIndex(of: ":") else { continue }
                let value = line[line.index(after: colon)...]
                answer.headers[line[..<colon].lowercased()] =
                    value.trimmingCharacters(in: .whitespaces)
            }
            guard !isHead, answer.status != 204 else { return answer }
            let length = answer.headers["content-length"].flatMap { Int($0) } ?? 0
            while buffer.count < length {
                guard self.fill(&buffer) else { return nil }
            }
            answer.body = Array(buffer.prefix(length))
            buffer.removeFirst(length)
            return answer
        }
    }

    /// Everything up to the connection's end; nil if it does not end within the limit.
    func untilClosed() -> [UInt8]? {
        self.buffer.withLock { buffer in
            while self.fill(&buffer) {}
            return errno == EAGAIN ? nil : buffer
        }
    }

    private func fill(_ buffer: inout [UInt8]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        errno = 0
        let count = unsafe recv(self.descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffer += chunk[..<count]
        return true
    }
}

/// One request on a connection of its own.
func request(
    _ port: Int, _ target: String, method: String = "GET", headers: [String: String] = [:],
) async throws -> LoopbackClient.Answer {
    var text = "\(method) \(target) HTTP/1.1\r\nHost: weir\r\nConnection: close\r\n"
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    text += "\r\n"
    return try await exchange(port, text, toHead: method == "HEAD")
}

/// Raw bytes on a connection of their own, and the first answer to them.
func exchange(
    _ port: Int, _ text: String, toHead: Bool = false,
) async throws -> LoopbackClient.Answer {
    let answer = await blocking { () -> LoopbackClient.Answer? in
        guard let client = try? LoopbackClient(port: port) else { return nil }
        client.send(text)
        return client.answer(toHead: toHead)
    }
    guard let answer else { throw NoAnswer() }
    return answer
}

struct NoAnswer: Error {}
