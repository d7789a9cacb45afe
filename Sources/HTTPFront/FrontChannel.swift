// Weir
// SPDX-License-Identifier: Apache-2.0

import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// A connection's pipeline: HTTP/1 with small limits, guarded by `ConnectionGuard`, then
/// Hummingbird's loop of requests and answers.
///
/// Hummingbird's own `HTTP1Channel` bounds neither the time a request takes to come in nor the
/// time its answer takes to go out, and does not see HTTP/1.0, so this one takes its place.
struct FrontChannel: HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let responder: HTTPChannelHandler.Responder
    private let limits: ConnectionState.Limits
    private let headerBytesMax: Int
    private let headerFieldsMax: Int

    init(responder: Responder, configuration: HTTPConfiguration) {
        self.responder = { request, writer, channel in
            try await responder.respond(to: request, with: writer, on: channel.eventLoop)
        }
        self.limits = ConnectionState.Limits(
            read: TimeAmount(configuration.readTimeout),
            answer: TimeAmount(configuration.answerTimeout),
            idle: TimeAmount(configuration.idleTimeout),
            drain: TimeAmount(configuration.shutdownTimeout),
            bodyBytesMax: configuration.bodyBytesMax)
        self.headerBytesMax = configuration.headerBytesMax
        self.headerFieldsMax = configuration.headerFieldsMax
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            var decoder = NIOHTTPDecoderLimitConfiguration()
            decoder.maxHeaderFieldSize = self.headerBytesMax
            decoder.maxHeaderListSize = self.headerBytesMax
            decoder.maxHeaderFieldCount = self.headerFieldsMax
            let pipeline = channel.pipeline.syncOperations
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false,
                withErrorHandling: false,
                withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(),
                withDecoderLimitConfiguration: decoder)
            try pipeline.addHandler(ConnectionGuard(limits: self.limits))
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value: Value, logger: Logger) async {
        await self.handleHTTP(asyncChannel: value, logger: logger)
    }
}
