// Weir
// SPDX-License-Identifier: Apache-2.0

/// Classes in brackets and escapes.
extension PatternParser {
    /// `[a-z\d[:alpha:]^]`, at the opening bracket.
    mutating func bracket() throws(RegularExpressionError) -> ScalarSet {
        let start = self.position
        self.position += 1
        let negated = self.skip("^")
        var ranges: [ClosedRange<UInt32>] = []
        var isFirst = true
        while self.next != "]" || isFirst {
            guard self.next != nil else {
                throw RegularExpressionError(.missingBracket, self.rest(from: start))
            }
            let itemStart = self.position
            // A hyphen stands for itself only at the edges.
            if self.next == "-", !isFirst, self.position + 1 < self.scalars.count,
                self.scalars[self.position + 1] != "]"
            {
                self.position += 1
                throw RegularExpressionError(.invalidClassRange, self.text(from: itemStart))
            }
            isFirst = false
            if let set = try self.classInside() {
                ranges += set.ranges
                continue
            }
            let low = try self.scalarInside(from: start)
            var high = low
            if self.next == "-", self.position + 1 < self.scalars.count,
                self.scalars[self.position + 1] != "]"
            {
                self.position += 1
                high = try self.scalarInside(from: start)
            }
            guard low.value <= high.value else {
                throw RegularExpressionError(.invalidClassRange, self.text(from: itemStart))
            }
            ranges.append(low.value...high.value)
        }
        self.position += 1
        var set = ScalarSet(ranges)
        if self.flags.ignoresCase { set = set.caseFolded }
        return negated ? set.inverted : set
    }

    /// `[:alpha:]`, `\d` or `\pL` in brackets; nil where a single scalar stands.
    private mutating func classInside() throws(RegularExpressionError) -> ScalarSet? {
        let start = self.position
        if self.continues(with: "[:") {
            var end = start + 2
            while end < self.scalars.count, self.scalars[end] != ":", self.scalars[end] != "]" {
                end += 1
            }
            // Without `:]` the bracket stands for itself.
            guard end + 1 < self.scalars.count, self.scalars[end] == ":",
                self.scalars[end + 1] == "]"
            else { return nil }
            self.position = end + 2
            let whole = self.text(from: start)
            let inner = whole.dropFirst(2).dropLast(2)
            let negated = inner.hasPrefix("^")
            guard let set = ScalarSet.posix[String(negated ? inner.dropFirst() : inner)] else {
                throw RegularExpressionError(.invalidClassRange, whole)
            }
            return negated ? set.inverted : set
        }
        return self.next == "\\" ? try self.namedClass() : nil
    }

    private mutating func scalarInside(
        from start: Int
    ) throws(RegularExpressionError) -> Unicode.Scalar {
        guard let scalar = self.next else {
            throw RegularExpressionError(.missingBracket, self.rest(from: start))
        }
        if scalar == "\\" { return try self.escapedScalar() }
        self.position += 1
        return scalar
    }

    /// An escape outside brackets, at the backslash.
    mutating func escape() throws(RegularExpressionError) -> PatternNode {
        let start = self.position
        guard start + 1 < self.scalars.count else {
            throw RegularExpressionError(.trailingBackslash, "")
        }
        switch self.scalars[start + 1] {
        case "A":
            self.position += 2
            return .assertion(.textStart)
        case "z":
            self.position += 2
            return .assertion(.textEnd)
        case "b":
            self.position += 2
            return .assertion(.wordBoundary)
        case "B":
            self.position += 2
            return .assertion(.noWordBoundary)
        default:
            if let set = try self.namedClass() { return .set(set) }
            return self.literal(try self.escapedScalar())
        }
    }

    /// `\d`, `\W`, `\pL`, `\P{Lu}` at the backslash; nil (and nothing read) for other escapes.
    private mutating func namedClass() throws(RegularExpressionError) -> ScalarSet? {
        let start = self.position
        guard start + 1 < self.scalars.count else { return nil }
        let set: ScalarSet
        switch self.scalars[start + 1] {
        case "d": set = .digits
        case "D": set = ScalarSet.digits.inverted
        case "w": set = .words
        case "W": set = ScalarSet.words.inverted
        case "s": set = .spaces
        case "S": set = ScalarSet.spaces.inverted
        case "p", "P": return try self.categoryClass()
        default: return nil
        }
        self.position += 2
        return set
    }

    private mutating func categoryClass() throws(RegularExpressionError) -> ScalarSet {
        let start = self.position
        var negated = self.scalars[start + 1] == "P"
        self.position += 2
        var name = String.UnicodeScalarView()
        if self.skip("{") {
            if self.skip("^") { negated.toggle() }
            while let scalar = self.next, scalar != "}" {
                name.append(scalar)
                self.position += 1
            }
            guard self.skip("}") else {
                throw RegularExpressionError(.invalidClass, self.text(from: start))
            }
        } else if let scalar = self.next {
            name.append(scalar)
            self.position += 1
        }
        guard let set = CategorySets.named(String(name)) else {
            throw RegularExpressionError(.invalidClass, self.text(from: start))
        }
        return negated ? set.inverted : set
    }

    /// The scalar that an escape stands for, at the backslash.
    private mutating func escapedScalar() throws(RegularExpressionError) -> Unicode.Scalar {
        let start = self.position
        self.position += 1
        guard let scalar = self.next else {
            throw RegularExpressionError(.trailingBackslash, "")
        }
        self.position += 1
        switch scalar {
        case "a": return "\u{7}"
        case "f": return "\u{c}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{b}"
        case "x": return try self.hexadecimal(from: start)
        case "1"..."7" where !(self.next.map { ("0"..."7").contains($0) } ?? false):
            // A reference back to a group, which no automaton can follow.
            throw RegularExpressionError(.invalidEscape, self.text(from: start))
        case "0"..."7":
            var value = scalar.value - 0x30
            for _ in 0..<2 {
                guard let digit = self.next, ("0"..."7").contains(digit) else { break }
                value = value * 8 + digit.value - 0x30
                self.position += 1
            }
            return Unicode.Scalar(value) ?? "\0"
        default:
            guard scalar.value < 0x80, !ScalarSet.words.contains(scalar.value) || scalar == "_"
            else { throw RegularExpressionError(.invalidEscape, self.text(from: start)) }
            return scalar
        }
    }

    /// `\x7F` or `\x{10FFFF}`, after the `x`.
    private mutating func hexadecimal(
        from start: Int
    ) throws(RegularExpressionError) -> Unicode.Scalar {
        let braced = self.skip("{")
        var value: UInt32 = 0
        var count = 0
        while let scalar = self.next, braced || count < 2,
            let digit = Character(scalar).hexDigitValue, scalar.value < 0x80
        {
            value = min(value * 16 + UInt32(digit), ScalarSet.last + 1)
            count += 1
            self.position += 1
        }
        guard braced ? count > 0 && self.skip("}") : count == 2,
            let scalar = Unicode.Scalar(value)
        else { throw RegularExpressionError(.invalidEscape, self.text(from: start)) }
        return scalar
    }
}
