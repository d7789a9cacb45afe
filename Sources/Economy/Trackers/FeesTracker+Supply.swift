// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

/// What there is of the token, and who has it.
extension FeesTracker {
    private var hasLedger: Bool { self.settings.ledgerMax != nil }

    private func isFollowed(_ account: Address) -> Bool {
        self.hasLedger || self.locked[account] != nil
    }

    /// Moves tokens in the ledger, out of nothing or into nothing where an account is nil. All is
    /// checked before anything changes.
    mutating func move(
        _ amount: U256, from: Address?, to: Address?, _ place: Int,
        _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        guard self.settings.supply != nil, place == self.settings.token,
            let labels = self.ownLabels, let supply = self.book.gauge(Family.supply, labels)
        else { return }
        var sum = supply
        if from == nil {
            guard let more = sum.adding(amount) else { throw .overflow }
            sum = more
        }
        if to == nil {
            guard let less = sum.subtracting(amount) else { throw .insufficient }
            sum = less
        }
        let rest = self.book.gauge(Family.rest, labels) ?? .zero
        let change = try self.balances(amount, from: from, to: to, rest: rest)
        let count = self.accounts.count
        for balance in [change.taken, change.given] {
            guard let balance else { continue }
            self.accounts.set(
                balance.amount.isZero ? nil : Balance(balance.amount), for: balance.account,
                &effects)
        }
        if sum != supply { self.book.set(Family.supply, labels, sum, &effects) }
        if self.hasLedger, self.accounts.count != count {
            self.book.set(Family.holders, labels, U256(UInt64(self.accounts.count)), &effects)
        }
        if change.rest != rest { self.book.set(Family.rest, labels, change.rest, &effects) }
        let isLocked =
            from.map { self.locked[$0] != nil } ?? false
            || to.map { self.locked[$0] != nil } ?? false
        if isLocked || sum != supply { self.circulate(sum, labels, &effects) }
    }

    /// New balances, and what stands in the rest: tokens of accounts that there was no room for, so
    /// that all adds up to the supply always.
    private struct Change {
        var taken: (account: Address, amount: U256)?
        var given: (account: Address, amount: U256)?
        var rest: U256
    }

    private func balances(
        _ amount: U256, from: Address?, to: Address?, rest: U256
    ) throws(SkipReason) -> Change {
        var change = Change(rest: rest)
        var count = self.accounts.count
        if let from, self.isFollowed(from) {
            let held = self.accounts[from]?.amount ?? .zero
            var left = U256.zero
            if let more = held.subtracting(amount) {
                left = more
            } else {
                // Part of what it has came when there was no room.
                guard let missing = amount.subtracting(held),
                    let less = rest.subtracting(missing)
                else { throw .insufficient }
                change.rest = less
            }
            if left != held { change.taken = (from, left) }
            if left.isZero, !held.isZero { count -= 1 }
        }
        if let to, self.isFollowed(to) {
            let held =
                to == from
                ? change.taken?.amount ?? self.accounts[to]?.amount ?? .zero
                : self.accounts[to]?.amount ?? .zero
            if held.isZero, self.locked[to] == nil, let most = self.settings.ledgerMax,
                count >= most
            {
                guard let more = change.rest.adding(amount) else { throw .overflow }
                change.rest = more
                return change
            }
            guard let more = held.adding(amount) else { throw .overflow }
            if more != held { change.given = (to, more) }
        }
        return change
    }

    /// Says anew what circulates and what is locked.
    private mutating func circulate(
        _ supply: U256, _ labels: [String], _ effects: inout TrackerEffects
    ) {
        var circulating = supply
        for (address, name) in self.locked {
            let amount = self.accounts[address]?.amount ?? .zero
            circulating = circulating.subtracting(amount) ?? .zero
            if self.book.gauge(Family.locked, labels + [name]) != amount {
                self.book.set(Family.locked, labels + [name], amount, &effects)
            }
        }
        self.book.set(Family.circulating, labels, circulating, &effects)
    }

    // MARK: The chain

    private static let supplyKey = "supply"

    private static func key(_ account: Address) -> String { "locked/\(account.lowercaseText)" }

    /// Whether the supply has to be read before it can be kept.
    private var isAwaited: Bool {
        guard self.settings.supply == .chain, let labels = self.ownLabels else { return false }
        return self.book.gauge(Family.supply, labels) == nil
    }

    func plan(after tip: BlockNumber) -> FetchPlan {
        if self.isAwaited { return FetchPlan(readings: self.startRequests) }
        return self.settings.reconciliation?
            .plan(after: tip, of: [Self.kind.rawValue, self.name], self.book) ?? FetchPlan()
    }

    /// `totalSupply()`, and `balanceOf(address)` of locked accounts (EIP-20).
    private var startRequests: [ReadingRequest] {
        guard let token = self.settings.token, let contract = self.tokens[token].address else {
            return []
        }
        var requests = [
            ReadingRequest(
                key: Self.supplyKey, subject: .call(to: contract, data: [0x18, 0x16, 0x0d, 0xdd]))
        ]
        for account in self.locked.keys.sorted() {
            requests.append(
                ReadingRequest(
                    key: Self.key(account),
                    subject: .call(
                        to: contract,
                        data: [0x70, 0xa0, 0x82, 0x31] + account.word.bigEndianBytes)))
        }
        return requests
    }

    mutating func observe(_ extras: BlockExtras, _ effects: inout TrackerEffects) {
        guard let labels = self.ownLabels else { return }
        if self.isAwaited {
            self.start(extras, labels, &effects)
            return
        }
        guard let reconciliation = self.settings.reconciliation,
            let supply = self.book.gauge(Family.supply, labels)
        else { return }
        reconciliation.compare(
            supply, token: labels[0], of: [Self.kind.rawValue, self.name], extras, &self.book,
            &effects)
    }

    /// Begins with what the chain says, all of it or nothing.
    private mutating func start(
        _ extras: BlockExtras, _ labels: [String], _ effects: inout TrackerEffects
    ) {
        guard let supply = self.startWord(Self.supplyKey, extras, &effects) else { return }
        var balances: [(account: Address, amount: U256)] = []
        for account in self.locked.keys.sorted() {
            guard let amount = self.startWord(Self.key(account), extras, &effects) else { return }
            balances.append((account, amount))
        }
        self.book.set(Family.supply, labels, supply, &effects)
        for (account, amount) in balances where !amount.isZero {
            self.accounts.set(Balance(amount), for: account, &effects)
        }
        self.circulate(supply, labels, &effects)
    }

    private mutating func startWord(
        _ key: String, _ extras: BlockExtras, _ effects: inout TrackerEffects
    ) -> U256? {
        guard let reading = extras.reading(key) else { return nil }
        if let word = reading.word { return word }
        let fault: ReadingFault =
            switch reading.outcome {
            case .unavailable: .unavailable
            case .reverted: .reverted
            case .data: .unusable
            }
        self.book.count(
            Family.readingFailures, [Self.kind.rawValue, self.name, key, fault.rawValue], &effects)
        return nil
    }
}
