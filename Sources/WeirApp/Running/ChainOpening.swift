// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import ChainSync
package import EVMPrimitives
package import Economy
import Logging
import WeirStore

/// Why a chain cannot be taken up where it was left.
package enum FollowerError: Error, Equatable, Sendable {
    /// Contracts were added whose past was not read.
    case contractsAdded(chain: String, addresses: [Address], processed: BlockNumber)
    /// More events are asked for than were read.
    case filterWidened(chain: String, processed: BlockNumber)
    /// A store without the logs of settled blocks is opened to keep them, or the other way round.
    case otherKeeping(chain: String, keepsPages: Bool)
    /// The state would have to be built from logs that the store does not hold.
    case notRebuildable(chain: String)
    /// The stored blocks above the settled one do not link.
    case brokenWindow(chain: String)
}

extension FollowerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .contractsAdded(let chain, let addresses, let processed):
            "chain \(chain) was read up to block \(processed) without "
                + addresses.map(\.description).joined(separator: ", ")
                + "; move back with `weir rewind --chain \(chain) --to BLOCK` to read their past too"
        case .filterWidened(let chain, let processed):
            "chain \(chain) was read up to block \(processed) for fewer contracts or events; "
                + "move back with `weir rewind --chain \(chain) --to BLOCK` to read their past too"
        case .otherKeeping(let chain, let keepsPages):
            "chain \(chain): the store "
                + (keepsPages
                    ? "holds raw logs; go on without --totals-only"
                    : "holds totals and no raw logs; go on with --totals-only, or use a new store")
        case .notRebuildable(let chain):
            "chain \(chain): the events or metrics changed, and the store holds no raw logs to "
                + "count them again from; use a new store"
        case .brokenWindow(let chain):
            "chain \(chain): the stored blocks do not link; "
                + "move back with `weir rewind --chain \(chain) --to BLOCK`"
        }
    }
}

/// Builds trackers from what is stored: what `weir rebuild` and a changed configuration need.
package struct EconomyBuilder: StateBuilder {
    private var economy: Economy
    private let chain: ChainID

    /// - Parameter vouchers: what is known from outside the chain: state is built as if it had been
    ///   known from the first block on.
    package init(
        _ definition: EconomyDefinition, chain: ChainID, vouchers: [LearntVoucher] = []
    ) {
        self.economy = Economy(definition)
        _ = self.economy.learn(vouchers)
        self.chain = chain
    }

    package mutating func reduce(_ logs: LogBatch, _ extras: [BlockExtras]) throws -> [Fact] {
        if self.economy.definition.needsTimes,
            let entry = logs.entries.first(where: { $0.blockTimestamp.rawValue == 0 })
        {
            throw EconomyError.timeUnknown(block: entry.blockNumber)
        }
        let ends = [
            logs.entries.last.map { ($0.block, $0.blockTimestamp) },
            extras.last.map { ($0.block, $0.time) },
        ]
        let starts = [logs.entries.first?.blockNumber, extras.first?.block.number]
        guard let first = starts.compactMap({ $0 }).min(),
            let (last, time) = ends.compactMap({ $0 }).max(by: { $0.0.number < $1.0.number })
        else { return [] }
        let anchor = BlockAnchor(ref: last, parentHash: .zero, timestamp: time)
        return self.economy.apply(
            .caughtUp(LogPage(first: first, last: anchor, logs: logs, extras: extras))
        ).facts
    }

    package func states() -> [StateEntry] { self.economy.states() }
}

/// Takes a chain up where the store left it.
enum ChainOpening {
    struct Opened {
        var economy: Economy
        var canonical: CanonicalChain?
        /// The level of verification that the chain was once proven to allow.
        var provenLevel: VerificationLevel?
        /// Whether the chain's head was ever reached.
        var hasReachedHead = false
    }

    /// Under this key of a chain's memory stands that its head was once reached.
    static let reachedKey = "reached_head"

