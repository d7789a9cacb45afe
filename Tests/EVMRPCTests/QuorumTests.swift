// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import JSONBytes
import Synchronization
import Testing
import WeirPorts

@testable import EVMRPC

/// No hash goes out that fewer endpoints said than the quorum.
@Suite struct QuorumTests {
    /// A node whose blocks from some height on are those of another branch.
    final class Branch: Sendable {
        private let state: Mutex<(head: UInt64, from: UInt64?, isDown: Bool)>

        init(head: UInt64, foreignFrom: UInt64? = nil) {
            self.state = Mutex((head, foreignFrom, false))
        }

        func set(head: UInt64? = nil, foreignFrom: UInt64?? = nil, isDown: Bool? = nil) {
            self.state.withLock { state in
                if let head { state.head = head }
                if let foreignFrom { state.from = foreignFrom }
                if let isDown { state.isDown = isDown }
            }
        }

        static func foreign(_ number: UInt64) -> Hash256 { Hash256(words: 0xabcd, 9, 9, number) }

        var transport: ScriptedTransport {
            .answering { asked in
                let (head, from, isDown) = self.state.withLock { $0 }
                if isDown { return .error(-32603, "internal error") }
                let number: UInt64? =
                    switch asked.params[0]?.string {
                    case "latest": head
                    case let text?: U256(hexQuantity: text)?.uint64
                    case nil: nil
                    }
                if asked.method == "eth_getBlockByNumber", let number, let from, number >= from,
                    number <= head
                {
                    return .result(blockJSON(number, hash: Self.foreign(number)))
                }
                return node(head: head)(asked)
            }
        }
    }

    struct World {
        let branches: [Branch]
        let pool: EndpointPool
        let disagreements: Count
        let clock = FakeClock()

        final class Count: Sendable {
            private let count = Mutex(0)
            var value: Int { self.count.withLock { $0 } }
            func add() { self.count.withLock { $0 += 1 } }
        }

        init(_ branches: [Branch], quorum: Int = 2) throws {
            self.branches = branches
            let count = Count()
            self.disagreements = count
            self.pool = PoolTests.pool(
                try branches.enumerated().map {
                    try .test($0.element.transport, name: "n\($0.offset)")
                }, self.clock, rounds: 1, quorum: quorum,
                observer: EndpointPool.Observer(disagreed: { count.add() }))
        }

        func latest() async throws -> BlockRef? {
            try await self.pool.heads([.latest])[.latest]?.ref
        }
    }

    @Test func agreeingEndpointsAreFollowed() async throws {
        let world = try World([Branch(head: 5), Branch(head: 5)])
        #expect(try await world.latest()?.number.rawValue == 5)
        let page = try await world.pool.logs(
            BlockNumber(1)...BlockNumber(4), filter: LogFilter())
        #expect(page.last.number.rawValue == 4)
        #expect(try await world.pool.headers(BlockNumber(2)...BlockNumber(5)).count == 4)
        #expect(world.disagreements.value == 0)
    }

    @Test func theLowerHeadIsFollowedWhereOneLags() async throws {
        for heads in [(9, 7), (7, 9)] as [(UInt64, UInt64)] {
            let world = try World([Branch(head: heads.0), Branch(head: heads.1)])
            #expect(try await world.latest()?.number.rawValue == 7)
            #expect(world.disagreements.value == 0)
        }
    }

    @Test func aDisagreementIsWaitedOutAndCounted() async throws {
        let world = try World([Branch(head: 5), Branch(head: 5, foreignFrom: 5)])
        let error = await failure { () throws(ChainClientError) in
            try await world.pool.heads([.latest])
        }
        guard case .unproven(_, "quorum", _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.disposition == .otherEndpoint)
        #expect(world.disagreements.value == 2)
        // Nobody knows which of two is right: none is punished, and asking again helps.
        #expect(world.pool.health.allSatisfy { $0.isReady && $0.failures == 0 })
        world.branches[1].set(foreignFrom: .some(nil))
        #expect(try await world.latest()?.hash == hash(5))
    }

    @Test func aLiarAmongThreeIsOutvotedAndRests() async throws {
        let world = try World([Branch(head: 5, foreignFrom: 4), Branch(head: 5), Branch(head: 5)])
        #expect(try await world.latest()?.hash == hash(5))
        #expect(world.pool.health[0].reason == "unproven" && !world.pool.health[0].isReady)
        #expect(world.pool.health[1].isReady && world.pool.health[2].isReady)
        let page = try await world.pool.logs(
            BlockNumber(1)...BlockNumber(4), filter: LogFilter())
        #expect(page.last.hash == hash(4))
    }

