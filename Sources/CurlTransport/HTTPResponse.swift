// Weir
// SPDX-License-Identifier: Apache-2.0

/// What came back: any status, whole, unpacked and within the limits that the request set.
package struct HTTPResponse: Sendable {
    /// Bytes of capacity that stand free behind `body`, so that a scanner may load wide words at its
    /// end after it padded the array, without moving it.
    package static let spareCapacity = 64

    package var status: Int
    package var headers: HTTPHeaders
    /// The body after decompression; at least `spareCapacity` bytes of capacity are free behind it.
    package var body: [UInt8]
    package var timing: HTTPTiming
    /// Bytes that came over the wire: header lines and the body before decompression.
    package var bytesReceived: Int
    package var version: HTTPVersion
    /// No connection had to be opened for this exchange.
    package var connectionReused: Bool

    package init(
        status: Int,
        headers: HTTPHeaders = HTTPHeaders([]),
        body: [UInt8],
        timing: HTTPTiming = HTTPTiming(),
        bytesReceived: Int = 0,
        version: HTTPVersion = .http11,
        connectionReused: Bool = false,
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.timing = timing
        self.bytesReceived = bytesReceived
        self.version = version
        self.connectionReused = connectionReused
    }

    /// What a `Retry-After` header asks for, if there is one that can be read.
    ///
    /// - Parameter unixSeconds: the time now, for the date form.
    package func retryAfter(now unixSeconds: Int64) -> Duration? {
        self.headers["retry-after"].flatMap { RetryAfter.parse($0, now: unixSeconds) }
    }
}

/// The protocol that an exchange was made in.
package enum HTTPVersion: String, Sendable, Hashable {
    case http10 = "1.0"
    case http11 = "1.1"
    case http2 = "2"
    case http3 = "3"
}

/// Where the time went; each is counted from the start of the exchange.
package struct HTTPTiming: Sendable, Hashable {
    /// Until the last byte.
    package var total: Duration
    /// Until the connection stood; zero if an open one was used.
    package var connect: Duration
    /// Until the first byte of the answer.
    package var startTransfer: Duration

    package init(
        total: Duration = .zero,
        connect: Duration = .zero,
        startTransfer: Duration = .zero,
    ) {
        self.total = total
        self.connect = connect
        self.startTransfer = startTransfer
    }
}
