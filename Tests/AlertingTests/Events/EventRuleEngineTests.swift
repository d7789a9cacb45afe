// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import Testing
import WeirTestSupport

@testable import Alerting

/// When alerts of events are told, and when they are taken back.
@Suite struct EventRuleEngineTests {
    private static let rule = "event_rules: [{ on: NodeRegistry.NodeSlashed, where: amount > 1 FAB"
    private let now: Timestamp = 1_700_000_100_000

    private func block(
        _ lab: EventLab, _ number: UInt64, _ amounts: [UInt64], branch: UInt64 = 0
    ) throws -> Block {
        let ref = LabBlock.ref(number, branch)
        var block = Block(header: LabBlock.header(ref), logs: LogBatch())
        for (index, amount) in amounts.enumerated() {
            try lab.add(
                "NodeSlashed", EventLab.slashed(EventLab.fab(amount)), to: &block.logs, block: ref,
                index: UInt32(index), transaction: 1000 * number + UInt64(index))
        }
        return block
    }

    @Test func onlyEventsThatFitAreTold() throws {
        let lab = try EventLab()
        var engine = try lab.engine(Self.rule + " }]")
        let outcome = engine.apply(
            .committed(try self.block(lab, 7, [1, 2, 3])), now: self.now)
        #expect(outcome.alerts.map { $0.labels["log_index"] } == ["1", "2"])
        #expect(outcome.alerts.allSatisfy { !$0.isResolved(at: self.now) })
        #expect(outcome.alerts.allSatisfy { $0.isResolved(at: self.now + 600_000) })
        #expect(Set(outcome.alerts.map(\.fingerprint)).count == 2)
        #expect(outcome.states.map(\.key) == ["00000000000000000007"])
    }

