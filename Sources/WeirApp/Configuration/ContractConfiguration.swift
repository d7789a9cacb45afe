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
    package var abi: ContractABI
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
        return root.sections("contracts").map { alias, section in
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
    }

    private func contract(_ alias: String, _ section: ConfigSection) -> ContractConfiguration? {
        if !alias.isContractAlias {
            section.fail(
                "a contract's name begins with a letter and goes on with letters, digits and _",
                advice: "rename it, for example to NodeRegistry")
        }
        let chain = section.scalar("chain", expected: "the name of a chain")
        let address = self.address(section)
        let abi = self.abi(section)
        let isKnown = chain.map { self.isChain($0) } ?? false
        guard let chain, isKnown, let address, let abi, alias.isContractAlias else { return nil }
        return ContractConfiguration(
            alias: alias, chain: chain.text, address: address, abi: abi, place: section.place)
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

    /// One file or several, merged.
    private func abi(_ section: ConfigSection) -> ContractABI? {
        guard let value = section.value("abi"), !value.isNull else {
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
