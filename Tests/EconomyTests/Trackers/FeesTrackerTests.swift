// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import Foundation
import HashTreeCollections
import Testing
import WeirTestSupport

@testable import Economy

@Suite("FeesTracker")
struct FeesTrackerTests {
    static let alice = Address(words: 1, 0, 0)
    static let bob = Address(words: 2, 0, 0)
    static let vault = Address(words: 3, 0, 0)
    static let accounts = [Self.alice, Self.bob, Self.vault, Address(words: 4, 0, 0)]

    static func contracts() throws -> [LabContract] {
        [
            try LabContract("Token", 1, files: ["standard/erc20"]),
            try LabContract("Weth", 2, files: ["standard/weth9"]),
            try LabContract("Usdc", 3, files: ["standard/usdc"]),
            try LabContract(
                "Market", 4,
                [
                    "event Paid(address indexed payer, address indexed token, uint256 amount)",
                    "event Refunded(int256 amount)",
                ]),
        ]
    }

    static func text(_ number: UInt64) -> String {
        Address(words: number, number, UInt32(number)).lowercaseText
    }

    static let tokens = """
        tokens:
          FAB: { chain: lab, address: "\(Self.text(1))", decimals: 18 }
          WETH: { chain: lab, address: "\(Self.text(2))", decimals: 18 }
          USDC: { chain: lab, address: "\(Self.text(3))", decimals: 6 }
          ETH: { chain: lab }

        """

    static let fab =
        Self.tokens + """
            trackers:
              fees:
                fab:
                  token: FAB
                  transfer: { event: Token.Transfer, amount: value }
                  ledger: true
                  locked: { vault: "\(Self.vault.lowercaseText)" }
                  large_transfer: 1_000
                  reconcile: { call: "Token.totalSupply() returns (uint256)" }
            """

    static func units(_ whole: UInt64, _ decimals: Int = 18) -> ABIValue {
        .uint(U256.powerOfTen(decimals)?.multiplied(by: U256(whole)) ?? .zero)
    }

    static func transfer(
        _ from: Address, _ to: Address, _ amount: ABIValue, _ contract: String = "Token"
    ) -> Emit {
        Emit("\(contract).Transfer", [.address(from), .address(to), amount])
    }

    // MARK: Fees

