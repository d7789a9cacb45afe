// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry

extension QueryValue {
    /// The same value with the elements of a vector or a matrix in the order of their labels.
    package func sorted() -> QueryValue {
        switch self {
        case .scalar, .string: self
        case .vector(let samples): .vector(samples.sorted { $0.labels < $1.labels })
        case .matrix(let series): .matrix(series.sorted { $0.labels < $1.labels })
        }
    }

    /// The word of the API: `scalar`, `string`, `vector`, `matrix`.
    package var resultType: String {
        switch self {
        case .scalar: "scalar"
        case .string: "string"
        case .vector: "vector"
        case .matrix: "matrix"
        }
    }

    /// The value as the `data` of Prometheus' query API: `{"resultType":…,"result":…}`.
    ///
    /// The time is that of the evaluation, which scalars and strings carry there.
    package func json(at time: Int64) -> String {
        let result =
            switch self {
            case .scalar(let value): "[\(Self.seconds(time)),\(Self.quoted(value))]"
            case .string(let text): "[\(Self.seconds(time)),\(Self.quoted(text))]"
            case .vector(let samples):
                Self.list(samples) {
                    "{\"metric\":\(Self.object($0.labels)),"
                        + "\"value\":[\(Self.seconds($0.time)),\(Self.quoted($0.value))]}"
                }
            case .matrix(let series):
                Self.list(series) { one in
                    let values = Self.list(one.points) {
                        "[\(Self.seconds($0.time)),\(Self.quoted($0.value))]"
                    }
                    return "{\"metric\":\(Self.object(one.labels)),\"values\":\(values)}"
                }
            }
        return "{\"resultType\":\"\(self.resultType)\",\"result\":\(result)}"
    }

    private static func list<Item>(_ items: [Item], _ text: (Item) -> String) -> String {
        "[" + items.map(text).joined(separator: ",") + "]"
    }

    private static func object(_ labels: Labels) -> String {
        let members = labels.pairs.map { "\(self.quoted($0.name)):\(self.quoted($0.value))" }
        return "{" + members.joined(separator: ",") + "}"
    }

    /// Seconds with three decimals where they are not whole.
    private static func seconds(_ milliseconds: Int64) -> String {
        let sign = milliseconds < 0 ? "-" : ""
        let (whole, rest) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
        guard rest != 0 else { return sign + String(whole) }
        let digits = String(rest)
        return sign + String(whole) + "."
            + String(repeating: "0", count: 3 - digits.count) + digits
    }

    private static func quoted(_ value: Double) -> String {
        let size = value.magnitude
        let isScientific = size != 0 && (size < 1e-6 || size >= 1e21)
        return "\"" + (isScientific ? NumberText.scientific(value) : NumberText.fixed(value)) + "\""
    }

    /// A JSON string. Whatever a label holds, the text stays one line of valid JSON.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x2028 || scalar.value == 0x2029:
                result += "\\u"
                let digits = String(scalar.value, radix: 16)
                result += String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
