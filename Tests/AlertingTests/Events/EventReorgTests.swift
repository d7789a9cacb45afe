// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import Testing
import WeirTestSupport

@testable import Alerting

/// Random chains with reorganisations, stops and restarts: what was told less what was retracted is
/// what the canonical chain has.
@Suite struct EventReorgTests {
    private static let rules = """
        event_rules:
          - { on: NodeRegistry.NodeSlashed, where: amount > 3 FAB }
          - { on: NodeRegistry.NodeSlashed, name: Deep, severity: critical, at: 3, limit: 2 }
          - { on: NodeRegistry.Twice, at: finalized }
          - { on: NodeRegistry.Empty, labels: { kind: "{{ event }}" } }
        """

    /// A block of a branch, the same whenever it is asked for.
    private func block(_ lab: EventLab, _ ref: BlockRef) throws -> Block {
        var random = SeededRandom(seed: ref.hash.word1 &* 31 &+ ref.hash.word3)
        var block = Block(header: LabBlock.header(ref), logs: LogBatch())
        for index in 0..<UInt32.random(in: 0...5, using: &random) {
            // The same transactions come again in other branches.
            let transaction = UInt64.random(in: 1...3, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                let amount = EventLab.fab(UInt64.random(in: 0...6, using: &random))
                try lab.add(
                    "NodeSlashed", EventLab.slashed(amount), to: &block.logs, block: ref,
                    index: index, transaction: transaction)
            case 2:
                try lab.add(
                    "Twice(uint256)", [.uint(1)], to: &block.logs, block: ref, index: index,
                    transaction: transaction)
            default:
                try lab.add(
                    "Empty", [], to: &block.logs, block: ref, index: index,
                    transaction: transaction)
            }
        }
        return block
    }

    /// Alerts by labels and block: told counts one up, retracted one down.
    private struct Ledger {
        var counts: [String: Int] = [:]

        mutating func add(_ alerts: [Alert]) {
            for alert in alerts {
                let block = alert.annotations["block"]
                let key = "\(alert.labels) \(block)"
                self.counts[key, default: 0] += alert.retraction == nil ? 1 : -1
                if self.counts[key] == 0 { self.counts[key] = nil }
            }
        }
    }

    @Test(arguments: 0..<12)
    func toldLessRetractedIsTheCanonicalChain(part: Int) throws {
        let lab = try EventLab()
        let fresh = try lab.engine(Self.rules)
        let now: Timestamp = 1_700_000_000_000
        for seed in UInt64(part * 100)..<UInt64(part * 100 + 100) {
            var random = SeededRandom(seed: seed)
            var engine = fresh
            var store: [String: StateEntry] = [:]
            var ledger = Ledger()
            var chain: [BlockRef] = []
            var settled = 0
            var branch = seed << 20
            func take(_ step: ChainNotification) {
                let outcome = engine.apply(step, now: now)
                ledger.add(outcome.alerts)
                for state in outcome.states {
                    store[state.key] = state.value == nil ? nil : state
                }
            }
            for _ in 0..<25 {
                switch Int.random(in: 0..<10, using: &random) {
                case 0..<5:
                    let ref = LabBlock.ref(UInt64(chain.count + 1), branch)
                    chain.append(ref)
                    take(.committed(try self.block(lab, ref)))
                case 5, 6:
                    let kept = Int.random(in: settled...chain.count, using: &random)
                    guard kept > 0, kept < chain.count else { continue }
                    let depth = chain.count - kept
                    chain.removeLast(depth)
                    branch += 1
                    take(.reverted(to: chain[kept - 1], depth: depth))
                case 7:
                    settled = Int.random(in: settled...chain.count, using: &random)
                    guard settled > 0 else { continue }
                    take(.finalized(LabBlock.anchor(chain[settled - 1])))
                case 8:
                    // Stopped and started again.
                    engine = fresh
                    try engine.restore(store.values.shuffled(using: &random))
                default:
                    // A block that is handed in again.
                    guard let last = chain.last, chain.count > settled else { continue }
                    take(.committed(try self.block(lab, last)))
                }
            }
            // Everything that waits is told before both are compared.
            if let last = chain.last { take(.finalized(LabBlock.anchor(last))) }
            var expected = Ledger()
            var reference = fresh
            for ref in chain {
                let outcome = reference.apply(.committed(try self.block(lab, ref)), now: now)
                expected.add(outcome.alerts)
            }
            if let last = chain.last {
                expected.add(reference.apply(.finalized(LabBlock.anchor(last)), now: now).alerts)
            }
            #expect(ledger.counts == expected.counts, "seed \(seed)")
            #expect(store.isEmpty && engine.records.isEmpty, "seed \(seed)")
        }
    }
}
