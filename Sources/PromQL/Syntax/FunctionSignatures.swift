// Weir
// SPDX-License-Identifier: Apache-2.0

/// What a function of PromQL takes and gives.
///
/// Source: prometheus/prometheus `promql/parser/functions.go`.
package struct FunctionSignature: Sendable, Hashable {
    package let name: String
    /// The types of the arguments that must be there.
    package let required: [ValueType]
    /// The type of the arguments that may follow.
    package let optional: ValueType?
    /// How many may follow; nil for any number. 0 where ``optional`` is nil.
    package let optionalLimit: Int?
    package let returns: ValueType

    /// The type of the argument at an index, which is below the greatest number of arguments.
    package func argument(at index: Int) -> ValueType? {
        index < self.required.count ? self.required[index] : self.optional
    }

    /// Whether the function may have so many arguments.
    package func takes(count: Int) -> Bool {
        guard count >= self.required.count else { return false }
        guard let limit = self.optionalLimit else { return true }
        return count - self.required.count <= limit
    }
}

/// The functions that the parser knows and the evaluator has.
///
/// A function that Prometheus has and this table has not is named in ``unsupported(_:)`` with the reason, so
/// that a rule with it is refused and not misread.
package enum FunctionSignatures {
    /// By name, as written in an expression (names of functions are written in small letters).
    package static let all: [String: FunctionSignature] = {
        var table: [String: FunctionSignature] = [:]
        for signature in Self.signatures { table[signature.name] = signature }
        return table
    }()

    /// The signature of a function; nil where there is none.
    package static func named(_ name: String) -> FunctionSignature? {
        Self.all[name]
    }

    /// Why a function that Prometheus has is not here; nil for a name that Prometheus has not either.
    package static func unsupported(_ name: String) -> String? {
        if Self.ofNativeHistograms.contains(name) {
            return "it reads native histograms, and series here are plain numbers"
        }
        return Self.experimental.contains(name) ? "it is experimental in Prometheus" : nil
    }

    private static let signatures: [FunctionSignature] =
        fixed(
            [
                "abs", "absent", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "cos",
                "cosh", "deg", "exp", "floor", "ln", "log10", "log2", "rad", "sgn", "sin", "sinh",
                "sort", "sort_desc", "sqrt", "tan", "tanh", "timestamp",
            ], [.vector])
        + fixed(
            [
                "absent_over_time", "avg_over_time", "changes", "count_over_time", "delta", "deriv",
                "idelta", "increase", "irate", "last_over_time", "max_over_time", "min_over_time",
                "present_over_time", "rate", "resets", "stddev_over_time", "stdvar_over_time",
                "sum_over_time",
            ], [.matrix])
        + fixed(["clamp"], [.vector, .scalar, .scalar])
        + fixed(["clamp_max", "clamp_min"], [.vector, .scalar])
        + fixed(["histogram_quantile"], [.scalar, .vector])
        + fixed(["quantile_over_time"], [.scalar, .matrix])
        + fixed(["predict_linear"], [.matrix, .scalar])
        // One function under its name in Prometheus 2 and that in Prometheus 3.
        + fixed(["holt_winters", "double_exponential_smoothing"], [.matrix, .scalar, .scalar])
        + fixed(["label_replace"], [.vector, .string, .string, .string, .string])
        + fixed(["vector"], [.scalar])
        + fixed(["scalar"], [.vector], returns: .scalar)
        // The bounds and the step of a range query; in seconds.
        + fixed(["pi", "time", "start", "end", "range", "step"], [], returns: .scalar)
        + fixed(["min_of", "max_of"], [.scalar, .scalar], returns: .scalar)
        + [
            "day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute",
            "month", "year",
        ].map { variable($0, [], .vector, limit: 1) }
        + [
            variable("round", [.vector], .scalar, limit: 1),
            variable("label_join", [.vector, .string, .string], .string, limit: nil),
        ]

    private static func fixed(
        _ names: [String], _ arguments: [ValueType], returns: ValueType = .vector
    ) -> [FunctionSignature] {
        names.map {
            FunctionSignature(
                name: $0, required: arguments, optional: nil, optionalLimit: 0, returns: returns)
        }
    }

    private static func variable(
        _ name: String, _ required: [ValueType], _ optional: ValueType, limit: Int?
    ) -> FunctionSignature {
        FunctionSignature(
            name: name, required: required, optional: optional, optionalLimit: limit,
            returns: .vector)
    }

    private static let ofNativeHistograms: Set<String> = [
        "histogram_avg", "histogram_count", "histogram_fraction", "histogram_quantiles",
        "histogram_stddev", "histogram_stdvar", "histogram_sum",
    ]

    private static let experimental: Set<String> = [
        "first_over_time", "info", "integral", "mad_over_time", "sort_by_label",
        "sort_by_label_desc", "ts_of_first_over_time", "ts_of_last_over_time",
        "ts_of_max_over_time", "ts_of_min_over_time",
    ]
}
