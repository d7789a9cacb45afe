// Weir
// SPDX-License-Identifier: Apache-2.0

/// Reads the syntax of RE2, as Go's `regexp/syntax` has it with the flags of Perl.
///
/// Source: https://github.com/google/re2/wiki/Syntax.
struct PatternParser {
    /// What `(?ims-U)` switches.
    struct Flags {
        var ignoresCase = false
        var dotMatchesNewline = false
        var multipleLines = false
        var ungreedy = false
    }

    /// How deep groups may stand in each other.
    static let depthLimit = 200
    /// The greatest repeat count, and the greatest product of counts that stand in each other.
    static let repeatLimit = 1_000

    let scalars: [Unicode.Scalar]
    var position = 0
    var flags: Flags
    /// The names of groups; the first belongs to the whole match.
    var groupNames: [String?] = [nil]
    /// Whether `\Q` has been read and not `\E`.
    var isQuoting = false
    private var depth = 0

    init(_ pattern: String, flags: Flags) {
        self.scalars = Array(pattern.unicodeScalars)
        self.flags = flags
    }

    /// Reads the whole pattern.
    mutating func parse() throws(RegularExpressionError) -> PatternNode {
        let node = try self.alternatives()
        if self.position < self.scalars.count {
            throw RegularExpressionError(.unexpectedParenthesis, self.text(from: 0))
        }
        return node
    }

    var next: Unicode.Scalar? {
        self.position < self.scalars.count ? self.scalars[self.position] : nil
    }

