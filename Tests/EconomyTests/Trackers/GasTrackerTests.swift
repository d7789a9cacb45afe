// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import HashTreeCollections
import Testing
import WeirTestSupport

@testable import Economy

/// Made transactions for tests of gas.
enum GasLab {
    static let wallet = Address(words: 11, 0, 0)
    static let stranger = Address(words: 12, 0, 0)
    static let nobody = Address(words: 13, 0, 0)

    static func contracts() throws -> [LabContract] {
        [
            try LabContract(
                "Market", 1,
                [
                    "event Posted(uint256 id)", "function claim(uint256 id)",
                    "function post(uint256 price)", "function post(uint256 price, address to)",
                    "error NotOwner(address who)",
                ]),
            try LabContract(
                "Token", 2,
                [
                    "event Moved(uint256 id)", "function transfer(address to, uint256 amount)",
                    "error Poor(address who, uint256 has, uint256 needs)",
                ]),
        ]
    }

    static func market() throws -> Address { try Self.contracts()[0].address }
    static func token() throws -> Address { try Self.contracts()[1].address }

    static func selector(_ signature: String) throws -> UInt32 {
        try HumanABI.parseFunction(signature).selector
    }

    /// A cost on Ethereum: gas times price, two thirds of it burned.
    static func cost(gas: UInt64, price: UInt64 = 3) -> TransactionCost {
        let burned = U256(gas).multiplied(by: U256(price * 2 / 3)) ?? .max
        let total = U256(gas).multiplied(by: U256(price)) ?? .max
        return TransactionCost(
            stored: .ethereum, gasUsed: gas, gasPriceWei: U256(price), executionWei: total,
            baseFeeBurnedWei: burned, tipWei: total.subtracting(burned) ?? .zero,
            totalWei: total)
    }

    static func transaction(
        from: Address = Self.stranger, to: Address?, _ selector: UInt32? = nil,
        inputCount: Int? = nil, created: Address? = nil, cost: TransactionCost? = nil,
        succeeded: Bool = true, revertData: [UInt8]? = nil
    ) -> ObservedTransaction {
        ObservedTransaction(
            hash: Hash256(words: 9, 8, 7, 6), index: 0, type: 2, from: from, to: to,
            created: created, value: 5, selector: selector,
            inputCount: inputCount ?? (selector == nil ? 0 : 36), succeeded: succeeded,
            revertData: revertData, cost: cost ?? Self.cost(gas: 50_000))
    }

    static func lab(_ settings: String) throws -> TrackerLab {
        try TrackerLab(Self.contracts(), "trackers: { gas: { lab: { \(settings) } } }")
    }

    static let watching =
        "contracts: [Market], senders: { wallet: \"\(Self.wallet.lowercaseText)\" }"
}

extension TrackerLab {
    mutating func observe(
        fees: BlockFees?, _ transactions: [ObservedTransaction] = []
    ) throws {
        try self.commit(
            [],
            extras: { BlockExtras(block: $0, time: $1, fees: fees, transactions: transactions) })
    }

    var gas: GasTracker? { self.tracker(GasTracker.self, "lab") }

    /// The exact sum of a series.
    func sum(_ family: GasTracker.Family, _ labels: [String]) -> ExactSum? {
        switch self.gas?.book.state(family, labels) {
        case .sum(let sum): sum
        case .histogram(let histogram): histogram.sum
        default: nil
        }
    }
}

@Suite("GasTracker")
struct GasTrackerTests {
    // MARK: Fees of blocks

