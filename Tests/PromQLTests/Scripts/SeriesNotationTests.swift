// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import Testing

@Suite struct SeriesNotationTests {
    /// Samples as numbers, `_` as -999, stale as -998.
    static func numbers(_ text: String) throws -> [Double] {
        try SeriesNotation.values(text).map {
            switch $0 {
            case .omitted: -999
            case .sample(let value): StaleMarker.marks(value) ? -998 : value
            }
        }
    }

    static let sequencesAreWrittenOutCases: [(String, [Double])] = [
        ("1", [1.0]), ("1 2  3\t4", [1, 2, 3, 4]), ("1x2", [1, 1, 1]), ("1+2x3", [1, 3, 5, 7]),
        ("1-2x2", [1, -1, -3]), ("-1-1x1", [-1, -2]), ("_", [-999]), ("_x2", [-999, -999]),
        ("stale 1", [-998, 1]), ("1e2+1e1x1", [100, 110]), ("1e-2x0", [0.01]),
        (".5+.5x1", [0.5, 1]),
        ("Inf -inf", [.infinity, -.infinity]), ("0x3 1", [0, 0, 0, 0, 1]), ("", []),
        ("5x0", [5]), ("0+0x1", [0, 0]),
    ]

    @Test(arguments: sequencesAreWrittenOutCases)
    func sequencesAreWrittenOut(text: String, values: [Double]) throws {
        #expect(try Self.numbers(text) == values)
    }

    @Test func stepsAreAddedOneByOne() throws {
        // 0.1 added ten times is not 1, in Prometheus neither.
        #expect(try Self.numbers("0+0.1x10").last == 0.999_999_999_999_999_9)
        #expect(try Self.numbers("NaN").first?.isNaN ?? false)
    }

    static let otherValuesAreRefusedCases: [String] = [
        "x", "1x", "1x-1", "1x+1", "1+1", "1 + 1x3", "abc", "stalex2", "1x1000001", "1xx2", "_y",
        "1x99999999999999999999", "{{schema:1}}", "1+x3", "__", "1+-2x1",
    ]

    @Test(arguments: otherValuesAreRefusedCases)
    func otherValuesAreRefused(text: String) {
        #expect(throws: SeriesNotationError.self) { try SeriesNotation.values(text) }
    }

    @Test func manyValuesAreRefused() {
        let text = String(repeating: "1x900000 ", count: 3)
        #expect(throws: SeriesNotationError.self) { try SeriesNotation.values(text) }
    }

    static let labelsAreReadCases: [(String, [(String, String)])] = [
        ("up", [("__name__", "up")]), ("{}", []), ("up{}", [("__name__", "up")]),
        (#"up{job="a b", sum='x',}"#, [("__name__", "up"), ("job", "a b"), ("sum", "x")]),
        (#"{__name__="a.b", c="}\""}"#, [("__name__", "a.b"), ("c", "}\"")]),
        (#"{"a.b", "c.d"="e"}"#, [("__name__", "a.b"), ("c.d", "e")]),
        ("a:b", [("__name__", "a:b")]), (#"x{empty=""}"#, [("__name__", "x")]),
    ]

    @Test(arguments: labelsAreReadCases)
    func labelsAreRead(text: String, pairs: [(String, String)]) throws {
        #expect(try SeriesNotation.labels(text) == Labels(pairs))
    }

    @Test(arguments: [
        "", "5", "up{", "up}", "up{a}x", "up{a=b}", "up{a=\"b\"", "up x", "up{a=~\"b\"}", "1up",
    ])
    func otherLabelsAreRefused(text: String) {
        #expect(throws: SeriesNotationError.self) { try SeriesNotation.labels(text) }
    }

    @Test func linesHaveLabelsAndValues() throws {
        let (labels, values) = try SeriesNotation.line(#"up{a="} 1 \"", b='{'} 1 _ 3"#)
        #expect(labels == Labels([("__name__", "up"), ("a", "} 1 \""), ("b", "{")]))
        #expect(values.count == 3)
        #expect(
            SeriesNotation.points(values, interval: 5_000) == [
                Point(time: 0, value: 1), Point(time: 10_000, value: 3),
            ])
        #expect(try SeriesNotation.line("up 1").labels == Labels([("__name__", "up")]))
        #expect(try SeriesNotation.line("{} NaN").labels.isEmpty)
    }
}