    /// Loads a chain; builds its trackers again where their definition changed.
    static func open(
        _ chain: FollowedChain, store: WeirStore, logger: Logger
    ) async throws -> Opened {
        var stored = try await store.chain(chain.id)
        let vouchers = try await store.learntVouchers(chain.id)
        let fingerprint = chain.definition.fingerprint
        try Self.refuseAdded(stored, chain)
        let keptPages = stored.memory[WeirStore.keepsPagesKey] != "no"
        if stored.settled != nil, keptPages != store.keepsPages {
            throw FollowerError.otherKeeping(chain: chain.name, keepsPages: keptPages)
        }
        if keptPages != store.keepsPages {
            try await store.remember(
                chain.id, WeirStore.keepsPagesKey, store.keepsPages ? "yes" : "no")
        }
        if stored.settled != nil, stored.trackers != fingerprint {
            guard store.keepsPages else {
                throw FollowerError.notRebuildable(chain: chain.name)
            }
            logger.notice("the configuration of events or metrics changed: building state again")
            try await store.rebuild(
                chain.id,
                by: EconomyBuilder(chain.definition, chain: chain.id, vouchers: vouchers))
            stored = try await store.chain(chain.id)
        }
        if stored.trackers != fingerprint || stored.filter != chain.filterText {
            try await store.configure(
                chain.id, name: chain.name, filter: chain.filterText, trackers: fingerprint)
        }
        var economy = Economy(chain.definition)
        try economy.restore(states: stored.states, reverted: stored.reverted)
        // What follows from them was stored with them; else it is now.
        let outcome = economy.learn(vouchers)
        if !outcome.isEmpty {
            try await store.commit(
                chain.id, [StepCommit(nil, facts: outcome.facts, states: outcome.states)])
        }
        var opened = Opened(
            economy: economy, canonical: nil,
            provenLevel: stored.memory[ChainProving.memoryKey]
                .flatMap { VerificationLevel(rawValue: $0) },
            hasReachedHead: stored.memory[Self.reachedKey] != nil || !stored.window.isEmpty)
        guard let settled = stored.settled else { return opened }
        guard let canonical = CanonicalChain(settled: settled, window: stored.window) else {
            throw FollowerError.brokenWindow(chain: chain.name)
        }
        opened.canonical = canonical
        opened.economy.resume(at: settled)
        try await Self.refold(canonical, into: &opened.economy, chain.id, store)
        return opened
    }

    /// A contract whose past was not read would be counted from the middle: that is refused.
    private static func refuseAdded(_ stored: StoredChain, _ chain: FollowedChain) throws {
        guard let settled = stored.settled, !stored.filter.isEmpty else { return }
        let processed = stored.window.last?.number ?? settled.number
        let parts = stored.filter.split(separator: ";", omittingEmptySubsequences: false)
        let addresses = Set(parts[0].split(separator: ",").map(String.init))
        let topics = Set(parts.dropFirst().joined().split(separator: ",").map(String.init))
        let added = chain.filter.addresses.filter { !addresses.contains($0.lowercaseText) }
        if !addresses.isEmpty, !added.isEmpty {
            throw FollowerError.contractsAdded(
                chain: chain.name, addresses: added, processed: processed)
        }
        let isWider =
            !addresses.isEmpty && chain.filter.addresses.isEmpty
            || !topics.isEmpty
                && (chain.filter.topics0.isEmpty
                    || !chain.filter.topics0.allSatisfy { topics.contains($0.description) })
        if isWider {
            throw FollowerError.filterWidened(chain: chain.name, processed: processed)
        }
    }

    /// Folds the blocks above the settled one again from what is stored of them.
    private static func refold(
        _ canonical: CanonicalChain, into economy: inout Economy, _ id: ChainID, _ store: WeirStore
    ) async throws {
        var logs: [BlockNumber: LogBatch] = [:]
        var above = canonical.settled.number
        while let page = try await store.page(id, above: above) {
            logs[page.last.number] = try page.logs(id)
            above = page.last.number
        }
        guard let first = canonical.window.first, let last = canonical.window.last else { return }
        let extras = Dictionary(
            try await store.extras(id, in: first.number...last.number).map { ($0.block, $0) },
            uniquingKeysWith: { $1 })
        for anchor in canonical.window {
            economy.refold(
                logs[anchor.number] ?? LogBatch(), extras[anchor.ref], anchor: anchor)
        }
    }
}
