// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

extension FeesTracker {
    mutating func apply(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let place = try self.place(event)
        let amount = try event.amount(Field.amount)
        switch Role(rawValue: event.role) {
        case .fee: self.collect(amount, place, event, &effects)
        case .transfer: try self.transfer(amount, place, event, &effects)
        case .mint:
            try self.mint(amount, to: try event.address(Field.to), place, event, &effects)
        case .burn:
            try self.burn(amount, from: try event.address(Field.from), place, event, &effects)
        case nil: throw .unusable
        }
    }

    /// The token that an event speaks of: the one it names, the tracker's, or its contract.
    private func place(_ event: RoleEvent) throws(SkipReason) -> Int {
        if event.has(Field.token) {
            guard let place = self.tokens.place(at: try event.address(Field.token)) else {
                throw .unknownToken
            }
            return place
        }
        if let place = self.settings.token { return place }
        guard let place = self.tokens.place(at: event.entry.address) else { throw .unknownToken }
        return place
    }

    // MARK: Fees

    private mutating func collect(
        _ amount: U256, _ place: Int, _ event: RoleEvent, _ effects: inout TrackerEffects
    ) {
        let source = event.text(Field.source) ?? self.name
        let symbol = self.tokens[place].symbol
        self.book.add(Family.fees, [source, symbol], amount, &effects)
        self.book.count(Family.feePayments, [source, symbol], &effects)
        var fields = [
            ("source", source), ("token", symbol), ("amount", amount.description),
            ("contract", event.entry.address.description), ("time", event.time.description),
        ]
        if let payer = event.optionalAddress(Field.payer) {
            fields.append(("payer", payer.description))
        }
        effects.fact("fee_collected", fields)
    }

    // MARK: Tokens

    private mutating func transfer(
        _ amount: U256, _ place: Int, _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let from = try event.address(Field.from)
        let to = try event.address(Field.to)
        if from == .zero || to == .zero {
            switch self.settings.zeroAddress {
            case .account: break
            case .ignored: return
            case .mints:
                // Neither a mint nor a burn: no contract says so.
                if from == to { throw .unusable }
                if from == .zero {
                    return try self.mint(amount, to: to, place, event, &effects)
                }
                return try self.burn(amount, from: from, place, event, &effects)
            }
        }
        try self.move(amount, from: from, to: to, place, &effects)
        let labels = self.labels[place]
        self.book.count(Family.transfers, labels, &effects)
        self.book.add(Family.volume, labels, amount, &effects)
        self.book.observe(Family.value, labels, amount, &effects)
        let isLarge = place == self.settings.token && self.largeUnits.map { amount >= $0 } ?? false
        if isLarge { self.book.count(Family.largeTransfers, labels, &effects) }
        guard isLarge || self.settings.recordsTransfers else { return }
        effects.fact(
            "token_transfer",
            [
                ("token", labels[0]), ("from", from.description), ("to", to.description),
                ("amount", amount.description), ("large", isLarge ? "true" : "false"),
                ("time", event.time.description),
            ])
    }

    private mutating func mint(
        _ amount: U256, to: Address, _ place: Int, _ event: RoleEvent,
        _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        try self.move(amount, from: nil, to: to, place, &effects)
        self.book.add(Family.minted, self.labels[place], amount, &effects)
        self.tell("mint", to, amount, place, event, &effects)
    }

    private mutating func burn(
        _ amount: U256, from: Address, _ place: Int, _ event: RoleEvent,
        _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        try self.move(amount, from: from, to: nil, place, &effects)
        self.book.add(Family.burned, self.labels[place], amount, &effects)
        self.tell("burn", from, amount, place, event, &effects)
    }

    private func tell(
        _ change: String, _ account: Address, _ amount: U256, _ place: Int, _ event: RoleEvent,
        _ effects: inout TrackerEffects
    ) {
        effects.fact(
            "supply_change",
            [
                ("change", change), ("account", account.description),
                ("token", self.tokens[place].symbol), ("amount", amount.description),
                ("time", event.time.description),
            ])
    }
}
