// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// What a simulated chain is made from. The same parameters give the same bytes.
package struct SimulationParameters: Sendable, Equatable {
    package var seed: UInt64
    package var chainID: ChainID
    /// The time of block 0.
    package var genesisTime: BlockTime
    /// Seconds from block to block; at least 1.
    package var blockTime: UInt64
    /// How many transactions a block has on average: demand falls as the base fee rises, so it
    /// varies around this.
    package var actionsPerBlock: Double
    /// How many blocks without any transaction there are, besides those that come by chance.
    package var emptyBlocks: Double
    /// How many of the transactions are made to fail.
    package var failures: Double
    package var forks: ForkScript
    /// `finalized` is this many blocks below the head, and never goes back.
    package var finalityLag: UInt64
    /// `safe` is this many blocks below the head.
    package var safeLag: UInt64
    /// How many blocks an orphan stays answerable by its hash.
    package var orphanRetention: UInt64
    /// For how many blocks below the head the state is kept: calls at older blocks are refused, as
    /// by a node that is not an archive, and no reorganization goes deeper.
    package var stateRetention: UInt64

    package init(seed: UInt64 = 1) {
        self.seed = seed
        self.chainID = ChainID(424_242)
        self.genesisTime = BlockTime(1_750_000_000)
        self.blockTime = 2
        self.actionsPerBlock = 5
        self.emptyBlocks = 0.05
        self.failures = 0.04
        self.forks = ForkScript()
        self.finalityLag = 24
        self.safeLag = 12
        self.orphanRetention = 64
        self.stateRetention = 512
    }

    /// The parameters with every value in its range.
    var clamped: SimulationParameters {
        var copy = self
        copy.blockTime = min(max(1, copy.blockTime), 1 << 20)
        copy.genesisTime = BlockTime(min(copy.genesisTime.rawValue, 1 << 40))
        copy.actionsPerBlock = copy.actionsPerBlock.isFinite ? copy.actionsPerBlock : 0
        copy.actionsPerBlock = min(max(0, copy.actionsPerBlock), 500)
        copy.stateRetention = min(max(8, copy.stateRetention), 1 << 20)
        copy.safeLag = min(copy.safeLag, copy.finalityLag)
        copy.forks.maximumDepth = min(copy.forks.maximumDepth, copy.stateRetention)
        return copy
    }
}

/// When the chain reorganizes by itself, and how deeply.
package struct ForkScript: Sendable, Equatable {
    /// The probability, for each step, that it is a reorganization.
    package var frequency: Double
    /// The most blocks that go at once; also bounded by the finalized block.
    package var maximumDepth: UInt64
    /// The probability that a reorganization goes one block deeper, again and again.
    package var deepening: Double
    /// The probability that a reorganization is followed by another one at once, which drops parts
    /// of the branch that has just won.
    package var repetition: Double

    package init(
        frequency: Double = 0.04, maximumDepth: UInt64 = 6, deepening: Double = 0.4,
        repetition: Double = 0.2
    ) {
        self.frequency = frequency
        self.maximumDepth = maximumDepth
        self.deepening = deepening
        self.repetition = repetition
    }

    /// No reorganization but forced ones.
    package static let none = ForkScript(frequency: 0, maximumDepth: 0, repetition: 0)

    /// The depth of the reorganization at a step, or nil where there is none.
    func depth(after reorganized: Bool, with random: inout SeedStream) -> UInt64? {
        guard self.maximumDepth > 0,
            random.chance(reorganized ? self.repetition : self.frequency)
        else { return nil }
        var depth: UInt64 = 1
        while depth < self.maximumDepth, random.chance(self.deepening) { depth += 1 }
        return depth
    }
}
