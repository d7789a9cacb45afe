// Weir
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Whether the server listens yet, and who waits for it.
final class ListeningState: Sendable {
    typealias Outcome = Result<ListenAddress, HTTPFrontError>

    private enum State {
        case pending([Int: CheckedContinuation<Outcome?, Never>], next: Int)
        case settled(Outcome)
    }

    private let state = Mutex(State.pending([:], next: 0))

    /// Tells everyone who waits and everyone who comes later; a second outcome replaces the first
    /// for those.
    func settle(_ outcome: Outcome) {
        let waiting = self.state.withLock { state -> [CheckedContinuation<Outcome?, Never>] in
            defer { state = .settled(outcome) }
            guard case .pending(let waiting, _) = state else { return [] }
            return Array(waiting.values)
        }
        for continuation in waiting { continuation.resume(returning: outcome) }
    }

    /// Waits for the outcome; a cancelled wait throws `.stopped` with the address given.
    func address(orStopped listen: ListenAddress) async throws(HTTPFrontError) -> ListenAddress {
        let id = self.state.withLock { state -> Int in
            guard case .pending(let waiting, let next) = state else { return 0 }
            state = .pending(waiting, next: next + 1)
            return next
        }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in self.add(continuation, id: id) }
        } onCancel: {
            self.forget(id)
        }
        return try (outcome ?? .failure(.stopped(listen))).get()
    }

    private func add(_ continuation: CheckedContinuation<Outcome?, Never>, id: Int) {
        let isCancelled = Task.isCancelled
        let outcome = self.state.withLock { state -> Outcome?? in
            switch state {
            case .settled(let outcome): return .some(outcome)
            case .pending(var waiting, let next):
                if isCancelled { return .some(nil) }
                waiting[id] = continuation
                state = .pending(waiting, next: next)
                return nil
            }
        }
        if let outcome { continuation.resume(returning: outcome) }
    }

    private func forget(_ id: Int) {
        let continuation = self.state.withLock { state -> CheckedContinuation<Outcome?, Never>? in
            guard case .pending(var waiting, let next) = state else { return nil }
            let continuation = waiting.removeValue(forKey: id)
            state = .pending(waiting, next: next)
            return continuation
        }
        continuation?.resume(returning: nil)
    }
}
