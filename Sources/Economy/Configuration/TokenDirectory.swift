// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
import EVMPrimitives

/// The tokens of a file as they are read: those under `tokens`, and those that trackers name in
/// their own sections. Stays with the task that reads.
package final class TokenDirectory {
    private var byChain: [String: [TokenDefinition]] = [:]
    /// Who shows series that say no tracker's name, by chain and what they are of.
    private var claims: [String: String] = [:]

    /// Reads `tokens`: `FAB: { chain: base, address: "0x…", decimals: 18 }`; one without an address
    /// is the chain's own coin.
    package init(_ root: ConfigSection, chains: [String]) {
        for (symbol, section) in root.sections("tokens") {
            let chain = section.scalar("chain", expected: "the name of a chain")
            let token = Self.token(symbol, section)
            guard let chain else { continue }
            guard chains.contains(chain.text) else {
                chain.fail(
                    "there is no chain \(chain.shown)",
                    advice: chain.suggestion(chain.text, among: chains, kind: "known chains"))
                continue
            }
            if let token { _ = self.add(token, on: chain.text, section) }
        }
    }

    /// The tokens of a chain, in the order of the file.
    package func table(_ chain: String) -> TokenTable { TokenTable(self.byChain[chain] ?? []) }

    /// A token that a tracker names: a symbol of `tokens`, or a section with symbol, address and
    /// decimals. Nil: the fault has been reported.
    func place(_ value: ConfigValue, on chain: String) -> Int? {
        if value.isSection {
            guard let section = value.section() else { return nil }
            let symbol = section.string("symbol")
            guard let symbol, let token = Self.token(symbol, section) else { return nil }
            return self.add(token, on: chain, section)
        }
        guard let scalar = value.scalar(expected: "the symbol of a token") else { return nil }
        let known = self.byChain[chain] ?? []
        if let place = known.firstIndex(where: { $0.symbol == scalar.text }) { return place }
        scalar.fail(
            "chain \(chain) has no token \(scalar.shown)",
            advice: scalar.suggestion(scalar.text, among: known.map(\.symbol), kind: "its tokens")
                ?? "declare it under tokens, or write { symbol: …, address: \"0x…\" }")
        return nil
    }

    /// Says that a tracker shows series of a token that do not say the tracker's name; answers the
    /// tracker that shows them already.
    func claim(_ series: String, _ section: TrackerSection) -> String? {
        let key = "\(section.chain) \(series)"
        if let other = self.claims[key], other != section.name { return other }
        self.claims[key] = section.name
        return nil
    }

    private static func token(_ symbol: String, _ section: ConfigSection) -> TokenDefinition? {
        let address = section.optional("address", .address)
        let decimals = section.optionalInt("decimals", in: 0...77)
        guard !symbol.isEmpty, symbol.utf8.count <= 32,
            symbol.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != 0x22 && $0 != 0x5c })
        else {
            section.fail(
                "a token's symbol is made of 1 to 32 printable characters",
                advice: "it is a label of metrics")
            return nil
        }
        if section.has("address"), address == nil { return nil }
        return TokenDefinition(
            symbol: symbol, address: address,
            decimals: decimals.map { UInt8($0) } ?? (address == nil ? 18 : nil))
    }

    /// The place of a token, which is one of its chain's from now on.
    private func add(
        _ token: TokenDefinition, on chain: String, _ section: ConfigSection
    ) -> Int? {
        var known = self.byChain[chain] ?? []
        if let place = known.firstIndex(where: { $0.symbol == token.symbol }) {
            var same = token
            // An inner section need not say again what the first one said.
            if token.decimals == nil || known[place].decimals == nil {
                known[place].decimals = known[place].decimals ?? token.decimals
                same.decimals = known[place].decimals
            }
            self.byChain[chain] = known
            if known[place] == same { return place }
            section.fail(
                "token \(token.symbol.quoted) of chain \(chain) is declared with another address or "
                    + "other decimals above", advice: "declare it once, under tokens")
            return nil
        }
        if let other = known.first(where: { $0.address == token.address }) {
            section.fail(
                "token \(other.symbol.quoted) of chain \(chain) has the same address",
                advice: "use one symbol for it")
            return nil
        }
        known.append(token)
        self.byChain[chain] = known
        return known.count - 1
    }
}
