// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ConfigTree
import EVMPrimitives
import Economy
import WeirStore

/// `weir rewind`: what going back to a block means, and the doing of it.
package struct RewindPlan: Sendable {
    private let chain: ChainConfiguration
    private let storePath: String
    /// The block to go back to; nil where none is stored at or below the one asked for, so that
    /// everything of the chain goes.
    private let anchor: BlockAnchor?
    private let asked: UInt64
    private let processed: BlockNumber?

    /// Where the chain will stand, in words.
    package var outcome: String {
        self.anchor.map { "\(self.chain.name) is at block \($0.number)" }
            ?? "nothing of \(self.chain.name) is stored any more"
    }

    /// Looks at the store without changing it, also while an instance runs.
    package static func make(
        config: String, chain name: String, to asked: UInt64,
    ) async throws -> RewindPlan {
        let configuration = try WeirConfiguration.load(path: config).configuration
        let chain = try configuration.chain(named: name)
        return try await StoreTools.reading(configuration.storePath) { _, store in
            let statistics = try await store.statistics().first { $0.id == chain.id }
            guard statistics?.settled != nil else { throw StoreError.unknownChain(chain.id) }
            return RewindPlan(
                chain: chain, storePath: configuration.storePath,
                anchor: try await Self.anchor(store, chain.id, asked), asked: asked,
                processed: statistics?.processed)
        }
    }

    /// The block to go back to; nil where none is stored so low.
    private static func anchor(
        _ store: WeirStore, _ chain: ChainID, _ asked: UInt64
    ) async throws(StoreError) -> BlockAnchor? {
        do throws(StoreError) {
            return try await store.rewindTarget(chain, to: BlockNumber(asked))
        } catch {
            if case .nothingBelow = error { return nil }
            throw error
        }
    }

    /// Does it. Fails where an instance runs on the store.
    ///
    /// The chain takes the contracts of the configuration as its own from here on: what the blocks
    /// below the target had of a contract that is new stays unread.
    package func carryOut() async throws {
        let chain = self.chain
        let anchor = self.anchor
        try await StoreTools.writing(self.storePath) { store in
            guard let anchor else { return try await store.forget(chain.id) }
            let definition = try TokenResolving.recall(
                chain.economy, memory: try await store.memory(chain.id))
            try await store.rewind(
                chain.id, to: anchor,
                rebuiltBy: EconomyBuilder(
                    definition, chain: chain.id,
                    vouchers: try await store.learntVouchers(chain.id)))
            try await store.configure(
                chain.id, name: chain.name, filter: chain.followed.filterText,
                trackers: definition.fingerprint)
        }
    }
}

extension RewindPlan: CustomStringConvertible {
    package var description: String {
        let from = self.processed.map { " from block \($0)" } ?? ""
        guard let anchor = self.anchor else {
            return "chain \(self.chain.name)\(from): no block at or below \(self.asked) is stored; "
                + "everything of the chain goes, and it is read again from its start"
        }
        let count = self.processed.map {
            $0 > anchor.number ? $0.rawValue - anchor.number.rawValue : 0
        }
        return "chain \(self.chain.name) goes back\(from) to block \(anchor.number)"
            + (count.map { "; \($0) blocks go and are read again" } ?? "")
            + (anchor.number.rawValue < self.asked
                ? " (the highest stored block at or below \(self.asked))" : "")
    }
}

/// `weir rebuild`: states and facts again from the stored logs.
package enum RebuildTool {
    /// Rebuilds one chain, or each of the configuration that the store holds.
    ///
    /// - Returns: the names of the chains that were rebuilt.
    package static func run(config: String, chain name: String?) async throws -> [String] {
        let configuration = try WeirConfiguration.load(path: config).configuration
        let chains = try name.map { [try configuration.chain(named: $0)] } ?? configuration.chains
        return try await StoreTools.writing(configuration.storePath) { store in
            var rebuilt: [String] = []
            for chain in chains {
                let stored = try await store.chain(chain.id)
                guard stored.settled != nil else {
                    guard name == nil else { throw StoreError.unknownChain(chain.id) }
                    continue
                }
                let definition = try TokenResolving.recall(
                    chain.economy, memory: stored.memory)
                try await store.rebuild(
                    chain.id,
                    by: EconomyBuilder(
                        definition, chain: chain.id,
                        vouchers: try await store.learntVouchers(chain.id)))
                try await store.configure(
                    chain.id, name: chain.name, filter: stored.filter,
                    trackers: definition.fingerprint)
                rebuilt.append(chain.name)
            }
            return rebuilt
        }
    }
}

extension WeirConfiguration {
    /// - Throws: `ToolError.unknownChain` with the names there are.
    func chain(named name: String) throws(ToolError) -> ChainConfiguration {
        guard let chain = self.chains.first(where: { $0.name == name }) else {
            throw .unknownChain(name: name, known: self.chains.map(\.name))
        }
        return chain
    }
}
