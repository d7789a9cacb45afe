// Weir
// SPDX-License-Identifier: Apache-2.0

/// The addresses that exist; the raw value is the path and the `route` label.
enum Route: String, CaseIterable, Sendable {
    case landing = "/"
    case metrics = "/metrics"
    case health = "/health"
    case live = "/health/live"
    case ready = "/health/ready"
    case startup = "/health/startup"
    /// The two names that Prometheus' own servers use.
    case dashHealthy = "/-/healthy"
    case dashReady = "/-/ready"
    case status = "/api/v1/status"
    case events = "/api/v1/events"
    case vouchers = "/api/v1/vouchers"
    case runbooks = "/runbooks"
    case style = "/weir.css"
    case icon = "/favicon.ico"

    /// The label of requests that meet no route, so that clients cannot make labels.
    static let unknownLabel = "other"

    /// The methods that the route has, as the `Allow` header lists them.
    var allow: String { self == .vouchers ? "POST" : "GET, HEAD" }

    /// Whether a request may bring a body, by its method and its target.
    static func takesBody(method: String, target: String) -> Bool {
        method == "POST" && target.hasPrefix("/api/")
    }
}
