// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import MetricsRegistry
import Testing
import WeirTestSupport

@testable import Economy

@Suite("Descriptors and samples")
struct SampleTests {
    private func descriptors(_ market: Market) -> [MetricDescriptor] {
        Economy.descriptors(namespace: "weir")
            + Economy.valueDescriptors(namespace: "weir", buckets: Market.buckets)
            + market.definition.metrics.flatMap { Economy.descriptors(of: $0) }
    }

    @Test func samplesAreOfTheFamiliesThatAreDescribed() throws {
        let market = try Market()
        let described = self.descriptors(market)
        let sampled = Economy(market.definition).samples(namespace: "weir").map(\.family)
        #expect(Set(sampled) == Set(described.map(\.name)))
        #expect(sampled.count == described.count)
    }

    @Test func descriptorsAreFreeOfLint() throws {
        #expect(MetricLint.findings(self.descriptors(try Market())).isEmpty)
    }

    @Test func everyCounterAndHistogramHasATwinWithTheSameLabels() throws {
        let described = self.descriptors(try Market())
        for descriptor in described where descriptor.type != .gauge {
            if descriptor.name.hasSuffix("_reverted_total") { continue }
            let stem =
                descriptor.name == "weir_event_value_tokens"
                ? "weir_event_values" : descriptor.familyName
            let twin = described.first { $0.name == stem + "_reverted_total" }
            #expect(twin?.type == .counter, "\(descriptor.name)")
            #expect(twin?.labelNames == descriptor.labelNames)
        }
        #expect(!described.contains { $0.name.hasPrefix("price_tokens_reverted") })
    }

    /// A registry takes all samples of a random chain in, and none of them ever goes down.
    @Test(arguments: 200..<208)
    func registryTakesEverySampleIn(seed: UInt64) throws {
        let market = try Market()
        var walk = ChainWalk(market, seed: seed)
        var economy = Economy(market.definition)
        let registry = try MetricsRegistry(namespace: "weir")
        var families: [String: MetricFamily] = [:]
        for descriptor in self.descriptors(market) {
            families[descriptor.name] = try registry.register(descriptor)
        }
        for _ in 0..<60 {
            _ = economy.apply(try walk.step())
            let updates = try economy.samples(namespace: "weir").map {
                FamilyUpdate(try #require(families[$0.family]), $0.samples)
            }
            #expect(try registry.update(updates).refusedDecreases == 0)
        }
        #expect(!registry.render(.text004).isEmpty)
    }

    @Test func overloadedEventIsCalledByItsSignature() throws {
        var script = Script(try Market())
        try script.commit(1, at: 1, [.deposit(.zero, .one), .notedDeposit(.one, [1])])
        let samples = script.samples("weir_events_total")
        #expect(samples[["Vault", "Deposit(address,uint256)"]] == .number(.integer(1)))
        #expect(samples[["Vault", "Deposit(uint256,bytes)"]] == .number(.integer(1)))
        #expect(samples[["Market", "Priced"]] == .number(.integer(0)))
    }

    @Test func sumOfUnitsIsAnIntegerWhileItFits() throws {
        var script = Script(try Market())
        let big = U256(UInt64.max)
        let transfer = Happening.transfer(isNFT: false, from: .zero, to: .zero, value: big)
        let key = [Address.zero.description, Address.zero.description]
        try script.commit(1, at: 1, [transfer])
        #expect(script.samples("transferred_units_total")[key] == .number(.integer(.max)))
        try script.commit(2, at: 2, [transfer])
        #expect(script.samples("transferred_units_total")[key] == .number(.double(0x1p65)))
    }

    @Test func totalsOfAStatusLineCountSeenAndReverted() throws {
        var script = Script(try Market())
        try script.commit(1, at: 1, [.priced(.one), .drift(1), .stranger, .junk(.badData)])
        script.revert(to: 0)
        try script.commit(1, at: 1, [.priced(.one)])
        #expect(script.economy.eventTotals == (3, 2))
    }

    @Test func definitionsAreToldApartByTheirFingerprint() throws {
        let one = try Market().definition
        #expect(try Market().definition.fingerprint == one.fingerprint)
        #expect(try Market(modelsMax: 6).definition.fingerprint != one.fingerprint)
        #expect(try Market(kinds: ["price_tokens"]).definition.fingerprint != one.fingerprint)
        #expect(one.needsTimes)
        #expect(try !Market(kinds: ["price_tokens"]).definition.needsTimes)
    }

    /// Two anonymous events with as many topics fit the same log, and nothing is guessed.
    @Test func logsThatFitTwoEventsAreCountedAsUndecoded() throws {
        let first = try HumanABI.parseEvent("event A(uint256 indexed x) anonymous")
        let second = try HumanABI.parseEvent("event B(uint256 indexed x) anonymous")
        let catalog = try EventCatalog([
            CatalogContract(alias: "C", address: Market.token, events: [first, second])
        ])
        var economy = Economy(EconomyDefinition(chain: "devnet", catalog: catalog))
        var logs = LogBatch()
        logs.append(
            LogEntry(
                address: Market.token, topics: try #require(TopicList([.zero])), dataOffset: 0,
                dataCount: 0, blockNumber: BlockNumber(1), blockHash: .zero,
                transactionHash: .zero, transactionIndex: 0, logIndex: 0), data: [])
        let header = BlockHeader(
            number: BlockNumber(1), hash: .zero, parentHash: .zero, timestamp: BlockTime(1))
        _ = economy.apply(.committed(Block(header: header, logs: logs)))
        let samples = economy.samples(namespace: "weir").first {
            $0.family == "weir_undecoded_logs_total"
        }
        let counted = samples?.samples.filter { $0.value != .number(.integer(0)) }
        #expect(counted?.map(\.labelValues) == [["devnet", "C", "anonymous"]])
    }
}