    @Test func theNewestBlocksFeesAreShownAndGoBack() throws {
        var lab = try GasLab.lab("percentiles: [99.9, 10]")
        #expect(lab.value("base_fee_wei", []) == nil)
        try lab.observe(
            fees: BlockFees(
                gasUsed: 15_000_000, gasLimit: 30_000_000, baseFeeWei: 7, blobBaseFeeWei: 1,
                gasPriceWei: 9, tipsWei: [2, 5]))
        func check() {
            #expect(lab.value("base_fee_wei", []) == 7)
            #expect(lab.value("blob_base_fee_wei", []) == 1)
            #expect(lab.value("gas_price_wei", []) == 9)
            #expect(lab.value("priority_fee_wei", ["10"]) == 2)
            #expect(lab.value("priority_fee_wei", ["99.9"]) == 5)
            #expect(lab.value("block_gas_used_ratio", []) == 0.5)
        }
        check()
        // What is not known of a block is not shown for it.
        try lab.observe(fees: BlockFees(gasUsed: 1, gasLimit: 0, tipsWei: [1, 2, 3]))
        for name in ["base_fee_wei", "blob_base_fee_wei", "gas_price_wei", "block_gas_used_ratio"] {
            #expect(lab.value(name, []) == nil, "\(name)")
        }
        #expect(lab.value("priority_fee_wei", ["10"]) == nil)
        lab.revert(1)
        check()
        // A block of which no fees were asked for says nothing.
        try lab.observe(fees: nil)
        check()
        try lab.restart()
        check()
    }

    @Test func extremeFeesAreShown() throws {
        var lab = try GasLab.lab("")
        try lab.observe(
            fees: BlockFees(
                gasUsed: .max, gasLimit: 1, baseFeeWei: .max, gasPriceWei: .zero,
                tipsWei: [.zero, .one, .max]))
        #expect(lab.value("base_fee_wei", []) == 0x1p256)
        #expect(lab.value("gas_price_wei", []) == 0)
        #expect(lab.value("priority_fee_wei", ["90"]) == 0x1p256)
        #expect(lab.value("block_gas_used_ratio", []) == 0x1p64)
        // Arbitrum's headers.
        try lab.observe(fees: BlockFees(gasUsed: 900_000, gasLimit: 1 << 50))
        #expect(lab.value("block_gas_used_ratio", []) == nil)
    }

    @Test func theSameFeesAreNotWrittenAgain() throws {
        var lab = try GasLab.lab("")
        let fees = BlockFees(gasUsed: 1, gasLimit: 2, baseFeeWei: 7, tipsWei: [1, 2, 3])
        func written() -> [String] {
            (lab.outcomes.last?.states ?? []).filter { $0.tracker == "gas/lab" }.map(\.key)
        }
        try lab.observe(fees: fees)
        lab.settle(1)
        #expect(written().count == 5)
        try lab.observe(fees: fees)
        lab.settle(1)
        #expect(written().isEmpty)
    }

    // MARK: Plans

    @Test func withoutContractsAndSendersNoTransactionsAreAskedFor() throws {
        let plan = try GasLab.lab("").economy.plan(after: BlockNumber(7))
        #expect(plan.wantsFees)
        #expect(plan.transactions == nil)
        #expect(plan.tipPercentiles == [10, 50, 90])
        #expect(plan.past.below.isEmpty)
        #expect(plan.past.above.isEmpty)
    }

    @Test func planSaysWhatIsWantedOfThePast() throws {
        let lab = try GasLab.lab(GasLab.watching + ", start: 100, percentiles: []")
        let plan = lab.economy.plan(after: BlockNumber(7))
        #expect(plan.transactions?.receivers == [try GasLab.market()])
        #expect(plan.transactions?.senders == [GasLab.wallet])
        #expect(plan.transactionsFrom == BlockNumber(100))
        #expect(plan.past.below.isEmpty)
        #expect(plan.past.above.transactions == plan.transactions)
        #expect(!plan.past.above.wantsFees)

        let past = try GasLab.lab(GasLab.watching + ", history: true").economy.plan(
            after: BlockNumber(7)
        ).past
        #expect(past.below == past.above)
        #expect(past.above.wantsFees)
        #expect(past.above.tipPercentiles == [10, 50, 90])
        #expect(past.above.transactions != nil)
    }

    // MARK: Transactions

