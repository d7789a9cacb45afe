// Weir
// SPDX-License-Identifier: Apache-2.0

extension ScriptOutcome {
    /// Whether two numbers are equal to one part in a million, as Prometheus' tests have it: NaN equals
    /// NaN, a stale mark only a stale mark.
    package static func almostEqual(
        _ one: Double, _ other: Double, epsilon: Double = 0.000_001
    ) -> Bool {
        if StaleMarker.marks(one) || StaleMarker.marks(other) {
            return StaleMarker.marks(one) && StaleMarker.marks(other)
        }
        if one.isNaN && other.isNaN || one == other { return true }
        let sum = one.magnitude + other.magnitude
        let difference = (one - other).magnitude
        if one == 0 || other == 0 || sum < .leastNormalMagnitude {
            return difference < epsilon * .leastNormalMagnitude
        }
        return difference / min(sum, .greatestFiniteMagnitude) < epsilon
    }
}

/// Whether what came out is what was expected.
extension ScriptEvaluation {
    /// What differs where the query failed with a text; nil where it had to.
    func differs(inFailure text: String) -> String? {
        switch self.failure {
        case nil: return "error: \(text)"
        case .any: return nil
        case .message(let message):
            return text.contains(message) ? nil : "expected the error \"\(message)\", got: \(text)"
        case .pattern(let pattern):
            return pattern.firstMatch(in: text) != nil
                ? nil : "expected an error like \"\(pattern.pattern)\", got: \(text)"
        }
    }

    /// What differs in a result; `times` nil where it is the middle of a range query.
    func differs(in value: QueryValue, at times: ScriptTimes?) -> String? {
        switch value {
        case .scalar(let number):
            guard let scalar = self.scalar else { return "expected no scalar, got \(number)" }
            return ScriptOutcome.almostEqual(scalar, number)
                ? nil : "expected \(scalar), got \(number)"
        case .string(let text):
            guard let string = self.string else { return "expected no string, got \"\(text)\"" }
            return string == text ? nil : "expected \"\(string)\", got \"\(text)\""
        case .vector(let samples): return self.differs(in: samples)
        case .matrix(let series):
            guard case .range(let from, let through, let step) = self.rangeTimes ?? times else {
                return "expected no range vector"
            }
            return self.differs(in: series, from: from, through: through, step: step)
        }
    }

    private func differs(in samples: [VectorSample]) -> String? {
        if let scalar = self.scalar { return "expected the scalar \(scalar), got a vector" }
        var expected: [Labels: (position: Int, value: Double)] = [:]
        for (position, series) in self.series.enumerated() {
            guard case .sample(let value) = series.values.first else { continue }
            expected[series.labels] = (position, value)
        }
        var seen: Set<Labels> = []
        for (position, sample) in samples.enumerated() {
            guard let (place, value) = expected[sample.labels] else {
                return "unexpected \(sample.labels) with \(sample.value)"
            }
            if self.isOrdered, place != position {
                return "expected \(sample.labels) at position \(place + 1), "
                    + "it is at \(position + 1)"
            }
            guard ScriptOutcome.almostEqual(value, sample.value) else {
                return "expected \(value) for \(sample.labels), got \(sample.value)"
            }
            guard seen.insert(sample.labels).inserted else {
                return "\(sample.labels) is there twice"
            }
        }
        return expected.keys.first { !seen.contains($0) }.map { "\($0) is not there" }
    }

    private func differs(
        in series: [Series], from: Int64, through: Int64, step: Int64
    ) -> String? {
        if let scalar = self.scalar { return "expected the scalar \(scalar), got a matrix" }
        var expected: [Labels: [Point]] = [:]
        for line in self.series {
            let points = SeriesNotation.points(line.values, interval: step, start: from)
            if let last = points.last, last.time > through {
                return "more values are expected for \(line.labels) than there are steps"
            }
            expected[line.labels] = points
        }
        var seen: Set<Labels> = []
        for one in series {
            guard let points = expected[one.labels] else { return "unexpected \(one.labels)" }
            guard points.map(\.time) == one.points.map(\.time),
                zip(points, one.points).allSatisfy({ ScriptOutcome.almostEqual($0.value, $1.value) }
                )
            else {
                return "expected \(Self.text(points)) for \(one.labels), got "
                    + Self.text(one.points)
            }
            guard seen.insert(one.labels).inserted else { return "\(one.labels) is there twice" }
        }
        return expected.first { !$0.value.isEmpty && !seen.contains($0.key) }
            .map { "\($0.key) is not there" }
    }

    private static func text(_ points: [Point]) -> String {
        points.prefix(20).map { "\(NumberLiteral.text($0.value))@\($0.time)" }
            .joined(separator: " ")
    }
}
