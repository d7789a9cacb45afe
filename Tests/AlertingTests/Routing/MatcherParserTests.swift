// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import Testing
import WeirTestSupport

@testable import Alerting

@Suite struct MatcherParserTests {
    /// The cases of prometheus/alertmanager `pkg/labels/parse_test.go`, and more.
    @Test(arguments: [
        (#"{foo="bar"}"#, [#"foo="bar""#]),
        (#"foo="bar""#, [#"foo="bar""#]),
        (#"{foo=~"bar.*"}"#, [#"foo=~"bar.*""#]),
        (#"{foo!="bar"}"#, [#"foo!="bar""#]),
        (#"{foo!~"bar.*"}"#, [#"foo!~"bar.*""#]),
        (#"{foo="bar", baz!="quux"}"#, [#"foo="bar""#, #"baz!="quux""#]),
        (
            #"{foo="bar",baz!~".*quux", derp="wat"}"#,
            [#"foo="bar""#, #"baz!~".*quux""#, #"derp="wat""#]
        ),
        (#"{foo=""}"#, [#"foo="""#]),
        ("foo=", [#"foo="""#]),
        (#"{foo="bar,quux", job="job1"}"#, [#"foo="bar,quux""#, #"job="job1""#]),
        (#"{foo = "bar", dings != "bums", }"#, [#"foo="bar""#, #"dings!="bums""#]),
        ("foo=bar,dings!=bums", [#"foo="bar""#, #"dings!="bums""#]),
        ("foo=bar, dings!=bums ,", [#"foo="bar""#, #"dings!="bums""#]),
        (
            #"{quote="She said: \"Hi, ladies! That's gender-neutral…\""}"#,
            [#"quote="She said: \"Hi, ladies! That's gender-neutral…\"""#]
        ),
        (#"statuscode=~"5..""#, [#"statuscode=~"5..""#]),
        ("tricky=~~~", [#"tricky=~"~~""#]),
        (#"trickier==\\=\=\""#, [#"trickier="=\\=\\=\"""#]),
        (
            #"contains_quote != "\"" , contains_comma !~ "foo,bar" , "#,
            [#"contains_quote!="\"""#, #"contains_comma!~"foo,bar""#]
        ),
        (#"a="x\ny\z""#, [#"a="x\ny\\z""#]),
        (#"a=x\"#, [#"a="x\\""#]),
        ("a=~b|c", [#"a=~"b|c""#]),
        ("a=~x{2}", [#"a=~"x{2}""#]),
        ("{a=~x{2}}", [#"a=~"x{2}""#]),
        ("a:b=c", [#"a:b="c""#]),
        ("  { a = b }  ", [#"a="b""#]),
        ("{}", []),
        ("", []),
    ])
    func texts(text: String, expected: [String]) throws {
        #expect(try MatcherParser.parse(text).map(\.description) == expected)
    }

    @Test(arguments: [
        (#"job="value"#, MatcherError.unescapedQuote(#"job="value"#)),
        (#"job=value""#, .unescapedQuote(#"job=value""#)),
        (#"a=foo"bar"#, .unescapedQuote(#"a=foo"bar"#)),
        (#"a="foo"bar"#, .unescapedQuote(#"a="foo"bar"#)),
        (#"a="foo\""#, .unescapedQuote(#"a="foo\""#)),
        (#"{invalid-name = "x"}"#, .malformed(#"invalid-name = "x""#)),
        (#"1a="x""#, .malformed(#"1a="x""#)),
        (#""{foo=\"bar"}"#, .malformed(#""{foo=\"bar"}"#)),
        ("foo", .malformed("foo")),
        ("=x", .malformed("=x")),
        ("a=b,,c=d", .malformed("")),
        (",a=b", .malformed("")),
        ("a>b", .malformed("a>b")),
        ("a~b", .malformed("a~b")),
    ])
    func faults(text: String, expected: MatcherError) {
        #expect(throws: expected) { _ = try MatcherParser.parse(text) }
    }

    @Test func faultyPatternIsToldWithItsMatcher() {
        #expect {
            _ = try MatcherParser.parse(#"{foo=~"invalid[regexp"}"#)
        } throws: { error in
            guard case .pattern(let text, _)? = error as? MatcherError else { return false }
            return text == #"foo=~"invalid[regexp""#
        }
    }

    @Test func hugeTextsAreRefused() {
        #expect(throws: MatcherError.tooLong) {
            _ = try MatcherParser.parse("a=" + String(repeating: "x", count: 20_000))
        }
        #expect(throws: MatcherError.tooMany) {
            _ = try MatcherParser.parse(String(repeating: "a=b,", count: 200))
        }
    }

    @Test func setIsSortedAndMatchesAll() throws {
        let set = MatcherSet(try MatcherParser.parse(#"b=~"x|y",a!="1",a="1""#))
        #expect(set.description == #"{a="1",a!="1",b=~"x|y"}"#)
        let pair = MatcherSet(try MatcherParser.parse(#"b=~"x|y",a!="1""#))
        #expect(pair.matches(Labels([("b", "x")])))
        #expect(!pair.matches(Labels([("b", "xx")])))
        #expect(!pair.matches(Labels([("b", "y"), ("a", "1")])))
        #expect(MatcherSet().matches(.empty))
    }

    /// Any order of odd characters gives matchers or an error, and never a trap.
    @Test func anyTextIsRead() {
        var random = SeededRandom(seed: 5)
        let signs = Array("{}\",=~!\\ab \n\u{301}é")
        for _ in 0..<20_000 {
            let text = String(
                (0..<Int.random(in: 0...12, using: &random)).compactMap { _ in
                    signs.randomElement(using: &random)
                })
            guard let matchers = try? MatcherParser.parse(text) else { continue }
            // What was read reads the same again.
            let again = try? MatcherParser.parse(MatcherSet(matchers).description)
            #expect(
                again.map { MatcherSet($0) } == MatcherSet(matchers), "\(text.debugDescription)")
        }
    }
}
