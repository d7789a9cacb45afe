// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMABI
package import EVMPrimitives

/// A tracker that can be read from a configuration.
///
/// The keys of its section are its roles, which are read for it, and those of its settings:
///
///     staking:
///       nodes:
///         token: { symbol: FAB, address: "0x…" }
///         stake: { event: NodeRegistry.NodeRegistered, account: node, amount: stake }
protocol ConfiguredTracker: Tracker {
    /// Reads what is said besides the roles. Nil: a fault has been reported.
    static func settings(_ section: TrackerSection) -> Settings?
    /// How vouchers are taken in; nil where they are not.
    static func vouchers(_ settings: Settings) -> VoucherIntake?
    /// The schema of the keys that ``settings(_:)`` reads.
    static var settingsSchema: [SchemaNode.Property] { get }
}

extension ConfiguredTracker {
    static func vouchers(_ settings: Settings) -> VoucherIntake? { nil }
}

/// A tracker's section with what its references are looked up in.
struct TrackerSection {
    /// What the operator called the tracker.
    let name: String
    let section: ConfigSection
    /// The chain of the tracker.
    let chain: String
    let events: EventDirectory
    let tokens: TokenDirectory
    /// The tracker's events as they were read.
    let bindings: [RoleBinding]

    /// The tokens of the chain that were named so far.
    var tokenTable: TokenTable { self.tokens.table(self.chain) }

    /// The place of the token under a key. Nil: it is missing or faulty, which has been reported.
    func token(_ key: String) -> Int? {
        guard let value = self.section.value(key), !value.isNull else {
            self.section.fail(
                "missing key \(key.quoted)",
                advice: "write the symbol of a token, or { symbol: FAB, address: \"0x…\" }")
            return nil
        }
        return self.tokens.place(value, on: self.chain)
    }

    /// The place of the token under a key that may be missing.
    func optionalToken(_ key: String) -> Int? {
        guard let value = self.section.value(key), !value.isNull else { return nil }
        return self.tokens.place(value, on: self.chain)
    }

    /// The places of the tokens under a key: one or a list. Nil where one is faulty.
    func tokens(_ key: String) -> [Int]? {
        guard let items = self.section.value(key)?.items() else { return [] }
        let places = items.map { self.tokens.place($0, on: self.chain) }
        return places.contains(nil) ? nil : places.compactMap { $0 }
    }

    /// The accounts under a key, each with the name that its series show: `[0x…]`, or
    /// `{ alice: 0x… }`. None where the key is missing.
    func accounts(_ key: String) -> [NamedAccount] {
        guard let value = self.section.value(key), !value.isNull else { return [] }
        if value.isSection {
            return (value.entries() ?? []).compactMap { entry in
                ConfigType<Address>.address.read(entry.value)
                    .map { NamedAccount(name: entry.name, address: $0) }
            }
        }
        return (value.items() ?? []).compactMap { item in
            ConfigType<Address>.address.read(item)
                .map { NamedAccount(name: $0.description, address: $0) }
        }
    }

    /// A contract under a key: an alias of `contracts`, or an address. Nil: it is missing or faulty,
    /// which has been reported.
    func contract(_ key: String) -> Address? {
        guard let scalar = self.section.scalar(key, expected: "a contract") else { return nil }
        return self.contract(scalar)
    }

    func contract(_ scalar: ConfigScalar) -> Address? {
        if let address = Address(scalar.text) { return address }
        if let address = self.events.contract(scalar.text)?.address,
            self.events.chain(ofContract: scalar.text) == self.chain
        {
            return address
        }
        scalar.fail(
            "chain \(self.chain) has no contract \(scalar.shown)",
            advice: scalar.suggestion(
                scalar.text, among: self.events.contractNames, kind: "known contracts")
                ?? "write an alias of contracts, or an address")
        return nil
    }

    /// An argument that a view is always asked with: a contract's name stands for its address. Nil: it is
    /// faulty, which has been reported.
    func argument(_ value: ConfigValue, _ parameter: ABIParameter) -> ABIValue? {
        let type = parameter.type
        guard let scalar = value.scalar(expected: "a value of type \(type.canonical)") else {
            return nil
        }
        if case .address = type { return self.contract(scalar).map { .address($0) } }
        do throws(ABIError) {
            return try ValueJSON.value(text: scalar.text, type)
        } catch {
            scalar.fail(
                "\(scalar.shown) is no value of type \(type.canonical)",
                advice: "write whole numbers in decimal, bytes as 0x and hex digits")
            return nil
        }
    }

    /// A view function under a key, such as `NodeRegistry.totalStaked() returns (uint256)`. Nil: it
    /// is missing or faulty; only a fault has been reported.
    func view(_ key: String) -> ViewFunction? {
        guard
            let scalar = self.section.optionalScalar(
                key, expected: "Contract.function() returns (uint256)")
        else { return nil }
        return self.view(scalar)
    }

    func view(_ scalar: ConfigScalar) -> ViewFunction? {
        let parts = scalar.text.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let contract = self.events.contract(String(parts[0])),
            let address = contract.address
        else {
            scalar.fail(
                "expected Contract.function() returns (type), found \(scalar.shown)",
                advice: scalar.suggestion(
                    String(parts.first ?? ""), among: self.events.contractNames,
                    kind: "known contracts"))
            return nil
        }
        do throws(ABIError) {
            return ViewFunction(
                text: scalar.text, address: address,
                function: try HumanABI.parseFunction(String(parts[1])))
        } catch {
            scalar.fail(
                "\(scalar.shown) is no function: \(error)",
                advice: "write for example \(parts[0]).totalStaked() returns (uint256)")
            return nil
        }
    }
}

/// An account with the name that its series show.
package struct NamedAccount: Sendable, Equatable {
    package var name: String
    package var address: Address

    package init(name: String, address: Address) {
        self.name = name
        self.address = address
    }
}