    @Test func feesAddUpBySourceAndToken() throws {
        var lab = try TrackerLab(
            Self.contracts(),
            Self.tokens + """
                trackers:
                  fees:
                    market:
                      fee:
                        - event: Market.Paid
                          token: token
                          payer: payer
                          amount: { argument: amount, scale: 0.01 }
                        - event: Market.Refunded
                          token: { constant: "\(Self.text(1))" }
                          amount: { argument: amount, negate: true }
                          source: { constant: refunds }
                """)
        let usdc = Address(words: 3, 3, 3)
        let who = ABIValue.address(Self.alice)
        try lab.commit([
            Emit("Market.Paid", [who, .address(usdc), Self.units(250, 6)]),
            // One percent of 199 units is one unit: what is less than a unit is nobody's.
            Emit("Market.Paid", [who, .address(usdc), .uint(199)]),
            Emit("Market.Paid", [who, .address(.zero), Self.units(7)]),
            Emit("Market.Paid", [who, .address(Self.bob), .uint(9)]),
            Emit("Market.Refunded", [.int(I256(-5))]),
            Emit("Market.Refunded", [.int(I256(5))]),
        ])
        #expect(lab.value("fees_collected_tokens_total", ["market", "USDC"]) == 2.500001)
        #expect(lab.value("fees_collected_tokens_total", ["market", "ETH"]) == 0.07)
        #expect(lab.value("fees_collected_tokens_total", ["refunds", "FAB"]) == 5e-18)
        #expect(lab.value("fee_payments_total", ["market", "USDC"]) == 2)
        #expect(lab.skipped("fees", "market", .unknownToken) == 1)
        #expect(lab.skipped("fees", "market", .negative) == 1)
        let fact = try #require(lab.facts.first)
        #expect(fact.kind == "fee_collected")
        #expect(fact.fields.first { $0.name == "amount" }?.value == "2500000")
        #expect(fact.fields.first { $0.name == "payer" }?.value == Self.alice.description)
        lab.revert(1)
        #expect(lab.value("fees_collected_tokens_total", ["market", "USDC"]) == 2.500001)
        #expect(
            lab.value("fees_collected_tokens_reverted_total", ["market", "USDC"]) == 2.500001)
    }

    @Test(arguments: [0, 6, 18, 36, 77])
    func largestAmountsOfAnyDecimalsAddUpExactly(decimals: Int) throws {
        var lab = try TrackerLab(
            Self.contracts(),
            """
            tokens: { BIG: { chain: lab, address: "\(Self.text(1))", decimals: \(decimals) } }
            trackers:
              fees:
                big:
                  token: BIG
                  fee: { event: Market.Paid }
                  transfer: { event: Token.Transfer, amount: value }
                  ledger: true
            """)
        let paid = Emit("Market.Paid", [.address(Self.alice), .address(.zero), .uint(.max)])
        try lab.commit([
            paid, paid, Self.transfer(.zero, Self.alice, .uint(.max)),
            Self.transfer(Self.alice, Self.bob, .uint(.max)),
            Self.transfer(.zero, Self.alice, .uint(1)),
        ])
        let tracker = try #require(lab.tracker(FeesTracker.self, "big"))
        var sum = ExactSum(low: .max)
        sum.add(.max)
        #expect(tracker.book.state(FeesTracker.Family.fees, ["big", "BIG"]) == .sum(sum))
        #expect(tracker.accounts[Self.bob]?.amount == .max)
        #expect(
            lab.value("token_supply_tokens", ["BIG"])
                == U256.max.scaledDouble(decimals: UInt8(decimals)))
        #expect(lab.skipped("fees", "big", .overflow) == 1)
    }

    // MARK: Tokens

    @Test func ledgerFollowsTransfersMintsAndBurns() throws {
        var lab = try TrackerLab(Self.contracts(), Self.fab)
        #expect(lab.value("token_supply_tokens", ["FAB"]) == 0)
        try lab.commit([
            Self.transfer(.zero, Self.alice, Self.units(5_000)),
            Self.transfer(Self.alice, Self.bob, Self.units(1_000)),
            Self.transfer(Self.alice, Self.vault, Self.units(999)),
            Self.transfer(Self.bob, .zero, Self.units(10)),
        ])
        #expect(lab.value("token_supply_tokens", ["FAB"]) == 4_990)
        #expect(lab.value("token_circulating_tokens", ["FAB"]) == 3_991)
        #expect(lab.value("token_locked_tokens", ["FAB", "vault"]) == 999)
        #expect(lab.value("token_holders", ["FAB"]) == 3)
        #expect(lab.value("token_minted_tokens_total", ["FAB"]) == 5_000)
        #expect(lab.value("token_burned_tokens_total", ["FAB"]) == 10)
        #expect(lab.value("transfers_total", ["FAB"]) == 2)
        #expect(lab.value("transfer_volume_tokens_total", ["FAB"]) == 1_999)
        #expect(lab.observations("transfer_value_tokens", ["FAB"]) == 2)
        #expect(lab.value("large_transfers_total", ["FAB"]) == 1)
        #expect(lab.facts.map(\.kind) == ["supply_change", "token_transfer", "supply_change"])
        // All of an account leaves: it holds nothing any more.
        try lab.commit([Self.transfer(Self.bob, Self.alice, Self.units(990))])
        #expect(lab.value("token_holders", ["FAB"]) == 2)
        lab.revert(1)
        #expect(lab.value("token_holders", ["FAB"]) == 3)
    }

    @Test func moreThanThereIsChangesNothing() throws {
        var lab = try TrackerLab(Self.contracts(), Self.fab)
        try lab.commit([
            Self.transfer(.zero, Self.alice, .uint(7)),
            Self.transfer(Self.alice, Self.bob, .uint(8)),
            Self.transfer(Self.alice, Self.alice, .uint(8)),
            Self.transfer(Self.alice, .zero, .uint(8)),
            Self.transfer(.zero, Self.bob, .uint(.max)),
            Self.transfer(.zero, .zero, .uint(1)),
            Self.transfer(Self.alice, Self.alice, .uint(7)),
            Self.transfer(Self.bob, Self.alice, .uint(0)),
        ])
        #expect(lab.skipped("fees", "fab", .insufficient) == 3)
        #expect(lab.skipped("fees", "fab", .overflow) == 1)
        #expect(lab.skipped("fees", "fab", .unusable) == 1)
        #expect(lab.value("transfers_total", ["FAB"]) == 2)
        #expect(lab.value("token_holders", ["FAB"]) == 1)
        #expect(lab.value("token_supply_tokens", ["FAB"]) == 7e-18)
    }

    @Test func fullLedgerStillAddsUpToTheSupply() throws {
        var lab = try TrackerLab(
            Self.contracts(), Self.fab + "\n      ledger_max: 1")
        try lab.commit([
            Self.transfer(.zero, Self.alice, .uint(10)),
            Self.transfer(Self.alice, Self.bob, .uint(4)),
            Self.transfer(Self.alice, Self.vault, .uint(1)),
        ])
        #expect(lab.value("token_ledger_rest_tokens", ["FAB"]) == 4e-18)
        #expect(lab.value("token_holders", ["FAB"]) == 2)
        try lab.commit([
            Self.transfer(Self.bob, Self.alice, .uint(3)),
            Self.transfer(Self.bob, Self.alice, .uint(2)),
        ])
        #expect(lab.value("token_ledger_rest_tokens", ["FAB"]) == 1e-18)
        #expect(lab.skipped("fees", "fab", .insufficient) == 1)
    }

    @Test func supplyBeginsWithWhatTheChainSays() throws {
        var lab = try TrackerLab(
            Self.contracts(),
            Self.tokens + """
                trackers:
                  fees:
                    fab:
                      token: FAB
                      transfer: { event: Token.Transfer, amount: value }
                      supply: chain
                      locked: ["\(Self.vault.lowercaseText)"]
                      reconcile: { call: "Token.totalSupply() returns (uint256)", every: 2 }
                """)
        let plan = lab.economy.plan(after: BlockNumber(1_000))
        #expect(
            plan.readings.map(\.key) == [
                "fees/fab|supply", "fees/fab|locked/\(Self.vault.lowercaseText)",
            ])
        func answers(_ words: [Reading.Outcome]) -> (BlockRef, BlockTime) -> BlockExtras {
            { ref, time in
                BlockExtras(
                    block: ref, time: time,
                    readings: zip(plan.readings, words).map {
                        Reading(key: $0.key, outcome: $1)
                    })
            }
        }
        func word(_ number: UInt64) -> Reading.Outcome { .data(U256(number).bigEndianBytes) }
        try lab.commit([Self.transfer(.zero, Self.alice, .uint(3))])
        #expect(lab.value("token_supply_tokens", ["FAB"]) == nil)
        try lab.commit([], extras: answers([word(100), .reverted([])]))
        #expect(lab.value("token_supply_tokens", ["FAB"]) == nil)
        #expect(
            lab.value(
                "reading_failures_total",
                ["fees", "fab", "locked/\(Self.vault.lowercaseText)", "reverted"]) == 1)
        try lab.commit(
            [Self.transfer(Self.alice, Self.bob, .uint(3))],
            extras: answers([word(100), word(40)]))
        #expect(lab.value("token_supply_tokens", ["FAB"]) == 1e-16)
        #expect(lab.value("token_circulating_tokens", ["FAB"]) == 6e-17)
        #expect(
            lab.economy.plan(after: BlockNumber(1_003)).readings.map(\.key) == [
                "fees/fab|reconcile/supply"
            ])
        // What was never compared stays due.
        #expect(
            lab.economy.plan(after: BlockNumber(1_004)).readings.map(\.key) == [
                "fees/fab|reconcile/supply"
            ])
        try lab.commit([
            Self.transfer(Self.vault, Self.bob, .uint(40)),
            Self.transfer(Self.vault, Self.bob, .uint(1)),
            Self.transfer(Self.bob, .zero, .uint(1)),
        ]) { ref, time in
            BlockExtras(
                block: ref, time: time,
                readings: [Reading(key: "fees/fab|reconcile/supply", outcome: word(101))])
        }
        #expect(lab.value("token_circulating_tokens", ["FAB"]) == 9.9e-17)
        #expect(
            lab.value("reconciliation_drift_tokens", ["fees", "fab", "supply", "FAB"]) == -2e-18)
        #expect(lab.skipped("fees", "fab", .insufficient) == 1)
        lab.revert(2)
        #expect(lab.value("token_supply_tokens", ["FAB"]) == nil)
    }

    // MARK: Families

    /// What one mint, one transfer and one burn of a real token come to.
    @Test(arguments: [
        ("Token", "FAB", 18, ""),
        (
            "Weth", "WETH", 18,
            "mint: { event: Weth.Deposit, to: dst, amount: wad }\n      "
                + "burn: { event: Weth.Withdrawal, from: src, amount: wad }\n      "
                + "zero_address: account"
        ),
        ("Usdc", "USDC", 6, ""),
        (
            "Usdc", "USDC", 6,
            "mint: { event: Usdc.Mint, to: to, amount: amount }\n      "
                + "burn: { event: Usdc.Burn, from: burner, amount: amount }\n      "
                + "zero_address: ignored"
        ),
    ])
    func realTokensKeepTheirSupply(
        contract: String, symbol: String, decimals: Int, more: String
    ) throws {
        let isWeth = contract == "Weth"
        var lab = try TrackerLab(
            Self.contracts(),
            Self.tokens + """
                trackers:
                  fees:
                    coin:
                      token: \(symbol)
                      ledger: true
                      transfer: { event: \(contract).Transfer, \(isWeth
                    ? "from: src, to: dst, amount: wad" : "amount: value") }
                      \(more)
                """)
        let whole = { Self.units($0, decimals) }
        let (a, b) = (Self.alice, Self.bob)
        let mint: [Emit] =
            switch contract {
            case "Weth": [Emit("Weth.Deposit", [.address(a), whole(9)])]
            case "Usdc":
                [
                    Emit("Usdc.Mint", [.address(b), .address(a), whole(9)]),
                    Self.transfer(.zero, a, whole(9), contract),
                ]
            default: [Self.transfer(.zero, a, whole(9), contract)]
            }
        let burn: [Emit] =
            switch contract {
            case "Weth": [Emit("Weth.Withdrawal", [.address(b), whole(3)])]
            case "Usdc":
                [
                    Emit("Usdc.Burn", [.address(b), whole(3)]),
                    Self.transfer(b, .zero, whole(3), contract),
                ]
            default: [Self.transfer(b, .zero, whole(3), contract)]
            }
        try lab.commit(mint + [Self.transfer(a, b, whole(4), contract)] + burn)
        #expect(lab.value("token_supply_tokens", [symbol]) == 6)
        #expect(lab.value("token_minted_tokens_total", [symbol]) == 9)
        #expect(lab.value("token_burned_tokens_total", [symbol]) == 3)
        #expect(lab.value("transfers_total", [symbol]) == 1)
        #expect(lab.value("transfer_volume_tokens_total", [symbol]) == 4)
        #expect(lab.value("token_holders", [symbol]) == 2)
        // To the zero address WETH9 is sent, not burned.
        try lab.commit([Self.transfer(a, .zero, whole(1), contract)])
        let isTold = !more.isEmpty
        #expect(lab.value("token_supply_tokens", [symbol]) == (isTold ? 6 : 5))
        #expect(lab.value("token_holders", [symbol]) == (isWeth ? 3 : 2))
        #expect(SkipReason.allCases.allSatisfy { lab.skipped("fees", "coin", $0) == 0 })
    }

    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func madeEconomyComesToItsTruth() throws {
        let contracts = try Economy1.contracts()
        let token = try #require(contracts.first { $0.alias == "token" }).address
        var lab = try TrackerLab(
            contracts,
            """
            tokens:
              FAB: { chain: lab, address: "\(token.lowercaseText)", decimals: 18 }
              ETH: { chain: lab }
            trackers:
              fees:
                escrow:
                  fee: { event: escrow.PaymentReleased, amount: fee, token: token, payer: payee }
                fab:
                  token: FAB
                  transfer: { event: token.Transfer, from: sender, to: receiver, amount: value }
                  ledger: true
            """)
        try Economy1.play(in: &lab)
        let truth = try Economy1.truth()
        let fees = try #require((truth["escrow"] as? [String: Any])?["fees"] as? [String: String])
        let fee = try #require(lab.tracker(FeesTracker.self, "escrow"))
        for (coin, symbol) in [("token", "FAB"), ("eth", "ETH")] {
            let text = try #require(fees[coin])
            // What is canonical is what was seen less what was reverted: the book holds just that.
            #expect(
                fee.book.state(FeesTracker.Family.fees, ["escrow", symbol])
                    == .sum(ExactSum(low: try #require(U256(text)))))
        }
        let state = try #require(truth["token"] as? [String: Any])
        let balances = try #require(state["balances"] as? [String: String])
        let ledger = try #require(lab.tracker(FeesTracker.self, "fab"))
        #expect(balances.count == 25)
        for (account, balance) in balances {
            let address = try #require(Address(account))
            #expect(
                (ledger.accounts[address]?.amount ?? .zero).description == balance, "\(account)")
        }
        #expect(
            ledger.book.gauge(FeesTracker.Family.supply, ["FAB"])?.description
                == state["totalSupply"] as? String)
        #expect(SkipReason.allCases.allSatisfy { lab.skipped("fees", "fab", $0) == 0 })
        #expect(SkipReason.allCases.allSatisfy { lab.skipped("fees", "escrow", $0) == 0 })
    }

    // MARK: Properties

    @Test(arguments: 0..<24)
    func balancesAddUpToTheSupplyOnAnyChain(seed: UInt64) throws {
        let most = seed % 3 == 0 ? 2 : 100
        let lab = try TrackerLab(
            Self.contracts(), Self.fab + "\n      ledger_max: \(most)\n      record_transfers: true"
        )
        let accounts = Self.accounts + [.zero]
        try TrackerWalk.run(lab, seed: seed) { random in
            (0..<Int.random(in: 0...5, using: &random)).map { _ in
                Self.transfer(
                    accounts.randomElement(using: &random)!,
                    accounts.randomElement(using: &random)!,
                    .uint(
                        Int.random(in: 0..<40, using: &random) == 0
                            ? random.word() : U256(UInt64.random(in: 0...30, using: &random))))
            }
        } check: { lab in
            let tracker = try #require(lab.tracker(FeesTracker.self, "fab"))
            let rest = tracker.book.gauge(FeesTracker.Family.rest, ["FAB"]) ?? .zero
            let sum = tracker.accounts.values.values.reduce(rest) { $0.adding($1.amount)! }
            let supply = tracker.book.gauge(FeesTracker.Family.supply, ["FAB"])
            #expect(sum == supply, "seed \(seed)")
            let locked = tracker.accounts[Self.vault]?.amount ?? .zero
            #expect(
                tracker.book.gauge(FeesTracker.Family.circulating, ["FAB"])
                    == supply?.subtracting(locked))
            #expect(lab.value("token_holders", ["FAB"]) == Double(tracker.accounts.count))
            #expect(tracker.accounts.values.values.allSatisfy { !$0.amount.isZero })
        }
    }

    /// Of 200 bytes that an account may take, its entry takes few: the rest is for the tree.
    @Test func entryOfTheLedgerIsSmall() {
        #expect(MemoryLayout<(Address, FeesTracker.Balance)>.stride <= 64)
    }

    private static let accountCount = ProcessInfo.processInfo.environment["WEIR_LEDGER_ACCOUNTS"]
        .flatMap { UInt64($0) }

    /// Measures the whole process, so that other tests would disturb it.
    @Test(
        .enabled(
            if: Self.accountCount != nil,
            "run it alone with WEIR_LEDGER_ACCOUNTS=1000000: it measures memory"))
    func accountOfTheLedgerTakesFewBytes() throws {
        let count = try #require(Self.accountCount)
        var accounts = EntityMap<Address, FeesTracker.Balance>("account", number: 0)
        let before = try Self.residentBytes()
        for batch in stride(from: 0, to: count, by: 1_000) {
            var effects = TrackerEffects()
            for number in batch..<min(count, batch + 1_000) {
                accounts.set(
                    FeesTracker.Balance(U256(number + 1)),
                    for: Address(words: number &* 0x9e37_79b9_7f4a_7c15, number, 7), &effects)
            }
        }
        let bytes = (try Self.residentBytes() - before) / Int(count)
        print("ledger: \(count) accounts, \(bytes) bytes of memory for each")
        #expect(accounts.count == Int(count))
        #expect(bytes > 0 && bytes <= 200)
    }

    private static func residentBytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        let pages = text.split(separator: " ")
        return (Int(pages[1]) ?? 0) * 4_096
    }
}
