// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import CurlTransport
import EVMRPC
import Logging
import Notifiers
import ServiceLifecycle
import WeirPorts
import WeirStore

/// Everything that runs for alerts: the desk, and one loop for each channel.
struct AlertService: Service {
    let desk: AlertDesk
    private let channels: [ChannelOutbox]

    /// Makes channels of the receivers, and takes up what the store holds.
    init(
        _ configuration: AlertingConfiguration, curl: CurlClient, store: WeirStore,
        app: AppMetrics, bell: Bell, clock: RPCClock, logger: Logger,
        hushed: @escaping @Sendable () async -> HushedSeries,
        beforeSampling: @escaping @Sendable () -> Void
    ) async throws(StoreError) {
        let metrics = NotificationMetrics(app)
        let traffic = ChannelTraffic(
            client: curl, externalURL: configuration.settings.externalURL,
            now: { clock.unixMilliseconds })
        var outlets: [String: [ChannelOutlet]] = [:]
        var channels: [ChannelOutbox] = []
        for receiver in configuration.receivers {
            for (index, outlet) in receiver.outlets(traffic: traffic).enumerated() {
                let rung = Bell()
                metrics.open(receiver.name, outlet.notifier.channel)
                outlets[receiver.name, default: []].append(
                    ChannelOutlet(
                        channel: outlet.notifier.channel, sendsResolved: outlet.sendsResolved,
                        bell: rung, metrics: metrics))
                channels.append(
                    ChannelOutbox(
                        notifier: outlet.notifier, channel: index, store: store, metrics: metrics,
                        clock: clock, logger: logger, bell: rung))
            }
        }
        self.channels = channels
        self.desk = try await AlertDesk(
            configuration, outlets: outlets, store: store, app: app, bell: bell, clock: clock,
            logger: logger, hushed: hushed, beforeSampling: beforeSampling)
    }

    /// Runs until a graceful shutdown: what is under way ends, what waits stays in the outbox.
    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.desk.run() }
                for channel in self.channels {
                    group.addTask {
                        do { try await channel.run() } catch is CancellationError {}
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
