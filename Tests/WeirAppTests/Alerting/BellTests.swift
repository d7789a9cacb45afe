// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WeirApp

@Suite struct BellTests {
    @Test func aRingBeforeTheWaitIsHeard() async throws {
        let bell = Bell()
        let heard = bell.count
        bell.ring()
        try await bell.wait(after: heard)
    }

    @Test func everybodyWhoWaitsIsWoken() async throws {
        let bell = Bell()
        let heard = bell.count
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { try await bell.wait(after: heard) } }
            bell.ring()
            try await group.waitForAll()
        }
    }

    @Test func aCancelledWaitEnds() async {
        let bell = Bell()
        for _ in 0..<50 {
            let waiting = Task { try await bell.wait(after: bell.count) }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
    }
}
