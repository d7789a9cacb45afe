// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import Testing
import WeirTestSupport

@testable import Economy

@Suite("DayWindow")
struct DayWindowTests {
    static func noon(_ day: UInt64) -> BlockTime { BlockTime(day * 86_400 + 43_200) }

    @Test func reachesThirtyDaysAndNotOneMore() {
        var window = DayWindow()
        window.add(5, at: Self.noon(100))
        window.add(7, at: Self.noon(100))
        window.add(1, at: Self.noon(129))
        #expect(window.sum(at: Self.noon(129)) == ExactSum(low: 13))
        #expect(window.largest(at: Self.noon(129)) == 7)
        // The last second of the thirtieth day, and the first after it.
        #expect(window.sum(at: BlockTime(130 * 86_400 - 1)) == ExactSum(low: 13))
        #expect(window.sum(at: BlockTime(130 * 86_400)) == ExactSum(low: 1))
        #expect(window.largest(at: BlockTime(130 * 86_400)) == 1)
        #expect(window.largest(at: Self.noon(159)) == 0)
        #expect(DayWindow.start(at: Self.noon(129)) == BlockTime(100 * 86_400))
        #expect(DayWindow.start(at: BlockTime(7)) == BlockTime(0))
    }

    @Test func clockThatGoesBackIsTakenAtItsWord() {
        var window = DayWindow()
        window.add(5, at: Self.noon(100))
        window.add(3, at: Self.noon(98))
        window.add(2, at: Self.noon(60))
        #expect(window.days.map(\.number) == [98, 100])
        #expect(window.sum(at: Self.noon(100)) == ExactSum(low: 8))
        #expect(window.sum(at: Self.noon(99)) == ExactSum(low: 3))
        // The end of time forgets all before it, and nothing traps.
        window.add(1, at: BlockTime(.max))
        #expect(window.sum(at: BlockTime(.max)) == ExactSum(low: 1))
        #expect(window.days.count == 1)
    }

    @Test func sumsPassTwoToTheTwoHundredAndFiftySix() {
        var window = DayWindow()
        window.add(.max, at: Self.noon(1))
        window.add(.max, at: Self.noon(2))
        #expect(window.sum(at: Self.noon(2)) == ExactSum(low: U256.max.subtracting(1)!, carry: 1))
        #expect(window.largest(at: Self.noon(2)) == .max)
    }

    @Test(arguments: 0..<30)
    func sumsAreThoseOfAllAmountsInTheWindow(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var window = DayWindow()
        var all: [(amount: U256, time: BlockTime)] = []
        var time: UInt64 = 1_700_000_000
        for _ in 0..<200 {
            time += UInt64.random(in: 0...200_000, using: &random)
            let amount = random.word()
            window.add(amount, at: BlockTime(time))
            all.append((amount, BlockTime(time)))
            let now = BlockTime(time + UInt64.random(in: 0...3_000_000, using: &random))
            let today = now.rawValue / 86_400
            let inside = all.filter { today - $0.time.rawValue / 86_400 < 30 }
            var sum = ExactSum()
            for item in inside { sum.add(item.amount) }
            #expect(window.sum(at: now) == sum, "seed \(seed)")
            #expect(window.largest(at: now) == inside.map(\.amount).max() ?? .zero)
            #expect(window.days.count <= 30)
        }
        var writer = StateWriter()
        window.write(to: &writer)
        var reader = StateReader(writer.bytes)
        #expect(try DayWindow(from: &reader) == window)
        #expect(reader.isAtEnd)
    }

    @Test func damagedBytesAreRefused() {
        var window = DayWindow()
        window.add(5, at: Self.noon(100))
        window.add(5, at: Self.noon(101))
        var writer = StateWriter()
        window.write(to: &writer)
        for count in 0..<writer.bytes.count {
            var reader = StateReader(Array(writer.bytes.prefix(count)))
            #expect(throws: StateReader.Damage.self) { try DayWindow(from: &reader) }
        }
        // Days in the wrong order, and days that no window holds together.
        for (first, second): (UInt64, UInt64) in [(101, 100), (100, 100), (100, 130)] {
            var other = StateWriter()
            other.write(2 as UInt8)
            for day in [first, second] {
                other.write(day)
                other.write(ExactSum(low: 1))
                other.write(U256.one)
            }
            var reader = StateReader(other.bytes)
            #expect(throws: StateReader.Damage.self) { try DayWindow(from: &reader) }
        }
    }
}
