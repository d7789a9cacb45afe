// Weir
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix

/// Posts a body over a socket of its own and gives every byte that comes until the server closes.
func rawExchange(port: Int, _ body: String) async throws -> [UInt8] {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                    wrappingChannelSynchronously: channel)
            }
        }
    return try await channel.executeThenClose { inbound, outbound in
        let head =
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        try await outbound.write(ByteBuffer(string: head + body))
        var bytes: [UInt8] = []
        for try await buffer in inbound { bytes += Array(buffer.readableBytesView) }
        return bytes
    }
}
