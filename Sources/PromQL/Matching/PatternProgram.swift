// Weir
// SPDX-License-Identifier: Apache-2.0

/// A regular expression as instructions of Thompson's machine.
///
/// Source: https://swtch.com/~rsc/regexp/regexp2.html.
struct PatternProgram: Sendable {
    enum Instruction: Sendable, Hashable {
        /// Takes one scalar of a set and goes on.
        case set(Int)
        /// Goes both ways, the first one rather.
        case split(Int, Int)
        case jump(Int)
        /// Notes the place in the text.
        case save(Int)
        case assertion(PatternNode.Assertion)
        case match
    }

    /// Beyond this a pattern is refused: repeats are copies, and copies of copies grow fast.
    static let sizeLimit = 50_000

    private(set) var instructions: [Instruction] = []
    private(set) var sets: [ScalarSet] = []
    private var indices: [ScalarSet: Int] = [:]

    /// Compiles a tree, with or without the places where groups begin and end. Throws where the program
    /// would be too large; `pattern` is what the error shows.
    init(
        _ node: PatternNode, captures: Bool, pattern: String
    ) throws(RegularExpressionError) {
        try self.add(node, captures: captures, pattern: pattern)
        self.instructions.append(.match)
    }

    /// Whether a place in the text decides which way is taken.
    var hasAssertions: Bool {
        self.instructions.contains {
            if case .assertion = $0 { return true }
            return false
        }
    }

    private mutating func add(
        _ node: PatternNode, captures: Bool, pattern: String
    ) throws(RegularExpressionError) {
        guard self.instructions.count < Self.sizeLimit else {
            throw RegularExpressionError(.tooLarge, pattern)
        }
        switch node {
        case .empty: break
        case .set(let set): self.instructions.append(.set(self.index(of: set)))
        case .assertion(let assertion): self.instructions.append(.assertion(assertion))
        case .sequence(let nodes):
            for node in nodes { try self.add(node, captures: captures, pattern: pattern) }
        case .group(let inner, let index):
            if captures { self.instructions.append(.save(2 * index)) }
            try self.add(inner, captures: captures, pattern: pattern)
            if captures { self.instructions.append(.save(2 * index + 1)) }
        case .alternatives(let nodes):
            var exits: [Int] = []
            for (number, node) in nodes.enumerated() {
                let split = self.instructions.count
                let isLast = number == nodes.count - 1
                if !isLast { self.instructions.append(.split(split + 1, 0)) }
                try self.add(node, captures: captures, pattern: pattern)
                guard !isLast else { break }
                exits.append(self.instructions.count)
                self.instructions.append(.jump(0))
                self.instructions[split] = .split(split + 1, self.instructions.count)
            }
            for exit in exits { self.instructions[exit] = .jump(self.instructions.count) }
        case .repetition(let inner, let minimum, let maximum, let greedy):
            for _ in 0..<minimum { try self.add(inner, captures: captures, pattern: pattern) }
            guard let maximum else {
                try self.addLoop(inner, greedy: greedy, captures: captures, pattern: pattern)
                return
            }
            // Each further copy may be left out, and with it all that follow.
            var splits: [Int] = []
            for _ in minimum..<maximum {
                splits.append(self.instructions.count)
                self.instructions.append(.split(0, 0))
                try self.add(inner, captures: captures, pattern: pattern)
            }
            let end = self.instructions.count
            for split in splits {
                self.instructions[split] =
                    greedy ? .split(split + 1, end) : .split(end, split + 1)
            }
        }
    }

    private mutating func addLoop(
        _ inner: PatternNode, greedy: Bool, captures: Bool, pattern: String
    ) throws(RegularExpressionError) {
        let split = self.instructions.count
        self.instructions.append(.split(0, 0))
        try self.add(inner, captures: captures, pattern: pattern)
        self.instructions.append(.jump(split))
        let end = self.instructions.count
        self.instructions[split] = greedy ? .split(split + 1, end) : .split(end, split + 1)
    }

    private mutating func index(of set: ScalarSet) -> Int {
        if let index = self.indices[set] { return index }
        self.sets.append(set)
        self.indices[set] = self.sets.count - 1
        return self.sets.count - 1
    }
}
