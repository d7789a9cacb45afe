// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import PromQL

@Suite struct BinaryOperationTests {
    private func lab(_ dialect: Dialect = .scripts) throws -> EvaluatorLab {
        var lab = EvaluatorLab(dialect: dialect)
        try lab.load("requests{job=\"a\",code=\"200\"}", [10])
        try lab.load("requests{job=\"a\",code=\"500\"}", [2])
        try lab.load("requests{job=\"b\",code=\"200\"}", [30])
        try lab.load("limit{job=\"a\",team=\"red\"}", [5])
        try lab.load("limit{job=\"b\",team=\"blue\"}", [40])
        try lab.load("other{job=\"a\",team=\"red\"}", [1])
        return lab
    }

    private static let dialects = [Dialect.prometheus2, .prometheus3, .scripts]

    private static let results: [(String, [String])] = [
        ("limit + other", [#"{job="a", team="red"} 6.0"#]),
        ("limit > other", [#"{__name__="limit", job="a", team="red"} 5.0"#]),
        ("limit > bool other", [#"{job="a", team="red"} 1.0"#]),
        ("limit < other", []),
        ("limit - on (job) other", [#"{job="a"} 4.0"#]),
        ("limit * ignoring (team) other", [#"{job="a"} 5.0"#]),
        ("limit > 10", [#"{__name__="limit", job="b", team="blue"} 40.0"#]),
        ("10 < limit", [#"{__name__="limit", job="b", team="blue"} 40.0"#]),
        ("limit{job=\"b\"} == bool 40", [#"{job="b", team="blue"} 1.0"#]),
        ("2 ^ limit{job=\"a\"}", [#"{job="a", team="red"} 32.0"#]),
        ("limit % 3", [#"{job="a", team="red"} 2.0"#, #"{job="b", team="blue"} 1.0"#]),
        ("-limit{job=\"a\"}", [#"{job="a", team="red"} -5.0"#]),
        ("limit + nothing", []), ("nothing + limit", []),
        (
            "requests / on (job) group_left limit",
            [
                #"{code="200", job="a"} 2.0"#, #"{code="500", job="a"} 0.4"#,
                #"{code="200", job="b"} 0.75"#,
            ]
        ),
        (
            "requests > on (job) group_left (team) limit",
            [#"{__name__="requests", code="200", job="a", team="red"} 10.0"#]
        ),
        (
            "limit < on (job) group_right (team) requests",
            [#"{__name__="requests", code="200", job="a", team="red"} 5.0"#]
        ),
        (
            "limit and on (job) other",
            [#"{__name__="limit", job="a", team="red"} 5.0"#]
        ),
        (
            "limit unless on (job) other",
            [#"{__name__="limit", job="b", team="blue"} 40.0"#]
        ),
        ("limit and nothing", []),
        (
            "other or limit",
            [
                #"{__name__="other", job="a", team="red"} 1.0"#,
                #"{__name__="limit", job="b", team="blue"} 40.0"#,
            ]
        ),
        ("other or on () limit", [#"{__name__="other", job="a", team="red"} 1.0"#]),
        ("nothing or other", [#"{__name__="other", job="a", team="red"} 1.0"#]),
    ]

    @Test(arguments: Self.results)
    func gives(_ text: String, _ expected: [String]) throws {
        for dialect in Self.dialects {
            #expect(try self.lab(dialect).elements(text).sorted() == expected.sorted(), "\(text)")
        }
    }

    private static let messages: [(String, String)] = [
        (
            "limit + on (job) requests",
            "found duplicate series for the match group {job=\"a\"} on the right hand-side of the "
                + "operation: [{__name__=\"requests\", code=\"500\", job=\"a\"}, "
                + "{__name__=\"requests\", code=\"200\", job=\"a\"}];many-to-many matching not allowed: "
                + "matching labels must be unique on one side"
        ),
        (
            "requests + on (job) limit",
            "multiple matches for labels: many-to-one matching must be explicit "
                + "(group_left/group_right)"
        ),
        (
            "requests + on (job) group_right limit",
            "found duplicate series for the match group {job=\"a\"} on the left hand-side of the "
                + "operation: [{__name__=\"requests\", code=\"500\", job=\"a\"}, "
                + "{__name__=\"requests\", code=\"200\", job=\"a\"}];many-to-many matching not allowed: "
                + "matching labels must be unique on one side"
        ),
        (
            "{__name__=~\"limit|other\",job=\"a\"} * on (job) group_left sum by (job) (limit)",
            "multiple matches for labels: grouping labels must ensure unique matches"
        ),
        (
            "-{__name__=~\"limit|other\"}",
            "vector cannot contain metrics with the same labelset"
        ),
        (
            "abs({__name__=~\"limit|other\"})",
            "vector cannot contain metrics with the same labelset"
        ),
        (
            "{__name__=~\"limit|other\"} * 2",
            "vector cannot contain metrics with the same labelset"
        ),
    ]

    @Test(arguments: Self.messages)
    func failsInTheWordsOfPrometheus(_ text: String, _ message: String) throws {
        for dialect in Self.dialects {
            let error = try self.lab(dialect).failure(text)
            #expect((error?.description ?? "") == message, "\(text)")
        }
    }

    @Test func errorNamesThePartAndTheLabelsThatAreToBlame() throws {
        let text = "1 + sum(-{__name__=~\"limit|other\"})"
        let error = try #require(try self.lab(.prometheus2).failure(text))
        #expect(error.detail?.contains(#"{job="a", team="red"}"#) == true)
        let part = Array(text.utf8)[error.place.start..<error.place.end]
        #expect(String(decoding: part, as: UTF8.self).hasPrefix("-{__name__"))
    }

    @Test func labelsThatLookAlikeAreTwo() throws {
        var lab = EvaluatorLab()
        let composed = Labels([("__name__", "x"), ("who", "\u{e9}")])
        let decomposed = Labels([("__name__", "x"), ("who", "e\u{301}")])
        lab.source.add(Point(time: 0, value: 1), to: composed)
        lab.source.add(Point(time: 0, value: 2), to: decomposed)
        #expect(composed != decomposed)
        #expect(try lab.elements("x").count == 2)
        #expect(try lab.elements("sum by (who) (x)").count == 2)
        #expect(try lab.elements("x and on (who) x{who=\"\u{e9}\"}").count == 1)
        #expect(try lab.elements("x + x").count == 2)
    }
}
