// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Testing
import WeirTestSupport

@testable import Economy

@Suite("Economy after a restart")
struct RestartTests {
    @Test(arguments: 100..<116)
    func restartChangesNothing(seed: UInt64) throws {
        let market = try Market()
        var walk = ChainWalk(market, seed: seed &* 104_729)
        var whole = Economy(market.definition)
        var broken = whole
        var states = EntryStore()
        var reverted = EntryStore()
        var restarts = 0
        for _ in 0..<90 {
            let step = try walk.step()
            let outcome = whole.apply(step)
            #expect(broken.apply(step) == outcome)
            states.apply(outcome.states)
            reverted.apply(outcome.reverted)
            Self.checkText(outcome.states + outcome.reverted)
            Self.checkDump(whole, states, market)
            guard Int.random(in: 0..<6, using: &walk.random) == 0 else { continue }
            restarts += 1
            broken = Economy(market.definition)
            let bySnapshot = Bool.random(using: &walk.random)
            try broken.restore(
                states: (bySnapshot ? whole.states() : states.all).shuffled(using: &walk.random),
                reverted: reverted.all.shuffled(using: &walk.random))
            for (logs, anchor) in walk.stored { broken.refold(logs, anchor: anchor) }
            #expect(broken.samples(namespace: "weir") == whole.samples(namespace: "weir"))
            #expect(broken.eventTotals == whole.eventTotals)
            #expect(EntryStore(broken.states()) == EntryStore(whole.states()))
        }
        #expect(restarts > 0 && walk.reorgs > 0)
        #expect(broken.samples(namespace: "weir") == whole.samples(namespace: "weir"))
    }

    /// What was stored step by step is what a full dump gives, but for series that nothing touched.
    private static func checkDump(_ economy: Economy, _ states: EntryStore, _ market: Market) {
        let initial = EntryStore(Economy(market.definition).states()).entries
        let dump = EntryStore(economy.states()).entries
        for (place, value) in dump {
            #expect(states.entries[place] ?? initial[place] == value)
        }
        for place in states.entries.keys { #expect(dump[place] != nil) }
    }

    /// Keys are what any database stores as they are: printable ASCII but for the separator.
    private static func checkText(_ entries: [StateEntry]) {
        for entry in entries {
            let isPlain = entry.key.utf8.allSatisfy { (0x20..<0x7f).contains($0) || $0 == 0x1f }
            #expect(isPlain, "\(entry.key.debugDescription)")
        }
    }

    @Test func economyWithoutBlocksStoresAndRestoresItself() throws {
        let market = try Market()
        let economy = Economy(market.definition)
        var other = Economy(market.definition)
        try other.restore(states: economy.states(), reverted: [])
        #expect(other.samples(namespace: "weir") == economy.samples(namespace: "weir"))
    }
}
