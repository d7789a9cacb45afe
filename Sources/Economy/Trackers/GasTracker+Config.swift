// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ConfigTree
import EVMABI
import EVMPrimitives

extension GasTracker: ConfiguredTracker {
    /// Percentiles that one tracker may ask for.
    private static let percentilesMax = 20

    static func settings(_ section: TrackerSection) -> Settings? {
        let own = section.section
        var settings = Settings()
        let contracts = Self.contracts(section)
        settings.senders = section.accounts("senders")
        let percentiles = own.value(
            "percentiles", .list(.double(in: 0...100)), default: [10, 50, 90])
        settings.percentiles = Set(percentiles).sorted()
        settings.history = own.bool("history", default: false)
        settings.start = own.optionalUInt64("start").map { BlockNumber($0) }
        settings.methods = section.events.functions(on: section.chain)
        settings.errors = section.events.errors(on: section.chain)
        var isWhole = true
        if settings.percentiles.count > Self.percentilesMax {
            own.fail(
                at: "percentiles", "more than \(Self.percentilesMax) percentiles",
                advice: "each is a series, and nodes refuse long lists")
            isWhole = false
        }
        if own.has("start"), !own.has("contracts"), !own.has("senders") {
            own.fail(
                at: "start", "start is of transactions, and none are watched",
                advice: "name contracts or senders")
            isWhole = false
        }
        if let other = section.tokens.claim("gas", section) {
            own.fail(
                "gas of chain \(section.chain) is watched by tracker \(other) already",
                advice: "put contracts and senders into one tracker: they share its series")
            isWhole = false
        }
        guard let contracts, isWhole else { return nil }
        settings.contracts = contracts
        return settings
    }

    /// The contracts, by alias or address, or with names of their own. Nil: a fault has been reported.
    private static func contracts(_ section: TrackerSection) -> [NamedAccount]? {
        guard let value = section.section.value("contracts"), !value.isNull else { return [] }
        var contracts: [NamedAccount?] = []
        if value.isSection {
            for entry in value.entries() ?? [] {
                let address = entry.value.scalar(expected: "a contract")
                    .flatMap { Self.address($0, entry.value, section) }
                contracts.append(address.map { NamedAccount(name: entry.name, address: $0) })
            }
        } else {
            let catalog = section.events.functions(on: section.chain)
            for item in value.items() ?? [] {
                let address = item.scalar(expected: "a contract")
                    .flatMap { Self.address($0, item, section) }
                contracts.append(
                    address.map {
                        NamedAccount(name: catalog.alias(of: $0) ?? $0.description, address: $0)
                    })
            }
        }
        return contracts.contains(nil) ? nil : contracts.compactMap { $0 }
    }

    private static func address(
        _ scalar: ConfigScalar, _ value: ConfigValue, _ section: TrackerSection
    ) -> Address? {
        // An address with a wrong digit is no alias that is missing.
        scalar.text.hasPrefix("0x")
            ? ConfigType<Address>.address.read(value) : section.contract(scalar)
    }

    static let settingsSchema: [SchemaNode.Property] = [
        .init(
            "contracts", .anything,
            "Contracts to which transactions are watched: aliases or addresses, or names of your "
                + "own with them."),
        .init("senders", .anything, "Accounts whose transactions are watched."),
        .init(
            "percentiles", .list(of: .number(from: 0, to: 100)),
            "Of the tips in each block; 10, 50 and 90 if missing."),
        .init(
            "history", .boolean, "Whether fees of blocks read in catching up are kept for reports."),
        .init(
            "start", .integer(0...), "The first block whose transactions are counted."),
    ]
}

extension GasTracker.Settings: CustomStringConvertible {
    /// What state is made by. Functions and errors stand in it by a hash: they are many.
    var description: String {
        let names = self.methods.lines + self.errors.map(\.signature)
        let abi = Keccak256.hash(text: names.joined(separator: "\n"))
        return "contracts \(self.contracts) senders \(self.senders) "
            + "percentiles \(self.percentiles) "
            + "start \(self.start?.description ?? "-") abi \(abi)"
    }
}
