// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ConfigTree
import EVMRPC
import Logging
import MetricsRegistry
import PromQL
import SQLiteDriver
import Synchronization
import WeirPorts
import WeirStore

@testable import WeirApp

/// A clock that stands still until it is told; a sleep takes no time and moves it on.
final class AlertClock: Sendable {
    private struct State {
        var milliseconds: Int64 = 1_700_000_000_000
        var slept: [Duration] = []
    }

    private let state = Mutex(State())

    var milliseconds: Int64 { self.state.withLock { $0.milliseconds } }
    /// Every sleep that was asked for.
    var slept: [Duration] { self.state.withLock { $0.slept } }

    func advance(seconds: Int64) {
        self.state.withLock { $0.milliseconds += seconds * 1000 }
    }

    var clock: RPCClock {
        RPCClock(
            now: { .milliseconds(self.milliseconds) },
            unixSeconds: { self.milliseconds / 1000 },
            sleep: { duration in
                try Task.checkCancellation()
                self.state.withLock {
                    $0.slept.append(duration)
                    $0.milliseconds += Int64(duration.milliseconds)
                }
                await Task.yield()
            })
    }
}

/// A channel that answers as it was told, and remembers what it was told to deliver.
final class ScriptedNotifier: Notifier {
    let receiver: String
    let channel = "webhook"
    private let state: Mutex<(script: [DeliveryOutcome], seen: [(String, String?)])>
    private let bell = Bell()

    /// - Parameter script: the outcomes in their order; then everything is delivered.
    init(_ receiver: String = "ops", script: [DeliveryOutcome] = []) {
        self.receiver = receiver
        self.state = Mutex((script, []))
    }

    /// Identifiers of what came, with the handle that came with it.
    var seen: [(id: String, handle: String?)] { self.state.withLock { $0.seen } }

    func deliver(_ notification: AlertNotification, handle: String?) async -> DeliveryOutcome {
        defer { self.bell.ring() }
        return self.state.withLock { state in
            state.seen.append((notification.id, handle))
            return state.script.isEmpty
                ? .delivered(handle: "message-\(notification.id)") : state.script.removeFirst()
        }
    }

    /// Waits until so many tries were made.
    func wait(tries: Int) async throws {
        while self.seen.count < tries {
            let heard = self.bell.count
            if self.seen.count >= tries { return }
            try await self.bell.wait(after: heard)
        }
    }
}

/// What tests of alerts have in common.
enum AlertFixtures {
    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    static func metrics() throws -> AppMetrics {
        try AppMetrics(namespace: "weir", version: "test", definitions: [], aliases: [])
    }

    static func notification(
        _ id: String, firing: Bool = true, at time: Int64 = 1_700_000_000_000
    ) -> AlertNotification {
        var alert = Alert(
            labels: Labels([("alertname", "A"), ("id", id)]), startsAt: time - 1_000)
        if !firing { alert.endsAt = time }
        return AlertNotification(
            id: id, receiver: "ops", groupKey: "{}:{}", groupLabels: .empty, alerts: [alert],
            cause: firing ? .firing : .resolved, time: time)
    }

    static func row(_ notification: AlertNotification, channel: Int = 0) -> NewNotification {
        NewNotification(
            notification: notification.id, receiver: notification.receiver, channel: channel,
            groupKey: notification.groupKey, created: notification.time,
            document: AlertMemory.document(notification))
    }

    /// The value of a series as a scrape shows it; nil where it is not there.
    static func value(_ series: String, of registry: MetricsRegistry) -> Double? {
        String(decoding: registry.render(.text), as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix(series + " ") }
            .flatMap { Double($0.dropFirst(series.count + 1)) }
    }
}
