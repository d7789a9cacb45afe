// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

/// Amounts of the last days, in buckets of one UTC day of block time each: what they add up to, and
/// the largest of them, exactly, in a bounded space.
///
/// The window at a time is the day of that time, so far, and the ``dayCount`` - 1 days before it.
struct DayWindow: Sendable, Equatable {
    /// How many days are kept.
    static let dayCount: UInt64 = 30
    static let secondsPerDay: UInt64 = 86_400

    struct Day: Sendable, Equatable {
        /// Days since 1970.
        var number: UInt64
        var sum: ExactSum
        var largest: U256
    }

    /// Ascending, at most ``dayCount``.
    private(set) var days: [Day] = []

    init() {}

    /// Takes in an amount. Days that no window from this time on reaches are forgotten.
    mutating func add(_ amount: U256, at time: BlockTime) {
        let number = Self.day(time)
        // A provider whose clock goes back still adds to the day that it says, if that is kept.
        if let last = self.days.last, last.number > number, last.number - number >= Self.dayCount {
            return
        }
        let place = self.days.firstIndex { $0.number >= number } ?? self.days.count
        if place == self.days.count || self.days[place].number != number {
            self.days.insert(Day(number: number, sum: ExactSum(), largest: .zero), at: place)
        }
        self.days[place].sum.add(amount)
        self.days[place].largest = max(self.days[place].largest, amount)
        guard let newest = self.days.last?.number else { return }
        self.days.removeAll { newest - $0.number >= Self.dayCount }
    }

    /// What the window at a time adds up to.
    func sum(at time: BlockTime) -> ExactSum {
        var sum = ExactSum()
        for day in self.reached(at: time) { sum.add(day.sum) }
        return sum
    }

    /// The largest amount in the window at a time; zero where there is none.
    func largest(at time: BlockTime) -> U256 {
        self.reached(at: time).map(\.largest).max() ?? .zero
    }

    /// When the window at a time begins.
    static func start(at time: BlockTime) -> BlockTime {
        let before = Self.dayCount - 1
        let day = Self.day(time)
        return BlockTime(day > before ? (day - before) * Self.secondsPerDay : 0)
    }

    private func reached(at time: BlockTime) -> some Sequence<Day> {
        let today = Self.day(time)
        return self.days.lazy.filter {
            $0.number <= today && today - $0.number < Self.dayCount
        }
    }

    private static func day(_ time: BlockTime) -> UInt64 { time.rawValue / self.secondsPerDay }

    // MARK: The store

    func write(to writer: inout StateWriter) {
        writer.write(UInt8(self.days.count))
        for day in self.days {
            writer.write(day.number)
            writer.write(day.sum)
            writer.write(day.largest)
        }
    }

    /// Throws where the bytes are damaged, or the days are no window.
    init(from reader: inout StateReader) throws(StateReader.Damage) {
        for _ in 0..<(try reader.byte()) {
            let day = Day(
                number: try reader.number(), sum: try reader.sum(), largest: try reader.word())
            if let last = self.days.last, last.number >= day.number { throw StateReader.Damage() }
            self.days.append(day)
        }
        if let first = self.days.first, let last = self.days.last,
            last.number - first.number >= Self.dayCount
        {
            throw StateReader.Damage()
        }
    }
}