    @Test func transactionsAreCountedByContractAndMethod() throws {
        var lab = try GasLab.lab(GasLab.watching)
        let (market, token) = (try GasLab.market(), try GasLab.token())
        let claim = try GasLab.selector("claim(uint256)")
        let transfer = try GasLab.selector("transfer(address,uint256)")
        #expect(lab.value("transaction_fees_ether_total", ["Market", "l1_data"]) == 0)
        #expect(lab.value("sender_transactions_failed_total", ["wallet"]) == 0)
        try lab.observe(
            fees: nil,
            [
                GasLab.transaction(to: market, claim),
                GasLab.transaction(from: GasLab.wallet, to: market, claim, succeeded: false),
                GasLab.transaction(to: market, try GasLab.selector("post(uint256)")),
                GasLab.transaction(to: market),
                GasLab.transaction(to: market, inputCount: 3),
                GasLab.transaction(to: market, 0xdead_beef),
                GasLab.transaction(to: nil, 0x6080_6040, created: market),
                // Of others: to an unlisted contract, and a creation of another contract.
                GasLab.transaction(to: token, transfer),
                GasLab.transaction(to: nil, 0x6080_6040, created: token),
                GasLab.transaction(to: nil, 0x6080_6040),
                // From the wallet, wherever they go.
                GasLab.transaction(from: GasLab.wallet, to: token, transfer),
                GasLab.transaction(from: GasLab.wallet, to: GasLab.nobody, transfer),
                GasLab.transaction(from: GasLab.wallet, to: GasLab.nobody),
                GasLab.transaction(from: GasLab.wallet, to: nil, 0x6080_6040),
            ])
        let expected: [([String], Double)] = [
            (["Market", "claim"], 2), (["Market", "post(uint256)"], 1),
            (["Market", "receive"], 1), (["Market", "fallback"], 1),
            (["Market", "0xdeadbeef"], 1), (["Market", "create"], 1), (["Token", "transfer"], 1),
            (["other", "other"], 1), (["other", "receive"], 1), (["other", "create"], 1),
        ]
        for (labels, count) in expected {
            #expect(lab.value("transactions_total", labels) == count, "\(labels)")
            #expect(lab.observations("gas_used", labels) == UInt64(count), "\(labels)")
        }
        let series = lab.gas?.book.series[GasTracker.Family.transactions.rawValue]
        #expect(series?.count == expected.count)
        #expect(lab.value("transactions_failed_total", ["Market", "claim", "unknown"]) == 1)
        #expect(lab.value("sender_transactions_total", ["wallet"]) == 5)
        #expect(lab.value("sender_transactions_failed_total", ["wallet"]) == 1)
        #expect(lab.sum(.senderFees, ["wallet"])?.low == U256(750_000))
        #expect(lab.sum(.cost, ["Market", "claim"])?.low == U256(300_000))
        #expect(lab.sum(.gasUsed, ["Market", "claim"])?.low == U256(100_000))
        #expect(lab.facts.count == 11)
        lab.revert(1)
        #expect(lab.gas?.book.series[GasTracker.Family.transactions.rawValue].isEmpty == true)
        #expect(lab.value("transactions_reverted_total", ["Market", "claim"]) == 2)
        #expect(lab.value("transactions_total", ["Market", "claim"]) == 2)
    }

    @Test func transactionsBelowTheStartAreNotCounted() throws {
        var lab = try GasLab.lab(GasLab.watching + ", start: 1002")
        let market = try GasLab.market()
        for _ in 0..<2 { try lab.observe(fees: nil, [GasLab.transaction(to: market)]) }
        #expect(lab.value("transactions_total", ["Market", "receive"]) == 1)
        #expect(lab.facts.map(\.block.number.rawValue) == [1002])
    }

