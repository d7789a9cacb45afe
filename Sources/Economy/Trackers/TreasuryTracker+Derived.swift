// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

extension TreasuryTracker {
    func derived(at place: BlockPlace) -> [DerivedSample] {
        var samples: [DerivedSample] = []
        let isRead = self.settings.everyBlocks > 0
        for token in self.settings.tokens {
            let symbol = self.symbol(token)
            let labels = [self.name, symbol]
            let decimals = self.book.tokens.decimals(token)
            let ledger = self.ledgers[symbol] ?? Ledger(since: place.time)
            samples.append(DerivedSample(Derived.anchored, labels, ledger.isAnchored ? 1 : 0))
            samples.append(
                DerivedSample(
                    Derived.largest, labels,
                    ledger.burn.largest(at: place.time).scaledDouble(decimals: decimals)))
            guard let balance = ledger.balance(isRead: isRead) else { continue }
            samples.append(
                DerivedSample(Derived.balance, labels, balance.scaledDouble(decimals: decimals)))
            if let runway = Self.runway(balance, ledger, at: place.time) {
                samples.append(DerivedSample(Derived.runway, labels, runway))
            }
            if let value = self.value(token, balance, at: place.time) {
                samples.append(DerivedSample(Derived.value, labels, value))
            }
        }
        for feed in self.settings.feeds { samples += self.samples(of: feed, at: place.time) }
        return samples
    }

    /// How long a balance lasts at what went out in the window at a time, over the seconds of the
    /// window in which the token was known: a treasury that is looked at since a day has not paid
    /// for thirty. Nil where nothing went out.
    static func runway(_ balance: U256, _ ledger: Ledger, at time: BlockTime) -> Double? {
        let burn = ledger.burn.sum(at: time)
        guard burn != ExactSum() else { return nil }
        let start = max(ledger.since, DayWindow.start(at: time))
        let seconds = max(time.seconds(since: start), Int64(DayWindow.secondsPerDay))
        return balance.double * Double(seconds) / burn.double(decimals: 0)
    }

    /// What a balance is worth; nil where its token has no price that holds at a time.
    private func value(_ token: Int, _ balance: U256, at time: BlockTime) -> Double? {
        guard let feed = self.settings.feeds.first(where: { $0.token == token }),
            let round = self.rounds[self.symbol(token)], !feed.feed.isStale(round, at: time),
            let value = round.value(of: balance, decimals: self.book.tokens.decimals(token))
        else { return nil }
        return value.product.double(decimals: value.decimals)
    }

    private func samples(of feed: Feed, at time: BlockTime) -> [DerivedSample] {
        let labels = self.feedLabels(feed.token)
        guard let round = self.rounds[self.symbol(feed.token)] else {
            return [DerivedSample(Derived.stale, labels, 1)]
        }
        return [
            DerivedSample(Derived.stale, labels, feed.feed.isStale(round, at: time) ? 1 : 0),
            DerivedSample(Derived.price, labels, round.price),
            DerivedSample(Derived.updated, labels, Double(round.updatedAt.rawValue)),
            DerivedSample(Derived.round, labels, Double(round.number.limb0)),
        ]
    }
}
