// Weir
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// Carries out on a channel what `ConnectionState` decides, between HTTP/1's parser and the rest:
/// deadlines against slow clients, bodies only where a route takes them, an end after the last answer, and a drain when the
/// server stops.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private var state: ConnectionState
    /// Whether the request that comes in is for a route with a body.
    private var takesBody = false
    private var timer: (task: Scheduled<Void>, at: NIODeadline)?

    init(limits: ConnectionState.Limits) {
        self.state = ConnectionState(limits, now: .now())
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.arm(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.timer?.task.cancel()
        self.timer = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head):
            self.takesBody = Route.takesBody(method: head.method.rawValue, target: head.uri)
            self.state.headRead(
                isKeepAlive: head.isKeepAlive,
                bodyBytesMax: self.takesBody ? VoucherRoute.bodyBytesMax * 4 : nil, now: .now())
            self.arm(context)
        case .body(let buffer):
            // Bodies that no route takes go no further.
            if !self.state.bodyRead(bytes: buffer.readableBytes) {
                context.close(promise: nil)
                return
            }
            if !self.takesBody { return }
        case .end:
            self.state.endRead(now: .now())
            self.arm(context)
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch self.unwrapOutboundIn(data) {
        case .head(var head) where self.state.isLast:
            head.headers.replaceOrAdd(name: "connection", value: "close")
            context.write(self.wrapOutboundOut(.head(head)), promise: promise)
        case .head, .body:
            context.write(data, promise: promise)
        case .end:
            // Closing drops what the system has not taken yet, so it waits for that.
            let sent = promise ?? context.eventLoop.makePromise(of: Void.self)
            sent.futureResult.assumeIsolated().whenComplete { _ in
                if self.state.answerSent(now: .now()) {
                    context.close(promise: nil)
                } else {
                    self.arm(context)
                }
            }
            context.write(data, promise: sent)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ChannelShouldQuiesceEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        if self.state.drain(now: .now()) {
            context.close(promise: nil)
        } else {
            self.arm(context)
        }
    }

    /// Sees to it that the timer fires no later than the deadline. A deadline that moved away
    /// needs nothing: the timer looks again when it fires.
    private func arm(_ context: ChannelHandlerContext) {
        let deadline = self.state.deadline
        if let timer, timer.at <= deadline { return }
        self.timer?.task.cancel()
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.timer = nil
            if self.state.deadline <= .now() {
                context.close(promise: nil)
            } else {
                self.arm(context)
            }
        }
        self.timer = (task, deadline)
    }
}
