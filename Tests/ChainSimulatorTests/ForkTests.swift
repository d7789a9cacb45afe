// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import EVMPrimitives
import Testing

@Suite("Simulated reorganizations")
struct ForkTests {
    @Test func aReorganizationUndoesExactly() throws {
        var chain = try chain(steps: 60, forks: .none)
        let before = chain
        let old = try #require(chain.head)
        try chain.reorganize(depth: 5, blocks: 0)
        let base = try #require(before.block(number: before.headNumber - 5))
        #expect(chain.head?.ref == base.ref)
        #expect(chain.head?.world == base.world)
        for offset in 0..<5 {
            let number = before.headNumber - UInt64(offset)
            let orphan = try #require(before.block(number: number))
            #expect(chain.block(orphan.hash) != nil, "orphans stay answerable")
            #expect(chain.block(number: number) == nil)
            #expect(!chain.isCanonical(orphan.ref))
            for transaction in orphan.transactions {
                #expect(chain.place(ofTransaction: transaction.hash) == nil)
            }
        }
        try chain.extend(by: 6)
        #expect(chain.headNumber == before.headNumber + 1)
        #expect(chain.block(number: old.number)?.hash != old.hash)
        #expect(chain.orphaned.blocks == 5)
        #expect(chain.orphaned.deepest == 5)
    }

    @Test func theNewBranchHasOtherTransactions() throws {
        var chain = try chain(steps: 60, forks: .none)
        let before = chain
        try chain.reorganize(depth: 6)
        let old = (0..<6).flatMap {
            before.block(number: before.headNumber - $0)?.transactions.map(\.hash) ?? []
        }
        let new = (0..<6).flatMap {
            chain.block(number: before.headNumber - $0)?.transactions.map(\.hash) ?? []
        }
        #expect(!old.isEmpty && !new.isEmpty)
        #expect(Set(old).isDisjoint(with: new))
    }

    @Test func aReorganizationInsideAReorganizationKeepsBothBranchesKnown() throws {
        var chain = try chain(steps: 60, forks: .none)
        let first = try #require(chain.head?.ref)
        try chain.reorganize(depth: 4)
        let second = try #require(chain.head?.ref)
        try chain.reorganize(depth: 3)
        #expect(chain.block(first.hash) != nil)
        #expect(chain.block(second.hash) != nil)
        #expect(chain.orphans.contains(first) && chain.orphans.contains(second))
        #expect(chain.orphaned.reorganizations == 2)
        #expect(chain.orphaned.blocks == 7)
    }

    @Test func orphansAreForgottenAfterAWhile() throws {
        var chain = try chain(steps: 60, forks: .none)
        let orphan = try #require(chain.head?.ref)
        try chain.reorganize(depth: 1)
        try chain.extend(by: chain.parameters.orphanRetention - 1)
        #expect(chain.block(orphan.hash) != nil)
        try chain.extend(by: 2)
        #expect(chain.block(orphan.hash) == nil)
        #expect(chain.orphans.isEmpty)
    }

    @Test(arguments: [4, 40, 400] as [UInt64])
    func theScriptNeverUndoesTheFinalizedBlock(seed: UInt64) throws {
        var parameters = SimulationParameters(seed: seed)
        parameters.forks = ForkScript(
            frequency: 0.5, maximumDepth: 50, deepening: 0.9, repetition: 0.5)
        parameters.finalityLag = 10
        parameters.actionsPerBlock = 1
        var chain = try SimulatedChain(parameters)
        var finalized: BlockRef?
        for step in 0..<150 {
            try chain.advance()
            #expect(chain.headNumber == UInt64(step + 1))
            if let finalized {
                #expect(chain.isCanonical(finalized), "seed \(seed) step \(step)")
            }
            finalized = chain.block(number: chain.finalizedNumber)?.ref
            #expect(chain.finalizedNumber <= chain.safeNumber)
            #expect(chain.safeNumber <= chain.headNumber)
        }
        #expect(chain.orphaned.deepest > 1)
    }

    @Test func aForcedReorganizationBreaksFinalityAndDeeperThanTheChainIsRefused() throws {
        var chain = try chain(steps: 60, forks: .none)
        let number = chain.finalizedNumber
        let finalized = try #require(chain.block(number: number)?.ref)
        try chain.reorganize(depth: 40)
        #expect(!chain.isCanonical(finalized))
        #expect(chain.finalizedNumber >= number)
        let head = chain.headNumber
        #expect(throws: SimulationError.depth(asked: head + 1, available: head)) {
            try chain.reorganize(depth: head + 1)
        }
        #expect(throws: SimulationError.depth(asked: 0, available: head)) {
            try chain.reorganize(depth: 0)
        }
        #expect(chain.headNumber == head)
    }

    @Test func aCopyGoesItsOwnWay() throws {
        var one = try chain(steps: 20, forks: .none)
        var two = one
        try one.extend()
        try two.extend()
        #expect(one.head?.hash == two.head?.hash)
        try two.reorganize(depth: 1)
        #expect(one.head?.hash != two.block(number: one.headNumber)?.hash)
    }
}
