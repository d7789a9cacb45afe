// Weir
// SPDX-License-Identifier: Apache-2.0

package import MetricsRegistry

/// What the server shows, given by the application, so that this room knows neither store nor
/// chains.
///
/// The closures run on the shared pool and may be called many times at once. They must end soon
/// after their task is cancelled: a shutdown waits for them.
package struct HTTPRoutes: Sendable {
    /// Shown under `/metrics`; the server's own metrics go there too.
    package let metrics: MetricsRegistry
    /// For the page and the health report: `1.0.0`.
    package var version: String
    /// Called before a scrape is written, to bring values up to date that nobody pushes.
    package var beforeScrape: @Sendable () async -> Void = {}
    package var health: @Sendable () async -> HealthReport
    /// One row a chain for the landing page.
    package var chains: @Sendable () async -> [ChainSummary] = { [] }
    /// The JSON document of `/api/v1/status`.
    package var status: @Sendable () async throws(HTTPProblem) -> [UInt8]
    /// One page of events, newest first, as a JSON document.
    package var events: @Sendable (EventsQuery) async throws(HTTPProblem) -> [UInt8]
    /// Takes signed vouchers in; nil where the instance takes none.
    package var vouchers: VoucherRoute?
    /// What the page of runbooks tells.
    package var runbooks: [Runbook] = []
    /// What the application answers by itself.
    package var api: [APIRoute] = []

    package init(
        metrics: MetricsRegistry,
        version: String,
        health: @escaping @Sendable () async -> HealthReport,
        status: @escaping @Sendable () async throws(HTTPProblem) -> [UInt8],
        events: @escaping @Sendable (EventsQuery) async throws(HTTPProblem) -> [UInt8],
    ) {
        self.metrics = metrics
        self.version = version
        self.health = health
        self.status = status
        self.events = events
    }
}

/// A chain's row on the landing page.
package struct ChainSummary: Sendable, Equatable {
    package let name: String
    package let chainID: UInt64?
    package let state: HealthReport.State
    /// The chain's newest block, as the endpoint says; nil if it never answered.
    package let headBlock: UInt64?
    /// The last block whose events are counted.
    package let processedBlock: UInt64?
    /// How many events are counted in all.
    package let events: UInt64?
    /// What is wrong, in a few words.
    package let note: String?

    package init(
        name: String, chainID: UInt64? = nil, state: HealthReport.State, headBlock: UInt64? = nil,
        processedBlock: UInt64? = nil, events: UInt64? = nil, note: String? = nil,
    ) {
        self.name = name
        self.chainID = chainID
        self.state = state
        self.headBlock = headBlock
        self.processedBlock = processedBlock
        self.events = events
        self.note = note
    }
}