    /// Goes past a scalar if it is the next one.
    mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard self.next == scalar else { return false }
        self.position += 1
        return true
    }

    /// Whether the pattern goes on with a text.
    func continues(with text: String) -> Bool {
        self.scalars[self.position...].starts(with: text.unicodeScalars)
    }

    func text(from start: Int) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: self.scalars[start..<max(start, self.position)])
        return String(view)
    }

    func rest(from start: Int) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: self.scalars[start...])
        return String(view)
    }

    private mutating func alternatives() throws(RegularExpressionError) -> PatternNode {
        self.depth += 1
        defer { self.depth -= 1 }
        guard self.depth <= Self.depthLimit else {
            throw RegularExpressionError(.nestsTooDeeply, self.rest(from: 0))
        }
        let flagsBefore = self.flags
        defer { self.flags = flagsBefore }
        var branches = [try self.sequence()]
        while self.skip("|") { branches.append(try self.sequence()) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() throws(RegularExpressionError) -> PatternNode {
        var nodes: [PatternNode] = []
        while let scalar = self.next {
            if self.isQuoting {
                // `\Q…\E`: everything stands for itself; an operator behind it takes the last scalar.
                if self.continues(with: #"\E"#) {
                    self.position += 2
                    self.isQuoting = false
                    if let last = nodes.popLast() { nodes.append(try self.repeated(last)) }
                } else {
                    self.position += 1
                    nodes.append(self.literal(scalar))
                }
                continue
            }
            guard scalar != "|", scalar != ")" else { break }
            guard let atom = try self.atom(scalar) else { continue }
            nodes.append(try self.repeated(atom))
        }
        switch nodes.count {
        case 0: return .empty
        case 1: return nodes[0]
        default: return .sequence(nodes)
        }
    }

    /// One atom; nil where only flags were switched or a quotation begins.
    private mutating func atom(
        _ scalar: Unicode.Scalar
    ) throws(RegularExpressionError) -> PatternNode? {
        let start = self.position
        self.position += 1
        switch scalar {
        case "(": return try self.group(from: start)
        case "[":
            self.position = start
            return .set(try self.bracket())
        case ".":
            return .set(self.flags.dotMatchesNewline ? .all : ScalarSet.newline.inverted)
        case "^": return .assertion(self.flags.multipleLines ? .lineStart : .textStart)
        case "$": return .assertion(self.flags.multipleLines ? .lineEnd : .textEnd)
        case "*", "+", "?":
            throw RegularExpressionError(.missingRepeatArgument, self.text(from: start))
        case "\\":
            self.position = start
            if self.continues(with: #"\Q"#) {
                self.position += 2
                self.isQuoting = true
                return nil
            }
            return try self.escape()
        case "{":
            self.position = start
            if try self.counts() != nil {
                throw RegularExpressionError(.missingRepeatArgument, self.text(from: start))
            }
            self.position = start + 1
            return self.literal(scalar)
        default: return self.literal(scalar)
        }
    }

    func literal(_ scalar: Unicode.Scalar) -> PatternNode {
        let set = ScalarSet(scalar)
        return .set(self.flags.ignoresCase ? set.caseFolded : set)
    }

    // MARK: Repetition

    private mutating func repeated(
        _ atom: PatternNode
    ) throws(RegularExpressionError) -> PatternNode {
        let start = self.position
        guard let first = try self.repeatOperator() else { return atom }
        let greedy = self.skip("?") ? self.flags.ungreedy : !self.flags.ungreedy
        let second = self.position
        if try self.repeatOperator() != nil {
            throw RegularExpressionError(.nestedRepeat, self.text(from: second > start ? start : 0))
        }
        let node = PatternNode.repetition(
            atom, minimum: first.minimum, maximum: first.maximum, greedy: greedy)
        guard Self.repeatProduct(node) <= Self.repeatLimit else {
            self.position = second
            throw RegularExpressionError(.repeatCount, self.text(from: start))
        }
        return node
    }

    private mutating func repeatOperator() throws(RegularExpressionError)
        -> (minimum: Int, maximum: Int?)?
    {
        if self.skip("*") { return (0, nil) }
        if self.skip("+") { return (1, nil) }
        if self.skip("?") { return (0, 1) }
        guard self.next == "{" else { return nil }
        let start = self.position
        if let counts = try self.counts() { return counts }
        self.position = start
        return nil
    }

    /// `{n}`, `{n,}`, `{n,m}`; nil where braces stand for themselves.
    private mutating func counts() throws(RegularExpressionError)
        -> (minimum: Int, maximum: Int?)?
    {
        let start = self.position
        guard self.skip("{"), let minimum = self.count() else { return nil }
        var maximum: Int? = minimum
        if self.skip(",") {
            if self.next == "}" {
                maximum = nil
            } else if let count = self.count() {
                maximum = count
            } else {
                return nil
            }
        }
        guard self.skip("}") else { return nil }
        if max(minimum, maximum ?? 0) > Self.repeatLimit || (maximum ?? minimum) < minimum {
            throw RegularExpressionError(.repeatCount, self.text(from: start))
        }
        return (minimum, maximum)
    }

    /// A decimal number; what is beyond the limit is just beyond it.
    private mutating func count() -> Int? {
        let start = self.position
        var value = 0
        while let scalar = self.next, (0x30...0x39).contains(scalar.value) {
            value = min(value * 10 + Int(scalar.value - 0x30), Self.repeatLimit + 1)
            self.position += 1
        }
        return self.position > start ? value : nil
    }

    /// The greatest product of repeat counts that stand in each other: what a copy of each costs.
    private static func repeatProduct(_ node: PatternNode) -> Int {
        switch node {
        case .empty, .set, .assertion: 1
        case .group(let inner, _): repeatProduct(inner)
        case .sequence(let nodes), .alternatives(let nodes): nodes.map(repeatProduct).max() ?? 1
        case .repetition(let inner, let minimum, let maximum, _):
            min(max(minimum, maximum ?? 1, 1) * repeatProduct(inner), repeatLimit + 1)
        }
    }

    // MARK: Groups

    private mutating func group(
        from start: Int
    ) throws(RegularExpressionError) -> PatternNode? {
        var index: Int?
        let flagsBefore = self.flags
        if self.skip("?") {
            if self.continues(with: "P<") || self.continues(with: "<") {
                if self.continues(with: "<=") || self.continues(with: "<!") {
                    self.position += 2
                    throw RegularExpressionError(.unsupportedSyntax, self.text(from: start))
                }
                index = self.groupNames.count
                self.groupNames.append(try self.groupName(from: start))
            } else if try self.switchFlags(from: start) {
                return nil
            }
        } else {
            index = self.groupNames.count
            self.groupNames.append(nil)
        }
        let inner = try self.alternatives()
        self.flags = flagsBefore
        guard self.skip(")") else {
            throw RegularExpressionError(.missingParenthesis, self.rest(from: 0))
        }
        return index.map { .group(inner, index: $0) } ?? inner
    }

    private mutating func groupName(from start: Int) throws(RegularExpressionError) -> String {
        _ = self.skip("P")
        _ = self.skip("<")
        var name = String.UnicodeScalarView()
        while let scalar = self.next, scalar != ">" {
            name.append(scalar)
            self.position += 1
        }
        guard self.skip(">"), !name.isEmpty,
            name.allSatisfy({ ScalarSet.words.contains($0.value) })
        else { throw RegularExpressionError(.invalidGroupName, self.text(from: start)) }
        let text = String(name)
        if self.groupNames.contains(text) {
            throw RegularExpressionError(.duplicateGroupName, text)
        }
        return text
    }

    /// `(?i)` gives true, `(?i:` false: a group follows.
    private mutating func switchFlags(from start: Int) throws(RegularExpressionError) -> Bool {
        var on = true
        var seen = false
        while let scalar = self.next {
            self.position += 1
            switch scalar {
            case "i": self.flags.ignoresCase = on
            case "s": self.flags.dotMatchesNewline = on
            case "m": self.flags.multipleLines = on
            case "U": self.flags.ungreedy = on
            case "-" where on:
                on = false
                seen = false
                continue
            case ":" where on || seen: return false
            case ")" where on || seen: return true
            default: throw RegularExpressionError(.unsupportedSyntax, self.text(from: start))
            }
            seen = true
        }
        throw RegularExpressionError(.missingParenthesis, self.rest(from: 0))
    }
}
