// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives

extension TreasuryTracker {
    static let balanceFunction = ABIFunction(
        name: "balanceOf", inputs: [ABIParameter("account", .address)],
        outputs: [ABIParameter(.uint256)], stateMutability: "view")

    /// The reading of what an account holds of a token.
    static func balanceRequest(_ token: TokenDefinition, _ account: Address) -> ReadingRequest? {
        let key = Self.balanceKey(token, account)
        guard let contract = token.address else {
            return ReadingRequest(key: key, subject: .balance(account))
        }
        return (try? Self.balanceFunction.encodeCall([.address(account)])).map {
            ReadingRequest(key: key, subject: .call(to: contract, data: $0))
        }
    }

    private static func balanceKey(_ token: TokenDefinition, _ account: Address) -> String {
        "\(Self.balanceGauge)/\(token.symbol)/\(account.lowercaseText)"
    }

    func plan(after tip: BlockNumber) -> FetchPlan {
        var plan = FetchPlan()
        let every = self.settings.everyBlocks
        let last = self.marks[Self.balanceGauge]?.number
        if ReadingPace.isDue(tip.next, every: every, last: last) {
            plan.readings = self.balanceRequests
        }
        for feed in self.settings.feeds {
            let key = self.feedKey(feed)
            plan.readings += feed.feed.requests(
                after: tip, last: self.marks[key]?.number, key: key)
        }
        if !self.settings.wallets.isEmpty {
            plan.transactions = TransactionFilter(
                receivers: self.settings.wallets, senders: self.settings.wallets)
        }
        return plan
    }

    private func feedKey(_ feed: Feed) -> String { "feed/\(self.symbol(feed.token))" }

    mutating func observe(_ extras: BlockExtras, _ effects: inout TrackerEffects) {
        // What transactions moved is in the balances after them.
        self.observeTransactions(extras, &effects)
        guard !extras.readings.isEmpty else { return }
        self.observeBalances(extras, &effects)
        for feed in self.settings.feeds {
            let key = self.feedKey(feed)
            if extras.readings.contains(where: { $0.key.hasPrefix(key + "/") }) {
                self.marks.set(BlockMark(extras.block.number), for: key, &effects)
            }
            do throws(PriceFeed.Fault) {
                guard let round = try feed.feed.round(extras, key: key) else { continue }
                self.rounds.set(round, for: self.symbol(feed.token), &effects)
                if feed.feed.isStale(round, at: extras.time) { throw .stale }
            } catch {
                self.book.count(
                    Family.feedFailures, self.feedLabels(feed.token) + [error.rawValue], &effects)
            }
        }
    }

    // MARK: Balances

    private mutating func observeBalances(
        _ extras: BlockExtras, _ effects: inout TrackerEffects
    ) {
        guard self.settings.everyBlocks > 0 else { return }
        let answers = Dictionary(
            extras.readings.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        let labels = [Self.kind.rawValue, self.name]
        if extras.readings.contains(where: { $0.key.hasPrefix(Self.balanceGauge + "/") }) {
            self.marks.set(BlockMark(extras.block.number), for: Self.balanceGauge, &effects)
        }
        var isCompared = false
        for token in self.settings.tokens {
            do throws(ReadingFault) {
                guard let balance = try self.balance(of: token, answers) else { continue }
                try self.settle(token, at: balance, extras, &effects)
                isCompared = true
            } catch {
                self.book.count(
                    Family.readingFailures,
                    labels + ["\(Self.balanceGauge)/\(self.symbol(token))", error.rawValue],
                    &effects)
            }
        }
        if isCompared {
            self.book.set(
                Family.driftBlock, labels + [Self.balanceGauge],
                U256(extras.block.number.rawValue), &effects)
        }
    }

    /// What all accounts hold of a token together; nil where nothing was read at the block.
    private func balance(
        of token: Int, _ answers: [String: Reading]
    ) throws(ReadingFault) -> I256? {
        let definition = self.book.tokens[token]
        var sum = I256.zero
        var missing = 0
        let accounts = self.settings.accounts + self.settings.wallets
        for account in accounts {
            guard let reading = answers[Self.balanceKey(definition, account)] else {
                missing += 1
                continue
            }
            guard let more = sum.adding(try Self.balance(definition, reading)) else {
                throw .unusable
            }
            sum = more
        }
        if missing == accounts.count { return nil }
        // A sum without one of its parts is no balance.
        if missing > 0 { throw .unavailable }
        return sum
    }

    private static func balance(
        _ token: TokenDefinition, _ reading: Reading
    ) throws(ReadingFault) -> I256 {
        if let contract = token.address {
            return try ViewFunction(
                text: "balanceOf", address: contract, function: Self.balanceFunction
            ).number(reading)
        }
        switch reading.outcome {
        case .unavailable: throw .unavailable
        case .reverted: throw .reverted
        case .data:
            guard let balance = reading.word.flatMap({ I256($0) }) else { throw .unusable }
            return balance
        }
    }

    /// Brings the ledger of a token to what the chain says.
    private mutating func settle(
        _ token: Int, at balance: I256, _ extras: BlockExtras, _ effects: inout TrackerEffects
    ) throws(ReadingFault) {
        let symbol = self.symbol(token)
        let isTold = self.settings.toldTokens.contains(token)
        if !isTold, let ledger = self.ledgers[symbol], ledger.isAnchored {
            try self.bookDifference(token, from: ledger, to: balance, extras, &effects)
        }
        var ledger = self.ledgers[symbol] ?? Ledger(since: extras.time)
        if !ledger.isAnchored {
            ledger.net = balance
            ledger.isAnchored = true
        }
        guard let correction = balance.subtracting(ledger.net),
            let drift = ledger.net.subtracting(balance)
        else { throw .unusable }
        ledger.correction = correction
        ledger.isShort = false
        ledger.readBlock = extras.block.number
        self.ledgers.set(ledger, for: symbol, &effects)
        if isTold {
            self.book.set(
                Family.drift, [Self.kind.rawValue, self.name, Self.balanceGauge, symbol], drift,
                &effects)
        }
    }

    /// Books what came or went since the last reading without an event.
    private mutating func bookDifference(
        _ token: Int, from ledger: Ledger, to balance: I256, _ extras: BlockExtras,
        _ effects: inout TrackerEffects
    ) throws(ReadingFault) {
        guard let difference = balance.subtracting(ledger.net) else { throw .unusable }
        if difference == .zero { return }
        let flow = Flow(
            isInflow: !difference.isNegative, token: token, amount: difference.magnitude,
            counterparty: Self.internalClass, address: nil, source: "balance", time: extras.time)
        guard (try? self.book(flow, &effects)) != nil else { throw .unusable }
    }
}
