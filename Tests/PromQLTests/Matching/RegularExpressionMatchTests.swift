// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import Testing

@Suite struct RegularExpressionMatchTests {
    @Test func groupsAreFoundByIndexAndName() throws {
        let expression = try RegularExpression(anchored: "(?P<host>[^:]+):(\\d+)?(x)?")
        let match = try #require(expression.wholeMatch("weir:95"))
        #expect(match[0] == "weir:95")
        #expect(match["host"] == "weir")
        #expect(match[2] == "95")
        #expect(match[3] == nil)
        #expect(match[4] == nil)
        #expect(match[-1] == nil)
        #expect(match["port"] == nil)
    }

    @Test func greedAndOrderDecideWhatGroupsTake() throws {
        let table = [
            ("(a*)(a*)", "aaa", "aaa", ""), ("(a*?)(a*)", "aaa", "", "aaa"),
            ("(a|ab)(c|bcd)?", "abcd", "a", "bcd"), ("(.*)-(.*)", "a-b-c", "a-b", "c"),
            ("(.*?)-(.*)", "a-b-c", "a", "b-c"), ("(?U)(.*)-(.*)", "a-b-c", "a", "b-c"),
        ]
        for (pattern, text, first, second) in table {
            let match = try #require(RegularExpression(anchored: pattern).wholeMatch(text))
            #expect(match[1] == first, "\(pattern)")
            #expect(match[2] == second, "\(pattern)")
        }
    }

    static let templatesAreExpandedCases: [(String, String)] = [
        ("value-$1", "value-10"), ("$0", "source-10"), ("${1}x", "10x"), ("$1x", ""), ("$$1", "$1"),
        ("$name.", "10."), ("${name}_$2", "10_"), ("$", "$"), ("a$-b", "a$-b"), ("${1", "${1"),
        ("${}", "${}"), ("$01", ""), ("é$1💥", "é10💥"), ("$10", ""), ("", ""),
    ]

    @Test(arguments: templatesAreExpandedCases)
    func templatesAreExpanded(template: String, expected: String) throws {
        let match = try #require(
            RegularExpression(anchored: "source-(?P<name>.*)").wholeMatch("source-10"))
        #expect(match.expand(template) == expected)
    }

    @Test func searchingFindsTheFirstMatch() throws {
        let expression = try RegularExpression(searching: "b(.)")
        #expect(expression.firstMatch(in: "aabcbd")?[1] == "c")
        #expect(expression.firstMatch(in: "aaa") == nil)
        #expect(expression.firstMatch(in: "b\n") == nil)
        #expect(try RegularExpression(searching: "^a").firstMatch(in: "ba") == nil)
        #expect(try RegularExpression(searching: "a|ab|abc").firstMatch(in: "xabc")?[0] == "a")
    }

    /// As Go's `ReplaceAllString`.
    static let allMatchesAreReplacedCases: [(String, String, String, String)] = [
        ("a", "banana", "o", "bonono"), ("a*", "baaac", "x", "xbxcx"), ("", "ab", "-", "-a-b-"),
        ("(\\w+)@(\\w+)", "me@here you@there", "$2 $1", "here me there you"),
        ("x", "abc", "y", "abc"),
        ("[é💥]", "aé💥b", "<$0>", "a<é><💥>b"), ("a*", "", "x", "x"), ("^a", "aaa", "b", "baa"),
        ("\\b", "ab cd", "|", "|ab| |cd|"),
    ]

    @Test(arguments: allMatchesAreReplacedCases)
    func allMatchesAreReplaced(
        pattern: String, text: String, template: String, expected: String
    ) throws {
        let expression = try RegularExpression(searching: pattern)
        #expect(expression.replacingMatches(in: text, with: template) == expected)
    }
}
