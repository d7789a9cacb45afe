// Weir
// SPDX-License-Identifier: Apache-2.0

/// A set of labels as Prometheus has it: each name once, sorted by name, no empty value.
///
/// A label with an empty value is the same as no label (Prometheus data model), so asking for a name
/// that is not there gives the empty string. Names are compared by their UTF-8 bytes.
package struct Labels: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// One label.
    package struct Pair: Sendable, Hashable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }

        /// By bytes, as Prometheus compares: Unicode's canonical equivalence makes no two labels one.
        package static func == (left: Pair, right: Pair) -> Bool {
            Labels.same(left.name, right.name) && Labels.same(left.value, right.value)
        }
    }

    /// The name under which a series' metric name stands.
    package static let metricName = "__name__"
    package static let empty = Labels()

    /// The labels, sorted by name.
    package let pairs: [Pair]

    /// Takes pairs that are sorted by name, each name once, without empty values.
    init(sorted pairs: [Pair]) {
        self.pairs = pairs
    }

    package init() {
        self.pairs = []
    }

    /// Takes labels in any order; of one name given twice the last counts.
    package init(_ labels: some Sequence<(String, String)>) {
        var byName: [String: String] = [:]
        for (name, value) in labels { byName[name] = value }
        self.init(byName)
    }

    /// Takes labels from a dictionary.
    package init(_ labels: [String: String]) {
        self.pairs = labels.filter { !$0.value.isEmpty }
            .map { Pair(name: $0.key, value: $0.value) }
            .sorted { Self.precedes($0.name, $1.name) }
    }

    /// The value of a label; empty where it is not there.
    package subscript(_ name: String) -> String {
        self.pairs.first { $0.name == name }?.value ?? ""
    }

    package var isEmpty: Bool { self.pairs.isEmpty }

    /// The same labels with one set, or taken away where the value is empty.
    package func setting(_ name: String, to value: String) -> Labels {
        var pairs = self.pairs.filter { $0.name != name }
        guard !value.isEmpty else { return Labels(sorted: pairs) }
        let place = pairs.firstIndex { !Self.precedes($0.name, name) } ?? pairs.endIndex
        pairs.insert(Pair(name: name, value: value), at: place)
        return Labels(sorted: pairs)
    }

    /// Only the labels with these names.
    package func keeping(_ names: Set<String>) -> Labels {
        Labels(sorted: self.pairs.filter { names.contains($0.name) })
    }

    /// The labels without those with these names.
    package func removing(_ names: Set<String>) -> Labels {
        Labels(sorted: self.pairs.filter { !names.contains($0.name) })
    }

    /// The labels without the metric name.
    package var withoutMetricName: Labels {
        guard self.pairs.contains(where: { $0.name == Self.metricName }) else { return self }
        return Labels(sorted: self.pairs.filter { $0.name != Self.metricName })
    }

    /// The order of Prometheus' `labels.Compare`: pair by pair, the shorter one first.
    package static func < (left: Labels, right: Labels) -> Bool {
        for (one, other) in zip(left.pairs, right.pairs) {
            if !Self.same(one.name, other.name) { return Self.precedes(one.name, other.name) }
            if !Self.same(one.value, other.value) { return Self.precedes(one.value, other.value) }
        }
        return left.pairs.count < right.pairs.count
    }

    /// As Prometheus writes it: `{a="b", c="d"}`, the metric name among the labels.
    package var description: String {
        let texts = self.pairs.map { "\($0.name)=\(Self.quoted($0.value))" }
        return "{" + texts.joined(separator: ", ") + "}"
    }

    /// A string in double quotes, escaped as PromQL reads it.
    package static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// Whether two texts have the same bytes. `==` of strings calls "é" and "e" with an accent equal;
    /// label values come from a chain, and there these are two values.
    static func same(_ left: String, _ right: String) -> Bool {
        left == right && (left.utf8Span.isKnownASCII || left.utf8.elementsEqual(right.utf8))
    }
}

/// Kept as an object of names and values, sorted by name.
extension Labels: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(try [String: String](from: decoder))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        for pair in self.pairs {
            try container.encode(pair.value, forKey: Name(stringValue: pair.name))
        }
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
