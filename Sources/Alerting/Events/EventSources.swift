// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMABI
package import EVMPrimitives

/// What event rules need to know of the rest of the configuration, as plain values.
package struct EventSources: Sendable {
    /// One chain: what its contracts emit, and how people read what they say.
    package struct Chain: Sendable {
        /// Its name in the configuration.
        package var name: String
        /// The events of its contracts.
        package var catalog: EventCatalog
        /// The functions of its contracts, for calls within events.
        package var functions: FunctionCatalog
        /// Its tokens, in the order of the configuration.
        package var tokens: [EventToken]
        /// Where transactions can be looked at; nil where nobody said.
        package var explorer: Explorer?

        package init(
            name: String, catalog: EventCatalog, functions: FunctionCatalog = FunctionCatalog(),
            tokens: [EventToken] = [], explorer: Explorer? = nil
        ) {
            self.name = name
            self.catalog = catalog
            self.functions = functions
            self.tokens = tokens
            self.explorer = explorer
        }

        /// The chain's own coin.
        var native: TokenUnit {
            let coin = self.tokens.first { $0.address == nil }
            return coin.map { TokenUnit(symbol: $0.symbol, decimals: $0.decimals ?? 18) } ?? .ether
        }

        /// Tokens by contract, those whose decimals are known.
        var units: [Address: TokenUnit] {
            var units: [Address: TokenUnit] = [:]
            for token in self.tokens {
                guard let address = token.address, let unit = token.unit else { continue }
                units[address] = unit
            }
            return units
        }

        /// A unit by its name: a token's symbol, `wei`, `gwei`, `ether`; nil where there is none or
        /// its decimals are not known yet.
        func unit(_ symbol: String) -> TokenUnit? {
            if let token = self.tokens.first(where: { $0.symbol == symbol }) { return token.unit }
            switch symbol {
            case "wei": return TokenUnit(symbol: "wei", decimals: 0)
            case "gwei": return TokenUnit(symbol: "gwei", decimals: 9)
            case "ether": return TokenUnit(symbol: "ether", decimals: 18)
            default: return nil
            }
        }
    }

    package var chains: [Chain]
    /// Named lists, which conditions look into and which give addresses their names.
    package var lists: [EventList]
    /// Contracts whose sections are faulty, which has been reported: a rule on one of them is no
    /// further fault.
    package var faultyContracts: Set<String>

    package init(
        chains: [Chain], lists: [EventList] = [], faultyContracts: Set<String> = []
    ) {
        self.chains = chains
        self.lists = lists
        self.faultyContracts = faultyContracts
    }

    /// What addresses are called in texts on a chain: contracts first, then the lists' names.
    func names(on chain: Chain) -> [Address: String] {
        var names: [Address: String] = [:]
        for list in self.lists {
            for item in list.items {
                guard let name = item.name, case .address(let address) = item.value else {
                    continue
                }
                if names[address] == nil { names[address] = name }
            }
        }
        for contract in chain.catalog.contracts {
            if let address = contract.address { names[address] = contract.alias }
        }
        return names
    }
}

/// A token, as conditions write its amounts and texts show them.
package struct EventToken: Sendable, Hashable {
    package var symbol: String
    /// The contract; nil for the chain's own coin.
    package var address: Address?
    /// Nil until they were read from the chain.
    package var decimals: UInt8?

    package init(symbol: String, address: Address?, decimals: UInt8?) {
        self.symbol = symbol
        self.address = address
        self.decimals = decimals
    }

    var unit: TokenUnit? { self.decimals.map { TokenUnit(symbol: self.symbol, decimals: $0) } }
}
