// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMABI
import EVMPrimitives

extension TreasuryTracker: ConfiguredTracker {
    static func settings(_ section: TrackerSection) -> Settings? {
        let accounts = section.accounts("accounts")
        let wallets = section.accounts("wallets")
        let tokens = section.tokens("tokens")
        let every = section.section.uint64("every", in: 0...1_000_000, default: 10)
        let own = (accounts + wallets).map(\.address)
        let parties = Self.counterparties(section, own: own)
        guard let tokens else { return nil }
        let feeds = Self.feeds(section, tokens, everyBlocks: every == 0 ? 10 : every)
        if !section.section.has("accounts"), !section.section.has("wallets") {
            section.section.fail(
                "missing key \"accounts\"",
                advice: "write the treasury's addresses, such as { main: \"0x…\" }")
        }
        if Set(own).count != own.count {
            section.section.fail("an account is listed twice", advice: "list each address once")
        }
        if Set(tokens).count != tokens.count {
            section.section.fail(at: "tokens", "a token is listed twice")
        }
        if tokens.isEmpty {
            section.section.fail(
                at: "tokens", "a treasury needs at least one token",
                advice: "write the symbols of its tokens, such as [FAB, ETH]")
        }
        let categories = section.section.stringList("categories")
        if categories.isEmpty, section.bindings.contains(where: { $0.role == Role.budget.rawValue })
        {
            section.section.fail(
                "missing key \"categories\"",
                advice: "name what budgets are for, such as [grants, operations]")
        }
        let told = Self.toldTokens(section, tokens)
        Self.checkEmitters(section, own: own)
        return Settings(
            accounts: accounts.map(\.address), wallets: wallets.map(\.address), tokens: tokens,
            toldTokens: told, counterparties: parties, everyBlocks: every, feeds: feeds,
            categories: categories)
    }

    // MARK: Parts

    private static func counterparties(
        _ section: TrackerSection, own: [Address]
    ) -> [Counterparty] {
        var known: [Address: String] = [:]
        var parties: [Counterparty] = []
        for entry in section.section.entries("counterparties") {
            guard ![SeriesBook.other, Self.internalClass, Self.gasClass].contains(entry.name),
                !entry.name.isEmpty, entry.name.utf8.count <= 40
            else {
                entry.value.fail(
                    "a class of counterparties cannot be called \(entry.name.quoted)",
                    advice: "other, internal and gas are Weir's own, and 40 bytes the most")
                continue
            }
            var addresses: [Address] = []
            for item in entry.value.items() ?? [] {
                guard let address = ConfigType<Address>.address.read(item) else { continue }
                if own.contains(address) {
                    item.fail(
                        "\(address) is an account of the treasury itself",
                        advice: "what moves between its accounts is neither inflow nor outflow")
                } else if let other = known[address] {
                    item.fail(
                        "\(address) is listed under \(other.quoted) already",
                        advice: "list each address once")
                } else {
                    known[address] = entry.name
                    addresses.append(address)
                }
            }
            parties.append(Counterparty(name: entry.name, addresses: addresses))
        }
        return parties
    }

    private static func feeds(
        _ section: TrackerSection, _ tokens: [Int], everyBlocks: UInt64
    ) -> [Feed] {
        let table = section.tokenTable
        let symbols = tokens.map { table[$0].symbol }
        return section.section.sections("feeds").compactMap { symbol, own in
            let feed = PriceFeed(own, in: section, everyBlocks: everyBlocks)
            guard let place = symbols.firstIndex(of: symbol) else {
                own.fail(
                    "the treasury has no token \(symbol.quoted)",
                    advice: Suggestion.advice(for: symbol, among: symbols, kind: "its tokens"))
                return nil
            }
            return feed.map { Feed(token: tokens[place], feed: $0) }
        }
    }

    /// The contracts whose events play a role, where the event itself does not say what stands in
    /// a field.
    private static func emitters(
        _ section: TrackerSection, _ role: Role, without field: Field
    ) -> [CatalogContract] {
        guard let catalog = section.events.catalogs[section.chain] else { return [] }
        return section.bindings.filter {
            $0.role == role.rawValue && $0.fields[field.rawValue] == nil
        }.flatMap(\.slots).map { catalog.contracts[catalog.layouts[$0].contract] }
    }

    private static func toldTokens(_ section: TrackerSection, _ tokens: [Int]) -> [Int] {
        let table = section.tokenTable
        var told: [Int] = []
        for contract in Self.emitters(section, .transfer, without: .token) {
            guard let address = contract.address else { continue }
            guard let place = table.place(at: address), tokens.contains(place) else {
                section.section.fail(
                    at: "transfer",
                    "\(contract.alias) is no token of the treasury, and its event does not name "
                        + "another",
                    advice: "add it to tokens: { symbol: …, address: \"\(address)\" }")
                continue
            }
            if !told.contains(place) { told.append(place) }
        }
        return told
    }

    /// An event that does not say which account it is about is about the contract that emits it.
    private static func checkEmitters(_ section: TrackerSection, own: [Address]) {
        for (role, key) in [(Role.received, "received"), (.sent, "sent")] {
            for contract in Self.emitters(section, role, without: .account) {
                guard let address = contract.address, !own.contains(address) else { continue }
                section.section.fail(
                    at: key, "\(contract.alias) is no account of the treasury",
                    advice: "add its address to accounts, or say with account: which argument is")
            }
        }
    }

    // MARK: Schema

    static let settingsSchema: [SchemaNode.Property] = [
        .init("accounts", .anything, "The treasury's addresses, with or without names."),
        .init(
            "wallets", .anything,
            "Addresses of the treasury without code, whose transactions are looked at."),
        .init("tokens", .list(of: .anything), "What it holds.", isRequired: true),
        .init(
            "counterparties", .map(of: .list(of: .string)),
            "Classes of addresses that flows are told apart by."),
        .init("categories", .list(of: .string), "What budgets may be for."),
        .init(
            "every", .integer(0...1_000_000),
            "Balances are read every so many blocks; 10 if missing, 0: never."),
        .init("feeds", .map(of: PriceFeed.schema), "Price feeds by the symbol of the token."),
    ]
}
