// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CurlTransport

/// Shows that the memory of large bodies is used again, is never too little for what is announced,
/// and is not kept for ever.
@Suite struct BodyPoolTests {
    private func body(_ capacity: Int) -> [UInt8] {
        var body: [UInt8] = [1, 2, 3]
        body.reserveCapacity(capacity)
        return body
    }

    @Test func aBodyComesBackEmptyWithItsRoom() {
        let pool = BodyPool()
        pool.put(self.body(1 << 20), now: 0)
        #expect(!pool.isEmpty)
        let again = pool.take(1 << 20, now: 0)
        #expect(again.isEmpty && again.capacity >= 1 << 20)
        #expect(pool.isEmpty)
        #expect(pool.take(1 << 20, now: 0).capacity == 0)
    }

    @Test func smallAndHugeOnesAreNotKeptAndNothingGoesToASmallAnswer() {
        let pool = BodyPool()
        pool.put(self.body(1000), now: 0)
        pool.put(self.body(20 << 20), now: 0)
        #expect(pool.isEmpty)
        pool.put(self.body(1 << 20), now: 0)
        #expect(pool.take(1000, now: 0).capacity == 0)
        #expect(pool.take(2 << 20, now: 0).capacity == 0)
        #expect(!pool.isEmpty)
    }

    @Test func anUnknownLengthGetsTheRoomiestAndAFullPoolKeepsTheRoomiest() {
        let pool = BodyPool()
        for megabytes in [1, 5, 2, 4, 3, 6] { pool.put(self.body(megabytes << 20), now: 0) }
        let found = (0..<6).map { _ in pool.take(-1, now: 0).capacity >> 20 }
        #expect(found == [6, 5, 4, 3, 0, 0])
    }

    @Test func whatNobodyUsesIsGivenBack() {
        let pool = BodyPool()
        pool.put(self.body(1 << 20), now: 5_000_000_000)
        pool.age(now: 6_999_999_999)
        #expect(!pool.isEmpty)
        pool.put(pool.take(1 << 20, now: 6_500_000_000), now: 6_600_000_000)
        pool.age(now: 8_500_000_000)
        #expect(!pool.isEmpty)
        pool.age(now: 8_600_000_000)
        #expect(pool.isEmpty)
    }
}
