// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import Testing
import WeirTestSupport

@testable import Economy

/// What a chain of a test holds, and answers of it.
struct TreasuryBalances: Sendable {
    /// By token contract, nil for the coin, and account.
    var balances: [Address?: [Address: U256]] = [:]
    var feeds: [Address: Reading.Outcome] = [:]
    /// Given instead of any balance.
    var fault: Reading.Outcome?

    func answer(_ subject: ReadingRequest.Subject) -> Reading.Outcome {
        switch subject {
        case .balance(let account):
            return self.fault ?? .data((self.balances[nil]?[account] ?? .zero).bigEndianBytes)
        case .call(let contract, let data):
            if Array(data.prefix(4)) == [0xfe, 0xaf, 0x96, 0x8c] {
                return self.feeds[contract] ?? .data([])
            }
            if Array(data.prefix(4)) == [0x31, 0x3c, 0xe5, 0x67] {
                return .data(U256(8).bigEndianBytes)
            }
            guard let call = try? TreasuryTracker.balanceFunction.decodeCall(data),
                case .address(let account)? = call.first
            else { return .reverted([]) }
            return self.fault
                ?? .data((self.balances[contract]?[account] ?? .zero).bigEndianBytes)
        case .storage, .hasCode: return .unavailable("not asked for")
        }
    }

    /// In whole tokens of 18 decimals.
    mutating func set(_ token: Address?, _ account: Address, _ whole: UInt64) {
        self.balances[token, default: [:]][account] = U256(
            scaledText: String(whole), decimals: 18)
    }
}

@Suite("TreasuryTracker: readings")
struct TreasuryReadingTests {
    typealias Setup = TreasuryLab

    static let fab = TreasuryLab.address(1)

    static func balance(_ lab: TrackerLab, _ token: String) -> Double? {
        lab.value("treasury_balance_tokens", ["dao", token])
    }

    static func drift(_ lab: TrackerLab) -> Double? {
        lab.value("reconciliation_drift_tokens", ["treasury", "dao", "balance", "FAB"])
    }

    static func internalFlow(_ lab: TrackerLab, _ way: String) -> Double? {
        lab.value("treasury_\(way)flow_tokens_total", ["dao", "ETH", "internal"])
    }

    static func lab(_ more: String = "every: 1") throws -> TrackerLab {
        try TrackerLab(Setup.contracts(), Setup.yaml(more))
    }

    @Test func plansBalancesOfAllAccountsEverySoManyBlocks() throws {
        var lab = try Self.lab("every: 5")
        let plan = lab.economy.plan(after: BlockNumber(1_000))
        #expect(plan.readings.count == 8)
        #expect(Set(plan.readings.map(\.key)).count == 8)
        #expect(plan.readings.contains { $0.subject == .balance(Setup.grants) })
        #expect(plan.transactions == nil)
        // Read at block 1001, so that it is due again at 1006, and stays so until it was read.
        try lab.commit([], answer: TreasuryBalances().answer)
        #expect(lab.economy.plan(after: BlockNumber(1_004)).isEmpty)
        for tip: UInt64 in [1_005, 1_006, 1_010] {
            #expect(lab.economy.plan(after: BlockNumber(tip)) == plan)
        }
        try lab.restart()
        #expect(lab.economy.plan(after: BlockNumber(1_004)).isEmpty)
        #expect(try Self.lab("every: 0").economy.plan(after: BlockNumber(9)).isEmpty)
    }

    @Test func firstReadingSetsTheOpeningBalance() throws {
        var lab = try Self.lab("every: 2")
        var chain = TreasuryBalances()
        chain.set(Self.fab, Setup.main, 1_000)
        chain.set(Self.fab, Setup.grants, 7)
        // An odd block: nothing is read, and what events add up to is not what there is.
        try lab.commit([Setup.transfer("FAB", Setup.main, Setup.stranger, Setup.units(5))])
        #expect(Self.balance(lab, "FAB") == nil)
        #expect(lab.value("treasury_outflow_tokens_total", ["dao", "FAB", "other"]) == 5)
        try lab.commit([], answer: chain.answer)
        #expect(Self.balance(lab, "FAB") == 1_007)
        #expect(Self.balance(lab, "ETH") == 0)
        #expect(lab.value("treasury_balance_anchored", ["dao", "FAB"]) == 1)
        #expect(Self.drift(lab) == 0)
        #expect(Self.internalFlow(lab, "in") == 0)
        try lab.commit([Setup.transfer("FAB", Setup.stranger, Setup.main, Setup.units(3))])
        #expect(Self.balance(lab, "FAB") == 1_010)
        try lab.restart()
        #expect(Self.balance(lab, "FAB") == 1_010)
        lab.revert(2)
        #expect(Self.balance(lab, "FAB") == nil)
    }