    @Test func aReorganisationRetractsWhatWasTold() throws {
        let lab = try EventLab()
        var engine = try lab.engine(Self.rule + " }]")
        _ = engine.apply(.committed(try self.block(lab, 7, [5])), now: self.now)
        let told = engine.apply(.committed(try self.block(lab, 8, [6, 7])), now: self.now)
        let outcome = engine.apply(
            .reverted(to: LabBlock.ref(7), depth: 1), now: self.now + 5000)
        #expect(outcome.alerts.map(\.labels) == told.alerts.reversed().map(\.labels))
        #expect(outcome.alerts.allSatisfy { $0.isResolved(at: self.now + 5000) })
        #expect(
            outcome.alerts.first?.retraction
                == Retraction(chain: "base", block: 8, blockHash: "\(LabBlock.ref(8).hash)"))
        #expect(
            outcome.states == [
                StateEntry(tracker: "event_rules", key: "00000000000000000008", value: nil)
            ])
        // The other branch has one of them again: told anew, under the same labels.
        let again = engine.apply(
            .committed(try self.block(lab, 8, [6], branch: 1)), now: self.now + 6000)
        #expect(again.alerts.map(\.labels) == [told.alerts[0].labels])
        #expect(again.alerts.first?.retraction == nil)
    }

    /// A block's time ahead of our clock must not leave a retracted alert firing.
    @Test func aRetractedAlertIsOverAtOnce() throws {
        let lab = try EventLab()
        var engine = try lab.engine(Self.rule + " }]")
        _ = engine.apply(.committed(try self.block(lab, 7, [5])), now: 1000)
        let outcome = engine.apply(.reverted(to: LabBlock.ref(6), depth: 1), now: 2000)
        #expect(outcome.alerts.map(\.startsAt) == [2000])
        #expect(outcome.alerts.allSatisfy { $0.isResolved(at: 2000) })
    }

    @Test func finalRulesWaitForFinality() throws {
        let lab = try EventLab()
        var engine = try lab.engine(Self.rule + ", at: finalized }]")
        #expect(engine.apply(.committed(try self.block(lab, 7, [5])), now: self.now).alerts == [])
        #expect(engine.apply(.committed(try self.block(lab, 8, [6])), now: self.now).alerts == [])
        // What waited and is dropped was never told.
        #expect(engine.apply(.reverted(to: LabBlock.ref(7), depth: 1), now: self.now).alerts == [])
        let outcome = engine.apply(
            .finalized(LabBlock.anchor(LabBlock.ref(9))), now: self.now + 1_000_000)
        #expect(outcome.alerts.map { $0.annotations["block"].prefix(1) } == ["7"])
        #expect(outcome.alerts.first?.endsAt == self.now + 1_600_000)
        #expect(engine.records.isEmpty)
        #expect(outcome.states.map(\.value) == [nil])
    }

    @Test func rulesWaitForSoManyBlocks() throws {
        let lab = try EventLab()
        var engine = try lab.engine(Self.rule + ", at: 2 }]")
        #expect(engine.apply(.committed(try self.block(lab, 7, [5])), now: self.now).alerts == [])
        #expect(engine.apply(.committed(try self.block(lab, 8, [])), now: self.now).alerts == [])
        #expect(
            engine.apply(.committed(try self.block(lab, 9, [])), now: self.now).alerts.count == 1)
        #expect(engine.apply(.committed(try self.block(lab, 10, [])), now: self.now).alerts == [])
        // Told, and not final: still to be retracted.
        #expect(
            engine.apply(.reverted(to: LabBlock.ref(6), depth: 4), now: self.now).alerts.count == 1)
        // Finality comes before the blocks do: it is enough.
        _ = engine.apply(.committed(try self.block(lab, 7, [5], branch: 2)), now: self.now)
        #expect(
            engine.apply(.finalized(LabBlock.anchor(LabBlock.ref(7, 2))), now: self.now).alerts
                .count == 1)
    }

    @Test func settledHistoryIsToldOnceAndNotKept() throws {
        let lab = try EventLab()
        var engine = try lab.engine(Self.rule + ", at: 50 }]")
        var logs = LogBatch()
        for number in [UInt64(3), 4] {
            try lab.add(
                "NodeSlashed", EventLab.slashed(EventLab.fab(9)), to: &logs,
                block: LabBlock.ref(number), index: 0, transaction: number)
        }
        let page = LogPage(
            first: BlockNumber(1), last: LabBlock.anchor(LabBlock.ref(5)), logs: logs)
        let outcome = engine.apply(.caughtUp(page), now: self.now)
        #expect(outcome.alerts.map { $0.annotations["block"].prefix(1) } == ["3", "4"])
        #expect(outcome.states == [])
        #expect(engine.records.isEmpty)
    }

    @Test func whatIsTooOldIsNotTold() throws {
        let lab = try EventLab()
        var engine = try lab.engine(Self.rule + ", age_max: 1h }]")
        let time = Int64(LabBlock.time(7)) * 1000
        let block = try self.block(lab, 7, [5, 6])
        let late = engine.apply(.committed(block), now: time + 3_600_001)
        #expect(late.alerts == [] && late.outdated == 2)
        #expect(engine.apply(.committed(block), now: time + 3_600_000).alerts.count == 2)
    }

    @Test func hostileTimesDoNotTrap() throws {
        let lab = try EventLab()
        var engine = try lab.engine(Self.rule + " }]")
        var block = try self.block(lab, 7, [5])
        block.header.timestamp = BlockTime(.max)
        let outcome = engine.apply(.committed(block), now: .max)
        #expect(outcome.alerts.isEmpty)
        let early = engine.apply(.committed(block), now: .min)
        #expect(early.alerts.map(\.startsAt) == [253_402_300_799_000])
    }

    /// Seen again after a restart, a block says nothing that was told of it; a rule that is new does.
    @Test func aBlockSeenAgainIsToldOnce() throws {
        let lab = try EventLab()
        var first = try lab.engine(Self.rule + " }]")
        let block = try self.block(lab, 7, [5, 6])
        let told = first.apply(.committed(block), now: self.now)
        #expect(told.alerts.count == 2)
        #expect(first.apply(.committed(block), now: self.now).alerts == [])
        var second = try lab.engine(
            Self.rule
                + " }, { on: NodeRegistry.NodeSlashed, severity: info, where: amount > 5 FAB }]")
        try second.restore(told.states)
        #expect(second.records == first.records)
        let more = second.apply(.committed(block), now: self.now)
        #expect(more.alerts.map { $0.labels["severity"] } == ["info"])
        let retracted = second.apply(.reverted(to: LabBlock.ref(6), depth: 1), now: self.now)
        #expect(retracted.alerts.count == 3)
    }

    @Test func manyEventsOfABlockAreCountedInOneAlert() throws {
        let lab = try EventLab()
        var engine = try lab.engine(
            Self.rule + ", limit: 3, labels: { team: ops, n: \"{{ node }}\" } }]")
        let outcome = engine.apply(
            .committed(try self.block(lab, 7, Array(repeating: 5, count: 100))), now: self.now)
        #expect(outcome.alerts.count == 4)
        #expect(outcome.omitted == 97)
        let rest = try #require(outcome.alerts.last)
        #expect(rest.annotations["summary"].hasPrefix("97 more events fit the rule NodeSlashed"))
        #expect(rest.labels["team"] == "ops" && rest.labels["n"].isEmpty)
        #expect(rest.labels["transaction"].isEmpty && rest.labels["block"] == "7")
        let back = engine.apply(.reverted(to: LabBlock.ref(6), depth: 1), now: self.now)
        #expect(back.alerts.count == 4)
    }

    @Test func logsThatAreNoEventsAreCounted() throws {
        let lab = try EventLab()
        var engine = try lab.engine(Self.rule + " }]")
        var block = try self.block(lab, 7, [5])
        // Data cut off, and topics of another event.
        var cut = try self.block(lab, 7, [5]).logs.entries[0]
        block.logs.append(cut, data: [1, 2, 3])
        cut.topics = TopicList([Hash256(U256(1))]) ?? TopicList()
        block.logs.append(cut, data: [])
        cut.address = EventLab.token
        block.logs.append(cut, data: [])
        cut.address = EventLab.other
        block.logs.append(cut, data: [])
        let outcome = engine.apply(.committed(block), now: self.now)
        #expect(outcome.alerts.count == 1)
        #expect(outcome.undecodable == 2)
    }

    @Test func placingForgetsEverything() throws {
        let lab = try EventLab()
        var engine = try lab.engine(Self.rule + " }]")
        _ = engine.apply(.committed(try self.block(lab, 7, [5])), now: self.now)
        let outcome = engine.apply(.placed(LabBlock.anchor(LabBlock.ref(1))), now: self.now)
        #expect(outcome.alerts == [] && outcome.states.map(\.value) == [nil])
        #expect(engine.records.isEmpty)
    }
}
