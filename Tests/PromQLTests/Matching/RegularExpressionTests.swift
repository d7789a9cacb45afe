// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing
import WeirTestSupport

@testable import PromQL

@Suite struct RegularExpressionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let pattern: String
        let matches: [String]
        let matchesNot: [String]

        init(_ pattern: String, _ matches: [String], not matchesNot: [String]) {
            self.pattern = pattern
            self.matches = matches
            self.matchesNot = matchesNot
        }

        var testDescription: String { self.pattern }
    }

    static let cases: [Case] = [
        Case("", [""], not: ["a"]),
        Case("abc", ["abc"], not: ["", "ab", "abcd", "xabc", "ABC"]),
        Case(".*", ["", "a", "a\nb", "💥"], not: []),
        Case(".+", ["a", "\n"], not: [""]),
        Case("abc.*", ["abc", "abcd", "abc\n"], not: ["ab", "xabc"]),
        Case(".*abc", ["abc", "xabc", "abcabc"], not: ["abcd"]),
        Case("a|b|cd", ["a", "b", "cd"], not: ["", "c", "ab", "acd"]),
        Case("(a|b)|c", ["a", "b", "c"], not: ["ac"]),
        Case("a|", ["a", ""], not: ["b"]),
        Case("5..", ["500", "5é💥"], not: ["50", "5000", "400"]),
        Case("a?b", ["b", "ab"], not: ["aab"]),
        Case("a{2,3}", ["aa", "aaa"], not: ["a", "aaaa"]),
        Case("a{2,}", ["aa", "aaaaa"], not: ["a"]),
        Case("a{2}", ["aa"], not: ["a", "aaa"]),
        Case("a{,2}", ["a{,2}"], not: ["aa"]),
        Case("a{x", ["a{x"], not: ["a"]),
        Case("a*?b+?", ["b", "aab", "abb"], not: ["a"]),
        Case("(ab)*", ["", "abab"], not: ["aba"]),
        Case("(a*)*", ["", "aaa"], not: ["b"]),
        Case("[a-c]x", ["ax", "cx"], not: ["dx", "x"]),
        Case("[^a-c]", ["d", "\n", "é"], not: ["a", ""]),
        Case("[]a]", ["]", "a"], not: ["b"]),
        Case("[a-]", ["a", "-"], not: ["b"]),
        Case("[\\d.]+", ["1.5", "7"], not: ["a"]),
        Case("\\d+\\w\\s", ["12a ", "1_\t"], not: ["a1 "]),
        Case("\\D\\W\\S", ["a-b"], not: ["1-b", "aab", "a- "]),
        Case("[[:alpha:]]+[[:^digit:]]", ["abc-"], not: ["ab1", "1-"]),
        Case("\\pL+", ["abc", "éß", "日本"], not: ["1", "a1"]),
        Case("\\p{Lu}\\P{Lu}", ["Aa", "É1"], not: ["aA", "AA"]),
        Case("[\\p{Nd}_]", ["5", "٣", "_"], not: ["a"]),
        Case("(?i)abc", ["abc", "ABC", "aBc"], not: ["abd"]),
        Case("(?i:PRO)x", ["prox", "PROx"], not: ["PROX"]),
        Case("a(?i)b|c", ["ab", "aB", "c", "C"], not: ["Ab"]),
        Case("(?i)k", ["k", "K", "\u{212a}"], not: ["x"]),
        Case("(?i)ÄÖ", ["äö", "ÄÖ", "Äö"], not: ["ao"]),
        Case("(?i)[^a]", ["b"], not: ["a", "A"]),
        Case("(?-s).", ["a"], not: ["\n"]),
        Case("^abc$", ["abc"], not: ["abcd"]),
        Case("^(?:a|b)$", ["a", "b"], not: ["ab"]),
        Case("(^a)b$", ["ab"], not: ["a"]),
        Case("a^b", [], not: ["ab", "a^b"]),
        Case("(?m)a$\n^b", ["a\nb"], not: ["ab"]),
        Case(".*\\bcat\\b.*", ["a cat!", "cat"], not: ["concat", "cats"]),
        Case(".*\\Bcat.*", ["concat"], not: ["cat", "a cat"]),
        Case("\\Aab\\z", ["ab"], not: ["abc"]),
        Case("\\Qa.b*\\E+", ["a.b*", "a.b**"], not: ["axb"]),
        Case("\\x41\\x{1F4A5}\\101\\t", ["A💥A\t"], not: ["A"]),
        Case("\\.\\-\\/\\_", [".-/_"], not: ["a-/_"]),
        Case("(?P<one>a)(?<two>b)", ["ab"], not: ["a"]),
        Case("a\u{301}", ["a\u{301}"], not: ["\u{e1}"]),
        Case("(?U)a+", ["aaa"], not: ["b"]),
    ]

    @Test(arguments: cases) func wholeTextsAreMatched(_ one: Case) throws {
        let expression = try RegularExpression(anchored: one.pattern)
        for text in one.matches { #expect(expression.matches(text), "\(text)") }
        for text in one.matchesNot { #expect(!expression.matches(text), "\(text)") }
        // The automaton that finds groups says the same.
        for text in one.matches { #expect(expression.wholeMatch(text)?[0] == text) }
        for text in one.matchesNot { #expect(expression.wholeMatch(text) == nil) }
    }

    typealias Reason = RegularExpressionError.Reason
    static let faults: [(String, Reason)] = [
        ("(.*", .missingParenthesis), ("a)", .unexpectedParenthesis), ("[a", .missingBracket),
        ("*a", .missingRepeatArgument), ("a|+", .missingRepeatArgument),
        ("(?i)*", .missingRepeatArgument), ("{2}", .missingRepeatArgument),
        ("a**", .nestedRepeat), ("a{2}{3}", .nestedRepeat), ("a+?+", .nestedRepeat),
        ("a{1001}", .repeatCount), ("a{3,2}", .repeatCount), ("(a{1000}){1000}", .repeatCount),
        ("((a{100}){100}){100}", .repeatCount), ("\\", .trailingBackslash),
        ("\\1", .invalidEscape), ("\\k", .invalidEscape), ("\\x{110000}", .invalidEscape),
        ("\\C", .invalidEscape), ("[z-a]", .invalidClassRange), ("[a-\\d]", .invalidEscape),
        ("[[:foo:]]", .invalidClassRange), ("\\p{Greek}", .invalidClass),
        ("\\pX", .invalidClass), ("(?<n", .invalidGroupName), ("(?P<a-b>x)", .invalidGroupName),
        ("(?P<a>x)(?P<a>y)", .duplicateGroupName), ("(?=a)", .unsupportedSyntax),
        ("(?<=a)b", .unsupportedSyntax), ("(?!a)", .unsupportedSyntax),
        ("(?#c)", .unsupportedSyntax),
    ]

    @Test(arguments: faults) func faultsAreNamed(pattern: String, reason: Reason) {
        #expect(throws: RegularExpressionError.self) { try RegularExpression(anchored: pattern) }
        do {
            _ = try RegularExpression(anchored: pattern)
        } catch {
            #expect(error.reason == reason, "\(error)")
        }
    }

    @Test func sizesAreBounded() {
        let deep = String(repeating: "(", count: 100_000) + String(repeating: ")", count: 100_000)
        let wide = (0..<60).map { "(?:a[b-d]{\(900 + $0)}|x)" }.joined()
        for (pattern, reason) in [(deep, Reason.nestsTooDeeply), (wide, .tooLarge)] {
            do {
                _ = try RegularExpression(anchored: pattern)
                Issue.record("no error: \(pattern.prefix(20))")
            } catch {
                #expect(error.reason == reason)
                #expect(error.description.utf8.count < 400)
            }
        }
    }

    @Test func longListsOfLiteralsAreFine() throws {
        let words = (0..<5_000).map { "0x\(String($0 * 7_919, radix: 16))ffffffffffffffff" }
        let expression = try RegularExpression(anchored: words.joined(separator: "|"))
        #expect(words.allSatisfy(expression.matches))
        #expect(!expression.matches("0x"))
        #expect(expression.wholeMatch(words[17])?[0] == words[17])
    }

    /// What takes a backtracking matcher longer than the world exists.
    @Test(arguments: ["(a*)*b", "(a|a)*b", "(a?){200}a{200}", "(.*)(.*)(.*)(.*)(.*)x", "(a|aa)+$b"])
    func hostileTextsTakeLinearTime(pattern: String) throws {
        let text = String(repeating: "a", count: 3_000)
        let expression = try RegularExpression(anchored: pattern)
        #expect(!expression.matches(text))
        #expect(expression.wholeMatch(text) == nil)
    }

    /// The table and the machine are two ways to the same answer, and a naive matcher is a third.
    @Test func threeWaysGiveOneAnswer() throws {
        var random = SeededRandom(seed: 0x5eed_0001)
        var tables = 0
        for round in 0..<400 {
            let node = Self.node(depth: 4, &random)
            let program = try PatternProgram(node, captures: false, pattern: "")
            guard let table = PatternTable(program) else { continue }
            tables += 1
            for _ in 0..<12 {
                let text = String(
                    (0..<Int.random(in: 0..<6, using: &random)).map { _ in
                        "abc".randomElement(using: &random) ?? "a"
                    })
                var machine = PatternMachine(program, slots: 0)
                let scalars = Array(text.unicodeScalars)
                let expected = Self.ends(node, scalars, from: 0).contains(scalars.count)
                #expect(table.matches(text) == expected, "round \(round): \(node) on \(text)")
                #expect((machine.firstMatch(in: scalars, whole: true) != nil) == expected)
            }
        }
        #expect(tables > 300)
    }

    private static func node(depth: Int, _ random: inout SeededRandom) -> PatternNode {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 2), using: &random) {
        case 0: return .set(ScalarSet("abc".unicodeScalars.randomElement(using: &random) ?? "a"))
        case 1: return .set(ScalarSet([0x61...0x62]))
        case 2, 3:
            return .sequence(
                (0..<Int.random(in: 0..<4, using: &random)).map { _ in
                    node(depth: depth - 1, &random)
                })
        case 4:
            return .alternatives(
                (0..<Int.random(in: 1..<4, using: &random)).map { _ in
                    node(depth: depth - 1, &random)
                })
        default:
            let minimum = Int.random(in: 0..<3, using: &random)
            return .repetition(
                node(depth: depth - 1, &random), minimum: minimum,
                maximum: Bool.random(using: &random)
                    ? nil : minimum + Int.random(in: 0..<2, using: &random), greedy: true)
        }
    }

    /// All places where a match from a place on can end, by definition.
    private static func ends(
        _ node: PatternNode, _ text: [Unicode.Scalar], from start: Int
    ) -> Set<Int> {
        switch node {
        case .empty: return [start]
        case .set(let set):
            guard start < text.count, set.contains(text[start].value) else { return [] }
            return [start + 1]
        case .sequence(let nodes):
            return nodes.reduce([start]) { places, node in
                places.reduce(into: []) { $0.formUnion(ends(node, text, from: $1)) }
            }
        case .alternatives(let nodes):
            return nodes.reduce(into: []) { $0.formUnion(ends($1, text, from: start)) }
        case .repetition(let inner, let minimum, let maximum, _):
            var places: Set<Int> = [start]
            var result: Set<Int> = minimum == 0 ? [start] : []
            for count in 1..<(maximum ?? text.count + minimum + 1) + 1 {
                places = places.reduce(into: []) { $0.formUnion(ends(inner, text, from: $1)) }
                if count >= minimum { result.formUnion(places) }
            }
            return result
        case .group(let inner, _): return ends(inner, text, from: start)
        case .assertion: return []
        }
    }
}
