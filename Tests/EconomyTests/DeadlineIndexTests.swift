// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import Testing
import WeirTestSupport

@testable import Economy

@Suite("DeadlineIndex")
struct DeadlineIndexTests {
    @Test(arguments: 0..<8)
    func countsWhatAListWouldCount(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var index = DeadlineIndex()
        var times: [UInt64] = []
        let edges: [UInt64] = [0, 3_599, 3_600, 7_200, .max, .max - 1]
        for _ in 0..<400 {
            if !times.isEmpty, Int.random(in: 0..<3, using: &random) == 0 {
                let gone = times.remove(at: Int.random(in: 0..<times.count, using: &random))
                index.remove(BlockTime(gone))
            } else {
                let time =
                    edges.randomElement(using: &random).flatMap { $0 % 7 == 0 ? $0 : nil }
                    ?? UInt64.random(in: 0...20_000, using: &random)
                times.append(time)
                index.insert(BlockTime(time))
            }
            let now = UInt64.random(in: 0...25_000, using: &random)
            #expect(
                index.count(before: BlockTime(now)) == times.count { $0 < now }, "seed \(seed)")
        }
        for time in times { index.remove(BlockTime(time)) }
        #expect(index == DeadlineIndex())
    }
}
