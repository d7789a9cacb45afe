// Weir
// SPDX-License-Identifier: Apache-2.0

/// The limits of one client and what all of its requests share.
package struct CurlConfiguration: Sendable {
    /// Which proxy to go through.
    package enum Proxy: Sendable {
        /// `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, as libcurl reads them.
        case environment
        case direct
        /// This one for all; hosts in `except` (comma-separated, as in `no_proxy`) go directly.
        case fixed(EndpointURL, except: String)
    }

    /// Connections open at a time, idle ones included.
    package var maxConnections: Int
    /// Connections to one host and port; further requests wait for a free one.
    package var maxConnectionsPerHost: Int
    /// Streams in one HTTP/2 connection.
    package var maxStreamsPerConnection: Int
    /// Requests that are sent or wait; one more fails with `tooManyInFlight`.
    package var maxInFlight: Int
    /// Rather wait for an HTTP/2 connection that is being opened than open another; https only.
    package var waitsForMultiplexing: Bool
    /// Header lines of one answer, interim answers included, in bytes.
    package var maxHeaderBytes: Int
    /// Header lines of one answer, interim answers included.
    package var maxHeaderCount: Int
    package var proxy: Proxy
    package var userAgent: String
    /// Addresses of names, in place of what a resolver says: `name:port:address,address`.
    var pinnedNames: [String] = []

    package init(
        maxConnections: Int = 128,
        maxConnectionsPerHost: Int = 32,
        maxStreamsPerConnection: Int = 100,
        maxInFlight: Int = 4096,
        waitsForMultiplexing: Bool = true,
        maxHeaderBytes: Int = 64 << 10,
        maxHeaderCount: Int = 256,
        proxy: Proxy = .environment,
        userAgent: String = "weir",
    ) {
        self.maxConnections = maxConnections
        self.maxConnectionsPerHost = maxConnectionsPerHost
        self.maxStreamsPerConnection = maxStreamsPerConnection
        self.maxInFlight = maxInFlight
        self.waitsForMultiplexing = waitsForMultiplexing
        self.maxHeaderBytes = maxHeaderBytes
        self.maxHeaderCount = maxHeaderCount
        self.proxy = proxy
        self.userAgent = userAgent
    }
}