    @Test func factsHoldWhatAReportNeeds() throws {
        var lab = try GasLab.lab(GasLab.watching)
        let data = try Hex.decode("0x08c379a0").map {
            $0 + (try ABIEncoder.encode([.string], [.text("too late")]))
        }
        let market = try GasLab.market()
        try lab.observe(
            fees: nil,
            [
                GasLab.transaction(
                    to: market, try GasLab.selector("claim(uint256)"), succeeded: false,
                    revertData: data)
            ])
        let fact = try #require(lab.facts.last)
        #expect(fact.kind == "transaction")
        let fields = fact.fields.map { "\($0.name)=\($0.value)" }
        #expect(
            fields == [
                "tracker=gas/lab", "hash=\(Hash256(words: 9, 8, 7, 6))", "type=2",
                "from=\(GasLab.stranger)", "to=\(market)", "contract=Market", "method=claim",
                "status=failed", "reason=too late", "gas_used=50000", "cost_wei=150000",
                "base_fee_wei=100000", "tip_wei=50000", "time=1700000012",
            ])
    }

    // MARK: Costs

    static let costs: [(name: String, cost: TransactionCost, parts: [String: UInt64])] = [
        (
            "Ethereum with blobs",
            TransactionCost(
                stored: .ethereum, gasUsed: 100, gasPriceWei: 7, executionWei: 700,
                baseFeeBurnedWei: 500, tipWei: 200, blobWei: 33, totalWei: 733),
            ["base_fee": 500, "tip": 200, "blob": 33]
        ),
        (
            "OP stack",
            TransactionCost(
                stored: .opStack, gasUsed: 100, gasPriceWei: 7, executionWei: 700,
                baseFeeBurnedWei: 500, tipWei: 200, l1DataWei: 90, operatorWei: 11,
                totalWei: 801, l1Basis: .confirmed),
            ["base_fee": 500, "tip": 200, "l1_data": 90, "operator": 11]
        ),
        // The gas for L1 has its share of base fee and tip.
        (
            "Arbitrum",
            TransactionCost(
                stored: .arbitrum, gasUsed: 100, gasUsedForL1: 40, gasPriceWei: 7,
                executionWei: 420, baseFeeBurnedWei: 500, tipWei: 200, l1DataWei: 280,
                totalWei: 700),
            ["base_fee": 300, "tip": 120, "l1_data": 280]
        ),
        (
            "Arbitrum, all of it for L1",
            TransactionCost(
                stored: .arbitrum, gasUsed: 40, gasUsedForL1: 40, gasPriceWei: 7,
                baseFeeBurnedWei: 280, l1DataWei: 280, totalWei: 280),
            ["l1_data": 280]
        ),
        ("deposit", TransactionCost(stored: .opStack, gasUsed: 90_000, isFree: true), [:]),
        ("no gas", TransactionCost(stored: .arbitrum, gasUsed: 0), [:]),
    ]

    @Test(arguments: costs.indices)
    func partsOfACostAddUpToIt(index: Int) throws {
        let (name, cost, parts) = Self.costs[index]
        var sum = U256.zero
        for (part, amount) in GasTracker.CostPart.parts(of: cost) {
            #expect(amount == U256(parts[part.rawValue] ?? 0), "\(name) \(part)")
            sum = try #require(sum.adding(amount))
        }
        #expect(sum == cost.totalWei, "\(name)")
        var lab = try GasLab.lab(GasLab.watching)
        try lab.observe(fees: nil, [GasLab.transaction(to: try GasLab.market(), cost: cost)])
        for part in GasTracker.CostPart.allCases {
            #expect(
                lab.sum(.fees, ["Market", part.rawValue])?.low
                    == U256(parts[part.rawValue] ?? 0), "\(name) \(part)")
        }
        // What is free is counted, with its gas.
        #expect(lab.sum(.gasUsed, ["Market", "receive"])?.low == U256(cost.gasUsed))
        #expect(lab.observations("transaction_cost_ether", ["Market", "receive"]) == 1)
    }

    @Test func costsBeyond256BitsAddUp() throws {
        var lab = try GasLab.lab(GasLab.watching)
        let cost = TransactionCost(
            stored: .opStack, gasUsed: .max, executionWei: .max, baseFeeBurnedWei: .max,
            l1DataWei: .max, totalWei: .max, l1Basis: .disputed(least: .zero, most: .one))
        let market = try GasLab.market()
        for _ in 0..<3 {
            try lab.observe(
                fees: nil, [GasLab.transaction(from: GasLab.wallet, to: market, cost: cost)])
        }
        let sum = ExactSum(low: .max.subtracting(2) ?? .zero, carry: 2)
        #expect(lab.sum(.senderFees, ["wallet"]) == sum)
        #expect(lab.sum(.cost, ["Market", "receive"]) == sum)
        #expect(lab.sum(.fees, ["Market", "base_fee"]) == sum)
        #expect(lab.sum(.fees, ["Market", "tip"])?.low == .zero)
        #expect(lab.value("transaction_fees_unsure_total", ["disputed"]) == 3)
        #expect(lab.value("transaction_fees_unsure_total", ["missing"]) == 0)
        try lab.restart()
        #expect(lab.sum(.senderFees, ["wallet"]) == sum)
    }

    @Test func aMissingFeeForL1IsTold() throws {
        var lab = try GasLab.lab(GasLab.watching)
        var cost = GasLab.cost(gas: 1)
        cost.l1Basis = .missing
        try lab.observe(fees: nil, [GasLab.transaction(to: try GasLab.market(), cost: cost)])
        #expect(lab.value("transaction_fees_unsure_total", ["missing"]) == 1)
        #expect(lab.facts.last?.fields.first { $0.name == "unsure" }?.value == "missing")
    }

    // MARK: Any chain

    @Test(arguments: 0..<32)
    func anyChainFoldsToWhatItsCanonicalBlocksSay(seed: UInt64) throws {
        let lab = try GasLab.lab(GasLab.watching)
        let (market, token) = (try GasLab.market(), try GasLab.token())
        let claim = try GasLab.selector("claim(uint256)")
        try TrackerWalk.run(lab, seed: seed, events: { _ in [] }) { random in
            let transactions = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                Self.transaction(&random, market, token, claim)
            }
            var fees: BlockFees?
            if Bool.random(using: &random) {
                fees = BlockFees(
                    gasUsed: UInt64.random(in: 0...3, using: &random), gasLimit: 3,
                    baseFeeWei: Bool.random(using: &random) ? nil : 4,
                    tipsWei: Bool.random(using: &random) ? [] : [1, 2, 3])
            }
            return { BlockExtras(block: $0, time: $1, fees: fees, transactions: transactions) }
        } check: { lab in
            try Self.checkSums(lab)
        }
    }

    private static func transaction(
        _ random: inout SeededRandom, _ market: Address, _ token: Address, _ claim: UInt32
    ) -> ObservedTransaction {
        let to = [market, market, token, GasLab.nobody, nil][Int.random(in: 0..<5, using: &random)]
        let selectors: [UInt32?] = [nil, claim, 7, UInt32.random(in: 0...40, using: &random)]
        let reverts: [[UInt8]?] = [nil, [], [1, 2, 3, UInt8.random(in: 0...50, using: &random)]]
        let gas = UInt64.random(in: 0...100, using: &random)
        let l1Gas = UInt64.random(in: 0...gas, using: &random)
        let (price, baseFee) = (U256(7), U256(UInt64.random(in: 0...7, using: &random)))
        func product(_ gas: UInt64, _ price: U256) -> U256 {
            U256(gas).multiplied(by: price) ?? .max
        }
        let cost = TransactionCost(
            stored: .arbitrum, gasUsed: gas, gasUsedForL1: l1Gas, gasPriceWei: price,
            executionWei: product(gas - l1Gas, price), baseFeeBurnedWei: product(gas, baseFee),
            tipWei: product(gas, price.subtracting(baseFee) ?? .zero),
            l1DataWei: product(l1Gas, price), totalWei: product(gas, price))
        return GasLab.transaction(
            from: Bool.random(using: &random) ? GasLab.wallet : GasLab.stranger, to: to,
            selectors.randomElement(using: &random) ?? nil,
            created: to == nil && Bool.random(using: &random) ? market : nil, cost: cost,
            succeeded: Bool.random(using: &random),
            revertData: reverts.randomElement(using: &random) ?? nil)
    }

    /// The parts add up to the costs, and each transaction is in both histograms.
    private static func checkSums(_ lab: TrackerLab) throws {
        let book = try #require(lab.gas?.book)
        func sum(_ family: GasTracker.Family) -> ExactSum {
            var sum = ExactSum()
            for state in book.series[family.rawValue].values {
                switch state {
                case .sum(let other): sum.add(other)
                case .histogram(let histogram): sum.add(histogram.sum)
                default: break
                }
            }
            return sum
        }
        #expect(sum(.fees) == sum(.cost))
        for (key, state) in book.series[GasTracker.Family.transactions.rawValue] {
            guard case .count(let count) = state else { continue }
            for family in [GasTracker.Family.gasUsed, .cost] {
                guard case .histogram(let histogram)? = book.series[family.rawValue][key] else {
                    Issue.record("\(key) is in no histogram")
                    continue
                }
                #expect(histogram.count == count)
            }
        }
    }
}
