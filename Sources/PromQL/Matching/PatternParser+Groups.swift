// Weir
// SPDX-License-Identifier: Apache-2.0

/// Groups, their names and flags.
extension PatternParser {
    /// A group at its first character behind the parenthesis; nil where only flags were switched.
    mutating func group(
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
