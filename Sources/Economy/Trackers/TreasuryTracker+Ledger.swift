// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

extension TreasuryTracker {
    /// What is known of one token of the treasury.
    struct Ledger: Entity {
        /// What the flows since the start add up to, on top of the opening balance where a reading
        /// told one. Below zero where the treasury had something before the start.
        var net: I256 = .zero
        /// The balance at the last reading less the net at it: what the events do not explain.
        var correction: I256 = .zero
        /// Whether a reading told the opening balance.
        var isAnchored = false
        /// Whether more went out than there was: the balance is not known until the next reading.
        var isShort = false
        /// When the token was first seen.
        var since: BlockTime
        /// The block of the last reading; zero where there was none.
        var readBlock = BlockNumber.zero
        /// What went out.
        var burn = DayWindow()

        init(since: BlockTime) { self.since = since }

        /// The balance; nil where it leaves 255 bits.
        var total: I256? { self.net.adding(self.correction) }

        /// The balance where it is known.
        ///
        /// - Parameter isRead: whether readings are asked for: until the first comes, what events
        ///   add up to is not what the treasury holds.
        func balance(isRead: Bool) -> U256? {
            guard !self.isShort, self.isAnchored || !isRead, let total = self.total,
                !total.isNegative
            else { return nil }
            return total.magnitude
        }

        func write(to writer: inout StateWriter) {
            writer.write(self.net)
            writer.write(self.correction)
            writer.write(self.isAnchored)
            writer.write(self.isShort)
            writer.write(self.since)
            writer.write(self.readBlock.rawValue)
            self.burn.write(to: &writer)
        }

        init(from reader: inout StateReader) throws(StateReader.Damage) {
            self.net = try reader.signed()
            self.correction = try reader.signed()
            self.isAnchored = try reader.flag()
            self.isShort = try reader.flag()
            self.since = try reader.time()
            self.readBlock = BlockNumber(try reader.number())
            self.burn = try DayWindow(from: &reader)
        }
    }

    /// Something that came in or went out.
    struct Flow {
        var isInflow: Bool
        /// The token's place in the table.
        var token: Int
        /// Not zero.
        var amount: U256
        /// The value of the label.
        var counterparty: String
        /// The other side, where it is known.
        var address: Address?
        /// What told it: `transfer`, `received`, `sent`, `transaction`, `gas`, `balance`.
        var source: String
        var time: BlockTime
    }

    /// Takes a flow into the ledger and the totals.
    ///
    /// - Throws: `.overflow`; nothing was changed then.
    mutating func book(_ flow: Flow, _ effects: inout TrackerEffects) throws(SkipReason) {
        let symbol = self.symbol(flow.token)
        var ledger = self.ledgers[symbol] ?? Ledger(since: flow.time)
        guard let amount = I256(flow.amount),
            let net = flow.isInflow
                ? ledger.net.adding(amount) : ledger.net.subtracting(amount)
        else { throw .overflow }
        let before = ledger.readBlock
        ledger.net = net
        guard let total = ledger.total else { throw .overflow }
        if total.isNegative { ledger.isShort = true }
        if !flow.isInflow { ledger.burn.add(flow.amount, at: flow.time) }
        self.ledgers.set(ledger, for: symbol, &effects)
        self.book.add(
            flow.isInflow ? Family.inflow : Family.outflow,
            [self.name, symbol, flow.counterparty], flow.amount, &effects)
        var fields = self.fields(flow, direction: flow.isInflow ? "in" : "out")
        if let balance = ledger.balance(isRead: self.settings.everyBlocks > 0) {
            fields.append(("balance", balance.description))
        }
        if flow.counterparty == Self.internalClass {
            fields.append(("since_block", before.description))
            effects.fact("treasury_internal", fields)
        } else {
            effects.fact("treasury_flow", fields)
        }
    }

    func fields(_ flow: Flow, direction: String) -> [(String, String)] {
        var fields = [
            ("treasury", self.name), ("direction", direction),
            ("token", self.symbol(flow.token)), ("amount", flow.amount.description),
            ("counterparty", flow.counterparty), ("source", flow.source),
            ("time", flow.time.description),
        ]
        if let address = flow.address { fields.append(("address", address.description)) }
        return fields
    }
}
