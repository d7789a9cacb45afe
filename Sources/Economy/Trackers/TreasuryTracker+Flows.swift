// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

extension TreasuryTracker {
    mutating func apply(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        switch Role(rawValue: event.role) {
        case .transfer: try self.transfer(event, &effects)
        case .received: try self.payment(event, isInflow: true, Field.payer, &effects)
        case .sent: try self.payment(event, isInflow: false, Field.to, &effects)
        case .budget: try self.budget(event, &effects)
        case nil: throw .unusable
        }
    }

    /// Tokens move between any two addresses. Most of them are none of ours.
    private mutating func transfer(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let from = try event.address(Field.from)
        let to = try event.address(Field.to)
        let isFromOwn = self.own.contains(from)
        let isToOwn = self.own.contains(to)
        guard isFromOwn || isToOwn else { return }
        let place =
            event.has(Field.token)
            ? self.book.tokens.place(at: try event.address(Field.token))
            : self.book.tokens.place(at: event.entry.address)
        let token = try self.listed(place)
        let other = isToOwn ? from : to
        try self.take(
            Flow(
                isInflow: isToOwn, token: token, amount: try event.amount(Field.amount),
                counterparty: self.label(other), address: other, source: "transfer",
                time: event.time), isWithin: isFromOwn && isToOwn, &effects)
    }

    /// One of the treasury's accounts says that it was paid, or paid.
    private mutating func payment(
        _ event: RoleEvent, isInflow: Bool, _ party: Field, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let account = event.optionalAddress(Field.account) ?? event.entry.address
        guard self.own.contains(account) else { return }
        let token = try self.token(event)
        // The token tells the same movement.
        if self.settings.toldTokens.contains(token),
            self.book.tokens[token].address != event.entry.address
        {
            return
        }
        var other = event.optionalAddress(party)
        if other == nil, event.entry.address != account { other = event.entry.address }
        try self.take(
            Flow(
                isInflow: isInflow, token: token, amount: try event.amount(Field.amount),
                counterparty: self.label(other), address: other,
                source: isInflow ? "received" : "sent", time: event.time),
            isWithin: other.map { self.own.contains($0) } ?? false, &effects)
    }

    /// A flow, unless it is of nothing or between two of the treasury's accounts, which changes
    /// nothing of what it holds.
    private mutating func take(
        _ flow: Flow, isWithin: Bool, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        // Anyone may make a token say that nothing was moved from anywhere.
        if flow.amount.isZero { return }
        if isWithin {
            effects.fact("treasury_flow", self.fields(flow, direction: "within"))
            return
        }
        try self.book(flow, &effects)
    }

    /// The class of the other side.
    func label(_ address: Address?) -> String {
        address.flatMap { self.classes[$0] } ?? SeriesBook.other
    }

    /// The token that an account of the treasury speaks of.
    private func token(_ event: RoleEvent) throws(SkipReason) -> Int {
        let tokens = self.book.tokens
        if event.has(Field.token) {
            return try self.listed(tokens.place(at: try event.address(Field.token)))
        }
        // A token that mints and burns without `Transfer` says so itself; any other contract that
        // names no token speaks of the coin.
        return try self.listed(
            tokens.place(at: event.entry.address) ?? tokens.place(at: .zero))
    }

    private func listed(_ place: Int?) throws(SkipReason) -> Int {
        guard let place, self.settings.tokens.contains(place) else { throw .unknownToken }
        return place
    }

    // MARK: Budgets

    private mutating func budget(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        guard let category = self.categories[try event.key(Field.category)] else {
            throw .unknownKey
        }
        let symbol = self.symbol(try self.token(event))
        let amount = try event.amount(Field.amount)
        self.book.set(Family.budget, [self.name, symbol, category], amount, &effects)
        effects.fact(
            "treasury_budget",
            [
                ("treasury", self.name), ("category", category), ("token", symbol),
                ("amount", amount.description), ("time", event.time.description),
            ])
    }

    /// What an event may hold of a text: its hash, or itself in one word.
    static func words(of text: String) -> [U256] {
        let bytes = Array(text.utf8)
        let hash = Keccak256.hash(bytes).word
        guard bytes.count <= 32,
            let word = U256(bigEndian: bytes + Array(repeating: 0, count: 32 - bytes.count))
        else { return [hash] }
        return [hash, word]
    }

    // MARK: Transactions

    /// What wallets paid and were paid, and what they paid for gas.
    mutating func observeTransactions(_ extras: BlockExtras, _ effects: inout TrackerEffects) {
        guard let coin = self.book.tokens.place(at: .zero), self.settings.tokens.contains(coin),
            !self.settings.wallets.isEmpty
        else { return }
        for transaction in extras.transactions {
            // Those that other trackers asked for are among them.
            for flow in self.flows(transaction, coin: coin, time: extras.time) {
                do throws(SkipReason) {
                    try self.book(flow, &effects)
                } catch {
                    self.book.count(
                        Family.readingFailures,
                        [
                            Self.kind.rawValue, self.name, "transactions",
                            ReadingFault.unusable.rawValue,
                        ], &effects)
                }
            }
        }
    }

    private func flows(
        _ transaction: ObservedTransaction, coin: Int, time: BlockTime
    ) -> [Flow] {
        let wallets = self.settings.wallets
        var flows: [Flow] = []
        let receiver = transaction.to ?? transaction.created
        let isFromWallet = wallets.contains(transaction.from)
        if isFromWallet, !transaction.cost.totalWei.isZero {
            flows.append(
                Flow(
                    isInflow: false, token: coin, amount: transaction.cost.totalWei,
                    counterparty: Self.gasClass, address: nil, source: "gas", time: time))
        }
        guard transaction.succeeded, !transaction.value.isZero else { return flows }
        let isToOwn = receiver.map { self.own.contains($0) } ?? false
        if isFromWallet, !isToOwn {
            flows.append(
                Flow(
                    isInflow: false, token: coin, amount: transaction.value,
                    counterparty: self.label(receiver), address: receiver, source: "transaction",
                    time: time))
        } else if !isFromWallet, let receiver, wallets.contains(receiver) {
            flows.append(
                Flow(
                    isInflow: true, token: coin, amount: transaction.value,
                    counterparty: self.label(transaction.from), address: transaction.from,
                    source: "transaction", time: time))
        }
        return flows
    }
}
