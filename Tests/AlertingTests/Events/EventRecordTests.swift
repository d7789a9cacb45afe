// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import PromQL
import Testing
import WeirTestSupport

@testable import Alerting

/// What the store keeps of a block's alerts.
@Suite struct EventRecordTests {
    private var record: EventRecord {
        EventRecord(
            block: LabBlock.ref(.max, 3),
            entries: [
                .init(
                    rule: "abc", logIndex: 7,
                    alert: Alert(
                        labels: Labels([("alertname", "A"), ("x", "é\n\u{0}🚨")]),
                        annotations: Labels([("summary", String(repeating: "s", count: 3000))]),
                        startsAt: -5, endsAt: 9), resolveAfter: 600_000, waitsFor: nil),
                .init(
                    rule: "", logIndex: .max,
                    alert: Alert(labels: .empty, startsAt: .min), resolveAfter: .max,
                    waitsFor: .blocks(12)),
                .init(
                    rule: "z", logIndex: 0, alert: Alert(labels: .empty, startsAt: 0),
                    resolveAfter: 1, waitsFor: .finalized),
            ])
    }

    @Test func comesBackAsItWas() {
        #expect(EventRecord(bytes: self.record.bytes) == self.record)
        #expect(EventRecord.key(BlockNumber(.max)) == "18446744073709551615")
        #expect(EventRecord.key(BlockNumber(5)) < EventRecord.key(BlockNumber(10)))
    }

    @Test func everyCutIsNoticed() {
        let bytes = self.record.bytes
        for count in 0..<bytes.count {
            #expect(EventRecord(bytes: Array(bytes.prefix(count))) == nil)
        }
        #expect(EventRecord(bytes: bytes + [0]) == nil)
    }

    @Test(arguments: [UInt64(31), 32])
    func damageNeverTraps(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let bytes = self.record.bytes
        for _ in 0..<3000 {
            var damaged = bytes
            for _ in 0..<3 {
                damaged[Int.random(in: damaged.indices, using: &random)] = UInt8(
                    truncatingIfNeeded: random.next())
            }
            _ = EventRecord(bytes: damaged)
        }
    }

    @Test func damageStopsTheRestoring() throws {
        var engine = try EventLab().engine("event_rules: [{ on: FAB.Transfer }]")
        let key = EventRecord.key(BlockNumber(7))
        let good = EventRecord(block: LabBlock.ref(7), entries: []).bytes
        let cases: [(String, [UInt8]?, Bool)] = [
            (key, [9, 9], false), (key, [], false), ("7", good, false), (key, good, true),
            (key, nil, true),
        ]
        for (key, value, isGood) in cases {
            let entry = StateEntry(tracker: "event_rules", key: key, value: value)
            if isGood {
                try engine.restore([entry])
            } else {
                #expect(throws: EventRuleError.unfitState(key: key)) { try engine.restore([entry]) }
            }
        }
        try engine.restore([StateEntry(tracker: "staking/nodes", key: "x", value: [1])])
        #expect(engine.records.isEmpty)
    }
}
