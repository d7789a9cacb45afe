// Weir
// SPDX-License-Identifier: Apache-2.0

/// Where the server listens and what it allows its clients.
///
/// The limits hold off clients that are slow or many, by mistake or on purpose; a scraper or a
/// browser comes near none of them.
package struct HTTPConfiguration: Sendable, Equatable {
    package var listen = ListenAddress.standard
    /// Scrapes of `/metrics` at one time; one more is answered 503.
    package var scrapesInFlightMax = 40
    /// Open connections; one more waits in the system's queue until another closes.
    package var connectionsMax = 512
    /// How long a request may take to come in, from the connection's start or its first line.
    package var readTimeout: Duration = .seconds(10)
    /// How long an answer may take, its sending included.
    package var answerTimeout: Duration = .seconds(30)
    /// How long a connection may stay open between requests. Scrapers come every 15 s to 2 min.
    package var idleTimeout: Duration = .seconds(150)
    /// How long a graceful shutdown waits for requests in flight.
    package var shutdownTimeout: Duration = .seconds(4)
    /// All header fields of a request together.
    package var headerBytesMax = 16 * 1024
    package var headerFieldsMax = 100
    /// The request target: path and query.
    package var targetBytesMax = 8 * 1024
    /// A longer body for a route that takes none closes the connection.
    package var bodyBytesMax = 64 * 1024

    package init() {}
}
