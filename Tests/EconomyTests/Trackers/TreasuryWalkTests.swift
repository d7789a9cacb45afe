// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import Testing
import WeirTestSupport

@testable import Economy

/// The treasury on any chain, and on the made economy of the vectors.
@Suite("TreasuryTracker: chains")
struct TreasuryWalkTests {
    typealias Setup = TreasuryLab

    /// Adds up what the canonical blocks say, straight from their logs and readings.
    struct Recount {
        /// Of FAB, which tells its transfers, and of coin, which does not tell all.
        var fab: (net: Int64, shown: Int64?) = (0, nil)
        var coin: (net: Int64, isAnchored: Bool) = (0, false)
        var isShort = false
        var inflow: [String: Int64] = [:]
        var outflow: [String: Int64] = [:]

        private static func small(_ word: U256) -> Int64 { Int64(word.uint64 ?? 0) }

        private mutating func move(_ token: String, _ amount: Int64) {
            if amount > 0 { self.inflow[token, default: 0] += amount }
            if amount < 0 { self.outflow[token, default: 0] -= amount }
        }

        mutating func take(_ block: Block) {
            for entry in block.logs.entries {
                let data = block.logs.data(of: entry)
                let amount = Self.small(U256(bigEndian: Array(data.prefix(32))) ?? .zero)
                if entry.address == Setup.main {
                    self.coin.net += amount
                    self.move("ETH", amount)
                    continue
                }
                let from = Address(truncating: entry.topics[1].word)
                let to = Address(truncating: entry.topics[2].word)
                let own = [Setup.main, Setup.grants]
                if own.contains(from) == own.contains(to) { continue }
                let signed = own.contains(to) ? amount : -amount
                self.fab.net += signed
                self.fab.shown = self.fab.shown.map { $0 + signed }
                if let shown = self.fab.shown, shown < 0 { self.isShort = true }
                self.move("FAB", signed)
            }
            guard let extras = block.extras else { return }
            for token in ["FAB", "ETH"] {
                let words = extras.readings.filter { $0.key.contains("balance/\(token)/") }
                    .compactMap(\.word)
                if words.count < 2 { continue }
                let chain = words.reduce(0) { $0 + Self.small($1) }
                if token == "FAB" {
                    self.fab.shown = chain
                    self.isShort = false
                } else {
                    if self.coin.isAnchored { self.move("ETH", chain - self.coin.net) }
                    self.coin = (chain, true)
                }
            }
        }
    }

