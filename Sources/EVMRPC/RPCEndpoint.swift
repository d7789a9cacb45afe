// Weir
// SPDX-License-Identifier: Apache-2.0

package import CurlTransport

/// How one JSON-RPC endpoint is reached, and what may be asked of it.
///
/// URL and header values are secrets: they go to the transport and into the scrubber, and printing
/// or dumping this value shows its name only.
package struct RPCEndpoint: Sendable {
    /// What logs, metrics and errors call the endpoint: a given name, or the URL's host.
    package let name: String
    /// The whole URL. A secret: providers put keys into the path.
    let url: String
    /// Further header lines. Secrets.
    let headers: [(name: String, value: String)]
    package var timeouts: HTTPTimeouts
    /// The largest answer that is read, in bytes after decompression.
    package var maxResponseBytes: Int
    /// The most calls in one batch; 1 sends every call alone. Learnt limits only lower it.
    package var batchLimit: Int
    /// The most calls in a time; nil does not limit.
    package var budget: RateBudget?
    /// What calls cost at the provider.
    package var pricing: CreditPricing
    /// The most credits in a day (UTC); nil does not limit.
    package var creditsPerDay: UInt64?
    /// The endpoint's share of what a pool asks; the heaviest is preferred at the head.
    package var weight: Int

    /// - Parameters:
    ///   - name: empty or absent for the host of the URL.
    ///   - pricing: absent for that of the provider at the host.
    /// - Throws: `TransportError.invalidRequest` where the URL cannot be used.
    package init(
        name: String? = nil, url: String, headers: [(name: String, value: String)] = [],
        timeouts: HTTPTimeouts = HTTPTimeouts(), maxResponseBytes: Int = 64 << 20,
        batchLimit: Int = 100, budget: RateBudget? = nil, pricing: CreditPricing? = nil,
        creditsPerDay: UInt64? = nil, weight: Int = 1,
    ) throws(TransportError) {
        let host = try EndpointURL(url).host
        self.name = if let name, !name.isEmpty { name } else { host }
        self.url = url
        self.headers = headers
        self.timeouts = timeouts
        self.maxResponseBytes = maxResponseBytes
        self.batchLimit = max(1, batchLimit)
        self.budget = budget
        self.pricing = pricing ?? CreditPricing(host: host)
        self.creditsPerDay = creditsPerDay
        self.weight = weight
    }

    /// An endpoint without an address, for a chain that is served inside the process.
    package init(simulated name: String, batchLimit: Int = 100, weight: Int = 1) {
        self.name = name
        self.url = ""
        self.headers = []
        self.timeouts = HTTPTimeouts()
        self.maxResponseBytes = 64 << 20
        self.batchLimit = max(1, batchLimit)
        self.budget = nil
        self.pricing = CreditPricing()
        self.creditsPerDay = nil
        self.weight = weight
    }
}

extension RPCEndpoint: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { self.name }
    package var debugDescription: String { self.name }

    /// Empty, so that `dump` does not look inside.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
