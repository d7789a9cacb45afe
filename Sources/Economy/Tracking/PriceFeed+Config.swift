// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMPrimitives

extension PriceFeed {
    /// Reads `{ feed: EthUsdFeed, heartbeat: 1h, decimals: 8, every: 10 }`. Nil: a fault has been
    /// reported.
    ///
    /// - Parameter everyBlocks: what `every` is where it is missing.
    init?(_ own: ConfigSection, in section: TrackerSection, everyBlocks: UInt64) {
        let scalar = own.scalar("feed", expected: "an alias of contracts, or an address")
        let heartbeat = own.duration("heartbeat", in: .seconds(1) ... .seconds(31_536_000))
        let decimals = own.optionalInt("decimals", in: 0...77)
        let every = own.uint64("every", in: 1...1_000_000, default: everyBlocks)
        guard let scalar, let address = section.contract(scalar), let heartbeat else { return nil }
        self.init(
            address: address, heartbeatSeconds: UInt64(clamping: heartbeat.components.seconds),
            decimals: decimals.map { UInt8($0) }, everyBlocks: every)
    }

    static let schema: SchemaNode = .object([
        .init(
            "feed", .string, "The feed's proxy: an alias of contracts, or an address.",
            isRequired: true),
        .init("heartbeat", .duration, "How old an answer may be.", isRequired: true),
        .init("decimals", .integer(0...77), "What the feed's decimals have to be."),
        .init("every", .integer(1...1_000_000), "Read every so many blocks."),
    ])
}

extension SeriesFamily {
    /// The last price that a feed told.
    static let feedPrice = SeriesFamily(
        "price_feed_price_usd", .gauge, labels: ["tracker", "name", "token"],
        "The last price of a token that its feed told, stale or not.")
    static let feedUpdated = SeriesFamily(
        "price_feed_updated_timestamp_seconds", .gauge, labels: ["tracker", "name", "token"],
        "When the feed's last price was made.")
    static let feedStale = SeriesFamily(
        "price_feed_stale", .gauge, labels: ["tracker", "name", "token"],
        "Whether the feed's price is older than its heartbeat allows, or there is none: 1 or 0.")
    static let feedRound = SeriesFamily(
        "price_feed_round", .gauge, labels: ["tracker", "name", "token"],
        "The round of the feed's last price, as its aggregator counts.")
    /// Readings of feeds that gave no price.
    static let feedFailures = SeriesFamily(
        "price_feed_failures_total", .count, labels: ["tracker", "name", "token", "reason"],
        "Readings of a feed that gave no price, or one that is stale.")
}
