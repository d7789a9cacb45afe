// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import CurlTransport
import EVMPrimitives
import EVMRPC
import Logging
import WeirStore

/// The way to one chain: its endpoints, what they have to prove, and whether they can.
struct ChainConnection: Sendable {
    let pool: EndpointPool
    let proving: ChainProving

    /// What a connection is made of, beside what all chains share.
    struct Settings: Sendable {
        var name: String
        var id: ChainID
        var endpoints: [RPCEndpoint]
        var quorum: Int
        var verify: VerificationLevel
    }

    /// Opens nothing yet; takes up what the store remembers of the endpoints.
    ///
    /// - Throws: `TransportError` for an endpoint that cannot be used, ``StoreError``.
    init(
        _ settings: Settings, curl: CurlClient, metrics: AppMetrics, store: WeirStore,
        clock: RPCClock, logger: Logger
    ) async throws {
        let observer = metrics.observer(of: settings.name)
        let verification = Verification(
            settings.verify,
            observer: metrics.verificationObserver(
                of: settings.name, endpoints: settings.endpoints.map(\.name), logger: logger))
        var clients: [JSONRPCClient] = []
        for endpoint in settings.endpoints {
            clients.append(
                try JSONRPCClient(
                    endpoint, curl: curl, clock: clock, observer: observer,
                    verification: verification))
        }
        self.pool = EndpointPool(
            clients, expecting: settings.id,
            policy: EndpointPool.Policy(quorum: settings.quorum), clock: clock,
            observer: metrics.poolObserver(of: settings.name))
        self.pool.restore(EndpointKeeper.memories(in: try await store.memory(settings.id)))
        self.proving = ChainProving(
            settings.name, settings.id, verification,
            trial: VerificationTrial(clients, of: settings.id), store: store, metrics: metrics,
            clock: clock, logger: logger)
    }
}

extension ChainConfiguration {
    /// The chain's part of its connection.
    var connection: ChainConnection.Settings {
        ChainConnection.Settings(
            name: self.name, id: self.id, endpoints: self.endpoints, quorum: self.quorum,
            verify: self.verify)
    }
}
