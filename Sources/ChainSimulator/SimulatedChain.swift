// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives

/// What a step of the chain was.
package enum ChainStep: Sendable, Equatable {
    /// One block on top.
    case extended(BlockRef)
    /// `depth` blocks went, others came; the last of these is the head.
    case reorganized(depth: UInt64, head: BlockRef)
}

/// A chain that grows from a seed, with orphans and reorganizations. A value: a copy goes its own way.
///
/// Hashes, parent links, roots, blooms and signatures are true; only the storage of the contracts is
/// not a trie (`StateRoot`). The same parameters and the same calls give the same chain.
package struct SimulatedChain: Sendable {
    package let parameters: SimulationParameters
    /// The hashes of the canonical chain by number.
    package private(set) var canonical: [Hash256]
    private var blocks: [Hash256: SimulatedBlock]
    /// The block and the index of every canonical transaction.
    private var places: [Hash256: TransactionPlace]
    /// Blocks that were canonical once and are still kept, oldest first.
    package private(set) var orphans: [BlockRef]
    /// What was ever orphaned.
    package private(set) var orphaned: OrphanedTotals
    /// The number below which no script undoes anything.
    package private(set) var finalizedNumber: UInt64

    private var forge: BlockForge
    private var random: SeedStream
    private var branch: UInt64 = 0
    private var justReorganized = false

    /// Where a transaction stands.
    package struct TransactionPlace: Sendable, Equatable {
        package var block: Hash256
        package var index: Int
    }

    /// A chain of block 0 alone.
    package init(_ parameters: SimulationParameters) throws(SimulationError) {
        guard SimulatedAccounts.keys.count == SimulatedAccounts.count else { throw .accounts }
        self.parameters = parameters.clamped
        self.forge = BlockForge(parameters: self.parameters)
        let genesis = try self.forge.genesis()
        self.canonical = [genesis.hash]
        self.blocks = [genesis.hash: genesis]
        self.places = [:]
        self.orphans = []
        self.orphaned = OrphanedTotals()
        self.finalizedNumber = 0
        self.random = SeedStream(seed: self.parameters.seed, 0x666f_726b)
    }

    // MARK: Reading

    /// The number of the head.
    package var headNumber: UInt64 { UInt64(self.canonical.count - 1) }

    package var head: SimulatedBlock? { self.block(number: self.headNumber) }

    /// The number of the `safe` block.
    package var safeNumber: UInt64 {
        max(self.finalizedNumber, Self.lowered(self.headNumber, by: self.parameters.safeLag))
    }

    /// A block by hash: canonical, or an orphan that is still kept.
    package func block(_ hash: Hash256) -> SimulatedBlock? { self.blocks[hash] }

    /// A canonical block.
    package func block(number: UInt64) -> SimulatedBlock? {
        guard let index = Int(exactly: number), self.canonical.indices.contains(index) else {
            return nil
        }
        return self.blocks[self.canonical[index]]
    }

    package func isCanonical(_ ref: BlockRef) -> Bool {
        self.block(number: ref.number.rawValue)?.hash == ref.hash
    }

    /// Where a transaction stands in the canonical chain.
    package func place(ofTransaction hash: Hash256) -> TransactionPlace? { self.places[hash] }

    // MARK: Growing

    /// Takes a step as the fork script says: a block more, or a reorganization whose branch is one
    /// block longer than what it replaces.
    @discardableResult
    package mutating func advance() throws(SimulationError) -> ChainStep {
        let wanted = self.parameters.forks.depth(after: self.justReorganized, with: &self.random)
        self.justReorganized = false
        let reversible = Self.lowered(self.headNumber, by: self.finalizedNumber)
        if let wanted, reversible > 0 {
            self.justReorganized = true
            return try self.reorganize(depth: min(wanted, reversible))
        }
        return .extended(try self.extend())
    }

    /// Adds blocks without any reorganization.
    package mutating func extend(by count: UInt64) throws(SimulationError) {
        for _ in 0..<count { try self.extend() }
    }

    /// Adds one block.
    @discardableResult
    package mutating func extend() throws(SimulationError) -> BlockRef {
        guard let head = self.head, let world = head.world else {
            throw .depth(asked: 0, available: 0)
        }
        let block = try self.forge.next(after: head.header, world, branch: self.branch)
        self.canonical.append(block.hash)
        self.blocks[block.hash] = block
        for (index, transaction) in block.transactions.enumerated() {
            self.places[transaction.hash] = TransactionPlace(block: block.hash, index: index)
        }
        self.settle()
        return block.ref
    }

    /// Replaces the last `depth` blocks by another branch, of one block more unless told otherwise.
    ///
    /// The finalized block is not minded: this is how tests break finality. Throws
    /// ``SimulationError/depth(asked:available:)`` where the state to start from is gone.
    @discardableResult
    package mutating func reorganize(
        depth: UInt64, blocks count: UInt64? = nil
    ) throws(SimulationError) -> ChainStep {
        let available = min(self.headNumber, self.parameters.stateRetention - 1)
        guard depth > 0, depth <= available else {
            throw .depth(asked: depth, available: available)
        }
        self.branch &+= 1
        for _ in 0..<depth { self.dropHead() }
        self.orphaned.reorganizations += 1
        self.orphaned.deepest = max(self.orphaned.deepest, depth)
        try self.extend(by: count ?? depth + 1)
        guard let head = self.head else { throw .depth(asked: depth, available: 0) }
        return .reorganized(depth: depth, head: head.ref)
    }

    /// Undoes the head: its hash stays known for a while, its transactions have no place any more.
    private mutating func dropHead() {
        guard self.canonical.count > 1, let hash = self.canonical.popLast(),
            let block = self.blocks[hash]
        else { return }
        for transaction in block.transactions { self.places[transaction.hash] = nil }
        self.orphans.append(block.ref)
        self.orphaned.add(block)
    }

    /// Moves finality up, and forgets old states and old orphans.
    private mutating func settle() {
        let head = self.headNumber
        let final = Self.lowered(head, by: self.parameters.finalityLag)
        self.finalizedNumber = max(self.finalizedNumber, final)
        let retained = self.parameters.stateRetention
        if head >= retained, let old = Int(exactly: head - retained) {
            self.blocks[self.canonical[old]]?.world = nil
        }
        let horizon = Self.lowered(head, by: self.parameters.orphanRetention)
        self.orphans.removeAll { orphan in
            guard orphan.number.rawValue < horizon else { return false }
            self.blocks[orphan.hash] = nil
            return true
        }
    }

    private static func lowered(_ number: UInt64, by count: UInt64) -> UInt64 {
        number > count ? number - count : 0
    }
}

/// What reorganizations took away since block 0.
package struct OrphanedTotals: Sendable, Equatable {
    package var reorganizations: UInt64 = 0
    /// The deepest reorganization.
    package var deepest: UInt64 = 0
    package var blocks: UInt64 = 0
    /// How often each event was undone: `NodeRegistry.NodeSlashed`. The same event in two orphans
    /// counts twice.
    package var events: [String: UInt64] = [:]

    mutating func add(_ block: SimulatedBlock) {
        self.blocks += 1
        for event in block.events.joined() { self.events[event.name, default: 0] += 1 }
    }
}
