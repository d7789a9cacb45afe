// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import Testing

@testable import Economy

@Suite("ReadingPace")
struct ReadingPaceTests {
    @Test(
        arguments: [
            (1, 10, nil, true), (10, 10, 1, false), (11, 10, 1, true), (11, 10, 10, false),
            (1, 1, 0, true), (1, 1, 1, false),
            // A batch passed the block that it was due at.
            (24, 10, 8, true),
            // After a reorganisation the last reading may lie above.
            (9, 10, 25, false), (5, 0, nil, false), (UInt64.max, 1_000_000, 0, true),
        ] as [(UInt64, UInt64, UInt64?, Bool)])
    func isDueUntilItWasRead(number: UInt64, every: UInt64, last: UInt64?, isDue: Bool) {
        let found = ReadingPace.isDue(
            BlockNumber(number), every: every, last: last.map { BlockNumber($0) })
        #expect(found == isDue)
    }

    @Test func markIsReadAsItWasWritten() throws {
        var writer = StateWriter()
        BlockMark(BlockNumber(.max)).write(to: &writer)
        var reader = StateReader(writer.bytes)
        #expect(try BlockMark(from: &reader) == BlockMark(BlockNumber(.max)))
    }
}
