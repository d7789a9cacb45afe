// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Synchronization

@testable import EVMRPC

/// A clock that the test moves: who sleeps is woken when the time has come, and not before.
final class SteppedClock: Sendable {
    private struct State {
        var now = Duration.seconds(1000)
        var sleepers: [UInt64: (due: Duration, wake: CheckedContinuation<Void, any Error>)] = [:]
        var cancelled: Set<UInt64> = []
        var nextID: UInt64 = 0
    }

    private let state = Mutex(State())

    var clock: RPCClock {
        RPCClock(
            now: { self.state.withLock { $0.now } }, unixSeconds: { 1_800_000_000 },
            sleep: { try await self.sleep($0) })
    }

    private func sleep(_ duration: Duration) async throws {
        let id = self.state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wake in
                let isOver = self.state.withLock { state in
                    if state.cancelled.remove(id) != nil { return true }
                    state.sleepers[id] = (state.now + duration, wake)
                    return false
                }
                if isOver { wake.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let sleeper = self.state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: id)
                if sleeper == nil { state.cancelled.insert(id) }
                return sleeper
            }
            sleeper?.wake.resume(throwing: CancellationError())
        }
    }

    func advance(_ by: Duration) {
        let due = self.state.withLock { state in
            state.now += by
            let due = state.sleepers.filter { $0.value.due <= state.now }
            for id in due.keys { state.sleepers.removeValue(forKey: id) }
            return due.values.map(\.wake)
        }
        for wake in due { wake.resume() }
    }

    /// Lets the other tasks run until so many sleep.
    func untilAsleep(_ count: Int) async {
        while self.state.withLock({ $0.sleepers.count }) < count { await Task.yield() }
    }
}

/// A server whose answers can be held back; a cancelled request is counted.
final class GatedTransport: RPCTransport {
    private struct State {
        var isOpen = true
        var waiting: [UInt64: CheckedContinuation<Bool, Never>] = [:]
        var gone: Set<UInt64> = []
        var nextID: UInt64 = 0
        var cancelled = 0
    }

    let inner: ScriptedTransport
    private let state = Mutex(State())

    init(_ inner: ScriptedTransport) { self.inner = inner }

    var cancelled: Int { self.state.withLock { $0.cancelled } }
    var waiting: Int { self.state.withLock { $0.waiting.count } }

    func close() { self.state.withLock { $0.isOpen = false } }

    func open() {
        let waiting = self.state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for one in waiting { one.resume(returning: true) }
    }

    func send(_ body: [UInt8]) async throws(TransportError) -> HTTPResponse {
        let id = self.state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let mayPass = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now: Bool? = self.state.withLock { state in
                    if state.gone.remove(id) != nil { return false }
                    if state.isOpen { return true }
                    state.waiting[id] = continuation
                    return nil
                }
                if let now { continuation.resume(returning: now) }
            }
        } onCancel: {
            let waiting = self.state.withLock { state in
                let waiting = state.waiting.removeValue(forKey: id)
                if waiting == nil { state.gone.insert(id) }
                return waiting
            }
            waiting?.resume(returning: false)
        }
        guard mayPass else {
            self.state.withLock { $0.cancelled += 1 }
            throw .cancelled
        }
        return try self.inner.answer(body)
    }
}
