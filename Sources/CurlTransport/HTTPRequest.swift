// Weir
// SPDX-License-Identifier: Apache-2.0

/// One HTTP exchange to make: where to, what to send, and how long and how much is tolerated.
///
/// Redirects are never followed and certificates are always checked: an endpoint that has moved or
/// cannot prove its name is a matter for the operator.
package struct HTTPRequest: Sendable {
    package enum Method: Sendable, Hashable {
        case get, post, patch, delete
    }

    /// Which protocol to ask for.
    package enum Version: Sendable, Hashable {
        /// HTTP/2 where TLS negotiates it, else HTTP/1.1.
        case http2OverTLS
        case http1
    }

    package var method: Method
    package var url: EndpointURL
    /// Sent as they are. `Content-Type` is left out unless it is given here; `Content-Length` and
    /// `Transfer-Encoding` are refused.
    package var headers: [RequestHeader]
    /// Sent with `.post` and `.patch` only.
    package var body: [UInt8]
    package var timeouts: HTTPTimeouts
    /// The limit of the answer's body in bytes, counted after decompression.
    package var maxResponseBytes: Int
    package var version: Version
    /// Offer gzip, br, zstd as far as libcurl knows them, and unpack the answer.
    package var acceptsEncoding: Bool
    /// A PEM file of trusted roots in place of the system's.
    package var caFile: String?
    /// Which addresses the request may go to.
    package var reach: AddressReach

    package init(
        method: Method,
        url: EndpointURL,
        headers: [RequestHeader] = [],
        body: [UInt8] = [],
        timeouts: HTTPTimeouts = HTTPTimeouts(),
        maxResponseBytes: Int = 64 << 20,
        version: Version = .http2OverTLS,
        acceptsEncoding: Bool = true,
        caFile: String? = nil,
        reach: AddressReach = .operatorChosen,
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        self.maxResponseBytes = maxResponseBytes
        self.version = version
        self.acceptsEncoding = acceptsEncoding
        self.caFile = caFile
        self.reach = reach
    }
}

/// How long an exchange may take.
package struct HTTPTimeouts: Sendable, Hashable {
    /// Resolving, connecting and the TLS handshake together.
    package var connect: Duration
    /// The whole exchange, the wait for a free connection included.
    package var total: Duration
    /// Gives up on an answer that trickles or stands still; nil never does.
    package var stall: Stall?

    /// A transfer slower than `bytesPerSecond` for `seconds` on end has stalled.
    ///
    /// The clock runs too while the server has not yet begun to answer, so `seconds` must be longer
    /// than the slowest honest answer takes to begin.
    package struct Stall: Sendable, Hashable {
        package var bytesPerSecond: Int
        package var seconds: Int

        package init(bytesPerSecond: Int, seconds: Int) {
            self.bytesPerSecond = bytesPerSecond
            self.seconds = seconds
        }
    }

    package init(
        connect: Duration = .seconds(10),
        total: Duration = .seconds(60),
        stall: Stall? = Stall(bytesPerSecond: 1, seconds: 30),
    ) {
        self.connect = connect
        self.total = total
        self.stall = stall
    }
}
