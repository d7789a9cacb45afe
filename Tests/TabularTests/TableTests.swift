// Weir
// SPDX-License-Identifier: Apache-2.0

import Tabular
import Testing

@Suite struct TableTests {
    static let table = Table(
        title: "Gas | by method",
        columns: [
            Column("method", "Method"), Column("gas_used", "Gas used", alignment: .right),
            Column("note", "Note"),
        ],
        rows: [
            [.text("transfer"), .number("51234"), .empty],
            [.text("a|b,\"c\"\nd"), .number("-115792089237316195423570985008687907853.5")],
            [.text("=1+1"), .integer(7), .text("日本\u{1b}[2J"), .text("left out")],
        ])

    @Test func textIsAlignedAndTame() {
        #expect(
            TextTable.render(Self.table) == #"""
                Gas | by method

                Method                                        Gas used  Note
                ----------  ------------------------------------------  -------------
                transfer                                         51234
                a|b,"c"\nd  -115792089237316195423570985008687907853.5
                =1+1                                                 7  日本\u{1b}[2J

                """#)
    }

    @Test func csvIsQuotedAndGuarded() {
        #expect(
            CSVTable.render(Self.table)
                == "method,gas_used,note\r\ntransfer,51234,\r\n"
                + "\"a|b,\"\"c\"\"\nd\",-115792089237316195423570985008687907853.5,\r\n"
                + "'=1+1,7,日本\u{1b}[2J\r\n")
    }

    @Test func markdownShowsTextsAsTheyAre() {
        #expect(
            MarkdownTable.render(Self.table) == #"""
                ### Gas \| by method

                | Method | Gas used | Note |
                | --- | ---: | --- |
                | transfer | 51234 |  |
                | a\|b,"c"\\nd | -115792089237316195423570985008687907853.5 |  |
                | =1+1 | 7 | 日本\\u{1b}\[2J |

                """#)
    }

    @Test func jsonKeepsEveryDigit() {
        #expect(
            JSONTable.render(Self.table) == #"""
                [
                  {"method":"transfer","gas_used":"51234","note":null},
                  {"method":"a|b,\"c\"\nd","gas_used":"-115792089237316195423570985008687907853.5","note":null},
                  {"method":"=1+1","gas_used":"7","note":"日本\u001b[2J"}
                ]

                """#)
        #expect(
            JSONTable.render(Self.table, numbers: .literals).contains("\"gas_used\":51234,"))
    }

    @Test(arguments: [
        ("=a", "'=a"), ("+a", "'+a"), ("-a", "'-a"), ("@a", "'@a"), (" =a", "' =a"),
        ("\t1", "'\t1"), ("＝a", "'＝a"), ("a=b", "a=b"), ("", "\"\""), ("a b", "a b"),
        (" a", "\" a\""), ("a\rb", "\"a\rb\""), ("\u{2003}=x", "'\u{2003}=x"),
        ("\r\n=x", "\"'\r\n=x\""),
    ])
    func formulasAreTexts(text: String, field: String) {
        let table = Table(columns: [Column("x", "X")], rows: [[.text(text)]])
        #expect(CSVTable.render(table) == "x\r\n" + field + "\r\n")
    }

    @Test(arguments: ["-5", "+5", "=5", "@5"])
    func numbersAreNotGuarded(number: String) {
        let table = Table(columns: [Column("x", "X")], rows: [[.number(number)]])
        #expect(CSVTable.render(table) == "x\r\n\(number)\r\n")
    }

    @Test(arguments: [
        ("0", true), ("-0", true), ("12", true), ("1.5", true), ("1e9", true), ("-1.5E-3", true),
        ("01", false), ("1.", false), (".5", false), ("+1", false), ("1e", false), ("", false),
        ("-", false), ("NaN", false), ("1 ", false), ("1,2", false), ("0x1", false), ("1}", false),
    ])
    func onlyJSONNumbersBecomeLiterals(number: String, isLiteral: Bool) {
        let table = Table(columns: [Column("x", "X")], rows: [[.number(number)]])
        let text = JSONTable.render(table, numbers: .literals)
        #expect(text.contains("\"x\":\(isLiteral ? number : "\"\(number)\"")}"))
    }

    @Test(arguments: [
        ("\u{0}", "\\u0000"), ("\u{7F}", "\\u007f"), ("\u{2028}", "\\u2028"),
        ("</script", "\\u003c/script"),
        ("\"\\", "\\\"\\\\"), ("é😀", "é😀"), ("\r\n\t", "\\r\\n\\t"),
    ])
    func jsonStringsAreEscaped(text: String, json: String) {
        let table = Table(columns: [Column("x", "X")], rows: [[.text(text)]])
        #expect(JSONTable.render(table) == "[\n  {\"x\":\"\(json)\"}\n]\n")
    }

    @Test(arguments: [
        ("<b>", "&lt;b&gt;"), ("[x](http://y)", "\\[x\\](http://y)"), ("`a`", "\\`a\\`"),
        ("a_b_c", "a_b_c"), ("*a*", "\\*a\\*"), ("@team", "&#64;team"), ("a\nb", "a\\\\nb"),
        ("\\|", "\\\\\\|"),
    ])
    func markdownLosesItsMeaning(text: String, shown: String) {
        let table = Table(columns: [Column("x", "X")], rows: [[.text(text)]])
        #expect(MarkdownTable.render(table) == "| X |\n| --- |\n| \(shown) |\n")
    }

    @Test(arguments: [
        ("\u{202E}evil", "\\u{202e}evil"), ("a\rb", "a\\rb"), ("\u{9B}2J", "\\u{9b}2J"),
        ("\u{200B}", "\\u{200b}"), ("plain é", "plain é"), ("\r\n", "\\r\\n"),
    ])
    func textCannotMoveTheCursor(text: String, shown: String) {
        let table = Table(columns: [Column("x", "X")], rows: [[.text(text)]])
        #expect(TextTable.render(table).split(separator: "\n").last == shown[...])
    }

    @Test func wideCharactersTakeTwoColumns() {
        let table = Table(
            columns: [Column("a", "A"), Column("b", "B")],
            rows: [
                [.text("日本"), .text("1")], [.text("abcd"), .text("2")],
                [.text("e\u{301}"), .text("3")], [.text("😀"), .text("4")],
            ])
        #expect(
            TextTable.render(table)
                == "A     B\n----  -\n日本  1\nabcd  2\ne\u{301}     3\n😀    4\n")
    }

    @Test func emptyTablesHaveTheirHeads() {
        let table = Table(columns: [Column("a", "A")])
        #expect(table.rendered(as: .table) == "A\n-\n")
        #expect(table.rendered(as: .csv) == "a\r\n")
        #expect(table.rendered(as: .json) == "[]\n")
        #expect(table.rendered(as: .markdown) == "| A |\n| --- |\n")
        #expect(TableFormat.allCases.map(\.rawValue) == ["table", "json", "csv", "markdown"])
    }
}
