// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainSimulator
import NIOCore
import NIOHTTP1

/// Collects a request's body, asks the node, and writes the answer with its faults.
///
/// Requests on one connection are answered one after the other: the pipeline of NIO holds back the
/// next one until the answer is written.
final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// The most bytes that a request may have (geth: 5 MiB).
    static let bodyLimit = 5 << 20

    private let server: SimulatorServer
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isTooLarge = false

    init(_ server: SimulatorServer) {
        self.server = server
    }

    func channelActive(context: ChannelHandlerContext) {
        self.server.opened(context.channel)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.server.closed(context.channel)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            self.body.removeAll(keepingCapacity: true)
            self.isTooLarge = false
        case .body(let buffer):
            if self.body.count + buffer.readableBytes > Self.bodyLimit {
                self.isTooLarge = true
                self.body.removeAll()
            } else if !self.isTooLarge {
                self.body.append(contentsOf: buffer.readableBytesView)
            }
        case .end: self.respond(context: context)
        }
    }

    private func respond(context: ChannelHandlerContext) {
        guard let head = self.head else { return context.close(promise: nil) }
        let answer: HTTPAnswer
        if head.method != .POST {
            answer = HTTPAnswer(
                status: 405, type: "text/plain", body: Array("method not allowed\n".utf8))
        } else if self.isTooLarge {
            answer = HTTPAnswer(
                status: 413, type: "text/plain", body: Array("content length too large\n".utf8))
        } else {
            answer = self.server.answer(self.body)
        }
        guard answer.delay > 0 else {
            return self.write(answer, to: head, context: context)
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let delay = TimeAmount.milliseconds(Int64(min(answer.delay, 60_000)))
        context.eventLoop.scheduleTask(in: delay) {
            let (handler, context) = bound.value
            handler.write(answer, to: head, context: context)
        }
    }

    private func write(
        _ answer: HTTPAnswer, to request: HTTPRequestHead, context: ChannelHandlerContext
    ) {
        guard context.channel.isActive else { return }
        if answer.ending == .closed { return context.close(promise: nil) }
        var headers = HTTPHeaders()
        for header in answer.headers { headers.add(name: header.name, value: header.value) }
        headers.add(name: "Content-Length", value: String(answer.body.count))
        if answer.status == 405 { headers.add(name: "Allow", value: "POST") }
        let keepsAlive = request.isKeepAlive
        if !keepsAlive { headers.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status),
            headers: headers)
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        var bytes = answer.body[...]
        var isTruncated = false
        if case .truncated(let count) = answer.ending {
            bytes = bytes.prefix(max(0, count))
            isTruncated = true
        }
        let buffer = context.channel.allocator.buffer(bytes: bytes)
        context.write(self.wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        if isTruncated {
            context.flush()
            context.close(promise: nil)
        } else {
            context.writeAndFlush(self.wrapOutboundOut(.end(nil))).whenComplete { _ in
                if !keepsAlive { bound.value.close(promise: nil) }
            }
        }
    }
}
