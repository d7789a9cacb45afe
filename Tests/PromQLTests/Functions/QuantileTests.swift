// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import PromQL

@Suite struct QuantileTests {
    private static let values: [([Double], Double, Double)] = [
        ([1, 2, 3, 4], 0.5, 2.5), ([1, 2, 3, 4], 0, 1), ([1, 2, 3, 4], 1, 4), ([5], 0.3, 5),
        ([3, 1, 2], 0.75, 2.5), ([1], -0.1, -.infinity), ([1], 1.1, .infinity),
        ([0, 1, .nan], 0.8, 0.6),
    ]

    @Test(arguments: Self.values)
    func ofValues(_ values: [Double], _ quantile: Double, _ expected: Double) {
        #expect(
            abs(Quantile.of(values, at: quantile) - expected) < 1e-12
                || Quantile.of(values, at: quantile) == expected)
    }

    @Test func ofNothingIsNaN() {
        #expect(Quantile.of([], at: 0.5).isNaN)
        #expect(Quantile.of([1], at: .nan).isNaN)
        #expect(Quantile.of([.nan, 1], at: 0.5).isNaN)
    }

    private func lab(_ dialect: Dialect, _ buckets: [(String, Double)]) throws -> EvaluatorLab {
        var lab = EvaluatorLab(dialect: dialect)
        for (bound, count) in buckets {
            try lab.load("h_bucket{le=\"\(bound)\",j=\"a\"}", [count])
        }
        return lab
    }

    private static let quantiles: [(Double, Double)] = [
        // 10 below 1, 20 between 1 and 2, 10 above.
        (0.5, 1.5), (0.25, 1), (0.1, 0.4), (0.9, 2), (1, 2), (0, 0), (2, .infinity),
        (-1, -.infinity),
    ]

    @Test(arguments: Self.quantiles)
    func ofAHistogram(_ quantile: Double, _ expected: Double) throws {
        for dialect in [Dialect.prometheus2, .scripts] {
            let lab = try self.lab(dialect, [("1", 10), ("2", 30), ("+Inf", 40)])
            let elements = try lab.elements("histogram_quantile(\(quantile), h_bucket)")
            #expect(elements == ["{j=\"a\"} \(expected)"])
        }
    }

    @Test func brokenHistogramsAreNaNOrNothing() throws {
        func value(_ buckets: [(String, Double)]) throws -> [String] {
            try self.lab(.scripts, buckets).elements("histogram_quantile(0.5, h_bucket)")
        }
        #expect(try value([("1", 10), ("2", 30)]) == [#"{j="a"} nan"#])
        #expect(try value([("+Inf", 30)]) == [#"{j="a"} nan"#])
        #expect(try value([("1", 0), ("+Inf", 0)]) == [#"{j="a"} nan"#])
        #expect(try value([("x", 1), ("", 2), ("1e999", 3), ("NaN", 4)]).isEmpty)
        #expect(try value([("-1", 5), ("0", 5), ("+Inf", 5)]) == [#"{j="a"} -1.0"#])
        // A count that falls is raised to the one before.
        #expect(try value([("1", 20), ("2", 10), ("+Inf", 40)]) == [#"{j="a"} 1.0"#])
    }

    @Test func countsThatDifferInTheLastBits() throws {
        let buckets = [("1", 1.0), ("2", 1.0 + 1e-15), ("+Inf", 1.0 + 1e-15)]
        #expect(
            try self.lab(.prometheus3, buckets).elements("histogram_quantile(1, h_bucket)")
                == [#"{j="a"} 1.0"#])
        #expect(
            try self.lab(.prometheus2, buckets).elements("histogram_quantile(1, h_bucket)")
                == [#"{j="a"} 2.0"#])
    }

    @Test func namesTellHistogramsApart() throws {
        var lab = try self.lab(.prometheus2, [("1", 1), ("+Inf", 2)])
        try lab.load("g_bucket{le=\"1\",j=\"a\"}", [5])
        try lab.load("g_bucket{le=\"+Inf\",j=\"a\"}", [6])
        let text = "histogram_quantile(0.5, {__name__=~\".*_bucket\"})"
        #expect(
            try lab.failure(text)?.description
                == "vector cannot contain metrics with the same labelset")
    }
}
