// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMABI
import EVMPrimitives

extension RegistryTracker: ConfiguredTracker {
    static func settings(_ section: TrackerSection) -> Settings? {
        let entriesMax = section.section.int("entries_max", in: 1...100_000_000, default: 1_000_000)
        let names = Self.roleNames(section)
        let statuses = Self.statuses(section)
        guard let names, let statuses else { return nil }
        var contracts: [Address: String] = [:]
        for contract in section.events.catalogs[section.chain]?.contracts ?? [] {
            if let address = contract.address { contracts[address] = contract.alias }
        }
        return Settings(
            contracts: contracts, roleNames: names,
            hasRoles: section.bindings.contains { $0.role == Role.roleGranted.rawValue },
            statuses: statuses, entriesMax: entriesMax)
    }

    /// The statuses of all events; the first one is that of entries that come without any. They are
    /// words of the configuration: what strangers write is no label.
    private static func statuses(_ section: TrackerSection) -> [String]? {
        var statuses: [String] = []
        var needsFirst = false
        for binding in section.bindings {
            guard let source = binding.fields[Field.status.rawValue] else {
                needsFirst = needsFirst || binding.role == Role.registered.rawValue
                continue
            }
            guard case .label(let text) = source else {
                section.section.fail(
                    at: self.shape.roles[binding.role].name, "a status is a word of your own",
                    advice: "write status: { constant: listed }, once for each event")
                return nil
            }
            if !statuses.contains(text) { statuses.append(text) }
        }
        if statuses.isEmpty { return [] }
        let first = "registered"
        if needsFirst { statuses = [first] + statuses.filter { $0 != first } }
        return statuses
    }

    /// `[MINTER_ROLE]`: the role is the hash of its name (OpenZeppelin AccessControl);
    /// `{ minter: 7, pauser: "0x…" }`: the role is a number or a word.
    private static func roleNames(_ section: TrackerSection) -> [U256: String]? {
        var names: [U256: String] = [.zero: "DEFAULT_ADMIN_ROLE"]
        guard let value = section.section.value("role_names"), !value.isNull else { return names }
        var isWhole = true
        if value.isSection {
            for entry in value.entries() ?? [] {
                guard let scalar = entry.value.scalar(expected: "a number, or 0x and 64 hex digits")
                else {
                    isWhole = false
                    continue
                }
                let hash = Hex.decode(scalar.text).flatMap { Hash256(bytes: $0) }?.word
                guard let word = hash ?? U256(scalar.text), self.isLabel(entry.name) else {
                    scalar.fail(
                        "expected a number, or 0x and 64 hex digits, found \(scalar.shown)")
                    isWhole = false
                    continue
                }
                names[word] = entry.name
            }
            return isWhole ? names : nil
        }
        for item in value.items() ?? [] {
            guard let scalar = item.scalar(expected: "the name of a role") else {
                isWhole = false
                continue
            }
            guard self.isLabel(scalar.text) else {
                scalar.fail("expected the name of a role, found \(scalar.shown)")
                isWhole = false
                continue
            }
            if scalar.text == "DEFAULT_ADMIN_ROLE" { continue }
            names[Keccak256.hash(text: scalar.text).word] = scalar.text
        }
        return isWhole ? names : nil
    }

    private static func isLabel(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64 && text == TrackerInput.clean(text)
    }

    static let settingsSchema: [SchemaNode.Property] = [
        .init("role_names", .anything, "Names of roles: a list, or names with their values."),
        .init(
            "entries_max", .integer(1...100_000_000),
            "How many entries may be registered at once; 1 000 000 if missing."),
    ]
}
