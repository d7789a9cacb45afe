// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives
package import WeirPorts
package import WeirStore

/// Why it cannot be told what a token is called and how it is divided.
package enum TokenMetadataError: Error, Equatable, Sendable {
    /// There is no contract at the address.
    case noCode(Address)
    /// A contract answers `decimals()` or `symbol()` with something else, or not at all.
    case rubbish(Address, function: String, detail: String)
    /// No endpoint reads the state: a sentence.
    case unavailable(Address, String)
}

extension TokenMetadataError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noCode(let address):
            "there is no contract at \(address): check the address and the chain"
        case .rubbish(let address, let function, let detail):
            "\(address) is no ERC-20 token that can be measured: `\(function)` \(detail); "
                + "give symbol and decimals in the configuration"
        case .unavailable(let address, let why):
            "the token at \(address) could not be read: \(why)"
        }
    }
}

/// Asks ERC-20 contracts for their symbol and decimals, each once: the store remembers the answer.
package struct TokenMetadataReader: Sendable {
    private static let decimals: [UInt8] = [0x31, 0x3c, 0xe5, 0x67]
    private static let symbol: [UInt8] = [0x95, 0xd8, 0x9b, 0x41]

    private let client: any ChainClient
    private let store: WeirStore
    private let chain: ChainID

    package init(_ client: any ChainClient, store: WeirStore, chain: ChainID) {
        self.client = client
        self.store = store
        self.chain = chain
    }

    /// Where the store remembers a token.
    package static func memoryKey(_ address: Address) -> String {
        "token/\(address.lowercaseText)"
    }

    /// Symbol and decimals of tokens, as of the latest block where they were not known before.
    ///
    /// - Throws: ``TokenMetadataError``, `ChainClientError`, `StoreError`.
    package func metadata(of addresses: [Address]) async throws -> [Address: TokenMetadata] {
        if addresses.isEmpty { return [:] }
        let memory = try await self.store.memory(self.chain)
        var known: [Address: TokenMetadata] = [:]
        for address in addresses {
            known[address] = memory[Self.memoryKey(address)].flatMap { TokenMetadata(text: $0) }
        }
        let open = Set(addresses).filter { known[$0] == nil }.sorted()
        if open.isEmpty { return known }
        let extras = try await self.read(open)
        for address in open {
            let metadata = try Self.metadata(address, extras)
            try await self.store.remember(self.chain, Self.memoryKey(address), metadata.text)
            known[address] = metadata
        }
        return known
    }

    private func read(_ addresses: [Address]) async throws -> BlockExtras {
        let heads = try await self.client.heads([.latest])
        guard let latest = heads[.latest] else {
            throw ChainClientError.behind(endpoint: "node", detail: "no latest block")
        }
        let extras = try await self.client.extras(
            of: [latest], plan: Self.plan(addresses), isHead: false)
        guard let extras = extras.first else {
            throw ChainClientError.behind(endpoint: "node", detail: "block \(latest.ref)")
        }
        return extras
    }

    /// What has to be read of tokens.
    static func plan(_ addresses: [Address]) -> FetchPlan {
        FetchPlan(
            readings: addresses.flatMap { address in
                [
                    ReadingRequest(key: "code/\(address)", subject: .hasCode(address)),
                    ReadingRequest(
                        key: "decimals/\(address)",
                        subject: .call(to: address, data: Self.decimals)),
                    ReadingRequest(
                        key: "symbol/\(address)", subject: .call(to: address, data: Self.symbol)),
                ]
            })
    }

    static func metadata(
        _ address: Address, _ extras: BlockExtras
    ) throws(TokenMetadataError) -> TokenMetadata {
        let code = try Self.data(address, "code", extras, isWord: true)
        guard code.contains(where: { $0 != 0 }) else { throw .noCode(address) }
        let word = try Self.data(address, "decimals", extras, isWord: true)
        guard let decimals = U256(bigEndian: word)?.uint64.flatMap({ UInt8(exactly: $0) }) else {
            throw .rubbish(address, function: "decimals()", detail: "gives more than 255")
        }
        let bytes = try Self.data(address, "symbol", extras, isWord: false)
        guard let symbol = Self.text(bytes),
            let metadata = TokenMetadata(symbol: symbol, decimals: decimals)
        else {
            throw .rubbish(address, function: "symbol()", detail: "gives no text to be shown")
        }
        return metadata
    }

    private static func data(
        _ address: Address, _ name: String, _ extras: BlockExtras, isWord: Bool
    ) throws(TokenMetadataError) -> [UInt8] {
        switch extras.reading("\(name)/\(address)")?.outcome {
        case .data(let data)?:
            guard isWord else { return data }
            guard data.count == 32 else {
                throw .rubbish(
                    address, function: "\(name)()", detail: "gives \(data.count) bytes, not 32")
            }
            return data
        case .reverted?:
            throw .rubbish(address, function: "\(name)()", detail: "is reverted")
        case .unavailable(let why)?: throw .unavailable(address, why)
        case nil: throw .unavailable(address, "it was not read")
        }
    }

    /// A `string`, or a `bytes32` closed by zeros as tokens before ERC-20 was final have it (MKR).
    static func text(_ bytes: [UInt8]) -> String? {
        if bytes.count == 32 {
            let text = bytes.prefix { $0 != 0 }
            guard bytes[text.count...].allSatisfy({ $0 == 0 }) else { return nil }
            return String(validating: text, as: UTF8.self)
        }
        guard bytes.count >= 64, U256(bigEndian: Array(bytes[..<32]))?.int == 32,
            let count = U256(bigEndian: Array(bytes[32..<64]))?.int, count <= bytes.count - 64
        else { return nil }
        return String(validating: bytes[64..<(64 + count)], as: UTF8.self)
    }
}
