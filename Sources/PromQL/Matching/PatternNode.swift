// Weir
// SPDX-License-Identifier: Apache-2.0

/// A regular expression as a tree.
indirect enum PatternNode: Sendable, Hashable {
    /// Matches the empty text.
    case empty
    /// One scalar of a set.
    case set(ScalarSet)
    case sequence([PatternNode])
    /// The first that leads to a match wins.
    case alternatives([PatternNode])
    /// `maximum` nil has no limit.
    case repetition(PatternNode, minimum: Int, maximum: Int?, greedy: Bool)
    /// Groups count from 1.
    case group(PatternNode, index: Int)
    case assertion(Assertion)

    /// A condition on a place in the text.
    enum Assertion: Sendable, Hashable {
        case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary

        /// Whether the condition holds between two scalars; nil is the text's edge.
        func holds(between before: UInt32?, and after: UInt32?) -> Bool {
            switch self {
            case .textStart: before == nil
            case .textEnd: after == nil
            case .lineStart: before == nil || before == 0x0a
            case .lineEnd: after == nil || after == 0x0a
            case .wordBoundary: Self.isWord(before) != Self.isWord(after)
            case .noWordBoundary: Self.isWord(before) == Self.isWord(after)
            }
        }

        private static func isWord(_ value: UInt32?) -> Bool {
            guard let value else { return false }
            return ScalarSet.words.contains(value)
        }
    }

    /// The text that alone is matched, where there is just one.
    var literal: String? {
        switch self {
        case .empty: return ""
        case .set(let set): return set.single.map { String(Character($0)) }
        case .sequence(let nodes):
            var text = String.UnicodeScalarView()
            for node in nodes {
                guard let part = node.literal else { return nil }
                text.append(contentsOf: part.unicodeScalars)
            }
            return String(text)
        case .group(let node, _): return node.literal
        case .alternatives, .repetition, .assertion: return nil
        }
    }

    /// Without groups at the top and without `^` and `$` at the edges, which say nothing in a match
    /// of the whole text.
    var withoutEdges: PatternNode {
        switch self {
        case .group(let node, _): return node.withoutEdges
        case .assertion(.textStart), .assertion(.textEnd): return .empty
        case .sequence(var nodes):
            while nodes.first == .assertion(.textStart) { nodes.removeFirst() }
            while nodes.last == .assertion(.textEnd) { nodes.removeLast() }
            return nodes.count == 1 ? nodes[0].withoutEdges : .sequence(nodes)
        default: return self
        }
    }

    /// Whether it is `.*` (or `.+` with `minimum` 1) over all scalars.
    func repeatsAnything(atLeast minimum: Int) -> Bool {
        guard case .repetition(.set(let set), let least, nil, _) = self else { return false }
        return set == .all && least == minimum
    }
}
