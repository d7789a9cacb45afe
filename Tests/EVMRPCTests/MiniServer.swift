// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Foundation

/// An HTTP server on a free loopback port that answers every request with bytes of the test's.
final class MiniServer: Sendable {
    struct Request: Sendable {
        var line: String
        /// Names lower-cased.
        var headers: [String: String]
        var body: [UInt8]
    }

    let port: Int
    private let listener: Int32

    init(_ answer: @escaping @Sendable (Request) -> [UInt8]) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isOpen = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(listener, pointer, size) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, pointer, &size) == 0
            }
        }
        guard isOpen else { throw POSIXError(.EADDRNOTAVAIL) }
        self.listener = listener
        self.port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread {
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                Thread.detachNewThread {
                    Self.serve(descriptor, answer)
                    close(descriptor)
                }
            }
        }
    }

    deinit {
        shutdown(self.listener, Int32(SHUT_RDWR))
        close(self.listener)
    }

    /// One exchange a connection, closed behind it.
    private static func serve(_ descriptor: Int32, _ answer: (Request) -> [UInt8]) {
        var buffer: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let request = Self.parse(buffer) {
                let bytes = answer(request)
                var sent = 0
                while sent < bytes.count {
                    let count = unsafe bytes[sent...].withUnsafeBytes {
                        unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                    }
                    guard count > 0 else { return }
                    sent += count
                }
                return
            }
            let count = unsafe recv(descriptor, &piece, piece.count, 0)
            guard count > 0 else { return }
            buffer.append(contentsOf: piece[..<count])
        }
    }

    private static func parse(_ bytes: [UInt8]) -> Request? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound else { return nil }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...]
                .trimmingCharacters(in: .whitespaces)
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        guard bytes.count >= end + length else { return nil }
        return Request(
            line: lines.first.map { String($0) } ?? "", headers: headers,
            body: Array(bytes[end..<(end + length)]))
    }

    static func answer(_ body: String, status: String = "200 OK", headers: [String] = []) -> [UInt8]
    {
        let lines =
            ["HTTP/1.1 \(status)"] + headers
            + ["Connection: close", "Content-Length: \(body.utf8.count)", "", body]
        return Array(lines.joined(separator: "\r\n").utf8)
    }
}

extension ScriptedTransport {
    /// The answer's body as text, for a server that stands before the script.
    func reply(_ body: [UInt8]) -> String {
        guard let response = try? self.answer(body) else { return "" }
        return String(decoding: response.body, as: UTF8.self)
    }
}
