// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import Testing
import WeirTestSupport

@testable import ChainSync

/// Shows that ranges never overlap, never leave a gap, and fit what the provider accepts.
@Suite struct LogRangePlannerTests {
    @Test(arguments: 0..<50)
    func rangesCoverEverythingOnceUnderAnyAnswers(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let end = UInt64.random(in: 1...3_000, using: &random)
        let limit = UInt64.random(in: 1...200, using: &random)
        var planner = LogRangePlanner(
            next: BlockNumber(1), firstSpan: UInt64.random(in: 1...500, using: &random),
            spanMax: 1_000, logsTarget: 100)
        var open: [ClosedRange<BlockNumber>] = []
        var covered = Set<UInt64>()
        var steps = 0
        while covered.count < Int(end), steps < 50_000 {
            steps += 1
            while open.count < 3, let range = planner.take(upTo: BlockNumber(end)) {
                open.append(range)
            }
            let range = open.remove(at: Int.random(in: 0..<open.count, using: &random))
            let count = range.upperBound.rawValue - range.lowerBound.rawValue + 1
            if count > limit {
                _ = planner.refused(range, blocks: Bool.random(using: &random) ? limit : 0)
            } else if Int.random(in: 0..<10, using: &random) == 0 {
                planner.putBack(range)
            } else {
                for number in range.lowerBound.rawValue...range.upperBound.rawValue {
                    let isNew = covered.insert(number).inserted
                    #expect(isNew, "seed \(seed): \(number) twice")
                }
                planner.succeeded(range, logs: Int.random(in: 0...300, using: &random))
            }
        }
        #expect(covered.count == Int(end), "seed \(seed)")
        let rest = planner.take(upTo: BlockNumber(end))
        #expect(rest == nil)
    }

    @Test func toldLimitIsKept() {
        var planner = LogRangePlanner(
            next: BlockNumber(1), firstSpan: 500, spanMax: 10_000, logsTarget: 1_000)
        let first = planner.take(upTo: BlockNumber(100_000))
        #expect(first == BlockNumber(1)...BlockNumber(500))
        let smaller = planner.refused(BlockNumber(1)...BlockNumber(500), blocks: 10)
        #expect(smaller)
        #expect(planner.limit == 10)
        for _ in 0..<100 {
            guard let range = planner.take(upTo: BlockNumber(100_000)) else { break }
            #expect(range.upperBound.rawValue - range.lowerBound.rawValue < 10)
            planner.succeeded(range, logs: 0)
        }
    }

    @Test func aBlockCannotBeMadeSmaller() {
        var planner = LogRangePlanner(
            next: BlockNumber(1), firstSpan: 1, spanMax: 10, logsTarget: 10)
        let range = planner.take(upTo: BlockNumber(1))
        #expect(range == BlockNumber(1)...BlockNumber(1))
        let smaller = planner.refused(BlockNumber(1)...BlockNumber(1), blocks: 0)
        let again = planner.take(upTo: BlockNumber(1))
        #expect(!smaller)
        #expect(again == range, "it is handed out again")
    }

    @Test func denseLogsShrinkTheSpan() {
        var planner = LogRangePlanner(
            next: BlockNumber(1), firstSpan: 100, spanMax: 10_000, logsTarget: 1_000)
        planner.succeeded(BlockNumber(1)...BlockNumber(100), logs: 9_500)
        #expect(planner.span == 10)
    }

    @Test func aRangeThatFailsAgainAndAgainComesInPiecesAndGrowsBack() {
        var planner = LogRangePlanner(
            next: BlockNumber(0), firstSpan: 64, spanMax: 64, logsTarget: 1_000)
        let end = BlockNumber(1_000)
        let whole = planner.take(upTo: end)
        #expect(whole == BlockNumber(0)...BlockNumber(63))
        planner.ease(BlockNumber(0)...BlockNumber(63))
        #expect(planner.span == 32 && planner.limit == nil)
        #expect(planner.take(upTo: end) == BlockNumber(0)...BlockNumber(31))
        #expect(planner.take(upTo: end) == BlockNumber(32)...BlockNumber(63))
        planner.succeeded(BlockNumber(0)...BlockNumber(31), logs: 0)
        planner.succeeded(BlockNumber(32)...BlockNumber(63), logs: 0)
        #expect(planner.span > 32)
    }
}