    @Test func whatNobodyElseSaysNeverGoesOut() async throws {
        let world = try World([Branch(head: 9), Branch(head: 5)])
        for (range, ends) in [(1...8, false), (1...5, true)] as [(ClosedRange<UInt64>, Bool)] {
            let asked = BlockNumber(range.lowerBound)...BlockNumber(range.upperBound)
            let error = await failure { () throws(ChainClientError) in
                try await world.pool.logs(asked, filter: LogFilter())
            }
            #expect((error == nil) == ends, "\(range): \(String(describing: error))")
            if !ends {
                guard case .behind? = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
        }
        let refs = [BlockRef(number: BlockNumber(7), hash: hash(7))]
        // The other one does not have it, and that is the answer.
        #expect(try await world.pool.blocks(refs, filter: LogFilter()) == [nil])
    }

    /// In one request come heads and the next block: the block waits until two have come to it.
    @Test func aLookGoesNoFurtherThanTheQuorum() async throws {
        let world = try World([Branch(head: 9), Branch(head: 5)])
        func next(above number: UInt64) async throws -> UInt64? {
            let tip = BlockRef(number: BlockNumber(number), hash: hash(number))
            let look = try await world.pool.look([.latest], above: tip, filter: LogFilter())
            #expect(look.heads[.latest]?.number.rawValue == 5)
            return look.next?.header.number.rawValue
        }
        #expect(try await next(above: 4) == 5)
        #expect(try await next(above: 5) == nil)
        #expect(world.disagreements.value == 0)
        // A block of which two say different things is followed by neither.
        let split = try World([Branch(head: 5), Branch(head: 5, foreignFrom: 5)])
        let tip = BlockRef(number: BlockNumber(4), hash: hash(4))
        let error = await failure { () throws(ChainClientError) in
            try await split.pool.look([.latest], above: tip, filter: LogFilter())
        }
        #expect(error?.reason == "unproven" && split.disagreements.value > 0)
    }

    @Test func aLoneEndpointDoesNotMakeAQuorum() async throws {
        let world = try World([Branch(head: 5), Branch(head: 5)])
        #expect(try await world.latest() != nil)
        world.branches[1].set(head: 6, isDown: true)
        world.branches[0].set(head: 6)
        for _ in 0..<3 {
            #expect(
                await failure { () throws(ChainClientError) in
                    try await world.pool.heads([.latest])
                } != nil)
            world.clock.advance(.seconds(60))
        }
        // The one that answers is not blamed for the other.
        #expect(world.pool.health[0].failures == 0)
        world.branches[1].set(isDown: false)
        #expect(try await world.latest()?.number.rawValue == 6)
    }

    /// Seeded branches: whatever goes out was said by two at least.
    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func neverLessThanTheQuorum(seed: UInt64) async throws {
        var random = seed
        func next(_ bound: UInt64) -> UInt64 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (random >> 33) % bound
        }
        let branches = (0..<3).map { _ in Branch(head: 1) }
        let world = try World(branches)
        var answers = 0
        for round in 0..<60 {
            var told: [BlockRef: Int] = [:]
            for branch in branches {
                let head = 10 + next(3)
                let from: UInt64? = next(3) == 0 ? 10 + next(3) : nil
                let isDown = next(8) == 0
                branch.set(head: head, foreignFrom: .some(from), isDown: isDown)
                for number in 1...head {
                    let isForeign = from.map { number >= $0 } ?? false
                    let ref = BlockRef(
                        number: BlockNumber(number),
                        hash: isForeign ? Branch.foreign(number) : hash(number))
                    told[ref, default: 0] += 1
                }
            }
            world.pool.state.withLock { $0.confirmed = [] }
            if let head = try? await world.latest() {
                answers += 1
                #expect((told[head] ?? 0) >= 2, "seed \(seed), round \(round): \(head)")
            }
            world.clock.advance(.seconds(1000))
        }
        #expect(answers > 10, "seed \(seed): only \(answers) of 60 rounds had an answer")
    }

    // MARK: The vote

    @Test func votesAreCounted() {
        let refs = (1...2).map { BlockRef(number: BlockNumber($0), hash: hash($0)) }
        let other = BlockRef(number: BlockNumber(2), hash: hash(99))
        var vote = QuorumVote(quorum: 2, refs: refs)
        #expect(vote.result == .open(refs[0]))
        vote.add([refs[0], nil])
        #expect(vote.result == .open(refs[1]) && !vote.isAgreed)
        vote.add([nil, other])
        #expect(vote.result == .contradicted(refs[1], isOutvoted: false))
        var agreed = vote
        agreed.add([nil, refs[1]])
        #expect(agreed.result == .agreed && agreed.isAgreed)
        vote.add([nil, other])
        #expect(vote.result == .contradicted(refs[1], isOutvoted: true))
        // Too short an answer is no vote.
        var short = QuorumVote(quorum: 2, refs: refs)
        short.add([])
        #expect(short.result == .open(refs[0]))
    }
}
