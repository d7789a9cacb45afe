// Weir
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import HummingbirdCore
import NIOCore

/// Frames one answer and sends it: headers, gzip, and for a `HEAD` no body.
struct AnswerWriter: ~Copyable {
    private let isHead: Bool
    private let acceptEncoding: String?
    private let loop: any EventLoop
    private let writer: ResponseWriter

    /// A longer body goes out in pieces of this size.
    private static let pieceBytes = 256 * 1024

    init(request: Request, writer: consuming ResponseWriter, loop: any EventLoop) {
        self.isHead = request.method == .head
        self.acceptEncoding = request.headers[.acceptEncoding]
        self.loop = loop
        self.writer = writer
    }

    /// Returns when all but the last pieces are with the system; throws if the connection broke.
    @concurrent
    consuming func send(_ answer: Answer) async throws {
        var fields = Self.fields(of: answer)
        var body = answer.body
        if body.count >= Gzip.bytesMin, AcceptEncoding.allowsGzip(self.acceptEncoding),
            let packed = Gzip.packed(body)
        {
            body = packed
            fields[.contentEncoding] = "gzip"
        }
        if answer.status != 204 { fields[.contentLength] = String(body.count) }
        let head = HTTPResponse(status: .init(code: answer.status), headerFields: fields)
        let (isHead, loop) = (self.isHead, self.loop)
        if isHead || body.isEmpty {
            try await self.writer.writeResponse(head)
        } else if body.count <= Self.pieceBytes {
            try await self.writer.write(
                response: head, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
        } else {
            var pieces = try await self.writer.writeHead(head)
            var start = 0
            while start < body.count {
                let end = min(start + Self.pieceBytes, body.count)
                try await pieces.write(ByteBuffer(bytes: body[start..<end]))
                // A write is only a note to the event loop. Once the loop has taken it, the next
                // write waits if the client is slower than we are.
                try await loop.submit {}.get()
                start = end
            }
            try await pieces.finish(nil)
        }
    }

    private static func fields(of answer: Answer) -> HTTPFields {
        var fields = HTTPFields()
        fields.reserveCapacity(10)
        if let contentType = answer.contentType {
            fields[.contentType] = contentType
            fields[.vary] = answer.variesByAccept ? "Accept, Accept-Encoding" : "Accept-Encoding"
        }
        fields[.date] = HTTPDate.now()
        fields[.cacheControl] = "no-store"
        fields[.xContentTypeOptions] = "nosniff"
        fields[.contentSecurityPolicy] = answer.contentSecurityPolicy
        if let allow = answer.allow { fields[.allow] = allow }
        return fields
    }
}
