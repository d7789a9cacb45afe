// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry

/// The server's metrics about itself.
struct FrontMetrics: Sendable {
    private let requests: MetricFamily
    private let inFlight: GaugeHandle
    private let scrapeDuration: HistogramHandle

    init(registry: MetricsRegistry) throws(MetricsError) {
        self.requests = try registry.register(
            MetricDescriptor(
                name: registry.qualified("http_requests_total"),
                help: "HTTP requests answered, by route and status code.",
                type: .counter,
                labelNames: ["route", "code"],
            ))
        self.inFlight = try registry.register(
            MetricDescriptor(
                name: registry.qualified("http_requests_in_flight"),
                help: "HTTP requests being answered now.",
                type: .gauge,
            )
        ).gauge()
        self.scrapeDuration = try registry.register(
            MetricDescriptor(
                name: registry.qualified("http_scrape_duration_seconds"),
                help: "Time to write the exposition for one scrape, without sending it.",
                type: .histogram,
                unit: "seconds",
                buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
            )
        ).histogram()
        self.inFlight.set(0)
    }

    func requestBegan() { self.inFlight.add(1) }
    func requestEnded() { self.inFlight.add(-1) }

    /// - Parameter route: the address as it is registered, so that clients cannot make labels.
    func answered(_ route: String, status: Int) {
        self.requests.counter(route, String(status)).increment()
    }

    func scraped(in duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.scrapeDuration.observe(Double(seconds) + Double(attoseconds) * 1e-18)
    }
}
