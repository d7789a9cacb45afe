// Weir
// SPDX-License-Identifier: Apache-2.0

/// The notation for series in Prometheus' test scripts and in the rule tests of `promtool`:
/// `metric{label="value"} 1+2x3 _ stale NaN`.
///
/// Source: prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules, "series".
package enum SeriesNotation {
    /// A value of the sequence.
    package enum Value: Sendable, Hashable {
        /// `_`: no sample at that time.
        case omitted
        /// A sample; ``StaleMarker/value`` for `stale`.
        case sample(Double)
    }

    /// How many values a sequence may have.
    package static let limit = 1_000_000

    /// Parses name and labels: `metric{label="value"}`, `metric`, `{label="value"}`.
    package static func labels(_ text: String) throws(SeriesNotationError) -> Labels {
        var tokens = Lexer.tokens(of: text)[...]
        var pairs: [(String, String)] = []
        func fault(_ expected: String) -> SeriesNotationError {
            SeriesNotationError(
                "unexpected \(tokens.first?.description ?? "end of input") in label set, "
                    + "expected \(expected)", in: text)
        }
        if let first = tokens.first, first.kind != .leftBrace {
            guard LabelNameText.isMetricIdentifier(first.text) else {
                throw fault("the name of a metric")
            }
            pairs.append((Labels.metricName, first.text))
            tokens.removeFirst()
        }
        if tokens.first?.kind == .leftBrace {
            tokens.removeFirst()
            while tokens.first?.kind != .rightBrace {
                let name: String
                switch tokens.first?.kind {
                case .identifier: name = tokens.first?.text ?? ""
                case .string(let text): name = text
                default: throw fault("identifier or \"}\"")
                }
                tokens.removeFirst()
                if tokens.first?.kind == .equal {
                    tokens.removeFirst()
                    guard case .string(let value) = tokens.first?.kind else {
                        throw fault("string")
                    }
                    tokens.removeFirst()
                    pairs.append((name, value))
                } else {
                    // A metric's name in quotes.
                    pairs.append((Labels.metricName, name))
                }
                guard tokens.first?.kind != .rightBrace else { break }
                guard tokens.popFirst()?.kind == .comma else { throw fault("\",\" or \"}\"") }
            }
            tokens.removeFirst()
        }
        guard tokens.first?.kind == .end else { throw fault("end of input") }
        return Labels(pairs)
    }

    /// Parses a sequence of values, set apart by blanks: `1`, `1x3` (four times 1), `1+2x3` (1 3 5 7), `_`, `_x3`,
    /// `stale`.
    package static func values(_ text: String) throws(SeriesNotationError) -> [Value] {
        var values: [Value] = []
        for item in text.split(whereSeparator: { " \t\n\r".contains($0) }) {
            try Self.append(item, to: &values, in: text)
            guard values.count <= Self.limit else {
                throw SeriesNotationError("more than \(Self.limit) values", in: text)
            }
        }
        return values
    }

    /// Parses a line with labels and values.
    package static func line(
        _ text: String
    ) throws(SeriesNotationError) -> (labels: Labels, values: [Value]) {
        let end = Self.endOfLabels(text)
        return (try Self.labels(String(text[..<end])), try Self.values(String(text[end...])))
    }

    /// The samples of a sequence whose values are an interval apart; times in milliseconds.
    package static func points(
        _ values: [Value], interval: Int64, start: Int64 = 0
    ) -> [Point] {
        var points: [Point] = []
        for (index, value) in values.enumerated() {
            guard case .sample(let number) = value else { continue }
            points.append(Point(time: start &+ Int64(index) &* interval, value: number))
        }
        return points
    }

    private static func append(
        _ item: Substring, to values: inout [Value], in text: String
    ) throws(SeriesNotationError) {
        func fault() -> SeriesNotationError {
            if item.hasPrefix("{{") {
                return SeriesNotationError("native histograms are not supported", in: text)
            }
            return SeriesNotationError("\"\(item.prefix(60))\" is no value of a series", in: text)
        }
        if item == "_" {
            values.append(.omitted)
            return
        }
        if item == "stale" {
            values.append(.sample(StaleMarker.value))
            return
        }
        // Neither numbers nor NaN and Inf have an x.
        let parts = item.split(separator: "x", maxSplits: 1, omittingEmptySubsequences: false)
        var times: Int?
        if parts.count == 2 {
            guard let count = Int(parts[1]), count >= 0, !parts[1].hasPrefix("+"),
                count <= Self.limit
            else { throw fault() }
            times = count
        }
        if parts[0] == "_", let times {
            values += Array(repeating: .omitted, count: times)
            return
        }
        let numberEnd = Self.endOfNumber(parts[0])
        guard let start = NumberLiteral.parseSigned(String(parts[0][..<numberEnd])) else {
            throw fault()
        }
        let step: Double
        if numberEnd == parts[0].endIndex {
            step = 0
        } else {
            guard times != nil,
                let number = NumberLiteral.parseSigned(String(parts[0][numberEnd...]))
            else { throw fault() }
            step = number
        }
        // One is added to the other again and again, as Prometheus does, rounding errors and all.
        var value = start
        for _ in 0...(times ?? 0) {
            values.append(.sample(value))
            value += step
        }
    }

    /// Where a second number begins: at a sign that is neither at the beginning nor in an exponent.
    private static func endOfNumber(_ text: Substring) -> Substring.Index {
        var previous: Character?
        for index in text.indices {
            let character = text[index]
            if character == "+" || character == "-", let previous, previous != "e",
                previous != "E"
            {
                return index
            }
            previous = character
        }
        return text.endIndex
    }

    private static func endOfLabels(_ text: String) -> String.Index {
        var quote: Character?
        var isInBraces = false
        var isEscaped = false
        for index in text.indices {
            let character = text[index]
            if isEscaped {
                isEscaped = false
            } else if let open = quote {
                if character == open { quote = nil }
                isEscaped = character == "\\" && open != "`"
            } else if isInBraces {
                if "\"'`".contains(character) { quote = character }
                if character == "}" { return text.index(after: index) }
            } else if character == "{" {
                isInBraces = true
            } else if character == " " || character == "\t" {
                // Blanks may stand between the name and the braces.
                let rest = text[index...].drop { $0 == " " || $0 == "\t" }
                guard rest.first == "{", !rest.hasPrefix("{{") else { return index }
            }
        }
        return text.endIndex
    }
}

/// Why a text is no series.
package struct SeriesNotationError: Error, Sendable, Hashable, CustomStringConvertible {
    package let reason: String
    /// The text that was read, cut.
    package let text: String

    init(_ reason: String, in text: String) {
        self.reason = reason
        self.text = String(text.prefix(120))
    }

    package var description: String { "\(self.reason): \(self.text)" }
}
