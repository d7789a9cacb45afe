// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Testing

@testable import ChainSync

/// Pages whose headers are proven join each other and the block that was named as settled.
@Suite struct PageLinkTests {
    /// A machine that asked for ranges of ten blocks up to block 40, and its chain.
    private static func catchingUp() -> (machine: SyncMachine, chain: ForkingChain) {
        var chain = ForkingChain()
        for _ in 0..<40 { chain.grow(logCount: 1) }
        var configuration = SyncConfiguration(start: BlockNumber(1))
        configuration.firstSpan = 10
        var machine = SyncMachine(
            configuration: configuration, filter: LogFilter(),
            chain: CanonicalChain(settled: chain.canonical[0].anchor), seed: 1)
        machine.tipChecked = true
        machine.settledGoal = BlockNumber(40)
        machine.settledGoalHash = chain.head.hash
        _ = machine.startCatchUp(to: BlockNumber(40), at: 0)
        return (machine, chain)
    }

    private static func delivered(_ actions: [SyncAction]) -> [BlockNumber] {
        actions.compactMap { action in
            if case .deliver(.caughtUp(let page)) = action { page.first } else { nil }
        }
    }

    @Test func aPageThatDoesNotFollowOnOursIsAskedForAgainAndNeverDelivered() throws {
        var (machine, chain) = Self.catchingUp()
        var first: [SyncAction] = []
        for (id, kind) in machine.pending.sorted(by: { $0.key > $1.key }) {
            guard
                case .logs(var page) = chain.answer(
                    kind, finalized: 0, headLimit: BlockNumber(40), spanMax: 100)
            else { continue }
            if page.first == BlockNumber(11) { page.firstParent = Keccak256.hash([7]) }
            first += machine.handle(.answer(id, .logs(page)), at: 0)
        }
        #expect(Self.delivered(first) == [BlockNumber(1)])
        #expect(machine.chain?.tip.number == BlockNumber(10))
        let told = first.contains { action in
            if case .notice(.inconsistentAnswer(.brokenLink)) = action { true } else { false }
        }
        #expect(told)
        let later = machine.holdUntil
        let again = machine.handle(.wake, at: later)
        let wanted = SyncRequest.Kind.logs(BlockNumber(11)...BlockNumber(20))
        let ids = again.compactMap { action -> UInt64? in
            guard case .request(let request) = action, request.kind == wanted else { return nil }
            return request.id
        }
        let id = try #require(ids.first)
        let answer = chain.answer(
            .logs(BlockNumber(11)...BlockNumber(20)), finalized: 0, headLimit: BlockNumber(40),
            spanMax: 100)
        let rest = machine.handle(.answer(id, answer), at: later)
        #expect(Self.delivered(rest).map(\.rawValue) == [11, 21, 31])
    }

    @Test func theLastPageMustEndAtTheBlockThatWasNamedAsSettled() {
        var (machine, chain) = Self.catchingUp()
        machine.settledGoalHash = Keccak256.hash([8])
        var actions: [SyncAction] = []
        for (id, kind) in machine.pending.sorted(by: { $0.key < $1.key }) {
            let answer = chain.answer(
                kind, finalized: 0, headLimit: BlockNumber(40), spanMax: 100)
            actions += machine.handle(.answer(id, answer), at: 0)
        }
        #expect(Self.delivered(actions).map(\.rawValue) == [1, 11, 21])
        #expect(machine.phase == .looking && machine.pending.isEmpty)
    }
}
