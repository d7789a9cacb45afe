// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry

/// Names of libraries' metrics, made to pass the lint of ours.
enum LibraryName {
    /// The full name of the metric that a library calls `label`, ending in `suffix`.
    ///
    /// Camel case becomes snake case; words for types and abbreviated units go (HELP has the
    /// label as it was), in timers every word for a time; `_count` and the like get `_value`.
    static func metric(_ label: String, registry: MetricsRegistry, suffix: String) -> String {
        let unwanted = suffix == "_seconds" ? self.noise.union(self.times) : self.noise
        let words = MetricName.sanitized(self.snakeCase(label)).split(separator: "_")
        let kept = words.filter { !unwanted.contains($0) }
        let name = registry.qualified((kept.isEmpty ? ["value"] : kept).joined(separator: "_"))
        guard suffix.isEmpty else { return name + suffix }
        let isReserved = ["_bucket", "_count", "_sum"].contains { name.hasSuffix($0) }
        return isReserved ? name + "_value" : name
    }

    private static let noise: Set<Substring> = [
        "counter", "gauge", "summary", "histogram", "total",
        "s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d",
    ]

    private static let times: Set<Substring> = [
        "seconds", "milliseconds", "microseconds", "nanoseconds", "minutes", "hours",
    ]

    /// Label names for dimensions, each once; reserved ones are left out.
    static func labels(_ names: [String], constant: [String]) -> [String] {
        var seen = Set(constant)
        return names.map(self.label).filter { seen.insert($0).inserted }
    }

    /// The label name of one dimension; `le` and `quantile` belong to histograms and summaries.
    static func label(_ name: String) -> String {
        let clean = MetricName.sanitized(self.snakeCase(name))
        let start = clean.firstIndex { $0 != "_" } ?? clean.endIndex
        let trimmed = String(clean[start...])
        let needsPrefix =
            trimmed.first?.isNumber ?? true || trimmed == "le" || trimmed == "quantile"
        return needsPrefix ? "label_" + trimmed : trimmed
    }

    private static func snakeCase(_ text: String) -> String {
        var result = ""
        var previousIsLower = false
        for scalar in text.unicodeScalars {
            let isUpper = ("A"..."Z").contains(scalar)
            if isUpper, previousIsLower { result += "_" }
            result += isUpper ? String(scalar).lowercased() : String(scalar)
            previousIsLower = ("a"..."z").contains(scalar)
        }
        return result
    }
}
