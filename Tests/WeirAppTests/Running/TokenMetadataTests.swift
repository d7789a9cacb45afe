// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import CurlTransport
import EVMPrimitives
import EVMRPC
import JSONBytes
import SQLiteDriver
import Synchronization
import Testing
import WeirStore

@testable import WeirApp

/// What tokens are called and how they are divided: asked once, and never guessed.
@Suite struct TokenMetadataTests {
    /// A simulated node that counts its requests.
    private final class Node: RPCTransport {
        let chain: SimulatedChain
        private let count = Mutex(0)

        init() throws {
            var chain = try SimulatedChain(SimulationParameters(seed: 3))
            try chain.extend(by: 5)
            self.chain = chain
        }

        var requests: Int { self.count.withLock { $0 } }

        func send(_ body: [UInt8]) async throws(TransportError) -> HTTPResponse {
            self.count.withLock { $0 += 1 }
            return HTTPResponse(
                status: 200, body: JSONRPCFacade.answer(body, chain: self.chain).body)
        }
    }

    private static let chain = ChainID(424_242)
    private static let token = SimulatedContract.fabToken.address

    private func client(_ node: Node) -> JSONRPCClient {
        JSONRPCClient(RPCEndpoint(simulated: "node"), transport: node)
    }

    @Test func aTokenIsReadOnceAndRemembered() async throws {
        let node = try Node()
        let store = try await WeirStore.prepare(SQLiteConnection.inMemory())
        let reader = TokenMetadataReader(self.client(node), store: store, chain: Self.chain)
        let expected = try #require(TokenMetadata(symbol: "FAB", decimals: 18))
        #expect(try await reader.metadata(of: [Self.token]) == [Self.token: expected])
        #expect(node.requests == 2)
        let memory = try await store.memory(Self.chain)
        #expect(memory["token/\(Self.token.lowercaseText)"] == "18 FAB")
        let again = TokenMetadataReader(self.client(node), store: store, chain: Self.chain)
        #expect(try await again.metadata(of: [Self.token, Self.token]) == [Self.token: expected])
        #expect(try await again.metadata(of: []).isEmpty)
        #expect(node.requests == 2)
    }

    @Test func whatIsRememberedWrongIsReadAgain() async throws {
        let node = try Node()
        let store = try await WeirStore.prepare(SQLiteConnection.inMemory())
        let key = TokenMetadataReader.memoryKey(Self.token)
        try await store.remember(Self.chain, key, "18")
        let reader = TokenMetadataReader(self.client(node), store: store, chain: Self.chain)
        #expect(try await reader.metadata(of: [Self.token])[Self.token]?.symbol == "FAB")
    }

    @Test func anAddressWithoutCodeIsAnError() async throws {
        let node = try Node()
        let store = try await WeirStore.prepare(SQLiteConnection.inMemory())
        let reader = TokenMetadataReader(self.client(node), store: store, chain: Self.chain)
        let nobody = Address(words: 1, 2, 3)
        await #expect(throws: TokenMetadataError.noCode(nobody)) {
            try await reader.metadata(of: [nobody])
        }
        // A contract that is no token.
        let registry = SimulatedContract.nodeRegistry.address
        await #expect(
            throws: TokenMetadataError.rubbish(
                registry, function: "decimals()", detail: "is reverted")
        ) { try await reader.metadata(of: [registry]) }
    }

    // MARK: Answers

    private static func word(_ number: UInt64) -> [UInt8] { U256(number).bigEndianBytes }

    /// A `string` as the ABI has it.
    private static func string(_ text: [UInt8]) -> [UInt8] {
        Self.word(32) + Self.word(UInt64(text.count)) + text
            + [UInt8](repeating: 0, count: (32 - text.count % 32) % 32)
    }

    private static func extras(
        decimals: Reading.Outcome, symbol: Reading.Outcome
    ) -> BlockExtras {
        let address = Self.token
        return BlockExtras(
            block: BlockRef(number: BlockNumber(1), hash: .zero), time: BlockTime(1),
            readings: [
                Reading(key: "code/\(address)", outcome: .data(Self.word(1))),
                Reading(key: "decimals/\(address)", outcome: decimals),
                Reading(key: "symbol/\(address)", outcome: symbol),
            ])
    }

    @Test func symbolsMayBeTextOrAWord() throws {
        let six = Reading.Outcome.data(Self.word(6))
        let cases: [([UInt8], String)] = [
            (Self.string(Array("USDC".utf8)), "USDC"),
            (Self.string(Array("USD₮0".utf8)), "USD₮0"),
            (Self.string(Array("two words".utf8)), "two words"),
            (Array("MKR".utf8) + [UInt8](repeating: 0, count: 29), "MKR"),
            (Array(String(repeating: "x", count: 32).utf8), String(repeating: "x", count: 32)),
        ]
        for (bytes, symbol) in cases {
            let metadata = try TokenMetadataReader.metadata(
                Self.token, Self.extras(decimals: six, symbol: .data(bytes)))
            #expect(metadata.symbol == symbol && metadata.decimals == 6)
            #expect(TokenMetadata(text: metadata.text) == metadata)
        }
    }

    @Test func rubbishIsNamed() {
        let six = Reading.Outcome.data(Self.word(6))
        let good = Reading.Outcome.data(Self.string(Array("A".utf8)))
        let bad: [(decimals: Reading.Outcome, symbol: Reading.Outcome)] = [
            (.data(Self.word(256)), good), (.data([]), good), (.data(Self.word(1) + [0]), good),
            (.data([UInt8](repeating: 255, count: 32)), good), (.reverted([1]), good),
            (six, .data([])), (six, .reverted([])), (six, .data(Self.string([]))),
            (six, .data(Self.string([0xff, 0xfe]))), (six, .data(Self.string([0x41, 0x0a]))),
            (six, .data(Self.string(Array("\u{202e}x".utf8)))),
            (six, .data(Self.string(Array(" A".utf8)))),
            (six, .data(Self.string([UInt8](repeating: 0x41, count: 33)))),
            (six, .data(Self.word(32) + Self.word(100))),
            (six, .data(Self.word(64) + Self.word(1))),
            (six, .data(Self.word(32) + [UInt8](repeating: 255, count: 32))),
            (six, .data(Array("A\u{0}B".utf8) + [UInt8](repeating: 0, count: 29))),
            (six, .data(Self.word(0))), (six, .data([0x41])),
        ]
        for (decimals, symbol) in bad {
            let error = #expect(throws: TokenMetadataError.self) {
                try TokenMetadataReader.metadata(
                    Self.token, Self.extras(decimals: decimals, symbol: symbol))
            }
            guard case .rubbish? = error else {
                Issue.record("\(decimals) \(symbol) gives \(String(describing: error))")
                continue
            }
        }
        #expect(throws: TokenMetadataError.unavailable(Self.token, "a: pruned")) {
            try TokenMetadataReader.metadata(
                Self.token, Self.extras(decimals: .unavailable("a: pruned"), symbol: good))
        }
        for text in ["", "18", "FAB", "18FAB", "256 FAB", "-1 FAB", "18  FAB", "18 "] {
            #expect(TokenMetadata(text: text) == nil, "\(text)")
        }
    }
}
