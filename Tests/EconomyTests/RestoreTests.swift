// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Testing
import WeirTestSupport

@testable import Economy

@Suite("Restoring stored state")
struct RestoreTests {
    private static let event =
        "event/Token/Transfer(address,address,uint256)/iid"

    /// An entry that does not fit: what it is, tracker, key, and state.
    struct Unfit: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var tracker: String
        var key: String
        var bytes: [UInt8]

        init(_ description: String, _ tracker: String, _ key: String, _ bytes: [UInt8]) {
            self.testDescription = description
            self.tracker = tracker
            self.key = key
            self.bytes = bytes
        }
    }

    static let unfit: [Unfit] = {
        let one = StateCoding.encode(.count(1))
        let sum = StateCoding.encode(.sum(ExactSum(low: .one)))
        let gauge = StateCoding.encode(.gauge(.one))
        let buckets = StateCoding.encode(
            .histogram(ValueHistogram(counts: Array(repeating: 1, count: 6), sum: ExactSum())))
        let wide = StateCoding.encode(
            .histogram(ValueHistogram(counts: Array(repeating: 1, count: 7), sum: ExactSum())))
        let value = "value/" + Self.event
        return [
            Unfit("another tracker", "staking", "series/", one),
            Unfit("a metric that is gone", "metric/gone_total", "series/", one),
            Unfit("an event that is gone", "events", "event/Token/Gone()/", one),
            Unfit("no bytes", "events", Self.event, []),
            Unfit("a kind that is none", "events", Self.event, [7] + one.dropFirst()),
            Unfit("a short count", "events", Self.event, [1, 0]),
            Unfit("a sum for a count", "events", Self.event, sum),
            Unfit("buckets for a count", "events", Self.event, buckets),
            Unfit("a count for buckets", "events", value, one),
            Unfit("other buckets", "events", value, wide),
            Unfit("a count for a sum", "metric/jobs_paid_tokens_total", "series/", one),
            Unfit("a sum for a gauge", "metric/price_tokens", "series/", sum),
            Unfit("a gauge for a sum", "metric/jobs_paid_tokens_total", "series/", gauge),
            Unfit("too few labels", "metric/transferred_units_total", "series/a", sum),
            Unfit("too many labels", "metric/jobs_posted_total", "series/a\u{1f}b", one),
            Unfit("a label of none", "metric/jobs_paid_tokens_total", "series/a", sum),
            Unfit("a raw byte", "metric/jobs_posted_total", "series/\u{e9}", one),
            Unfit("a bad escape", "metric/jobs_posted_total", "series/%f", one),
            Unfit("an escape of no need", "metric/jobs_posted_total", "series/%61", one),
            Unfit("upper case", "metric/jobs_posted_total", "series/%C3%A9", one),
            Unfit("half a character", "metric/jobs_posted_total", "series/%c3", one),
            Unfit("no prefix", "metric/jobs_posted_total", "llama", one),
            Unfit("waiting for no latency", "metric/jobs_posted_total", "pending/0x1", one),
            Unfit("dropped of no latency", "metric/jobs_posted_total", "dropped", one),
            Unfit("waiting key of no number", "metric/job_wait_seconds", "pending/x", one),
            Unfit("waiting key of two forms", "metric/job_wait_seconds", "pending/0x01", one),
            Unfit("waiting without a time", "metric/job_wait_seconds", "pending/0x1", gauge),
        ]
    }()

    @Test(arguments: Self.unfit)
    func foreignOrDamagedEntryIsRefused(entry: Unfit) throws {
        let market = try Market()
        var economy = Economy(market.definition)
        let stored = StateEntry(tracker: entry.tracker, key: entry.key, value: entry.bytes)
        #expect(throws: EconomyError.unfitState(tracker: entry.tracker, key: entry.key)) {
            try economy.restore(states: [stored], reverted: [])
        }
    }

    /// What was counted under a definition that is gone stays in the store and shows nowhere.
    @Test(arguments: Self.unfit)
    func unfitRevertedEntryIsLeftOut(entry: Unfit) throws {
        let market = try Market()
        let fresh = Economy(market.definition)
        var economy = fresh
        let stored = StateEntry(tracker: entry.tracker, key: entry.key, value: entry.bytes)
        try economy.restore(states: [], reverted: [stored])
        #expect(economy.samples(namespace: "weir") == fresh.samples(namespace: "weir"))
    }

    @Test func deletedEntriesAreNone() throws {
        let market = try Market()
        var economy = Economy(market.definition)
        let gone = StateEntry(tracker: "nobody", key: "nothing", value: nil)
        try economy.restore(states: [gone], reverted: [gone])
        #expect(economy.reverted.isEmpty)
    }

    @Test(arguments: 0..<40)
    func randomBytesNeverTrap(seed: UInt64) throws {
        let market = try Market()
        var random = SeededRandom(seed: seed)
        var walk = ChainWalk(market, seed: seed)
        var source = Economy(market.definition)
        var reverted: [StateEntry] = []
        for _ in 0..<15 { reverted += source.apply(try walk.step()).reverted }
        let good = source.states() + reverted
        let sizes = [0, 1, 8, 9, 33, 41, 73, 81, 89, 200]
        for _ in 0..<100 {
            guard var entry = good.randomElement(using: &random) else { continue }
            var bytes = entry.value ?? []
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes = random.bytes(sizes.randomElement(using: &random) ?? 0)
            case 1: bytes = [UInt8.random(in: 0...5, using: &random)] + bytes.dropFirst()
            case 2: bytes = [bytes.first ?? 4] + random.bytes(max(bytes.count, 1) - 1)
            default:
                entry.key = String(decoding: random.bytes(12), as: UTF8.self)
                if Bool.random(using: &random) { entry.key = "series/" + entry.key }
            }
            entry.value = bytes
            var economy = Economy(market.definition)
            do throws(EconomyError) {
                try economy.restore(states: [entry], reverted: [entry])
            } catch {
                guard case .unfitState(let tracker, let key) = error else {
                    Issue.record("\(error)")
                    continue
                }
                #expect(tracker == entry.tracker && key == entry.key)
                #expect(error.description.contains("weir rebuild"))
            }
            // Whatever was taken over can be counted on and shown.
            for (logs, anchor) in walk.stored { economy.refold(logs, anchor: anchor) }
            _ = economy.apply(
                .reverted(to: BlockRef(number: .zero, hash: .zero), depth: 1))
            _ = economy.samples(namespace: "weir")
        }
    }
}
