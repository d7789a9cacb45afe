// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import HashTreeCollections
import Testing
import WeirTestSupport

@testable import Economy

/// Escrow, earnings and profit of the jobs tracker.
@Suite("JobsTracker payments")
struct JobsTrackerPaymentTests {
    typealias Base = JobsTrackerTests

    @Test func escrowHoldsWhatWasDepositedAndNotPaid() throws {
        var lab = try Base.lab()
        // Escrow takes the amount before the market tells of the job, and pays before its end.
        try lab.commit([
            Base.deposit(1, 10_000_000), Base.post(1), Base.deposit(2, 3_000_000),
            Base.deposit(2, 1_000_000), Base.deposit(3, 7),
        ])
        #expect(lab.value("escrow_tokens", ["m", "FAB"]) == 14.000007)
        try lab.commit([
            Base.emit("Claimed", 1, .address(Base.alice)),
            Base.release(1, Base.alice, 9_000_000, fee: 1_000_000), Base.emit("Completed", 1),
            Base.emit(
                "Refunded", 2, .address(Base.client), .address(Base.fab), .uint(1_500_000)),
            Base.emit("Returned", 3),
        ])
        #expect(lab.value("escrow_tokens", ["m", "FAB"]) == 2.5)
        #expect(lab.value("escrow_deposits_tokens_total", ["m", "FAB"]) == 14.000007)
        #expect(lab.value("escrow_refunds_tokens_total", ["m", "FAB"]) == 1.500007)
        #expect(lab.value("earnings_tokens_total", ["m", "FAB", "alice"]) == 9)
        #expect(lab.value("job_fees_tokens_total", ["m", "FAB"]) == 1)
        #expect(lab.sum("job_payment_tokens", ["m", "FAB"]) == 9)
        // Job 3 was never posted; its only hold says which token it is in.
        #expect(lab.skipped("jobs", "m", .unknownToken) == 0)
        let fact = try #require(lab.facts.first { $0.kind == "payment_released" })
        #expect(fact.fields.first { $0.name == "amount" }?.value == "9000000")
        #expect(fact.fields.first { $0.name == "payee" }?.value == Base.alice.description)
        lab.revert(1)
        #expect(lab.value("escrow_tokens", ["m", "FAB"]) == 14.000007)
    }

    @Test func anEventWithoutPayeePaysTheNodeAndClosesTheHold() throws {
        var lab = try Base.lab()
        try lab.commit([
            Base.post(1), Base.deposit(1, 100), Base.emit("Claimed", 1, .address(Base.alice)),
            Base.emit("Completed", 1), Base.emit("Paid", 1, .uint(60)),
        ])
        #expect(lab.value("earnings_tokens_total", ["m", "FAB", "alice"]) == 0.000060)
        #expect(lab.value("job_fees_tokens_total", ["m", "FAB"]) == 0.000040)
        #expect(lab.value("escrow_tokens", ["m", "FAB"]) == 0)
        #expect(lab.tracker(JobsTracker.self, "m")?.holds.count == 0)
    }

    @Test(arguments: [
        (Base.release(1, Base.bob, 101, fee: 0), SkipReason.insufficient),
        (Base.release(1, Base.bob, 99, fee: 2), .insufficient),
        (Base.release(1, Base.bob, .max, fee: 1), .overflow),
        (Base.release(2, Base.bob, 1, fee: 0), .unknownKey),
        (Base.emit("Paid", 2, .uint(1)), .unknownKey),
        (Base.deposit(1, .max), .overflow),
        (Base.deposit(5, .max), .overflow),
        (Base.deposit(5, 1, Base.stranger), .unknownToken),
        (Base.emit("Returned", 2), .unknownToken),
        (
            Base.emit("Refunded", 1, .address(Base.client), .address(.zero), .uint(1)),
            .unknownKey
        ),
    ])
    func paymentsThatCannotBeLeaveNoTrace(event: Emit, reason: SkipReason) throws {
        var lab = try Base.lab()
        try lab.commit([Base.post(1), Base.deposit(1, 100)])
        let before = Base.entries(lab)
        try lab.commit([event])
        #expect(lab.skipped("jobs", "m", reason) == 1)
        #expect(Base.entries(lab) == before)
    }

    // MARK: Profit

    static func observed(
        _ block: BlockRef, _ time: BlockTime, _ costs: [(from: Address, to: Address?, wei: U256)]
    ) -> BlockExtras {
        BlockExtras(
            block: block, time: time,
            transactions: costs.enumerated().map { index, cost in
                ObservedTransaction(
                    hash: Hash256(words: UInt64(index), 1, 2, 3), index: UInt32(index), type: 2,
                    from: cost.from, to: cost.to, value: .zero, selector: nil, inputCount: 0,
                    succeeded: index % 2 == 0,
                    cost: TransactionCost(stored: .ethereum, gasUsed: 0, totalWei: cost.wei))
            })
    }

