// Weir
// SPDX-License-Identifier: Apache-2.0

/// A program as a table of states: one look a scalar says whether a whole text matches.
///
/// Made once, where the pattern is small enough that the table is too; patterns that are larger, or that
/// look at places in the text, are run by ``PatternMachine``.
struct PatternTable: Sendable {
    /// Beyond this many entries no table is made.
    static let sizeLimit = 8_192
    private static let dead: Int32 = -1

    /// Where classes of scalars that no set tells apart begin, ascending from 0.
    private let starts: [UInt32]
    private let asciiClasses: [UInt16]
    /// The state that follows, by state and class; the first state is 0.
    private let following: [Int32]
    private let accepts: [Bool]

    /// Nil where the program has assertions or needs a larger table.
    init?(_ program: PatternProgram) {
        guard !program.hasAssertions else { return nil }
        var edges: Set<UInt32> = [0]
        for range in program.sets.lazy.flatMap(\.ranges) {
            edges.insert(range.lowerBound)
            edges.insert(range.upperBound + 1)
            guard edges.count <= Self.sizeLimit else { return nil }
        }
        let starts = edges.filter { $0 <= ScalarSet.last }.sorted()
        var builder = Builder(program: program, starts: starts)
        guard builder.build() else { return nil }
        self.starts = starts
        self.following = builder.following
        self.accepts = builder.accepts
        self.asciiClasses = (0..<128).map { UInt16(Self.index(of: $0, in: starts)) }
    }

    /// Whether the text as a whole matches.
    func matches(_ text: String) -> Bool {
        var state = 0
        let width = self.starts.count
        for scalar in text.unicodeScalars {
            let value = scalar.value
            let column =
                value < 128
                ? Int(self.asciiClasses[Int(value)]) : Self.index(of: value, in: self.starts)
            let next = self.following[state * width + column]
            guard next != Self.dead else { return false }
            state = Int(next)
        }
        return self.accepts[state]
    }

    private static func index(of value: UInt32, in starts: [UInt32]) -> Int {
        var low = 0
        var high = starts.count
        while low + 1 < high {
            let middle = (low + high) / 2
            if starts[middle] <= value { low = middle } else { high = middle }
        }
        return low
    }

    /// Makes the states: each is a set of instructions that wait for a scalar.
    private struct Builder {
        let program: PatternProgram
        let starts: [UInt32]
        var following: [Int32] = []
        var accepts: [Bool] = []
        private var numbers: [[Int]: Int32] = [:]
        private var waiting: [[Int]] = []

        init(program: PatternProgram, starts: [UInt32]) {
            self.program = program
            self.starts = starts
        }

        /// False where the table would be too large.
        mutating func build() -> Bool {
            _ = self.number(of: self.closure([0]))
            var current = 0
            // States are sets of up to all instructions: their sum is bounded, too.
            var effort = 0
            while current < self.waiting.count {
                let state = self.waiting[current]
                effort += (state.count + 1) * self.starts.count
                guard (current + 1) * self.starts.count <= PatternTable.sizeLimit,
                    effort <= 16 * PatternTable.sizeLimit
                else { return false }
                for start in self.starts {
                    let targets = self.targets(of: state, over: start)
                    self.following.append(
                        targets.isEmpty
                            ? PatternTable.dead : self.number(of: self.closure(targets)))
                }
                current += 1
            }
            return true
        }

        private func targets(of state: [Int], over value: UInt32) -> [Int] {
            state.compactMap { counter in
                guard case .set(let set) = self.program.instructions[counter],
                    self.program.sets[set].contains(value)
                else { return nil }
                return counter + 1
            }
        }

        private mutating func number(of state: [Int]) -> Int32 {
            if let number = self.numbers[state] { return number }
            let number = Int32(self.waiting.count)
            self.numbers[state] = number
            self.waiting.append(state)
            self.accepts.append(state.contains { self.program.instructions[$0] == .match })
            return number
        }

        /// The instructions that wait for a scalar or are the end, reached without taking one; sorted.
        private func closure(_ counters: [Int]) -> [Int] {
            var seen: Set<Int> = []
            var result: [Int] = []
            var open = counters
            while let counter = open.popLast() {
                guard seen.insert(counter).inserted else { continue }
                switch self.program.instructions[counter] {
                case .jump(let target): open.append(target)
                case .split(let first, let second): open += [first, second]
                case .save, .assertion: open.append(counter + 1)
                case .set, .match: result.append(counter)
                }
            }
            return result.sorted()
        }
    }
}
