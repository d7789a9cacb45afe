// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import PromQL

@Suite struct ElementFunctionTests {
    private static let results: [(String, Double)] = [
        ("abs(vector(-2))", 2), ("ceil(vector(1.2))", 2), ("floor(vector(-1.2))", -2),
        ("sqrt(vector(9))", 3), ("exp(vector(0))", 1), ("ln(vector(1))", 0),
        ("log2(vector(8))", 3), ("log10(vector(1000))", 3), ("sgn(vector(-3))", -1),
        ("sgn(vector(0))", 0), ("round(vector(2.5))", 3), ("round(vector(-2.5))", -2),
        ("round(vector(27), 5)", 25), ("round(vector(0.123), 0.01)", 0.12),
        ("clamp(vector(5), 1, 3)", 3), ("clamp(vector(0), 1, 3)", 1),
        ("clamp_min(vector(0), 1)", 1), ("clamp_max(vector(9), 1)", 1),
        ("sin(vector(0))", 0), ("cos(vector(0))", 1), ("tan(vector(0))", 0),
        ("asin(vector(1))", .pi / 2), ("acos(vector(1))", 0), ("atan(vector(1))", .pi / 4),
        ("sinh(vector(0))", 0), ("cosh(vector(0))", 1), ("tanh(vector(0))", 0),
        ("asinh(vector(0))", 0), ("acosh(vector(1))", 0), ("atanh(vector(0))", 0),
        ("deg(vector(pi()))", 180), ("rad(vector(180))", .pi),
        ("vector(1) atan2 vector(1)", .pi / 4), ("vector(2) ^ 10", 1024),
        ("vector(-7) % 3", -1), ("min_of(1, 2)", 1), ("max_of(1, 2)", 2),
    ]

    @Test(arguments: Self.results)
    func gives(_ text: String, _ expected: Double) throws {
        let value = try EvaluatorLab().value(text)
        #expect(
            abs((value ?? .nan) - expected) < 1e-12, "\(text) gives \(String(describing: value))")
    }

    @Test(arguments: [
        "ln(vector(-1))", "sqrt(vector(-1))", "acos(vector(2))", "clamp(vector(NaN), 1, 2)",
        "clamp(vector(1), NaN, 2)", "clamp_min(vector(1), NaN)", "min_of(NaN, -Inf)",
        "vector(1) % 0", "round(vector(NaN))", "vector(0) / 0",
    ])
    func isNaN(_ text: String) throws {
        #expect(try EvaluatorLab().value(text)?.isNaN == true, "\(text)")
    }

    @Test func clampWithCrossedBoundsIsEmpty() throws {
        #expect(try EvaluatorLab().elements("clamp(vector(1), 2, 1)").isEmpty)
    }

    @Test func sortPutsNaNLast() throws {
        var lab = EvaluatorLab()
        for (index, value) in [3, .nan, 1, 2].enumerated() {
            try lab.load("x{i=\"\(index)\"}", [value])
        }
        func values(_ text: String) throws -> [String] {
            try lab.elements(text).map { String($0.split(separator: " ")[2]) }
        }
        #expect(try values("sort(x)") == ["1.0", "2.0", "3.0", "nan"])
        #expect(try values("sort_desc(x)") == ["3.0", "2.0", "1.0", "nan"])
    }

    @Test func absentNamesWhatWasAskedFor() throws {
        var lab = EvaluatorLab()
        try lab.load("x", [1])
        #expect(try lab.elements("absent(x)").isEmpty)
        #expect(try lab.elements("absent(y{a=\"1\",b!=\"2\",c=~\"3\"})") == [#"{a="1"} 1.0"#])
        #expect(try lab.elements("absent((y{a=\"1\",a=\"2\",b=\"3\"}))") == [#"{b="3"} 1.0"#])
        #expect(try lab.elements("absent(sum(y{a=\"1\"}))") == ["{} 1.0"])
        #expect(try lab.elements("absent_over_time(y{a=\"1\"}[5m])") == [#"{a="1"} 1.0"#])
        #expect(try lab.elements("absent_over_time(x[5m])").isEmpty)
    }

    @Test func timestampIsThatOfThePoint() throws {
        var lab = EvaluatorLab()
        try lab.load("x{a=\"1\"}", step: 10_000, [1, 2])
        #expect(try lab.elements("timestamp(x)", at: 25_000) == [#"{a="1"} 10.0"#])
        #expect(try lab.elements("timestamp((x))", at: 25_000) == [#"{a="1"} 10.0"#])
        #expect(try lab.elements("timestamp(x + 0)", at: 25_000) == [#"{a="1"} 25.0"#])
        #expect(try lab.elements("timestamp(x offset 20s)", at: 25_000) == [#"{a="1"} 0.0"#])
    }
}
