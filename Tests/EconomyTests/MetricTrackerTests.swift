// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import HashTreeCollections
import MetricsRegistry
import Testing

@testable import Economy

/// A chain written down block by block.
struct Script {
    let market: Market
    var economy: Economy

    init(_ market: Market) {
        self.market = market
        self.economy = Economy(market.definition)
    }

    @discardableResult
    mutating func commit(
        _ number: UInt64, at time: UInt64, _ happenings: [Happening]
    ) throws -> Economy.Outcome {
        let header = BlockHeader(
            number: BlockNumber(number), hash: Hash256(words: number, time, 0, 0),
            parentHash: .zero, timestamp: BlockTime(time))
        var logs = LogBatch()
        for (index, what) in happenings.enumerated() {
            let (address, topics, data) = try what.log(self.market)
            logs.append(
                LogEntry(
                    address: address, topics: try #require(TopicList(topics)), dataOffset: 0,
                    dataCount: 0, blockNumber: header.number, blockHash: header.hash,
                    transactionHash: .zero, transactionIndex: 0, logIndex: UInt32(index)),
                data: data)
        }
        return self.economy.apply(.committed(Block(header: header, logs: logs)))
    }

    @discardableResult
    mutating func revert(to number: UInt64) -> Economy.Outcome {
        self.economy.apply(
            .reverted(to: BlockRef(number: BlockNumber(number), hash: .zero), depth: 1))
    }

    @discardableResult
    mutating func settle(_ number: UInt64) -> Economy.Outcome {
        self.economy.apply(
            .finalized(
                BlockAnchor(
                    ref: BlockRef(number: BlockNumber(number), hash: .zero), parentHash: .zero,
                    timestamp: BlockTime(0))))
    }

    /// The samples of a family by the values of its labels behind the chain's.
    func samples(_ family: String) -> [[String]: SampleValue] {
        var result: [[String]: SampleValue] = [:]
        for found in self.economy.samples(namespace: "weir") where found.family == family {
            for sample in found.samples {
                result[Array(sample.labelValues.dropFirst())] = sample.value
            }
        }
        return result
    }

    func posted(_ id: UInt64) -> Happening {
        .posted(id: U256(id), client: Address(words: 7, 0, 1), payment: .one, model: [0x61])
    }

    func completed(_ id: UInt64) -> Happening {
        .completed(id: U256(id), host: Address(words: 7, 0, 2), paid: .one)
    }
}

@Suite("Latency and gauges across reorgs")
struct MetricTrackerTests {
    private func waits(_ script: Script) -> HistogramValue? {
        guard case .histogram(let value)? = script.samples("job_wait_seconds")[[]] else {
            return nil
        }
        return value
    }

    @Test func reorgBetweenTheEventsMeasuresTheCanonicalSecond() throws {
        var script = Script(try Market())
        try script.commit(1, at: 1000, [script.posted(7)])
        let first = try script.commit(2, at: 1010, [script.completed(7)])
        #expect(first.facts.map(\.kind) == ["event_latency"])
        #expect(first.facts.first?.key == "job_wait_seconds/2/0")
        #expect(first.facts.first?.fields.last == Fact.Field("seconds", "10"))
        // At the bound of 10 seconds, and above it.
        #expect(self.waits(script)?.cumulativeCounts == [0, 1, 1])
        script.revert(to: 1)
        #expect(script.economy.current.metrics.last?.pending.count == 1)
        let second = try script.commit(2, at: 1011, [script.completed(7)])
        #expect(second.facts.first?.fields.last == Fact.Field("seconds", "11"))
        #expect(
            self.waits(script) == HistogramValue(cumulativeCounts: [0, 1, 2], sum: 21, count: 2))
        #expect(
            script.samples("job_wait_seconds_reverted_total")[[]] == .number(.integer(1)))
    }

    @Test func secondWithoutItsFirstMeasuresNothing() throws {
        var script = Script(try Market())
        try script.commit(1, at: 1000, [script.posted(7)])
        script.revert(to: 0)
        let outcome = try script.commit(1, at: 1000, [script.completed(7)])
        #expect(outcome.facts.isEmpty)
        #expect(self.waits(script)?.count == 0)
    }

    @Test func firstOfSeveralBeginningsCounts() throws {
        var script = Script(try Market())
        try script.commit(1, at: 1000, [script.posted(7)])
        try script.commit(2, at: 1050, [script.posted(7)])
        try script.commit(3, at: 1060, [script.completed(7), script.completed(7)])
        #expect(
            self.waits(script) == HistogramValue(cumulativeCounts: [0, 0, 1], sum: 60, count: 1))
    }

    @Test func clockThatGoesBackMeasuresZero() throws {
        var script = Script(try Market())
        try script.commit(1, at: .max, [script.posted(7), script.posted(8)])
        try script.commit(2, at: 0, [script.completed(7)])
        try script.commit(3, at: .max, [script.completed(8)])
        #expect(
            self.waits(script) == HistogramValue(cumulativeCounts: [2, 2, 2], sum: 0, count: 2))
    }

    @Test func fullWaitingRoomKeepsWhoIsInAndCountsWhoIsNot() throws {
        var script = Script(try Market(pendingMax: 2))
        try script.commit(1, at: 1000, [1, 2, 3, 1].map(script.posted))
        let metric = try #require(script.economy.current.metrics.last)
        #expect(metric.pending.count == 2 && metric.dropped == 1)
        let second = try script.commit(2, at: 1005, [script.completed(3), script.completed(1)])
        #expect(second.facts.count == 1)
        // A place is free again.
        try script.commit(3, at: 1010, [script.posted(3)])
        #expect(script.economy.current.metrics.last?.pending.count == 2)
        let states = EntryStore(script.settle(3).states)
        #expect(states.entries.keys.contains { $0.key == Array("dropped".utf8) })
        script.settle(4)
        #expect(script.economy.current.metrics.last?.dropped == 1)
    }

    @Test func storedWaitingEndsWhenItsSecondIsSettled() throws {
        var script = Script(try Market())
        try script.commit(1, at: 1000, [script.posted(7)])
        let begun = script.settle(1).states.first { $0.key == "pending/0x7" }
        #expect(begun?.value == StateCoding.encode(.count(1000)))
        try script.commit(2, at: 1001, [script.completed(7)])
        let ended = try #require(script.settle(2).states.first { $0.key == "pending/0x7" })
        #expect(ended.value == nil)
    }

    @Test func gaugeGoesBackWithItsBlock() throws {
        var script = Script(try Market())
        try script.commit(1, at: 1000, [.drift(-5_000_000)])
        #expect(script.samples("drift_tokens")[[]] == .number(.double(-5)))
        #expect(script.samples("price_tokens").isEmpty)
        try script.commit(2, at: 1001, [.drift(7_000_000), .priced(1_500_000)])
        #expect(script.samples("price_tokens")[[]] == .number(.double(1.5)))
        script.revert(to: 1)
        #expect(script.samples("drift_tokens")[[]] == .number(.double(-5)))
        #expect(script.samples("price_tokens").isEmpty)
    }

    @Test func revertIntoSettledHistoryTakesNothingOfItBack() throws {
        var script = Script(try Market())
        try script.commit(1, at: 1000, [script.posted(7)])
        script.settle(1)
        let before = script.economy.samples(namespace: "weir")
        #expect(script.revert(to: 0) == Economy.Outcome())
        #expect(script.economy.samples(namespace: "weir") == before)
    }
}
