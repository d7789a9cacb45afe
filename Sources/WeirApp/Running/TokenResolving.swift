// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import EVMRPC
import Economy
import Logging
import WeirPorts
import WeirStore

/// Completes what a configuration says of tokens: decimals that it leaves out come from the chain,
/// those that it names are held against the chain.
///
/// What the chain said once is remembered in the store: it never changes, and a later start needs no
/// endpoint for it.
struct TokenResolving: Sendable {
    /// How long a start waits for an endpoint before it goes on, or gives up, without one.
    private static let patience: Duration = .seconds(15)

    let chain: String
    let id: ChainID
    let client: any ChainClient
    let store: WeirStore
    let clock: RPCClock
    let logger: Logger

    /// The definition with the decimals of all its tokens.
    ///
    /// - Throws: `TokenError` for decimals that differ or are not known, ``TokenMetadataError`` where
    ///   a contract is no token, `ChainClientError` where decimals are needed and no endpoint
    ///   answers, `StoreError`.
    func resolve(_ definition: EconomyDefinition) async throws -> EconomyDefinition {
        let addresses = definition.tokens.addresses
        if addresses.isEmpty { return definition }
        var known: [Address: UInt8] = [:]
        let isComplete = definition.tokens.tokens.allSatisfy {
            $0.address == nil || $0.decimals != nil
        }
        do {
            known = try await self.read(addresses, isPatient: !isComplete)
        } catch let error as ChainClientError where isComplete {
            self.logger.warning(
                "the decimals of the configuration are used unchecked until an endpoint answers",
                metadata: ["error": .string(error.description)])
        }
        var definition = definition
        definition.tokens = try definition.tokens.resolved(known)
        return definition
    }

    private func read(
        _ addresses: [Address], isPatient: Bool
    ) async throws -> [Address: UInt8] {
        let reader = TokenMetadataReader(self.client, store: self.store, chain: self.id)
        let clock = self.clock
        let end = clock.now() + Self.patience
        var backoff: Duration = .milliseconds(200)
        while true {
            do {
                return try await reader.metadata(of: addresses).mapValues(\.decimals)
            } catch let error as ChainClientError {
                guard isPatient, clock.now() + backoff < end, error.disposition != .giveUp else {
                    throw error
                }
                try await clock.sleep(backoff)
                backoff = min(backoff * 2, .seconds(3))
            }
        }
    }

    /// The definition with what the store remembers, for work without an endpoint.
    ///
    /// - Throws: `TokenError` where decimals are needed that it does not remember.
    static func recall(
        _ definition: EconomyDefinition, memory: [String: String]
    ) throws(TokenError) -> EconomyDefinition {
        var known: [Address: UInt8] = [:]
        for address in definition.tokens.addresses {
            known[address] = memory[TokenMetadataReader.memoryKey(address)]
                .flatMap { TokenMetadata(text: $0)?.decimals }
        }
        var definition = definition
        definition.tokens = try definition.tokens.resolved(known)
        return definition
    }
}
