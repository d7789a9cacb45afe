// Weir
// SPDX-License-Identifier: Apache-2.0

/// A regular expression in the syntax of RE2, matched in time linear in the text.
///
/// We own this rather than take `Regex`: label values come from a chain, and `Regex` backtracks, so a value
/// of forty characters can hold it for hours; it also is not `Sendable`, and has another syntax than
/// the one that rule files are written in. Back references and look-around do not exist here, as in RE2.
///
/// Scalars are compared one by one; texts that differ in their normal form are different texts.
/// Source: https://github.com/google/re2/wiki/Syntax, as Go's `regexp` reads it.
package struct RegularExpression: Sendable {
    /// The pattern as it was given.
    package let pattern: String
    /// The names of groups by index; the first is the whole match.
    package let groupNames: [String?]
    private let way: Way
    /// With the places of groups; nil where nothing has to be found that ``way`` does not say.
    private let program: PatternProgram?

    /// How a whole text is decided.
    private enum Way: Sendable {
        case everything
        case notEmpty
        case literal([UInt8])
        case literals(Set<[UInt8]>)
        case prefix([UInt8])
        case table(PatternTable)
        case machine(PatternProgram)
    }

    /// A pattern for ``matches(_:)`` over whole texts, as matchers have it: anchored at both ends, and `.`
    /// matches a newline as in Prometheus 3. Throws where it is no regular expression.
    package init(anchored pattern: String) throws(RegularExpressionError) {
        try self.init(pattern, dotMatchesNewline: true)
    }

    /// A pattern for ``firstMatch(in:)`` and ``replacingMatches(in:with:)``, as Go's `regexp.Compile` reads it: `.`
    /// stops at a newline unless `(?s)` is set.
    package init(searching pattern: String) throws(RegularExpressionError) {
        try self.init(pattern, dotMatchesNewline: false)
    }

    private init(_ pattern: String, dotMatchesNewline: Bool) throws(RegularExpressionError) {
        guard pattern.utf8.count <= 1 << 20 else {
            throw RegularExpressionError(.tooLarge, pattern)
        }
        var flags = PatternParser.Flags()
        flags.dotMatchesNewline = dotMatchesNewline
        var parser = PatternParser(pattern, flags: flags)
        let node = try parser.parse()
        self.pattern = pattern
        self.groupNames = parser.groupNames
        if let shortcut = Self.shortcut(node.withoutEdges) {
            self.way = shortcut
        } else {
            let program = try PatternProgram(
                node.withoutEdges, captures: false, pattern: pattern)
            self.way = PatternTable(program).map { .table($0) } ?? .machine(program)
        }
        // A list of thousands of literals is matched by looking it up, and is no program.
        if case .literals(let literals) = self.way, literals.count > 100,
            parser.groupNames.count == 1,
            dotMatchesNewline
        {
            self.program = nil
        } else {
            self.program = try PatternProgram(
                .group(node, index: 0), captures: true, pattern: pattern)
        }
    }

    /// Whether the whole text matches.
    package func matches(_ text: String) -> Bool {
        switch self.way {
        case .everything: return true
        case .notEmpty: return !text.isEmpty
        case .literal(let literal): return text.utf8.elementsEqual(literal)
        case .literals(let literals): return literals.contains(Array(text.utf8))
        case .prefix(let prefix): return text.utf8.starts(with: prefix)
        case .table(let table): return table.matches(text)
        case .machine(let program):
            var machine = PatternMachine(program, slots: 0)
            return machine.firstMatch(in: Array(text.unicodeScalars), whole: true) != nil
        }
    }

    /// The groups of the match of the whole text; nil where it does not match.
    package func wholeMatch(_ text: String) -> RegularExpressionMatch? {
        guard self.matches(text) else { return nil }
        return self.match(in: text, whole: true)
    }

    /// The first match anywhere in the text; of the matches there the one that the pattern prefers.
    package func firstMatch(in text: String) -> RegularExpressionMatch? {
        self.match(in: text, whole: false)
    }

    /// The text with every match replaced by the expansion of a template (see
    /// ``RegularExpressionMatch/expand(_:)``), as Go's `ReplaceAllString`.
    package func replacingMatches(in text: String, with template: String) -> String {
        guard let program = self.program else { return text }
        let scalars = Array(text.unicodeScalars)
        let bytes = Array(text.utf8)
        var machine = PatternMachine(program, slots: 2 * self.groupNames.count)
        var result: [UInt8] = []
        var copied = 0
        var index = 0
        var offset = 0
        while index <= scalars.count,
            let places = machine.firstMatch(
                in: scalars, from: index, offset: offset, whole: false)
        {
            result += bytes[copied..<places[0]]
            // An empty match directly behind another match counts for nothing.
            if places[1] > copied || places[0] == 0 {
                let match = RegularExpressionMatch(
                    bytes: bytes, places: places, groupNames: self.groupNames)
                result += match.expand(template).utf8
            }
            copied = places[1]
            // On to the end of the match, and by one scalar at least.
            repeat {
                offset += index < scalars.count ? UTF8.width(scalars[index]) : 1
                index += 1
            } while offset < copied
        }
        result += bytes[copied...]
        return String(decoding: result, as: UTF8.self)
    }

    private func match(in text: String, whole: Bool) -> RegularExpressionMatch? {
        let places: PatternMachine.Places?
        if let program = self.program {
            var machine = PatternMachine(program, slots: 2 * self.groupNames.count)
            places = machine.firstMatch(in: Array(text.unicodeScalars), whole: whole)
        } else {
            places = self.matches(text) ? [0, text.utf8.count] : nil
        }
        return places.map {
            RegularExpressionMatch(
                bytes: Array(text.utf8), places: $0, groupNames: self.groupNames)
        }
    }

    /// The ways that need no automaton, in the patterns that rules mostly have.
    private static func shortcut(_ node: PatternNode) -> Way? {
        if node.repeatsAnything(atLeast: 0) { return .everything }
        if node.repeatsAnything(atLeast: 1) { return .notEmpty }
        if let literal = node.literal { return .literal(Array(literal.utf8)) }
        if case .alternatives(let branches) = node {
            let literals = branches.compactMap(\.literal)
            if literals.count == branches.count {
                return .literals(Set(literals.map { Array($0.utf8) }))
            }
        }
        if case .sequence(let nodes) = node, nodes.last?.repeatsAnything(atLeast: 0) ?? false,
            let literal = PatternNode.sequence(nodes.dropLast()).literal
        {
            return .prefix(Array(literal.utf8))
        }
        return nil
    }
}