    @Test func profitIsEarningsLessGasToTheLastWei() throws {
        var lab = try Base.lab("profit: { rates: { FAB: 0.00025 } }")
        #expect(lab.value("job_profit_ether", ["m", "alice"]) == 0)
        let plan = lab.economy.plan(after: BlockNumber(1_000))
        #expect(plan.transactions == TransactionFilter(senders: [Base.alice]))
        try lab.commit([
            Emit("Market.Earned", [.address(Base.alice), .address(.zero), .uint(1_000)]),
            // One unit of a token with 6 decimals is 250,000,000 wei.
            Emit("Market.Earned", [.address(Base.alice), .address(Base.fab), .uint(3)]),
            Emit("Market.Earned", [.address(Base.bob), .address(.zero), .uint(77)]),
        ]) { block, time in
            Self.observed(
                block, time,
                [(Base.alice, nil, 750_001_000), (Base.bob, nil, 5), (Base.alice, Base.fab, 1)])
        }
        let tracker = try #require(lab.tracker(JobsTracker.self, "m"))
        let bits = try #require(
            tracker.book.gauge(JobsTracker.Family.profit, ["m", "alice"]))
        #expect(I256(bits: bits) == -1)
        #expect(lab.value("job_profit_ether", ["m", "alice"]) == -1e-18)
        #expect(lab.value("job_gas_ether_total", ["m", "alice"]) == 750_001_001e-18)
        #expect(lab.value("job_profit_ether", ["m", "other"]) == nil)
        #expect(lab.facts.filter { $0.kind == "job_gas" }.count == 2)
        lab.revert(1)
        #expect(lab.value("job_profit_ether", ["m", "alice"]) == 0)
        #expect(lab.value("job_gas_ether_reverted_total", ["m", "alice"]) == 750_001_001e-18)
    }

    @Test func onlyTransactionsToTheContractsOfTheMarketCount() throws {
        var lab = try Base.lab("profit: { contracts: [Market] }")
        let market = try Base.market().address
        try lab.commit([
            Emit("Market.Earned", [.address(Base.alice), .address(Base.fab), .uint(3)])
        ]) { block, time in
            Self.observed(
                block, time,
                [(Base.alice, market, 7), (Base.alice, Base.fab, 90), (Base.alice, nil, 900)])
        }
        // FAB has no rate here.
        #expect(lab.value("job_profit_ether", ["m", "alice"]) == -7e-18)
        #expect(lab.value("earnings_tokens_total", ["m", "FAB", "alice"]) == 0.000003)
    }

    @Test func profitThatLeavesItsRangeIsNoWrongProfit() throws {
        var lab = try Base.lab("profit: { rates: { FAB: 1000000 } }")
        try lab.commit([
            Emit("Market.Earned", [.address(Base.alice), .address(Base.fab), .uint(.max)]),
            Emit("Market.Earned", [.address(Base.alice), .address(.zero), .uint(.max)]),
        ])
        #expect(lab.skipped("jobs", "m", .overflow) == 2)
        #expect(lab.value("job_profit_ether", ["m", "alice"]) == 0)
        #expect(lab.value("earnings_tokens_total", ["m", "FAB", "alice"]) == nil)
    }

    @Test(arguments: [
        (UInt8(18), "0.00025", U256(4_000), U256(1)), (18, "0.00025", 3_999, 0),
        (0, "1", 1, 1_000_000_000_000_000_000), (36, "1", 1_000_000_000_000_000_000, 1),
        (6, "2.5", 1, 2_500_000_000_000), (77, "0.000000000000000000000000000000000001", .max, 0),
        (77, "3", U256.powerOfTen(76)!, 300_000_000_000_000_000), (20, "0.3", 999, 2),
    ])
    func tokensAreConvertedExactly(
        decimals: UInt8, rate: String, amount: U256, wei: U256
    ) throws {
        let ratio = try #require(FieldReader.ratio(rate))
        let profit = JobProfit(rates: [
            JobProfit.Rate(
                symbol: "T", numerator: ratio.numerator, denominator: ratio.denominator)
        ])
        let token = TokenDefinition(symbol: "T", address: Base.fab, decimals: decimals)
        #expect(try profit.wei(amount, token) == wei)
    }

    /// What one job brought: its revenue, less the transactions of its node that told of it.
    @Test func profitOfOneJob() throws {
        var lab = try Base.lab("profit: {}")
        func profit(_ job: String) -> [String: String]? {
            let facts = lab.facts.filter { fact in
                fact.kind == "job_profit"
                    && fact.fields.contains { $0.name == "job" && $0.value == job }
            }
            return facts.last.map {
                Dictionary($0.fields.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
            }
        }
        /// The hash that the laboratory gives to the transaction of an event of the next block.
        func extras(
            _ block: BlockRef, _ time: BlockTime, _ costs: [(event: UInt64, wei: U256)]
        ) -> BlockExtras {
            var extras = Self.observed(block, time, costs.map { (Base.alice, nil, $0.wei) })
            for (index, cost) in costs.enumerated() {
                extras.transactions[index].hash = Hash256(
                    words: 1, 2, block.number.rawValue - 1_000, cost.event)
            }
            return extras
        }
        let eth = Address.zero
        try lab.commit([
            Base.post(1, token: eth), Base.deposit(1, 1_000, eth), Base.post(2, token: eth),
            Base.emit("Claimed", 1, .address(Base.alice)),
            Base.emit("Claimed", 2, .address(Base.bob)),
        ]) { extras($0, $1, [(3, 30), (4, 40)]) }
        #expect(profit("1") == nil)
        try lab.commit([Base.emit("Completed", 1), Base.emit("Completed", 2)]) {
            extras($0, $1, [(0, 7), (9, 500)])
        }
        #expect(profit("1")?["profit_wei"] == "-37")
        // The job of somebody else.
        #expect(profit("2") == nil)
        try lab.commit([Base.emit("Paid", 1, .uint(900))]) { extras($0, $1, []) }
        #expect(profit("1")?["earned_wei"] == "900")
        #expect(profit("1")?["gas_wei"] == "37")
        #expect(profit("1")?["profit_wei"] == "863")
        // What somebody else gets for a job is not what the job brought its node.
        let pay = Base.emit(
            "Released", 2, .address(Base.alice), .address(eth), .uint(5), .uint(0))
        try lab.commit([Base.deposit(2, 5, eth), pay]) { extras($0, $1, []) }
        #expect(lab.tracker(JobsTracker.self, "m")?.jobs[2]?.earnedWei == .zero)
        #expect(lab.value("earnings_tokens_total", ["m", "ETH", "alice"]) == 905e-18)
        // All transactions of the operator count for it, those about no job of its own too.
        #expect(lab.value("job_profit_ether", ["m", "alice"]) == 328e-18)
    }

    // MARK: Any chain

    @Test(arguments: 0..<24)
    func anyChainFoldsToWhatItsCanonicalBlocksSay(seed: UInt64) throws {
        let lab = try Base.lab(
            "profit: { rates: { FAB: 0.1 } }\n      finished_max: 3\n      models_max: 1")
        let people = [Base.alice, Base.bob, Base.client]
        try TrackerWalk.run(lab, seed: seed) { random in
            (0..<Int.random(in: 0...6, using: &random)).map { _ in
                let job = UInt64.random(in: 0...7, using: &random)
                let amount = U256(UInt64.random(in: 0...50, using: &random))
                let who = people.randomElement(using: &random) ?? Base.bob
                let token = Bool.random(using: &random) ? Base.fab : .zero
                switch Int.random(in: 0..<14, using: &random) {
                case 0, 1:
                    let after = UInt64.random(in: 0...600, using: &random)
                    return Base.post(
                        job, token: token, value: amount, deadline: U256(1_700_000_000 + after),
                        model: "m\(job % 3)")
                case 2: return Base.emit("Claimed", job, .address(who))
                case 3, 4: return Base.emit("Completed", job)
                case 5: return Base.emit("Failed", job, .text("x"))
                case 6: return Base.emit("Expired", job)
                case 7: return Base.emit("Disputed", job)
                case 8: return Base.emit("Resolved", job, .bool(job % 2 == 0))
                case 9, 10: return Base.deposit(job, amount, token)
                case 11: return Base.release(job, who, amount, fee: U256(job))
                case 12: return Base.emit("Returned", job)
                default: return Base.emit("Paid", job, .uint(amount))
                }
            }
        } extras: { random in
            let wei = U256(UInt64.random(in: 0...1_000, using: &random))
            return { Self.observed($0, $1, [(Base.alice, nil, wei), (Base.bob, nil, 1)]) }
        } check: { lab in
            let tracker = try #require(lab.tracker(JobsTracker.self, "m"))
            try Self.check(tracker, lab)
        }
    }

    static func check(_ tracker: JobsTracker, _ lab: TrackerLab) throws {
        var held: [U256: U256] = [:]
        for (place, hold) in tracker.holds.values {
            held[place.second] = (held[place.second] ?? .zero).adding(hold.amount)
        }
        for (symbol, address) in [("FAB", Base.fab.word), ("ETH", U256.zero)] {
            let escrow = tracker.book.gauge(JobsTracker.Family.escrow, ["m", symbol])
            #expect(escrow ?? .zero == held[address] ?? .zero)
        }
        for state in JobsTracker.Job.State.allCases {
            for model in ["m0", "m1", "m2", "other"] {
                let gauge =
                    tracker.book.gauge(JobsTracker.Family.jobs, ["m", state.label, model])
                    ?? .zero
                let known = tracker.jobs.values.values.count {
                    $0.state == state && $0.model == model
                }
                // Finished jobs may be forgotten; all others are known.
                #expect(
                    state.isFinished ? gauge >= U256(UInt64(known)) : gauge == U256(UInt64(known)))
            }
        }
        let finished = tracker.jobs.values.values.count { $0.state.isFinished }
        #expect(finished <= 3)
        let time = lab.economy.place.time
        let overdue = tracker.jobs.values.values.count { $0.due.map { $0 < time } ?? false }
        #expect(lab.value("jobs_overdue", ["m"]) == Double(overdue))
    }
}
