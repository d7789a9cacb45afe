// Weir
// SPDX-License-Identifier: Apache-2.0

import HTTPFront
import Logging
import MetricsRegistry
import Synchronization

/// What a test sees of a running server.
struct RunningFront: Sendable {
    let port: Int
    let registry: MetricsRegistry
}

/// Routes with answers that tests know, over a registry with one counter of two series.
func exampleRoutes() throws -> HTTPRoutes {
    let registry = try MetricsRegistry()
    let events = try registry.register(
        MetricDescriptor(
            name: "weir_events_total", help: "Events decoded.", type: .counter,
            labelNames: ["chain"]))
    events.counter("base").increment(by: 7)
    events.counter("gnosis").increment(by: 2)
    let height = try registry.register(
        MetricDescriptor(
            name: "weir_chain_head_block", help: "Newest block.", type: .gauge,
            labelNames: ["chain"]))
    height.gauge("base").set(integer: 19_000_000)
    return HTTPRoutes(
        metrics: registry,
        version: "1.2.3",
        health: { HealthReport(components: [.init(name: "store", state: .healthy)]) },
        status: { Array("{\"chains\":[]}\n".utf8) },
        events: { query in
            let before = query.before.map { "\"\($0)\"" } ?? "null"
            return Array(
                "{\"chain\":\"\(query.chain ?? "")\",\"limit\":\(query.limit),\"before\":\(before)}"
                    .utf8)
        })
}

/// Starts a server on a free port, hands it to `body`, and stops it.
func withFront(
    _ configure: (inout HTTPConfiguration) -> Void = { _ in },
    routes change: (inout HTTPRoutes) throws -> Void = { _ in },
    _ body: (RunningFront) async throws -> Void,
) async throws {
    var configuration = HTTPConfiguration()
    configuration.listen = try ListenAddress("127.0.0.1:0")
    configure(&configuration)
    var routes = try exampleRoutes()
    try change(&routes)
    let server = try HTTPServer(
        configuration: configuration, routes: routes,
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await server.run() }
        let address = try await server.listeningAddress()
        try await body(RunningFront(port: address.port, registry: routes.metrics))
        tasks.cancelAll()
    }
}

/// Holds whoever enters until it is opened, or until they are cancelled.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var held: [Int: CheckedContinuation<Void, Never>] = [:]
        var entered = 0
        var watchers: [(Int, CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    func enter() async {
        let (id, watchers) = self.state.withLock { state in
            state.entered += 1
            let entered = state.entered
            let due = state.watchers.filter { $0.0 <= entered }.map { $0.1 }
            state.watchers.removeAll { $0.0 <= entered }
            return (entered, due)
        }
        for watcher in watchers { watcher.resume() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let passes = self.state.withLock { state in
                    if state.isOpen || Task.isCancelled { return true }
                    state.held[id] = continuation
                    return false
                }
                if passes { continuation.resume() }
            }
        } onCancel: {
            self.state.withLock { $0.held.removeValue(forKey: id) }?.resume()
        }
    }

    /// Waits until so many have entered.
    func untilEntered(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let passes = self.state.withLock { state in
                if state.entered >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if passes { continuation.resume() }
        }
    }

    func open() {
        let held = self.state.withLock { state in
            state.isOpen = true
            defer { state.held = [:] }
            return Array(state.held.values)
        }
        for continuation in held { continuation.resume() }
    }
}
