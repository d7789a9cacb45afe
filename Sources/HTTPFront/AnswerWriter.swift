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
        let (body, isPacked) = self.body(of: answer)
        if isPacked { fields[.contentEncoding] = "gzip" }
        if answer.status != 204 { fields[.contentLength] = String(body.readableBytes) }
        let head = HTTPResponse(status: .init(code: answer.status), headerFields: fields)
        let (isHead, loop) = (self.isHead, self.loop)
        if isHead || body.readableBytes == 0 {
            try await self.writer.writeResponse(head)
        } else if body.readableBytes <= Self.pieceBytes {
            try await self.writer.write(response: head, body: ResponseBody(byteBuffer: body))
        } else {
            var pieces = try await self.writer.writeHead(head)
            var rest = body
            while let piece = rest.readSlice(length: min(Self.pieceBytes, rest.readableBytes)),
                piece.readableBytes > 0
            {
                try await pieces.write(piece)
                // A write is only a note to the event loop. Once the loop has taken it, the next
                // write waits if the client is slower than we are.
                try await loop.submit {}.get()
            }
            try await pieces.finish(nil)
        }
    }

    /// The body as it goes out, and whether it is packed.
    private borrowing func body(of answer: Answer) -> (ByteBuffer, isPacked: Bool) {
        let count = answer.page?.plain.readableBytes ?? answer.body.count
        if count >= Gzip.bytesMin, AcceptEncoding.allowsGzip(self.acceptEncoding) {
            let packed =
                answer.page.map(\.packed)
                ?? Gzip.packed(answer.body).map { ByteBuffer(bytes: $0) }
            if let packed { return (packed, true) }
        }
        return (answer.page?.plain ?? ByteBuffer(bytes: answer.body), false)
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
        if answer.asksForToken { fields[.wwwAuthenticate] = "Bearer realm=\"weir\"" }
        return fields
    }
}
