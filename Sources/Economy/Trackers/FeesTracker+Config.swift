// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMABI
import EVMPrimitives

extension FeesTracker: ConfiguredTracker {
    static func settings(_ section: TrackerSection) -> Settings? {
        let own = section.section
        let hasToken = own.has("token")
        let token = section.optionalToken("token")
        let hasLedger = own.bool("ledger", default: false)
        let ledgerMax = own.int("ledger_max", in: 1...100_000_000, default: 2_000_000)
        let supply: SupplyStart? =
            own.optionalEnumeration("supply") ?? (hasLedger ? .deployment : nil)
        let zeroAddress: ZeroAddress? = own.optionalEnumeration("zero_address")
        let locked = section.accounts("locked")
        let large = own.optionalScalar("large_transfer", expected: "a number of whole tokens")
        let ratio = large.flatMap { FieldReader.ratio($0.text.filter { $0 != "_" }) }
        let recordsTransfers = own.bool("record_transfers", default: false)
        let reconciliation = Reconciliation(section, gauge: "supply")
        if hasToken, token == nil { return nil }
        var isWhole = Self.areSourcesNamed(section)
        func fail(_ key: String, _ message: String, _ advice: String) {
            own.fail(at: key, message, advice: advice)
            isWhole = false
        }
        if let large, ratio == nil {
            large.fail("expected a number of whole tokens, found \(large.shown)")
            isWhole = false
        }
        for key in ["supply", "ledger", "large_transfer"] where own.has(key) && token == nil {
            fail(key, "\(key) is of one token", "write token: its symbol")
        }
        if hasLedger, supply == .chain {
            fail(
                "ledger", "a ledger begins with the token",
                "write supply: deployment, and start the chain before the first mint")
        }
        if supply == nil {
            for key in ["locked", "reconcile"] where own.has(key) {
                fail(key, "\(key) needs the supply", "write supply: deployment, or supply: chain")
            }
        }
        if supply == .chain, let token, section.tokenTable[token].address == nil {
            fail("supply", "the chain's own coin has no contract to ask", "name a token")
        }
        let roles = Set(section.bindings.map(\.role))
        let isTold = roles.contains(Role.mint.rawValue) || roles.contains(Role.burn.rawValue)
        if isTold, roles.contains(Role.transfer.rawValue), zeroAddress == nil {
            own.fail(
                "missing key \"zero_address\": mint or burn is mapped beside transfer",
                advice: "write ignored where transfers from and to the zero address tell the same "
                    + "(USDC), account where they do not (WETH9)")
            isWhole = false
        }
        if !Self.areTokensKnown(section, token) { isWhole = false }
        guard isWhole else { return nil }
        return Settings(
            token: token, supply: supply, zeroAddress: zeroAddress ?? (isTold ? .account : .mints),
            ledgerMax: hasLedger ? ledgerMax : nil, locked: locked,
            large: ratio.map { Ratio(numerator: $0.numerator, denominator: $0.denominator) },
            recordsTransfers: recordsTransfers, reconciliation: reconciliation)
    }

    /// Whether sources are texts of the configuration: what strangers write is no label.
    private static func areSourcesNamed(_ section: TrackerSection) -> Bool {
        for binding in section.bindings {
            guard let source = binding.fields[Field.source.rawValue] else { continue }
            if case .label = source { continue }
            section.section.fail(
                at: "fee", "the source of a fee is a name of your own",
                advice: "write source: { constant: market }, once for each event")
            return false
        }
        return true
    }

    /// Whether the token of each event can be known, and no other tracker counts its transfers.
    private static func areTokensKnown(_ section: TrackerSection, _ token: Int?) -> Bool {
        let table = section.tokenTable
        guard let catalog = section.events.catalogs[section.chain] else { return true }
        var counted: Set<Int> = []
        for binding in section.bindings {
            let isFee = binding.role == Role.fee.rawValue
            if binding.fields[Field.token.rawValue] != nil {
                if !isFee { counted.formUnion(table.tokens.indices) }
                continue
            }
            if let token {
                if !isFee { counted.insert(token) }
                continue
            }
            for slot in binding.slots {
                let contract = catalog.contracts[catalog.layouts[slot].contract]
                guard let place = contract.address.flatMap({ table.place(at: $0) }) else {
                    section.section.fail(
                        at: shape.roles[binding.role].name,
                        "contract \(contract.alias) is none of the tokens of chain "
                            + "\(section.chain)",
                        advice: "write token: its symbol, map the event's token, or declare "
                            + "\(contract.alias) under tokens")
                    return false
                }
                if !isFee { counted.insert(place) }
            }
        }
        for place in counted.sorted() {
            let symbol = table[place].symbol
            if let other = section.tokens.claim("transfers of \(symbol)", section) {
                section.section.fail(
                    "transfers of \(symbol) are counted by tracker \(other) already",
                    advice: "map all events of a token in one tracker: they share its series")
                return false
            }
        }
        return true
    }

    static let settingsSchema: [SchemaNode.Property] = [
        .init("token", .anything, "The token; missing: that of each event, or its contract."),
        .init(
            "supply", .choice(of: SupplyStart.self),
            "Keeps the supply: from the token's deployment, or from what the chain says."),
        .init("ledger", .boolean, "Keeps the balance of each account, and counts holders."),
        .init(
            "ledger_max", .integer(1...100_000_000),
            "How many accounts the ledger holds; 2 000 000 if missing."),
        .init("locked", .anything, "Accounts whose tokens do not circulate."),
        .init(
            "zero_address", .choice(of: ZeroAddress.self),
            "What transfers from and to the zero address are; mints if missing."),
        .init("large_transfer", .number(from: 0), "From how many whole tokens on it is large."),
        .init("record_transfers", .boolean, "Records each transfer for reports."),
        .init(
            "reconcile", Reconciliation.schema, "The view that the supply is compared with."),
    ]
}
