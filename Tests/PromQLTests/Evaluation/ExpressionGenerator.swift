// Weir
// SPDX-License-Identifier: Apache-2.0

import WeirTestSupport

/// Random expressions over known series, to be put to two evaluators.
struct ExpressionGenerator {
    var random: SeededRandom

    init(seed: UInt64) {
        self.random = SeededRandom(seed: seed)
    }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &self.random)]
    }

    /// The series, in the notation of Prometheus' tests, a minute between values. All are multiples of ¼, so
    /// that sums are exact in any order.
    mutating func series(minutes: Int) -> [(name: String, values: String)] {
        var result: [(name: String, values: String)] = []
        for job in ["x", "y"] {
            for instance in ["0", "1", "2"] {
                for name in ["a", "b"] {
                    result.append(
                        (
                            "\(name){job=\"\(job)\",i=\"\(instance)\"}",
                            self.values(minutes, counts: false)
                        ))
                }
                result.append(
                    (
                        "c_total{job=\"\(job)\",i=\"\(instance)\"}",
                        self.values(minutes, counts: true)
                    )
                )
            }
            result.append(
                ("limit{job=\"\(job)\",team=\"t\(job)\"}", self.values(minutes, counts: false)))
            for (index, bound) in ["-1", "0.5", "2", "+Inf"].enumerated() {
                result.append(
                    ("h_bucket{job=\"\(job)\",le=\"\(bound)\"}", "0+\(index * 3 + 1)x\(minutes)"))
            }
        }
        return result
    }

    private mutating func values(_ count: Int, counts: Bool) -> String {
        var value = Double(Int.random(in: 0..<400, using: &self.random)) / 4
        var texts: [String] = []
        for _ in 0...count {
            if counts {
                value += Double(Int.random(in: 0..<40, using: &self.random)) / 4
                if Int.random(in: 0..<12, using: &self.random) == 0 { value = 0.25 }
            } else {
                value = Double(Int.random(in: -400...400, using: &self.random)) / 4
            }
            switch Int.random(in: 0..<14, using: &self.random) {
            case 0: texts.append("_")
            case 1: texts.append("stale")
            case 2 where !counts: texts.append(self.pick(["NaN", "Inf", "-Inf"]))
            default: texts.append("\(value)")
            }
        }
        return texts.joined(separator: " ")
    }

    /// An instant vector.
    mutating func vector(_ depth: Int) -> String {
        guard depth > 0 else { return self.selector() + self.modifier() }
        let inner = depth - 1
        switch Int.random(in: 0..<15, using: &self.random) {
        case 0:
            let name = self.pick([
                "abs", "ceil", "floor", "sgn", "sqrt", "ln", "timestamp", "round",
            ])
            return "\(name)(\(self.vector(inner)))"
        case 1, 2: return self.overRange(inner)
        case 3, 4: return self.aggregation(inner)
        case 5:
            let operation = self.pick([
                "+", "-", "*", "/", "%", "^", ">", "<", ">= bool", "!= bool",
            ])
            return self.pick([
                "(\(self.vector(inner)) \(operation) \(self.scalar()))",
                "(\(self.scalar()) \(operation) \(self.vector(inner)))",
            ])
        case 6, 7: return self.match(inner)
        case 8:
            let operation = self.pick(["and", "or", "unless"])
            let on = self.pick(["", " on (job)", " on (job, i)", " ignoring (i)", " on ()"])
            return "(\(self.vector(inner)) \(operation)\(on) \(self.vector(inner)))"
        case 9: return "-\(self.selector())"
        case 10:
            return self.pick([
                "label_replace(\(self.vector(inner)), \"to\", \"$1-\", \"i\", \"([01])\")",
                "label_join(\(self.vector(inner)), \"to\", \"-\", \"job\", \"i\")",
            ])
        case 11:
            let bounds = self.pick(["h_bucket", "rate(h_bucket[5m])", "sum by (le) (h_bucket)"])
            return
                "histogram_quantile(\(self.pick(["0", "0.1", "0.5", "0.99", "1", "2"])), \(bounds))"
        case 12: return "absent(\(self.vector(inner)))"
        case 13: return "clamp(\(self.vector(inner)), -5, 10.5)"
        default:
            return self.pick([
                "vector(\(self.scalar()))",
                "hour(vector(time() * \(self.pick(["-3", "0.5", "1e6"]))))",
            ])
        }
    }

    private mutating func selector() -> String {
        let matchers = self.pick([
            "", "{job=\"x\"}", "{i!=\"0\"}", "{i=~\"0|2\"}", "{job!~\"x\",i=\"1\"}",
        ])
        return self.pick(["a", "b", "c_total", "limit"]) + matchers
    }

    private mutating func modifier() -> String {
        self.pick(["", "", "", " offset 3m", " offset -2m", " @ 600", " @ 420 offset 1m"])
    }

    private mutating func scalar() -> String {
        self.pick([
            "2", "0.5", "-3", "0", "1e3", "NaN", "Inf", "time()", "scalar(limit{job=\"x\"})",
            "pi()",
        ])
    }

    private mutating func overRange(_ depth: Int) -> String {
        let range = self.pick(["5m", "3m", "90s", "10m", "12m30s"])
        let operand =
            Int.random(in: 0..<3, using: &self.random) == 0
            ? "\(self.vector(depth))[\(range):\(self.pick(["1m", "30s", "2m", ""]))]\(self.modifier())"
            : "\(self.pick(["c_total", "a", "c_total{job=\"x\"}"]))[\(range)]\(self.modifier())"
        switch Int.random(in: 0..<20, using: &self.random) {
        case 0: return "predict_linear(\(operand), 600)"
        case 1: return "quantile_over_time(0.3, \(operand))"
        case 2: return "holt_winters(\(operand), 0.5, 0.3)"
        case 3: return "absent_over_time(\(operand))"
        default:
            let name = self.pick([
                "rate", "increase", "delta", "irate", "idelta", "deriv", "changes", "resets",
                "avg_over_time", "min_over_time", "max_over_time", "sum_over_time",
                "count_over_time", "last_over_time", "present_over_time", "stddev_over_time",
                "stdvar_over_time",
            ])
            return "\(name)(\(operand))"
        }
    }

    private mutating func aggregation(_ depth: Int) -> String {
        let grouping = self.pick([
            "", " by (job)", " by (i)", " without (i)", " by (__name__)", " by (job, to)",
        ])
        switch Int.random(in: 0..<8, using: &self.random) {
        case 0: return "quantile\(grouping) (0.4, \(self.vector(depth)))"
        case 1: return "count_values\(grouping) (\"v\", \(self.selector()))"
        case 2:
            return "\(self.pick(["topk", "bottomk"]))\(grouping) (2, c_total * 1.0625 ^ c_total)"
        default:
            let name = self.pick(["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"])
            return "\(name)\(grouping) (\(self.vector(depth)))"
        }
    }

    private mutating func match(_ depth: Int) -> String {
        let operation = self.pick(["+", "-", "*", "/", ">", "<=", "== bool", "> bool"])
        let matching = self.pick([
            "", " on (job, i)", " ignoring (to)", " on (job) group_left", " on (job) group_right",
            " on (job) group_left (team)", " ignoring (i) group_left",
        ])
        return "(\(self.vector(depth)) \(operation)\(matching) \(self.vector(depth)))"
    }
}