    @Test(arguments: 0..<24)
    func anyChainFoldsToWhatItsCanonicalBlocksSay(seed: UInt64) throws {
        let flows = Setup.flows
            .replacing("tokens: [FAB, USDC, WETH, ETH]", with: "tokens: [FAB, ETH]")
            .split(separator: "\n").filter { !$0.contains("USDC") && !$0.contains("WETH.") }
            .joined(separator: "\n")
        let feed = "feeds: { FAB: { feed: Other, heartbeat: 1m } }"
        let lab = try TrackerLab(
            Setup.contracts(), Setup.yaml("every: 1\n\(feed)", flows: flows))
        let economy = lab.economy
        let accounts = [Setup.main, Setup.grants, Setup.exchange, Setup.stranger]
        try TrackerWalk.run(lab, seed: seed) { random in
            (0..<Int.random(in: 0...4, using: &random)).map { _ in
                let amount = ABIValue.uint(U256(UInt64.random(in: 0...50, using: &random)))
                if Int.random(in: 0..<4, using: &random) == 0 {
                    return Emit(
                        "Main.FundsReceived",
                        [.address(accounts[Int.random(in: 2...3, using: &random)]), amount])
                }
                return Setup.transfer(
                    "FAB", accounts.randomElement(using: &random)!,
                    accounts.randomElement(using: &random)!, amount)
            }
        } extras: { random in
            let asks = Int.random(in: 0..<3, using: &random) == 0
            let fails = Int.random(in: 0..<5, using: &random) == 0
            let words = (0..<8).map { _ in UInt64.random(in: 0...90, using: &random) }
            return { block, time in
                let plan = economy.plan(after: BlockNumber(block.number.rawValue - 1))
                return BlockExtras(
                    block: block, time: time,
                    readings: !asks
                        ? []
                        : plan.readings.enumerated().map { index, request in
                            if request.key.hasSuffix("round"), words[0] % 2 == 0 {
                                let round = try? PriceFeedTests.round(
                                    I256(Int64(words[1]) - 20), id: U256(words[2]),
                                    updated: U256(time.rawValue - words[3]))
                                return Reading(key: request.key, outcome: round ?? .data([]))
                            }
                            return Reading(
                                key: request.key,
                                outcome: fails && index == 1
                                    ? .unavailable("") : .data(U256(words[index]).bigEndianBytes))
                        })
            }
        } check: { lab in
            var recount = Recount()
            for block in lab.settled + lab.window { recount.take(block) }
            let tracker = try #require(lab.tracker(TreasuryTracker.self, "dao"))
            for token in ["FAB", "ETH"] {
                for (family, sums) in [
                    (TreasuryTracker.Family.inflow, recount.inflow),
                    (.outflow, recount.outflow),
                ] {
                    var sum = ExactSum()
                    for label in ["exchange", "grants", "other", "internal"] {
                        if case .sum(let part)? = tracker.book.state(
                            family, ["dao", token, label])
                        {
                            sum.add(part)
                        }
                    }
                    #expect(
                        sum == ExactSum(low: U256(UInt64(sums[token] ?? 0))),
                        "seed \(seed) \(token) \(family)")
                }
            }
            let shown = { (token: String) in
                tracker.ledgers[token]?.balance(isRead: true).flatMap { Int64($0.uint64 ?? 0) }
            }
            #expect(shown("FAB") == (recount.isShort ? nil : recount.fab.shown), "seed \(seed)")
            #expect(
                shown("ETH") == (recount.coin.isAnchored ? recount.coin.net : nil), "seed \(seed)")
        }
    }

    // MARK: The made economy

    static let yaml = """
        tokens:
          FAB: { chain: lab, address: "0x10d1023d0515db0f3bfb0249e3b47bf071655b4f", decimals: 18 }
          ETH: { chain: lab, decimals: 18 }
        trackers:
          treasury:
            told:
              accounts: { main: "0xe1c7f1c6e111f5607972ee8c00791de39439e0a1" }
              tokens: [FAB, ETH]
              transfer: { event: token.Transfer, from: sender, to: receiver, amount: value }
              received: { event: treasury.FundsReceived, payer: sender }
              sent: { event: treasury.FundsWithdrawn, to: to, token: token, amount: amount }
              counterparties:
                slashes: ["0x89064732c5f1dc66bcccbf04702d3f5222fd4d6b"]
                fees: ["0x5b36c1a29f222de79c8e755e83fc9168bde7ec05"]
              budget: { event: treasury.BudgetSet, token: token }
              categories: [operations, grants]
              every: 10
            blind:
              accounts: ["0xe1c7f1c6e111f5607972ee8c00791de39439e0a1"]
              tokens: [FAB, ETH]
              every: 1
        """

    /// What the treasury holds after each block, by its hash: of coin by its own events, of the
    /// token by its transfers.
    static func balances() throws -> [Hash256: (coin: U256, token: U256)] {
        let treasury = Address("0xe1c7f1c6e111f5607972ee8c00791de39439e0a1")
        let token = Address("0x10d1023d0515db0f3bfb0249e3b47bf071655b4f")
        var balances: [Hash256: (coin: U256, token: U256)] = [:]
        for line in try Economy1.lines() {
            let header = line.block.header
            var (coin, tokens) = balances[header.parentHash] ?? (.zero, .zero)
            for entry in line.block.logs.entries {
                let data = line.block.logs.data(of: entry)
                let amount = U256(bigEndian: Array(data.prefix(32))) ?? .zero
                func party(_ place: Int) -> Address {
                    Address(truncating: entry.topics[place].word)
                }
                if entry.address == treasury, entry.topics.count == 2 {
                    coin = try #require(coin.adding(amount))
                } else if entry.address == treasury, entry.topics.count == 3,
                    entry.topics[0].description.hasPrefix("0x4542fb4d")
                {
                    coin = try #require(coin.subtracting(amount))
                } else if entry.address == token, entry.topics.count == 3,
                    entry.topics[0].description.hasPrefix("0xddf252ad")
                {
                    if party(2) == treasury { tokens = try #require(tokens.adding(amount)) }
                    if party(1) == treasury { tokens = try #require(tokens.subtracting(amount)) }
                }
            }
            balances[header.hash] = (coin, tokens)
        }
        return balances
    }

    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func economy1ReachesItsTruth() throws {
        var lab = try TrackerLab(Economy1.contracts(), Self.yaml)
        let balances = try Self.balances()
        let economy = lab.economy
        try Economy1.play(in: &lab) { line in
            let header = line.block.header
            guard let held = balances[header.hash], let tip = header.number.previous else {
                return nil
            }
            return BlockExtras(
                block: header.ref, time: header.timestamp,
                readings: economy.plan(after: tip).readings.filter {
                    header.number.rawValue % 10 == 0 || !$0.key.hasPrefix("treasury/told|")
                }.map { request in
                    guard case .balance = request.subject else {
                        return Reading(
                            key: request.key, outcome: .data(held.token.bigEndianBytes))
                    }
                    return Reading(key: request.key, outcome: .data(held.coin.bigEndianBytes))
                })
        }
        let truth = try #require(Economy1.truth()["treasury"] as? [String: Any])
        let coin = try #require((truth["coin"] as? String).flatMap { U256($0) })
        let token = try #require((truth["token"] as? String).flatMap { U256($0) })
        for name in ["told", "blind"] {
            let tracker = try #require(lab.tracker(TreasuryTracker.self, name))
            #expect(tracker.ledgers["ETH"]?.balance(isRead: true) == coin, "\(name)")
            #expect(tracker.ledgers["FAB"]?.balance(isRead: true) == token, "\(name)")
        }
        func sum(_ name: String, _ family: TreasuryTracker.Family, _ labels: [String]) -> U256? {
            guard let tracker = lab.tracker(TreasuryTracker.self, name),
                case .sum(let sum)? = tracker.book.state(family, [name] + labels)
            else { return nil }
            return sum.low
        }
        // Every flow has its event: nothing is left for readings to explain.
        #expect(sum("told", .inflow, ["ETH", "internal"]) == 0)
        #expect(sum("told", .outflow, ["ETH", "internal"]) == 0)
        let drift = lab.value(
            "reconciliation_drift_tokens", ["treasury", "told", "balance", "FAB"])
        #expect(drift == 0)
        #expect(lab.value("reconciliation_block", ["treasury", "told", "balance"]) == 200)
        #expect(sum("told", .inflow, ["FAB", "slashes"]) == U256("30722424253785833784229"))
        #expect(sum("told", .inflow, ["FAB", "fees"]) == U256("105785000000299790824"))
        #expect(sum("told", .inflow, ["FAB", "other"]) == 0)
        #expect(sum("told", .outflow, ["ETH", "other"]) == U256("8000000000000000"))
        let budget = try #require((truth["budget"] as? [String: String])?["grants"])
        let shown = lab.value("treasury_budget_tokens", ["told", "FAB", "grants"])
        #expect(shown == U256(budget)?.scaledDouble(decimals: 18))
        #expect(lab.value("treasury_budget_tokens", ["told", "FAB", "operations"]) == nil)
        let slashed = try #require(Economy1.truth()["staking"] as? [String: Any])
        #expect(
            sum("told", .inflow, ["FAB", "slashes"])?.description
                == slashed["totalSlashed"] as? String)
        // Without events the differences add up to the same.
        let come = try #require(sum("blind", .inflow, ["ETH", "internal"]))
        let gone = try #require(sum("blind", .outflow, ["ETH", "internal"]))
        #expect(come.subtracting(gone) == coin)
        #expect(sum("blind", .inflow, ["FAB", "internal"]) == token)
        for reason in SkipReason.allCases {
            #expect(lab.skipped("treasury", "told", reason) == 0, "\(reason)")
        }
    }

    /// Without any reading the events alone reach it too, as they are told from the first block.
    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func economy1ReachesItsTruthByEventsAlone() throws {
        let yaml = Self.yaml.replacing("every: 10", with: "every: 0")
        var lab = try TrackerLab(Economy1.contracts(), yaml)
        try Economy1.play(in: &lab)
        let truth = try #require(Economy1.truth()["treasury"] as? [String: Any])
        let tracker = try #require(lab.tracker(TreasuryTracker.self, "told"))
        for (token, key) in [("ETH", "coin"), ("FAB", "token")] {
            #expect(
                tracker.ledgers[token]?.balance(isRead: false)?.description
                    == truth[key] as? String)
        }
        #expect(lab.value("treasury_balance_tokens", ["blind", "ETH"]) == nil)
        #expect(lab.outcomes.contains { !$0.reverted.isEmpty })
    }
}
