// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// A contract whose functions a catalog knows.
package struct FunctionContract: Sendable {
    package var alias: String
    /// Where it lives; nil for functions of any address.
    package var address: Address?
    package var functions: [ABIFunction]

    package init(alias: String, address: Address?, functions: [ABIFunction]) {
        self.alias = alias
        self.address = address
        self.functions = functions
    }
}

/// What a transaction calls, by its target and the first bytes of its input.
package enum CalledMethod: Sendable, Hashable {
    /// A contract is created.
    case create
    /// No input: ether, or a `receive` function.
    case receive
    /// Input that is too short for a selector.
    case fallback
    /// A function of the target's ABI, and its label there.
    case function(ABIFunction, label: String)
    /// A selector that the target's ABI does not have.
    case unknown(selector: UInt32)

    /// A name that is stable and safe as the value of a metric's label: `transfer`,
    /// `transfer(address)` where the name is overloaded, `create`, `receive`, `fallback`, or the
    /// selector as `0x12345678`.
    ///
    /// Anyone can send any selector: who counts by label bounds how many unknown ones it keeps, or
    /// uses ``isKnown``.
    package var label: String {
        switch self {
        case .create: "create"
        case .receive: "receive"
        case .fallback: "fallback"
        case .function(_, let label): label
        case .unknown(let selector): Hex.encode(selectorBytes(selector))
        }
    }

    /// `name(type,…)` of a known function.
    package var signature: String? {
        guard case .function(let function, _) = self else { return nil }
        return function.signature
    }

    /// Whether the label is one of a set that the configuration bounds.
    package var isKnown: Bool {
        guard case .unknown = self else { return true }
        return false
    }
}

/// All functions of all contracts, found by address and selector.
///
/// An address of its own comes before contracts without an address. Two functions of one contract
/// that share a selector, which no compiler lets through, are both left out: nothing is guessed.
package struct FunctionCatalog: Sendable {
    /// Labels that mean something else than a function of that name.
    private static let reserved: Set<String> = ["create", "receive", "fallback"]

    private struct Entry: Sendable {
        let function: ABIFunction
        let label: String
    }

    private var aliases: [Address: String] = [:]
    private var functions: [Address: [UInt32: Entry]] = [:]
    private var anywhere: [UInt32: Entry] = [:]

    /// No contract at all.
    package init() {}

    /// Prepares the functions of contracts.
    ///
    /// - Throws: ``ABIError/duplicateAddress(_:_:)`` and ``ABIError/duplicateAlias(_:)``.
    package init(_ contracts: [FunctionContract]) throws(ABIError) {
        var known: Set<String> = []
        for contract in contracts {
            guard known.insert(contract.alias).inserted else {
                throw .duplicateAlias(contract.alias)
            }
            let entries = Self.entries(contract.functions)
            guard let address = contract.address else {
                self.anywhere.merge(entries) { first, _ in first }
                continue
            }
            if let other = self.aliases.updateValue(contract.alias, forKey: address) {
                throw .duplicateAddress(other, contract.alias)
            }
            self.functions[address] = entries
        }
    }

    private static func entries(_ functions: [ABIFunction]) -> [UInt32: Entry] {
        var signatures: [String: Set<String>] = [:]
        for function in functions {
            signatures[function.name, default: []].insert(function.signature)
        }
        var entries: [UInt32: Entry] = [:]
        var ambiguous: Set<UInt32> = []
        for function in functions {
            if let other = entries[function.selector] {
                if other.function.signature != function.signature {
                    ambiguous.insert(function.selector)
                }
                continue
            }
            let isAlone =
                signatures[function.name]?.count == 1 && !Self.reserved.contains(function.name)
            entries[function.selector] = Entry(
                function: function, label: Self.label(function, isAlone: isAlone))
        }
        for selector in ambiguous { entries[selector] = nil }
        return entries
    }

    /// The name; the signature where the name is not enough; both within 96 letters, since names
    /// of a JSON ABI are any text.
    private static func label(_ function: ABIFunction, isAlone: Bool) -> String {
        let isName = function.name.utf8.allSatisfy { byte in
            switch byte {
            case 0x24, 0x5f, 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
            default: false
            }
        }
        let text = isAlone ? function.name : function.signature
        guard isName, !function.name.isEmpty, text.utf8.count <= 96 else {
            return Hex.encode(selectorBytes(function.selector))
        }
        return text
    }

    // MARK: Calls

    /// The alias of the contract at an address.
    package func alias(of address: Address) -> String? { self.aliases[address] }

    /// The function of a contract with a selector.
    package func function(at address: Address, selector: UInt32) -> ABIFunction? {
        self.entry(address, selector)?.function
    }

    /// What a transaction calls; `to` is nil where it creates a contract.
    package func method(to target: Address?, input: [UInt8]) -> CalledMethod {
        guard let target else { return .create }
        guard let selector = readSelector(input) else {
            return input.isEmpty ? .receive : .fallback
        }
        guard let entry = self.entry(target, selector) else {
            return .unknown(selector: selector)
        }
        return .function(entry.function, label: entry.label)
    }

    /// What each call is called, one line each, in an order that does not change: two catalogs with
    /// the same lines give the same labels.
    package var lines: [String] {
        var lines = self.aliases.map { "\($0.key) is \($0.value)" }
        for (address, entries) in self.functions {
            lines += entries.map { "\(address) \($0.key) \($0.value.label)" }
        }
        lines += self.anywhere.map { "anywhere \($0.key) \($0.value.label)" }
        return lines.sorted()
    }

    private func entry(_ address: Address, _ selector: UInt32) -> Entry? {
        self.functions[address]?[selector] ?? self.anywhere[selector]
    }
}
