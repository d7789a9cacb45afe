// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WeirTestSupport

@testable import PromQL

@Suite struct PromQLParserTests {
    // MARK: What is read

    /// Texts, and the form in which Prometheus shows them.
    static let forms: [(String, String)] = [
        ("1", "1"), ("+Inf", "+Inf"), ("inF", "+Inf"), ("-inf", "-Inf"), ("NaN", "NaN"),
        ("0x1f", "31"), ("010", "8"), ("08", "8"), ("1_000", "1000"), ("1e3", "1000"),
        ("12.34e-6", "1.234e-05"), ("2.", "2"), (".5", "0.5"),
        ("1.e2", "100"), ("1h30m", "5400"), ("5ms", "0.005"), ("-1", "-1"), ("- - -1", "-1"),
        ("1e21", "1e+21"), ("123456789012345680000", "123456789012345680000"),
        ("'a\"b'", #""a\"b""#), (#""a\tb\x41é\u00e9\101""#, #""a\tbAééA""#),
        ("`a\\n`", #""a\\n""#), ("\"\"", "\"\""), ("# comment\n 1 # more", "1"),
        ("foo", "foo"), ("foo:bar_1", "foo:bar_1"), (":a", ":a"), ("foo{}", "foo"),
        ("foo{a='b',}", #"foo{a="b"}"#), ("{a=\"b\"}", #"{a="b"}"#),
        (#"foo{a!="b", c=~"d.*", e!~"f"}"#, #"foo{a!="b", c=~"d.*", e!~"f"}"#),
        (#"{__name__=~".+"}"#, #"{__name__=~".+"}"#),
        (#"{"foo", a="b"}"#, #"{a="b", __name__="foo"}"#),
        (#"{"a.b"="c"}"#, #"{"a.b"="c"}"#),
        (#"foo{by="x", on="y", sum="z"}"#, #"foo{by="x", on="y", sum="z"}"#),
        ("sum", "sum"), ("by", "by"), ("offset", "offset"), ("and", "and"), ("start", "start"),
        ("offset offset 5m", "offset offset 5m"), ("and + or", "and + or"),
        ("foo offset 5m", "foo offset 5m"), ("foo offset -1h", "foo offset -1h"),
        ("foo offset 50", "foo offset 50s"), ("foo OFFSET 1w2d", "foo offset 9d"),
        ("foo @ 12", "foo @ 12.000"), ("foo @ -1.5", "foo @ -1.500"),
        ("foo @ 1m40s", "foo @ 100.000"),
        ("foo @ start()", "foo @ start()"), ("foo offset 5m @ end()", "foo @ end() offset 5m"),
        ("foo[5m]", "foo[5m]"), ("foo[300]", "foo[5m]"), ("foo[ 1h30m ]", "foo[1h30m]"),
        ("foo[5m] offset 1m @ 3", "foo[5m] @ 3.000 offset 1m"), ("foo[1y]", "foo[1y]"),
        ("foo[1h:5m]", "foo[1h:5m]"), ("foo[1h:]", "foo[1h:]"),
        ("foo[30:10s] offset 3s", "foo[30s:10s] offset 3s"),
        ("(a+b)[5m:1m] @ 5", "(a + b)[5m:1m] @ 5.000"),
        ("rate(foo[5m])[1h:5m]", "rate(foo[5m])[1h:5m]"),
        ("foo offset 1m[10m:2m]", "foo offset 1m[10m:2m]"),
        ("sum(foo)", "sum(foo)"), ("SUM BY (a,b,) (foo)", "sum by (a, b) (foo)"),
        ("sum(foo) by (a)", "sum by (a) (foo)"), ("sum without () (foo)", "sum without () (foo)"),
        ("sum by () (foo)", "sum(foo)"), ("topk by (x) (3, foo)", "topk by (x) (3, foo)"),
        ("count_values('v', foo)", #"count_values("v", foo)"#),
        ("sum by (sum, bool, and, by) (foo)", "sum by (sum, bool, and, by) (foo)"),
        (#"sum by ("a.b") (foo)"#, #"sum by ("a.b") (foo)"#),
        ("quantile(0.9, foo)", "quantile(0.9, foo)"),
        ("a + on (x) b", "a + on (x) b"), ("a and ignoring(x,y) b", "a and ignoring (x, y) b"),
        ("a / on() group_left b", "a / on () group_left () b"),
        ("a * ON(x) GROUP_RIGHT(y) b", "a * on (x) group_right (y) b"),
        ("a > bool b", "a > bool b"), ("a == BOOL on(x) b", "a == bool on (x) b"),
        ("a + on(x) group_left (b) c", "a + on (x) group_left (b) c"),
        ("1 > bool 2", "1 > bool 2"), ("a atan2 b", "a atan2 b"), ("a unless b", "a unless b"),
        ("label_join(a, 'x', '-')", #"label_join(a, "x", "-")"#), ("time()", "time()"),
        ("round(a, 5)", "round(a, 5)"), ("day_of_week()", "day_of_week()"),
        ("start() + end()", "start() + end()"), ("min_of(1, 2)", "min_of(1, 2)"),
    ]

    @Test(arguments: forms) func textsAreRead(text: String, form: String) throws {
        let expression = try PromQLParser.parse(text)
        #expect(expression.description == form)
        #expect(try PromQLParser.parse(form).shape == expression.shape)
    }

    static let bindings: [(String, String)] = [
        ("1 + 2 * 3", "(1 + (2 * 3))"), ("1 - 2 - 3", "((1 - 2) - 3)"),
        ("2 ^ 3 ^ 2", "(2 ^ (3 ^ 2))"),
        ("-2 ^ 2", "(-(2 ^ 2))"), ("-a * b", "((-a) * b)"), ("2 ^ -1 * 3", "((2 ^ -1) * 3)"),
        ("2 ^ -a ^ b", "(2 ^ (-(a ^ b)))"), ("a % b ^ c / d", "((a % (b ^ c)) / d)"),
        ("a or b and c unless d", "(a or ((b and c) unless d))"),
        ("a > b + c == d", "((a > (b + c)) == d)"), ("a and b > 1 or c", "((a and (b > 1)) or c)"),
        ("a atan2 b * c", "((a atan2 b) * c)"), ("- - a", "(-(-a))"), ("a - -b", "(a - (-b))"),
        ("a == 0 and rate(b[1h]) == 0", "((a == 0) and (rate(b[1h]) == 0))"),
        ("-a offset 5m", "(-a offset 5m)"), ("a + b @ 5", "(a + b @ 5.000)"),
    ]

    @Test(arguments: bindings) func operatorsBind(text: String, bound: String) throws {
        #expect(try PromQLParser.parse(text).bound == bound)
    }

    @Test func whatIsReadHasItsPlace() throws {
        let text = "sum(rate(a{b='ü'}[5m] offset 1m)) by (x) > 2"
        guard case .binary(let binary) = try PromQLParser.parse(text) else {
            Issue.record("no operator")
            return
        }
        func part(_ place: SourceRange) -> String {
            String(decoding: Array(text.utf8)[place.start..<place.end], as: UTF8.self)
        }
        #expect(part(binary.place) == text)
        #expect(part(binary.left.place) == "sum(rate(a{b='ü'}[5m] offset 1m)) by (x)")
        #expect(part(binary.right.place) == "2")
        let call = try #require(binary.left.children.first)
        #expect(part(call.place) == "rate(a{b='ü'}[5m] offset 1m)")
        #expect(part(call.children[0].place) == "a{b='ü'}[5m] offset 1m")
        #expect(part(try #require(call.selectors.first).place) == "a{b='ü'}")
    }

    @Test func matchingFollowsTheTypes() throws {
        func matching(_ text: String) throws -> VectorMatching? {
            guard case .binary(let binary) = try PromQLParser.parse(text) else { return nil }
            return binary.matching
        }
        #expect(try matching("a + 1") == nil)
        #expect(try matching("1 + a") == nil)
        #expect(try matching("1 + 1") == nil)
        #expect(try matching("a + b")?.cardinality == .oneToOne)
        #expect(try matching("a or b")?.cardinality == .manyToMany)
        #expect(try matching("a + on (x) group_left (y) b")?.include == ["y"])
        #expect(try PromQLParser.parse("scalar(a) + 1").type == .scalar)
        #expect(try PromQLParser.parse("1 + a").type == .vector)
        #expect(try PromQLParser.parse("a[5m]").type == .matrix)
    }

    // MARK: What is refused

    struct Fault: Sendable, CustomTestStringConvertible {
        let text: String
        let line: Int
        let column: Int
        let reason: String
        var testDescription: String { self.text }

        init(_ text: String, _ column: Int, _ reason: String, line: Int = 1) {
            self.text = text
            self.line = line
            self.column = column
            self.reason = reason
        }
    }

    static let faults: [Fault] = [
        Fault("", 1, "no expression found in input"),
        Fault("  # only a comment", 19, "no expression found in input"),
        Fault("1 +", 4, "unexpected end of input"),
        Fault("(1", 3, "unclosed left parenthesis"),
        Fault("1)", 2, "unexpected right parenthesis ')'"),
        Fault("foo bar", 5, "unexpected identifier \"bar\""),
        Fault("a\n +\n  $b", 3, "unexpected character: '$'", line: 3),
        Fault("a = b", 3, "unexpected \"=\""),
        Fault("a =~ b", 3, "unexpected character after '=': '~'"),
        Fault("a ! b", 3, "unexpected character after '!': ' '"),
        Fault("a && b", 3, "unexpected character: '&'"),
        Fault("é", 1, "unexpected character: 'é'"),
        Fault("1x", 1, "bad number or duration syntax: \"1x\""),
        Fault("1e999", 1, "bad number or duration syntax: \"1e999\""),
        Fault("5m3h", 1, "bad number or duration syntax: \"5m3h\""),
        Fault("99999999999999y", 1, "bad number or duration syntax: \"99999999999999y\""),
        Fault("\"abc", 1, "unterminated quoted string"),
        Fault("'a\nb'", 1, "unterminated quoted string"),
        Fault("`abc", 1, "unterminated raw string"),
        Fault(#""\q""#, 1, #"unknown escape sequence "\q""#),
        Fault(#""\ud800""#, 1, "escape sequence is an invalid Unicode code point"),
        Fault(#""\x4""#, 1, "illegal character in escape sequence"),
        Fault(#""a\xc5z""#, 1, #"invalid UTF-8 in string "a\xc5z""#),
        Fault("{}", 1, "vector selector must contain at least one non-empty matcher"),
        Fault("1 + {x=\"\"}", 5, "vector selector must contain at least one non-empty matcher"),
        Fault("{x=~\".*\"}", 1, "vector selector must contain at least one non-empty matcher"),
        Fault("foo{__name__=\"x\"}", 1, "metric name must not be set twice: \"foo\" or \"x\""),
        Fault("foo{\"x\"}", 1, "metric name must not be set twice: \"foo\" or \"x\""),
        Fault("foo{a}", 6, "unexpected \"}\" in label matching, expected label matching operator"),
        Fault("foo{a=}", 7, "unexpected \"}\" in label matching, expected string"),
        Fault(
            "foo{a=\"b\" c=\"d\"}", 11,
            "unexpected identifier \"c\" in label matching, expected \",\" or \"}\""),
        Fault("foo{1=\"b\"}", 5, "unexpected character inside braces: '1'"),
        Fault("foo{a=\"b\"", 10, "unexpected end of input inside braces"),
        Fault("foo{a=~\"(\"}", 5, "error parsing regexp: missing closing ): `(`"),
        Fault("foo}", 4, "unexpected right brace '}'"),
        Fault("foo{{", 5, "unexpected left brace '{'"),
        Fault("foo[5m", 7, "unclosed left bracket"),
        Fault("foo[]", 5, "unexpected \"]\" in subquery selector, expected duration"),
        Fault("foo[0s]", 5, "duration must be greater than 0"),
        Fault("foo[5m:0s]", 8, "duration must be greater than 0"),
        Fault("foo[5m + 1m]", 8, "unexpected character in duration expression: '+'"),
        Fault("foo[step()]", 5, "unexpected word \"step\" in duration expression"),
        Fault(
            "foo[5m 1m]", 8,
            "unexpected duration \"1m\" in subquery or range, expected \":\" or \"]\""),
        Fault("foo[5m:1m:1m]", 10, "unexpected \":\" in subquery selector, expected \"]\""),
        Fault("(foo)[5m]", 6, "ranges only allowed for vector selectors"),
        Fault("sum(foo)[5m]", 9, "ranges only allowed for vector selectors"),
        Fault("foo offset 5m[1m]", 14, "no offset modifiers allowed before range"),
        Fault("foo @ 5 [1m]", 9, "no @ modifiers allowed before range"),
        Fault(
            "foo[1h][5m:1m]", 1,
            "subquery is only allowed on instant vector, got range vector instead"),
        Fault("foo offset", 11, "unexpected end of input in offset, expected duration"),
        Fault("foo offset 1m offset 2m", 1, "offset may not be set multiple times"),
        Fault(
            "(foo) offset 1m", 1,
            "offset modifier must be preceded by an instant vector selector or range vector selector or a subquery"
        ),
        Fault(
            "1 @ 5", 1,
            "@ modifier must be preceded by an instant vector selector or range vector selector or a subquery"
        ),
        Fault("foo @ x", 7, "unexpected identifier \"x\" in @, expected timestamp"),
        Fault("foo @ NaN", 7, "timestamp out of bounds for @ modifier: NaN"),
        Fault("foo @ 1e300", 7, "timestamp out of bounds for @ modifier: 1e300"),
        Fault("foo @ 1 @ 2", 1, "@ <timestamp> may not be set multiple times"),
        Fault("foo @ start", 12, "unexpected end of input in @, expected \"(\""),
        Fault("frobnicate(foo)", 1, "unknown function with name \"frobnicate\""),
        Fault("RATE(foo[5m])", 1, "unknown function with name \"RATE\""),
        Fault(
            "1 + histogram_count(foo)", 5,
            "function \"histogram_count\" is not supported: it reads native histograms, and series here are plain numbers"
        ),
        Fault(
            "mad_over_time(foo[5m])", 1,
            "function \"mad_over_time\" is not supported: it is experimental in Prometheus"),
        Fault("limitk(2, foo)", 1, "limitk() is not supported"),
        Fault("limit_ratio by (x) (2, foo)", 1, "limit_ratio() is not supported"),
        Fault("foo anchored", 5, "unexpected identifier \"anchored\""),
        Fault(
            "rate(foo)", 6,
            "expected type range vector in call to function \"rate\", got instant vector"),
        Fault(
            "abs(foo[5m])", 5,
            "expected type instant vector in call to function \"abs\", got range vector"),
        Fault("abs(1)", 5, "expected type instant vector in call to function \"abs\", got scalar"),
        Fault("abs()", 1, "expected 1 argument(s) in call to \"abs\", got 0"),
        Fault("round(a, 1, 2)", 1, "expected at most 2 argument(s) in call to \"round\", got 3"),
        Fault(
            "label_join(a, 'b')", 1,
            "expected at least 3 argument(s) in call to \"label_join\", got 2"),
        Fault("abs(a,)", 6, "trailing commas not allowed in function call args"),
        Fault("abs(a b)", 7, "unexpected identifier \"b\""),
        Fault(
            "label_replace(a, 'b', 'c', 'd', '(')", 33,
            "invalid regular expression in label_replace(): ("),
        Fault("sum()", 1, "no arguments for aggregate expression provided"),
        Fault(
            "sum(a, b)", 1,
            "wrong number of arguments for aggregate expression provided, expected 1, got 2"),
        Fault(
            "topk(a)", 1,
            "wrong number of arguments for aggregate expression provided, expected 2, got 1"),
        Fault("sum(1)", 5, "expected type instant vector in aggregation expression, got scalar"),
        Fault("topk('a', b)", 6, "expected type scalar in aggregation parameter, got string"),
        Fault(
            "count_values(1, b)", 14, "expected type string in aggregation parameter, got scalar"),
        Fault(#"count_values("a\xc5z", b)"#, 14, #"invalid label name "a\xc5z""#),
        Fault("sum by x (a)", 8, "unexpected identifier \"x\" in grouping opts, expected \"(\""),
        Fault("sum by (1) (a)", 9, "unexpected number \"1\" in grouping opts, expected label"),
        Fault(
            "sum by (a b) (c)", 11,
            "unexpected identifier \"b\" in grouping opts, expected \",\" or \")\""),
        Fault(
            "sum by (a:b) (c)", 9,
            "unexpected metric identifier \"a:b\" in grouping opts, expected label"),
        Fault("sum by (a)", 11, "unexpected end of input in aggregation, expected \"(\""),
        Fault("1 > 2", 3, "comparisons between scalars must use BOOL modifier"),
        Fault("a + bool b", 3, "bool modifier can only be used on comparison operators"),
        Fault("a and 1", 1, "set operator \"and\" not allowed in binary scalar expression"),
        Fault("a + on (x) 1", 1, "vector matching only allowed between instant vectors"),
        Fault(
            "a + on (x) group_left (x) b", 3,
            "label \"x\" must not occur in ON and GROUP clause at once"),
        Fault("a or on (x) group_left (y) b", 1, "no grouping allowed for \"or\" operation"),
        Fault("a group_left () b", 3, "unexpected <group_left>"),
        Fault("'a' + 1", 1, "binary expression must contain only scalar and instant vector types"),
        Fault(
            "1 + a[5m]", 5, "binary expression must contain only scalar and instant vector types"),
        Fault(
            "-'a'", 1,
            "unary expression only allowed on expressions of type scalar or instant vector, got \"string\""
        ),
        Fault("bool", 1, "unexpected <bool>"), Fault("atan2", 1, "unexpected <op:atan2>"),
        Fault("* a", 1, "unexpected <op:*>"),
    ]

    @Test(arguments: faults) func faultsHaveTheirPlace(_ fault: Fault) {
        do {
            let expression = try PromQLParser.parse(fault.text)
            Issue.record("is read as \(expression)")
        } catch {
            #expect(error.reason == fault.reason)
            #expect(error.line == fault.line)
            #expect(error.column == fault.column)
            #expect(error.range.start <= error.range.end)
            #expect(error.range.end <= fault.text.utf8.count)
        }
    }

    @Test func adviceFollowsTheReason() throws {
        let table = [
            ("rate(foo)", "[5m]"), ("RATE(foo[5m])", "small letters: rate"), ("1 > 2", "> bool"),
            ("foo[5m+1m]", "experimental"), ("sum(foo)[5m]", "subquery"), ("a = b", "=="),
        ]
        for (text, advice) in table {
            let error = #expect(throws: PromQLError.self) { try PromQLParser.parse(text) }
            #expect(error?.advice?.contains(advice) ?? false, "\(text): \(error?.advice ?? "")")
            #expect(error?.description.contains("parse error: ") ?? false)
        }
    }

    // MARK: Hostile texts

    @Test func depthAndLengthAreBounded() throws {
        func nested(_ count: Int) -> String {
            String(repeating: "(", count: count) + "1" + String(repeating: ")", count: count)
        }
        _ = try PromQLParser.parse(nested(190))
        _ = try PromQLParser.parse("1" + String(repeating: " + 1", count: 190))
        let texts = [
            nested(100_000), "1" + String(repeating: "+1", count: 60_000),
            String(repeating: "-", count: 100_000) + "a",
            String(repeating: "2^", count: 50_000) + "2",
            String(repeating: "abs(", count: 40_000) + "a",
            String(repeating: "sum(", count: 40_000) + "a",
        ]
        for text in texts {
            let error = #expect(throws: PromQLError.self) { try PromQLParser.parse(text) }
            #expect(error?.reason == "expression nests too deeply")
        }
        let long = #expect(throws: PromQLError.self) {
            try PromQLParser.parse(String(repeating: " ", count: 300_000))
        }
        #expect(long?.reason == "expression too long")
        // Width is no depth.
        _ = try PromQLParser.parse(
            "label_join(a, 'b', 'c'" + String(repeating: ", 'd'", count: 5_000) + ")")
    }

    /// Whatever the text: an expression or an error, and no trap.
    @Test func noTextTraps() {
        var random = SeededRandom(seed: 0x5eed_0002)
        let parts = [
            "sum", " by ", "(", ")", "{", "}", "[", "]", "a", "b=\"c\"", "5m", "1", ":", ",", "@",
            "offset", "-", "^", "and", "on", "group_left", "bool", "\"", "'", "`", "\\", "#", "\n",
            "rate", "é", "💥", "\0", "0x", "1e", "=~", "!", "start()", "NaN", "topk", "..", "_",
        ]
        for _ in 0..<20_000 {
            var text = ""
            for _ in 0..<Int.random(in: 0..<16, using: &random) {
                text += parts.randomElement(using: &random) ?? ""
            }
            do {
                let expression = try PromQLParser.parse(text)
                #expect(
                    (try? PromQLParser.parse(expression.description))?.shape == expression.shape)
            } catch {
                #expect(error.range.end <= text.utf8.count, "\(text)")
            }
        }
    }

    // MARK: Prometheus' own queries

    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func everyQueryOfPrometheusIsRead() throws {
        let folder = Vectors.folder.appendingPathComponent("promql")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".test") }
        var count = 0
        for file in files.sorted() {
            let script = try PromQLScript.parse(
                String(decoding: Vectors.bytes("promql/\(file)"), as: UTF8.self))
            for (line, query, mustFail) in script.queries where !mustFail {
                count += 1
                do {
                    let expression = try PromQLParser.parse(query)
                    #expect(
                        try PromQLParser.parse(expression.description).shape == expression.shape,
                        "\(file):\(line)")
                } catch {
                    Issue.record("\(file):\(line): \(query): \(error)")
                }
            }
        }
        #expect(count > 600)
    }
}