    /// A token that charges for transfers: its events say more than arrives.
    @Test func balanceIsTheChainsAndDriftSaysWhatEventsDoNotExplain() throws {
        var lab = try Self.lab()
        var chain = TreasuryBalances()
        try lab.commit([], answer: chain.answer)
        chain.set(Self.fab, Setup.main, 97)
        let come = [Setup.transfer("FAB", Setup.stranger, Setup.main, Setup.units(100))]
        try lab.commit(come, answer: chain.answer)
        #expect(Self.balance(lab, "FAB") == 97)
        #expect(Self.drift(lab) == 3)
        chain.set(Self.fab, Setup.main, 194)
        try lab.commit(come, answer: chain.answer)
        #expect(Self.drift(lab) == 6)
        chain.set(Self.fab, Setup.main, 300)
        try lab.commit([], answer: chain.answer)
        #expect(Self.drift(lab) == -100)
        #expect(lab.value("treasury_inflow_tokens_total", ["dao", "FAB", "other"]) == 200)
        #expect(lab.value("treasury_inflow_tokens_total", ["dao", "FAB", "internal"]) == nil)
        let block = lab.value("reconciliation_block", ["treasury", "dao", "balance"])
        #expect(block == 1_004)
    }

    @Test func coinThatNoEventExplainsIsInternal() throws {
        var lab = try Self.lab()
        var chain = TreasuryBalances()
        chain.set(nil, Setup.main, 50)
        try lab.commit([], answer: chain.answer)
        // Ten come with an event, and two leave without one.
        chain.set(nil, Setup.main, 58)
        try lab.commit(
            [Emit("Main.FundsReceived", [.address(Setup.exchange), Setup.units(10)])],
            answer: chain.answer)
        #expect(Self.balance(lab, "ETH") == 58)
        #expect(Self.internalFlow(lab, "out") == 2)
        #expect(Self.internalFlow(lab, "in") == 0)
        #expect(lab.value("treasury_largest_outflow_tokens", ["dao", "ETH"]) == 2)
        chain.set(nil, Setup.grants, 4)
        try lab.commit([], answer: chain.answer)
        #expect(Self.internalFlow(lab, "in") == 4)
        #expect(Self.balance(lab, "ETH") == 62)
        let fact = try #require(lab.facts.last)
        #expect(fact.kind == "treasury_internal")
        #expect(fact.fields.first { $0.name == "since_block" }?.value == "1002")
        #expect(fact.fields.first { $0.name == "amount" }?.value == "4000000000000000000")
        lab.revert(1)
        #expect(Self.balance(lab, "ETH") == 58)
        #expect(
            lab.value("treasury_inflow_tokens_reverted_total", ["dao", "ETH", "internal"]) == 4)
    }

    @Test(arguments: [
        (Reading.Outcome.reverted([1]), "reverted"), (.unavailable("pruned"), "unavailable"),
        (.data([]), "unusable"), (.data([1, 2]), "unusable"),
        (.data(Array(repeating: 0xff, count: 32)), "unusable"),
    ])
    func readingThatFailsIsCountedAndChangesNothing(
        fault: Reading.Outcome, reason: String
    ) throws {
        var lab = try Self.lab()
        var chain = TreasuryBalances()
        chain.set(Self.fab, Setup.main, 5)
        chain.set(nil, Setup.main, 5)
        try lab.commit([], answer: chain.answer)
        chain.fault = fault
        try lab.commit(
            [Setup.transfer("FAB", Setup.stranger, Setup.main, Setup.units(1))],
            answer: chain.answer)
        #expect(Self.balance(lab, "FAB") == 6)
        #expect(Self.balance(lab, "ETH") == 5)
        for token in ["FAB", "ETH"] {
            let labels = ["treasury", "dao", "balance/\(token)", reason]
            #expect(lab.value("reading_failures_total", labels) == 1)
        }
        #expect(lab.value("reconciliation_block", ["treasury", "dao", "balance"]) == 1_001)
    }

    @Test func accountWithoutAnswerLeavesTheSumUnknown() throws {
        var lab = try Self.lab()
        var chain = TreasuryBalances()
        chain.set(Self.fab, Setup.main, 5)
        let economy = lab.economy
        let answer = chain.answer
        try lab.commit([]) { block, time in
            BlockExtras(
                block: block, time: time,
                readings: economy.plan(after: BlockNumber(block.number.rawValue - 1)).readings
                    .filter { !$0.key.hasSuffix(Setup.grants.lowercaseText) }
                    .map { Reading(key: $0.key, outcome: answer($0.subject)) })
        }
        #expect(Self.balance(lab, "FAB") == nil)
        #expect(
            lab.value(
                "reading_failures_total", ["treasury", "dao", "balance/FAB", "unavailable"]) == 1)
    }

    @Test func shortBalanceIsKnownAgainAfterAReading() throws {
        var lab = try Self.lab()
        var chain = TreasuryBalances()
        chain.set(Self.fab, Setup.main, 5)
        try lab.commit([], answer: chain.answer)
        // A token that grows by itself: more leaves than events brought.
        try lab.commit([Setup.transfer("FAB", Setup.main, Setup.stranger, Setup.units(6))])
        #expect(Self.balance(lab, "FAB") == nil)
        chain.set(Self.fab, Setup.main, 1)
        try lab.commit([], answer: chain.answer)
        #expect(Self.balance(lab, "FAB") == 1)
        #expect(Self.drift(lab) == -2)
    }

    // MARK: Wallets

    @Test func walletPaysValueAndGas() throws {
        let wallet = Address(words: 77, 0, 0)
        var lab = try Self.lab("every: 1\nwallets: [\"\(wallet.lowercaseText)\"]")
        let plan = lab.economy.plan(after: BlockNumber(1))
        #expect(plan.transactions == TransactionFilter(receivers: [wallet], senders: [wallet]))
        func transaction(
            _ from: Address, _ to: Address?, _ whole: UInt64, gas: U256, succeeded: Bool = true
        ) -> ObservedTransaction {
            ObservedTransaction(
                hash: .zero, index: 0, type: 2, from: from, to: to,
                created: to == nil ? Setup.exchange : nil,
                value: U256(scaledText: String(whole), decimals: 18) ?? .zero, selector: nil,
                inputCount: 0, succeeded: succeeded,
                cost: TransactionCost(
                    stored: .ethereum, gasUsed: 21_000, executionWei: gas, totalWei: gas))
        }
        var chain = TreasuryBalances()
        chain.set(nil, wallet, 100)
        try lab.commit([], answer: chain.answer)
        let gas = U256.powerOfTen(18) ?? .one
        // To a grantee, failed, to the treasury's own contract, a new contract, from a stranger,
        // and between strangers, as another tracker asked for.
        chain.set(nil, wallet, 92)
        chain.set(nil, Setup.main, 5)
        try lab.commit(
            [Emit("Main.FundsReceived", [.address(wallet), Setup.units(5)])],
            transactions: [
                transaction(wallet, Setup.grantee, 3, gas: gas),
                transaction(wallet, Setup.grantee, 50, gas: gas, succeeded: false),
                transaction(wallet, Setup.main, 5, gas: gas),
                transaction(wallet, nil, 2, gas: gas),
                transaction(Setup.stranger, wallet, 6, gas: gas),
                transaction(Setup.stranger, Setup.exchange, 1_000, gas: gas),
            ], answer: chain.answer)
        func flow(_ way: String, _ party: String) -> Double? {
            lab.value("treasury_\(way)flow_tokens_total", ["dao", "ETH", party])
        }
        #expect(flow("out", "gas") == 4)
        #expect(flow("out", "grants") == 3)
        #expect(flow("out", "exchange") == 2)
        #expect(flow("in", "other") == 6)
        #expect(flow("in", "internal") == 0)
        #expect(flow("out", "internal") == 0)
        #expect(Self.balance(lab, "ETH") == 97)
    }

    // MARK: Feeds

    @Test func valueNeedsAPriceThatHolds() throws {
        let address = Address(words: 88, 0, 0)
        let feed = "feeds: { FAB: { feed: \"\(address.lowercaseText)\", heartbeat: 1h } }"
        var lab = try Self.lab("every: 1\n\(feed)")
        let labels = ["treasury", "dao", "FAB"]
        func failures(_ reason: String) -> Double? {
            lab.value("price_feed_failures_total", labels + [reason])
        }
        let value = { (lab: TrackerLab) in lab.value("treasury_value_usd", ["dao", "FAB"]) }
        #expect(lab.value("price_feed_stale", labels) == 1)
        #expect(failures("stale") == 0)
        var chain = TreasuryBalances()
        chain.set(Self.fab, Setup.main, 20)
        // A feed without code.
        try lab.commit([], answer: chain.answer)
        #expect(failures("unusable") == 1)
        #expect(value(lab) == nil)
        chain.feeds[address] = try PriceFeedTests.round(
            250_000_000, id: 41, updated: U256(lab.nextTime.rawValue - 60))
        try lab.commit([], answer: chain.answer)
        #expect(value(lab) == 50)
        #expect(lab.value("price_feed_price_usd", labels) == 2.5)
        #expect(lab.value("price_feed_round", labels) == 41)
        #expect(lab.value("price_feed_stale", labels) == 0)
        // A bad answer leaves the last good price, until that is stale.
        chain.feeds[address] = try PriceFeedTests.round(-1)
        try lab.commit([], answer: chain.answer)
        #expect(failures("negative") == 1)
        #expect(value(lab) == 50)
        lab.wait(3_600)
        try lab.commit([], answer: chain.answer)
        #expect(value(lab) == nil)
        #expect(lab.value("price_feed_stale", labels) == 1)
        #expect(lab.value("price_feed_price_usd", labels) == 2.5)
        // A round that is stale as it comes.
        let old = lab.nextTime.rawValue - 7_200
        chain.feeds[address] = try PriceFeedTests.round(300_000_000, id: 42, updated: U256(old))
        try lab.commit([], answer: chain.answer)
        #expect(failures("stale") == 1)
        #expect(value(lab) == nil)
        #expect(
            lab.value("price_feed_updated_timestamp_seconds", labels) == Double(old))
        lab.revert(1)
        #expect(lab.value("price_feed_round", labels) == 41)
    }
}
