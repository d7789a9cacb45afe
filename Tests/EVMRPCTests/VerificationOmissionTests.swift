// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import ChainSimulator
import EVMPrimitives
import Synchronization
import Testing
import WeirPorts
import WeirTestSupport

@testable import EVMRPC

/// Endpoints that leave logs out, ten thousand seeded times at each level.
@Suite struct VerificationOmissionTests {
    static let trials: UInt64 = 10_000

    private static let node = Result {
        try OmittingNode(seed: 5, blocks: 48, actionsPerBlock: 1.6)
    }

    /// What the trials of a level came to.
    struct Tally: Equatable {
        var pages = 0
        var refusals = 0
        var omitted = 0
        var missed = 0
        /// Missed though no other log of the same contract and block was given.
        var missedAlone = 0
        var wrong = 0

        static func + (left: Tally, right: Tally) -> Tally {
            var sum = left
            sum.pages += right.pages
            sum.refusals += right.refusals
            sum.omitted += right.omitted
            sum.missed += right.missed
            sum.missedAlone += right.missedAlone
            sum.wrong += right.wrong
            return sum
        }
    }

    /// One page asked of some endpoints, the first of which leaves some logs out.
    struct Trial {
        let seed: UInt64
        let node: OmittingNode
        let range: ClosedRange<UInt64>
        let omitted: Set<Int>
        let endpoints: Int
        let alsoInReceipts: Bool
        let knowsChain: Bool

        init(seed: UInt64, node: OmittingNode) {
            var random = SeededRandom(seed: seed)
            self.seed = seed
            self.node = node
            var range: ClosedRange<UInt64> = 1...1
            var places = 0..<0
            while places.isEmpty {
                let first = UInt64.random(in: 1...node.chain.headNumber - 1, using: &random)
                range =
                    first...min(
                        node.chain.headNumber, first + UInt64.random(in: 0...1, using: &random))
                places = node.places(range)
            }
            self.range = range
            switch seed % 5 {
            case 0: self.omitted = [places.lowerBound]
            case 1: self.omitted = [places[places.startIndex + places.count / 2]]
            case 2: self.omitted = [places.upperBound - 1]
            case 3: self.omitted = Set(places)
            default:
                var some: Set<Int> = [places.randomElement(using: &random) ?? places.lowerBound]
                for place in places where Bool.random(using: &random) { some.insert(place) }
                self.omitted = some
            }
            self.endpoints = Int.random(in: 1...3, using: &random)
            self.alsoInReceipts = Bool.random(using: &random)
            self.knowsChain = Bool.random(using: &random)
        }

        func run(_ level: VerificationLevel) async -> Tally {
            let missing = Mutex(0)
            let verification = Verification(
                level,
                observer: VerificationObserver(missing: { _, count in
                    missing.withLock { $0 += count }
                }))
            if self.knowsChain { verification.note(proven: level) }
            let clock = FakeClock()
            let clients = (0..<self.endpoints).map { index in
                JSONRPCClient(
                    RPCEndpoint(simulated: "node\(index)", weight: 9 - index),
                    transport: ScriptedTransport.answering(
                        self.node.omitting(
                            index == 0 ? self.omitted : [], alsoInReceipts: self.alsoInReceipts)),
                    clock: clock.clock, verification: verification)
            }
            let pool = EndpointPool(clients, expecting: nil, clock: clock.clock, random: { 0 })
            var tally = Tally()
            tally.omitted = self.omitted.count
            do throws(ChainClientError) {
                let page = try await pool.logs(
                    BlockNumber(self.range.lowerBound)...BlockNumber(self.range.upperBound),
                    filter: OmittingNode.filter)
                tally.pages = 1
                self.judge(page, &tally)
            } catch {
                tally.refusals = 1
                // Only where nobody tells the truth may there be no answer.
                guard case .unproven = error, self.endpoints == 1 else {
                    tally.wrong += 1
                    return tally
                }
            }
            let told = missing.withLock { $0 }
            let mayTell = level == .receipts ? self.endpoints > 1 && self.alsoInReceipts : false
            if mayTell, told != self.omitted.count { tally.wrong += 1 }
            if told > self.omitted.count { tally.wrong += 1 }
            return tally
        }

        private func judge(_ page: LogPage, _ tally: inout Tally) {
            let given = Set(page.logs.entries.map { Place($0) })
            let places = self.node.places(self.range)
            let lost = places.filter { !given.contains(Place(self.node.logs[$0])) }
            tally.missed = lost.count
            for place in lost {
                let log = self.node.logs[place]
                let isCovered = places.contains { other in
                    let sibling = self.node.logs[other]
                    return sibling.block == log.block && sibling.address == log.address
                        && given.contains(Place(sibling))
                }
                if !isCovered { tally.missedAlone += 1 }
            }
            if page.logs.count + lost.count != places.count { tally.wrong += 1 }
        }
    }

    private struct Place: Hashable {
        var block: UInt64
        var logIndex: UInt32

        init(_ entry: LogEntry) {
            self.block = entry.blockNumber.rawValue
            self.logIndex = entry.logIndex
        }

        init(_ log: OmittingNode.PlacedText) {
            self.block = log.block
            self.logIndex = log.logIndex
        }
    }

    private static func run(_ level: VerificationLevel) async throws -> Tally {
        let node = try Self.node.get()
        return await withTaskGroup(of: Tally.self) { group in
            for lane in 0..<4 as Range<UInt64> {
                group.addTask {
                    var tally = Tally()
                    for seed in stride(from: lane, to: Self.trials, by: 4) {
                        let one = await Trial(seed: seed, node: node).run(level)
                        if one.wrong > 0 || level == .receipts && one.missed > 0 {
                            Issue.record("\(level), seed \(seed): \(one)")
                        }
                        tally = tally + one
                    }
                    return tally
                }
            }
            return await group.reduce(Tally(), +)
        }
    }

    /// The test bites: without verification everything that was left out is lost.
    @Test func withoutVerificationTheLossShows() async throws {
        let tally = try await Self.run(.off)
        #expect(tally.pages == Int(Self.trials))
        #expect(tally.missed == tally.omitted && tally.omitted > Int(Self.trials))
    }

    /// A bloom shows that a contract has a log, not how many.
    @Test func bloomMissesOnlyWhatAnotherLogOfTheContractCovers() async throws {
        let tally = try await Self.run(.bloom)
        #expect(tally.missedAlone == 0 && tally.wrong == 0)
        #expect(tally.missed < tally.omitted / 2)
        #expect(tally.refusals > 0 && tally.pages > 0)
    }

    @Test func receiptsMissNothing() async throws {
        let tally = try await Self.run(.receipts)
        #expect(tally.missed == 0 && tally.wrong == 0)
        #expect(tally.pages + tally.refusals == Int(Self.trials))
        #expect(tally.refusals > 0 && tally.pages > Int(Self.trials) / 2)
    }
}
