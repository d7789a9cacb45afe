// Weir
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The memory of large bodies that were read, kept for the answers that come next: in a catch-up one
/// megabyte follows on another, and fresh pages from the system cost more than what is written there.
///
/// What nobody used for two seconds is given back.
final class BodyPool: Sendable {
    private struct State {
        /// Empty arrays with capacity.
        var bodies: [[UInt8]] = []
        var lastUse: UInt64 = 0
    }

    private let state = Mutex(State())

    /// As many are kept; a catch-up has four requests under way.
    private static let countMax = 4
    /// Smaller bodies are cheap, larger ones rare.
    static let bytesKept = (256 << 10)...(8 << 20)
    private static let patience: UInt64 = 2_000_000_000

    var isEmpty: Bool { self.state.withLock { $0.bodies.isEmpty } }

    /// An empty array, with room for `count` bytes if such a one is there; for a negative count, which
    /// is an unknown one, the roomiest.
    func take(_ count: Int, now: UInt64) -> [UInt8] {
        guard count < 0 || Self.bytesKept.contains(count) else { return [] }
        return self.state.withLock { state in
            guard
                let index = state.bodies.indices.filter({ state.bodies[$0].capacity >= count })
                    .max(by: { state.bodies[$0].capacity < state.bodies[$1].capacity })
            else { return [] }
            state.lastUse = now
            return state.bodies.remove(at: index)
        }
    }

    /// Takes a body that nobody else holds.
    func put(_ body: consuming [UInt8], now: UInt64) {
        guard Self.bytesKept.contains(body.capacity) else { return }
        body.removeAll(keepingCapacity: true)
        let empty = consume body
        self.state.withLock { state in
            state.lastUse = now
            state.bodies.append(empty)
            guard state.bodies.count > Self.countMax,
                let least = state.bodies.indices.min(by: {
                    state.bodies[$0].capacity < state.bodies[$1].capacity
                })
            else { return }
            state.bodies.remove(at: least)
        }
    }

    /// Gives back what was not used for a while.
    func age(now: UInt64) {
        self.state.withLock { state in
            guard !state.bodies.isEmpty, now >= state.lastUse &+ Self.patience else { return }
            state.bodies = []
        }
    }
}
