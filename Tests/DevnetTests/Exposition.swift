// Weir
// SPDX-License-Identifier: Apache-2.0

/// The samples of `/metrics`, to be asked for by name and labels.
struct Exposition {
    struct Sample {
        let labels: [String: String]
        let value: Double
    }

    private(set) var samples: [String: [Sample]] = [:]

    init(_ text: String) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " "),
                let value = Double(line[line.index(after: space)...])
            else { continue }
            let head = line[..<space]
            let name = String(head.prefix { $0 != "{" })
            self.samples[name, default: []].append(
                Sample(labels: Self.labels(head.dropFirst(name.count)), value: value))
        }
    }

    /// `{a="b",c="d"}`, values with backslashes.
    private static func labels(_ text: Substring) -> [String: String] {
        var labels: [String: String] = [:]
        var rest = text.dropFirst()
        while let equals = rest.firstIndex(of: "=") {
            let name = String(rest[..<equals])
            var value = ""
            rest = rest[equals...].dropFirst(2)
            while let next = rest.popFirst(), next != "\"" {
                value.append(next == "\\" ? (rest.popFirst() ?? next) : next)
            }
            labels[name] = value
            rest = rest.first == "," ? rest.dropFirst() : ""
        }
        return labels
    }

    /// The samples of that name that have all these labels.
    func all(_ name: String, _ labels: [String: String] = [:]) -> [Sample] {
        (self.samples[name] ?? []).filter { sample in
            labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }
    }

    /// Their sum; nil where there is none.
    func sum(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        let all = self.all(name, labels)
        return all.isEmpty ? nil : all.reduce(0) { $0 + $1.value }
    }
}
