// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import EVMPrimitives
import Testing

/// Whole runs with a plan: what stands in the store beside the logs is that of the canonical blocks,
/// after reorganisations, faults and restarts. `SIM_SEED=n` replays one of them.
@Suite(.serialized) struct ExtrasFollowingTests {
    private static let registry = SimulatedContract.nodeRegistry.address
    private static let account = SimulatedAccounts.addresses[1]
    static let plan = FetchPlan(
        readings: [
            // totalStaked()
            ReadingRequest(
                key: "staked", subject: .call(to: Self.registry, data: [0x81, 0x7b, 0x1c, 0xd2])),
            ReadingRequest(key: "ether", subject: .balance(Self.account)),
        ], transactions: TransactionFilter(receivers: [Self.registry]), wantsFees: true,
        tipPercentiles: [50])

    @Test(arguments: FollowingTests.seeds.prefix(12))
    func whatStandsBesideTheLogsIsOfTheCanonicalChain(seed: UInt64) async throws {
        let rate = [0, 0.01, 0.03][Int(seed % 3)]
        let story = try Story(seed: seed, faults: Story.noticeable(rate), plan: Self.plan)
        let outcome = try await story.run()
        let note: Comment = "replay with SIM_SEED=\(seed)"
        #expect(outcome.findings == [], note)
        #expect(outcome.stored == outcome.truth.logs, note)
        let chain = story.world.chain
        let first = outcome.extras.first?.block.number.rawValue ?? .max
        #expect(
            outcome.extras.map(\.block.number.rawValue) == Array(first...chain.headNumber), note)
        var readings = 0
        for extras in outcome.extras {
            let block = try #require(chain.block(number: extras.block.number.rawValue))
            let header = block.header
            #expect(extras.block == block.ref && extras.time == header.timestamp, note)
            #expect(extras.fees?.gasUsed == header.gasUsed, note)
            #expect(extras.fees?.baseFeeWei == header.baseFeePerGas, note)
            let wanted = block.transactions.filter { $0.to == Self.registry }
            #expect(extras.transactions.map(\.hash) == wanted.map(\.hash), note)
            for observed in extras.transactions {
                let receipt = block.receipts[Int(observed.index)]
                #expect(observed.cost.gasUsed == receipt.gasUsed, note)
                #expect(observed.succeeded == (receipt.outcome == .status(true)), note)
            }
            guard !extras.readings.isEmpty, let world = block.world else { continue }
            for (key, truth) in [
                ("staked", world.registry.totalStaked),
                ("ether", world.accounts[Self.account]?.balance ?? .zero),
            ] {
                let reading = try #require(extras.reading(key))
                // Where the node failed, the reading may be missing; it is never another one.
                if case .unavailable = reading.outcome, rate > 0 { continue }
                #expect(reading.word == truth, note)
                readings += 1
            }
        }
        #expect(readings > 10, note)
    }
}
