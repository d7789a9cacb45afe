// Weir
// SPDX-License-Identifier: Apache-2.0

/// Runs a program over a text with all its ways at once, so that the time is bounded by the length of
/// the text times that of the program, whatever the text.
///
/// Source: Pike's machine, https://swtch.com/~rsc/regexp/regexp2.html.
struct PatternMachine {
    /// Where groups begin and end, in UTF-8 bytes; negative where a group took no part.
    typealias Places = [Int]

    private struct Strand {
        let counter: Int
        let places: Places
    }

    private enum Step {
        case visit(Int)
        case restore(Int, Int)
    }

    private let program: PatternProgram
    private let slots: Int
    private var marks: [Int]
    private var generation = 0

    /// `slots` is twice the number of groups with that of the whole match; 0 notes no places.
    init(_ program: PatternProgram, slots: Int) {
        self.program = program
        self.slots = slots
        self.marks = Array(repeating: 0, count: program.instructions.count)
    }

    /// The places of the first match from a place on; nil where there is none.
    ///
    /// - Parameters:
    ///   - scalars: the text.
    ///   - offset: the UTF-8 offset of the first scalar to begin at.
    ///   - first: its index.
    ///   - whole: whether the match must begin there and reach the end.
    mutating func firstMatch(
        in scalars: [Unicode.Scalar], from first: Int = 0, offset: Int = 0, whole: Bool
    ) -> Places? {
        var strands: [Strand] = []
        var found: Places?
        var offset = offset
        for index in first...scalars.count {
            let before = index > 0 ? scalars[index - 1].value : nil
            let after = index < scalars.count ? scalars[index].value : nil
            if index == first { self.generation += 1 }
            if found == nil, index == first || !whole {
                var places = Array(repeating: -1, count: self.slots)
                if self.slots > 0 { places[0] = offset }
                self.add(0, places, at: offset, before, after, to: &strands)
            }
            if strands.isEmpty, whole || found != nil { break }
            var following: [Strand] = []
            self.generation += 1
            let width = index < scalars.count ? UTF8.width(scalars[index]) : 0
            let beyond = index + 1 < scalars.count ? scalars[index + 1].value : nil
            stepping: for strand in strands {
                switch self.program.instructions[strand.counter] {
                case .match:
                    guard !whole || after == nil else { continue }
                    var places = strand.places
                    if self.slots > 1 { places[1] = offset }
                    found = places
                    // Threads behind this one would be a worse match.
                    break stepping
                case .set(let set):
                    guard let after, self.program.sets[set].contains(after) else { continue }
                    self.add(
                        strand.counter + 1, strand.places, at: offset + width, after, beyond,
                        to: &following)
                default: continue
                }
            }
            strands = following
            offset += width
        }
        return found
    }

    /// Follows all ways from an instruction that take no scalar.
    private mutating func add(
        _ counter: Int, _ places: Places, at offset: Int, _ before: UInt32?, _ after: UInt32?,
        to strands: inout [Strand]
    ) {
        var places = places
        var steps = [Step.visit(counter)]
        while let step = steps.popLast() {
            guard case .visit(let counter) = step else {
                if case .restore(let slot, let value) = step { places[slot] = value }
                continue
            }
            guard self.marks[counter] != self.generation else { continue }
            self.marks[counter] = self.generation
            switch self.program.instructions[counter] {
            case .jump(let target): steps.append(.visit(target))
            case .split(let first, let second):
                steps.append(.visit(second))
                steps.append(.visit(first))
            case .save(let slot):
                if slot < places.count {
                    steps.append(.restore(slot, places[slot]))
                    places[slot] = offset
                }
                steps.append(.visit(counter + 1))
            case .assertion(let assertion):
                guard assertion.holds(between: before, and: after) else { continue }
                steps.append(.visit(counter + 1))
            case .set, .match: strands.append(Strand(counter: counter, places: places))
            }
        }
    }
}
