// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// A token that amounts are told in.
package struct TokenDefinition: Sendable, Equatable {
    /// The label `token`.
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
}

/// The tokens of one chain. A tracker names a token by its place here.
package struct TokenTable: Sendable, Equatable {
    package private(set) var tokens: [TokenDefinition]
    private var places: [Address: Int] = [:]
    private var native: Int?

    /// What contracts write for the chain's own coin where an address is asked for (ERC-7528).
    private static let nativeAddress = Address("0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee")

    /// Takes tokens with symbols and addresses of their own.
    package init(_ tokens: [TokenDefinition] = []) {
        self.tokens = tokens
        for (place, token) in tokens.enumerated() {
            if let address = token.address {
                self.places[address] = place
            } else if self.native == nil {
                self.native = place
            }
        }
    }

    package subscript(place: Int) -> TokenDefinition { self.tokens[place] }

    /// The token of a contract; the zero address and the address of ERC-7528 stand for the chain's
    /// own coin.
    package func place(at address: Address) -> Int? {
        if let place = self.places[address] { return place }
        return address == .zero || address == Self.nativeAddress ? self.native : nil
    }

    package func place(symbol: String) -> Int? {
        self.tokens.firstIndex { $0.symbol == symbol }
    }

    /// The decimals of a token; zero until they are known, when nothing is shown either.
    package func decimals(_ place: Int) -> UInt8 { self.tokens[place].decimals ?? 0 }

    func decimals(symbol: String) -> UInt8 {
        self.place(symbol: symbol).map { self.decimals($0) } ?? 0
    }

    /// The contracts whose decimals have to be read from the chain, or checked against it.
    package var addresses: [Address] { self.tokens.compactMap(\.address) }

    /// The table with the decimals that the chain tells.
    ///
    /// - Throws: ``TokenError`` where the configuration says other decimals, or none are known: no
    ///   amount is ever shown at a guess.
    package func resolved(_ decimals: [Address: UInt8]) throws(TokenError) -> TokenTable {
        var tokens = self.tokens
        for (place, token) in tokens.enumerated() {
            guard let address = token.address else { continue }
            let found = decimals[address]
            if let configured = token.decimals {
                if let found, found != configured {
                    throw .otherDecimals(
                        symbol: token.symbol, address: address, configured: configured,
                        found: found)
                }
            } else {
                guard let found else {
                    throw .unknownDecimals(symbol: token.symbol, address: address)
                }
                tokens[place].decimals = found
            }
        }
        return TokenTable(tokens)
    }
}

/// Why amounts of a token cannot be told.
package enum TokenError: Error, Equatable, Sendable {
    case otherDecimals(symbol: String, address: Address, configured: UInt8, found: UInt8)
    case unknownDecimals(symbol: String, address: Address)
}

extension TokenError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .otherDecimals(let symbol, let address, let configured, let found):
            "token \(symbol) at \(address) has \(found) decimals on the chain, and \(configured) in "
                + "the configuration; correct or remove `decimals`"
        case .unknownDecimals(let symbol, let address):
            "the decimals of token \(symbol) at \(address) are not known; write `decimals`, or check "
                + "the address"
        }
    }
}
