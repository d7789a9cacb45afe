// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
package import EVMRPC
package import Economy
package import Logging
package import MetricsRegistry
import Synchronization

/// The registered families, and the samples of all chains on their way into them.
package final class AppMetrics: Sendable {
    package let registry: MetricsRegistry
    private let families: [String: MetricFamily]
    private let process: ProcessMetrics
    /// `ALERTS` and `ALERTS_FOR_STATE`, whose names are those of Prometheus.
    let alerts: MetricFamily
    let alertsForState: MetricFamily
    /// The last samples of each chain: a family is replaced whole, with those of all chains. Of an
    /// only chain nothing is kept.
    private let latest: Mutex<[String: [FamilySamples]]>
    private let isOnlyChain: Bool
    /// The full names of what trackers say.
    let trackerFamilies: Set<String>
    /// HTTP requests so far, by chain.
    private let exchanges = Mutex<[String: UInt64]>([:])

    /// Registers everything; a clash of names throws, so that it stops the start.
    package init(
        namespace: String, version: String, definitions: [EconomyDefinition],
        aliases: [(name: String, target: String)]
    ) throws(MetricsError) {
        self.registry = try MetricsRegistry(namespace: namespace)
        var families: [String: MetricFamily] = [:]
        for descriptor in MetricCatalogue.builtIn(namespace: namespace)
            + MetricCatalogue.configured(definitions, namespace: namespace)
        {
            families[descriptor.name] = try self.registry.register(descriptor)
        }
        self.families = families
        let own = Set(
            (MetricCatalogue.configured(definitions, namespace: namespace)
                + Economy.descriptors(namespace: namespace)).map(\.name))
        self.trackerFamilies = own.union(
            aliases.filter { own.contains($0.target) }.map(\.name))
        (self.alerts, self.alertsForState) = (
            try self.registry.register(MetricCatalogue.ownAlerts),
            try self.registry.register(MetricCatalogue.ownAlertsForState)
        )
        self.process = try ProcessMetrics(registry: self.registry)
        self.latest = Mutex([:])
        self.isOnlyChain = definitions.count < 2
        for alias in aliases { try self.registry.addAlias(alias.name, of: alias.target) }
        self.family("build_info").gauge(version).set(1)
    }

    /// A family by its name without the namespace.
    func family(_ name: String) -> MetricFamily {
        guard let family = self.families[self.registry.qualified(name)] else {
            preconditionFailure("\(name) stands in the catalogue")
        }
        return family
    }

    /// Shows what a chain's trackers say now; a scrape sees all of it or nothing.
    func publish(_ samples: [FamilySamples], of chain: String) {
        let updates: [FamilyUpdate] = self.latest.withLock { latest in
            if self.isOnlyChain {
                return samples.compactMap { family in
                    self.families[family.family].map { FamilyUpdate($0, family.samples) }
                }
            }
            latest[chain] = samples
            var merged: [String: [Sample]] = [:]
            for families in latest.values {
                for family in families { merged[family.family, default: []] += family.samples }
            }
            return merged.compactMap { name, samples in
                self.families[name].map { FamilyUpdate($0, samples) }
            }
        }
        // A wrong label count would be a mistake in the catalogue, which the tests exclude.
        _ = try? self.registry.update(updates)
    }

    /// Refreshes what is read from the process right before a scrape.
    func refresh(_ reading: ProcessReading, storeBytes: UInt64?) {
        self.process.update(reading)
        if let storeBytes { self.family("store_size_bytes").gauge([]).set(integer: storeBytes) }
    }

    /// How many HTTP requests were made for a chain.
    func requests(of chain: String) -> UInt64 { self.exchanges.withLock { $0[chain] ?? 0 } }

    /// Counts the requests of a chain.
    package func observer(of chain: String) -> RPCObserver {
        let requests = self.family("rpc_requests_total")
        let errors = self.family("rpc_errors_total")
        let durations = self.family("rpc_request_duration_seconds")
        let bytes = self.family("rpc_received_bytes_total")
        let credits = self.family("rpc_credits_total")
        return RPCObserver { exchange in
            self.exchanges.withLock { $0[chain, default: 0] &+= 1 }
            for call in exchange.methods {
                requests.counter(chain, exchange.endpoint, call.method)
                    .increment(by: UInt64(call.count))
                credits.counter(chain, exchange.endpoint, call.method).increment(by: call.credits)
            }
            for fault in exchange.faults {
                errors.counter(chain, exchange.endpoint, fault).increment()
            }
            durations.histogram(chain, exchange.endpoint).observe(exchange.duration.seconds)
            bytes.counter(chain, exchange.endpoint).increment(by: UInt64(exchange.bytesReceived))
        }
    }

    /// Counts what only the pool of a chain sees.
    package func poolObserver(of chain: String) -> EndpointPool.Observer {
        let hedged = self.family("rpc_hedged_requests_total")
        let disagreements = self.family("rpc_quorum_disagreements_total").counter(chain)
        return EndpointPool.Observer(
            hedged: { hedged.counter(chain, $0).increment() },
            disagreed: { disagreements.increment() })
    }

    /// Shows how the endpoints of a chain do.
    func show(_ health: [EndpointPool.Health], of chain: String) {
        let up = self.family("rpc_endpoint_up")
        for endpoint in health {
            up.gauge(chain, endpoint.endpoint).set(endpoint.isUp ? 1 : 0)
        }
    }
}

extension AppMetrics {
    /// Counts what verification of a chain comes to, and warns of each answer that was disproved: an
    /// endpoint that gave one rests, so there are few. What must never grow is there from the start,
    /// at 0: an alert on its growth would else miss the first time.
    package func verificationObserver(
        of chain: String, endpoints: [String] = [], logger: Logger
    ) -> VerificationObserver {
        let verified = self.family("verified_blocks_total")
        let failures = self.family("verification_failures_total")
        let missing = self.family("logs_missing_total")
        let unconfirmed = self.family("verification_unconfirmed_total").counter(chain)
        for reason in BlockDisproof.Reason.allCases {
            _ = failures.counter(chain, reason.rawValue)
        }
        for endpoint in endpoints { _ = missing.counter(chain, endpoint) }
        return VerificationObserver(
            verified: { level, count in
                verified.counter(chain, level.rawValue).increment(by: UInt64(count))
            },
            failed: { endpoint, disproof in
                failures.counter(chain, disproof.reason.rawValue).increment()
                logger.warning(
                    "an endpoint's answer was disproved and thrown away",
                    metadata: [
                        "endpoint": .string(endpoint), "what": .string(disproof.description),
                    ])
            },
            missing: { endpoint, count in
                missing.counter(chain, endpoint).increment(by: UInt64(count))
            },
            unconfirmed: { count in unconfirmed.increment(by: UInt64(count)) })
    }

    /// Shows the level in force in the place of the one before.
    func show(
        _ effective: VerificationLevel, configured: VerificationLevel, of chain: String
    ) {
        let family = self.family("verification_level_info")
        for level in VerificationLevel.allCases {
            let gauge = family.gauge(chain, configured.rawValue, level.rawValue)
            if level == effective { gauge.set(1) } else { gauge.remove() }
        }
    }
}

extension Duration {
    /// The duration in seconds, for the exposition and for messages.
    var seconds: Double {
        let (whole, atto) = self.components
        return Double(whole) + Double(atto) * 1e-18
    }
}
