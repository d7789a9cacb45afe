// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
package import EVMABI
package import EVMPrimitives
import Economy

/// One watched contract: an entry of `contracts`.
package struct ContractConfiguration: Sendable {
    /// What references and the label `contract` call it.
    package var alias: String
    /// The name of its chain.
    package var chain: String
    package var address: Address
    /// Its events are the proxy's own where it is one; its functions and errors are those of all
    /// implementations too, since calls go to the proxy.
    package var abi: ContractABI
    /// What runs behind it where it is a proxy, the first one until another is known to run.
    package var implementations: [CatalogImplementation]
    /// Where the proxy asks which implementation runs; nil: it knows itself.
    package var beacon: Address?
    /// Where its alias stands in the file.
    package var place: ConfigPlace
}

/// A contract with its section, of which `values` is read once all events are known.
struct ContractDraft {
    var alias: String
    var section: ConfigSection
    /// Nil: the contract is faulty, which has been reported.
    var contract: ContractConfiguration?
}

/// Reads `contracts` without their `values`.
struct ContractReader {
    let chains: [String]
    let abis: ABIFiles

    func read(_ root: ConfigSection) -> [ContractDraft] {
        var seen: [String: String] = [:]
        var drafts = root.sections("contracts").map { alias, section in
            var contract = self.contract(alias, section)
            if let found = contract {
                let key = "\(found.chain) \(found.address.lowercaseText)"
                if let other = seen[key] {
                    section.fail(
                        at: "address", "contract \(other.quoted) has the same address",
                        advice: "list both ABI files under one contract")
                    contract = nil
                } else {
                    seen[key] = alias
                }
            }
            return ContractDraft(alias: alias, section: section, contract: contract)
        }
        for index in drafts.indices {
            let scalar = drafts[index].section.optionalScalar(
                "beacon", expected: "a contract's name or an address")
            guard let scalar else { continue }
            drafts[index].contract = self.contract(drafts[index], beacon: scalar, drafts)
        }
        return drafts
    }

    /// A contract with its beacon; nil: a fault has been reported.
    private func contract(
        _ draft: ContractDraft, beacon: ConfigScalar, _ drafts: [ContractDraft]
    ) -> ContractConfiguration? {
        guard var contract = draft.contract else { return nil }
        guard !contract.implementations.isEmpty else {
            beacon.fail(
                "a beacon is asked by a proxy",
                advice: "list implementations: [{ address: \"0x…\", abi: … }]")
            return nil
        }
        if let address = Address(beacon.text) {
            contract.beacon = address
            return contract
        }
        guard let other = drafts.first(where: { $0.alias == beacon.text }) else {
            beacon.fail(
                "there is no contract \(beacon.shown)",
                advice: beacon.suggestion(
                    beacon.text, among: drafts.map(\.alias), kind: "known contracts")
                    ?? "write a name of contracts, or an address")
            return nil
        }
        // A faulty one has been reported.
        guard let found = other.contract else { return nil }
        guard found.chain == contract.chain else {
            beacon.fail(
                "contract \(other.alias) is on chain \(found.chain)",
                advice: "a proxy and its beacon are on one chain")
            return nil
        }
        contract.beacon = found.address
        return contract
    }

    private func contract(_ alias: String, _ section: ConfigSection) -> ContractConfiguration? {
        if !alias.isContractAlias {
            section.fail(
                "a contract's name begins with a letter and goes on with letters, digits and _",
                advice: "rename it, for example to NodeRegistry")
        }
        let chain = section.scalar("chain", expected: "the name of a chain")
        let address = self.address(section)
        let implementations = self.implementations(section)
        let abi = self.abi(section, isOptional: !(implementations ?? []).isEmpty)
        let isKnown = chain.map { self.isChain($0) } ?? false
        guard let chain, isKnown, let address, var abi, let implementations,
            alias.isContractAlias
        else { return nil }
        for part in implementations {
            abi.merge(ContractABI(functions: part.abi.functions, errors: part.abi.errors))
        }
        return ContractConfiguration(
            alias: alias, chain: chain.text, address: address, abi: abi,
            implementations: implementations.map {
                CatalogImplementation(address: $0.address, events: $0.abi.events)
            }, beacon: nil, place: section.place)
    }

    private func address(_ section: ConfigSection) -> Address? {
        if let value = section.value("address"), value.isList {
            value.fail(
                "a contract has one address", advice: "write a contract of its own for each")
            return nil
        }
        return section.required("address", .address)
    }

    private func isChain(_ scalar: ConfigScalar) -> Bool {
        guard !self.chains.contains(scalar.text) else { return true }
        scalar.fail(
            "there is no chain \(scalar.shown)",
            advice: scalar.suggestion(scalar.text, among: self.chains, kind: "known chains"))
        return false
    }

    /// `implementations: [{ address: "0x…", abi: v1.json }, …]`. Nil: a fault has been reported.
    private func implementations(
        _ section: ConfigSection
    ) -> [(address: Address, abi: ContractABI)]? {
        guard let value = section.value("implementations"), !value.isNull else { return [] }
        guard let items = value.items() else { return nil }
        var found: [(address: Address, abi: ContractABI)] = []
        for item in items {
            guard let own = item.section() else { return nil }
            let address = own.required("address", .address)
            let abi = self.abi(own, isOptional: false)
            guard let address, let abi else { return nil }
            if found.contains(where: { $0.address == address }) {
                own.fail(
                    at: "address", "there are two implementations \(address)",
                    advice: "list both ABI files under one of them")
                return nil
            }
            found.append((address, abi))
        }
        return found
    }

    /// One file or several, merged. Nil: a fault has been reported.
    private func abi(_ section: ConfigSection, isOptional: Bool) -> ContractABI? {
        guard let value = section.value("abi"), !value.isNull else {
            if isOptional { return ContractABI() }
            section.fail("missing key \"abi\"", advice: "expected the path of an ABI file")
            return nil
        }
        guard let items = value.items() else { return nil }
        let parts = items.map { self.abis.read($0) }
        let good = parts.compactMap { $0 }
        guard good.count == parts.count else { return nil }
        var abi = ContractABI()
        for part in good { abi.merge(part) }
        guard !abi.events.isEmpty else {
            value.fail(
                "the ABI declares no events",
                advice: "name the ABI of the contract that emits them; behind a proxy, its "
                    + "implementation's")
            return nil
        }
        return abi
    }
}
