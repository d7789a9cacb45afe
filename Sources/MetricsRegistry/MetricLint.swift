// Weir
// SPDX-License-Identifier: Apache-2.0

/// The rules of promlint and of the formats, applied to descriptors before they have values.
package enum MetricLint {
    /// All findings on one descriptor; empty means that it may be registered.
    package static func findings(_ descriptor: MetricDescriptor) -> [LintFinding] {
        self.promlint(descriptor) + self.formatRules(descriptor)
    }

    /// All findings on a set of descriptors, duplicates among them, in the order given.
    package static func findings(
        _ descriptors: [MetricDescriptor],
    ) -> [(metric: String, finding: LintFinding)] {
        var seen: Set<String> = []
        var result: [(metric: String, finding: LintFinding)] = []
        for descriptor in descriptors {
            var findings = self.findings(descriptor)
            if !seen.insert(descriptor.name).inserted { findings.append(.duplicate) }
            result += findings.map { (descriptor.name, $0) }
        }
        return result
    }

    /// Whether `name` may be a label: OpenMetrics reserves a leading underscore.
    static func isUsableLabel(_ name: String) -> Bool {
        MetricName.isValidLabel(name) && !name.hasPrefix("_")
    }

    private static func promlint(_ descriptor: MetricDescriptor) -> [LintFinding] {
        let name = descriptor.name
        let type = descriptor.type
        let lower = Array(name.lowercased().utf8)
        var found: [LintFinding] = []
        if descriptor.help.allSatisfy(\.isWhitespace) { found.append(.missingHelp) }

        let isTotal = name.hasSuffix("_total")
        if type == .counter, !isTotal { found.append(.counterWithoutTotal) }
        if type != .counter, type != .unknown, isTotal { found.append(.totalOnOtherType) }
        if let (unit, base) = self.unit(in: name), unit != base {
            found.append(.nonBaseUnit(unit, base: base))
        }
        for word in self.typeWords
        where self.hasWord(word, in: lower) {
            found.append(.typeInName(word))
        }
        if name.utf8.contains(UInt8(ascii: ":")) { found.append(.colon) }
        if self.isCamelCase(name) { found.append(.camelCaseName) }
        for label in descriptor.labelNames where self.isCamelCase(label) {
            found.append(.camelCaseLabel(label))
        }
        for unit in self.abbreviations
        where self.hasWord(unit, in: lower) {
            found.append(.abbreviatedUnit(unit))
        }
        // promlint spares untyped metrics here; we register none of that shape either.
        if type != .histogram {
            for suffix in ["_bucket", "_count", "_sum"] where name.hasSuffix(suffix) {
                found.append(.reservedSuffix(suffix))
            }
        }
        for label in ["le", "quantile"] where descriptor.labelNames.contains(label) {
            found.append(.reservedLabel(label))
        }
        if type != .gauge, type != .unknown, name.hasSuffix("_timestamp_seconds") {
            found.append(.timestampOnOtherType)
        }
        return found
    }

    private static func formatRules(_ descriptor: MetricDescriptor) -> [LintFinding] {
        var found: [LintFinding] = []
        if !MetricName.isValid(descriptor.name) { found.append(.invalidName) }
        var seen: Set<String> = []
        for label in descriptor.labelNames {
            if !self.isUsableLabel(label) { found.append(.invalidLabel(label)) }
            if !seen.insert(label).inserted { found.append(.duplicateLabel(label)) }
        }
        if let unit = descriptor.unit, !descriptor.familyName.hasSuffix("_" + unit) {
            found.append(.unitNotSuffix(unit))
        }
        let isInfoName = descriptor.name.hasSuffix("_info")
        if descriptor.type == .info {
            if !isInfoName || descriptor.unit != nil { found.append(.infoWithoutSuffix) }
        } else if descriptor.type != .gauge, isInfoName {
            found.append(.infoSuffixOnOtherType)
        }
        if !self.areSuitable(descriptor.buckets, for: descriptor.type) {
            found.append(.unsuitableBuckets)
        }
        return found
    }

    private static func areSuitable(_ buckets: [Double], for type: MetricType) -> Bool {
        guard type == .histogram else { return buckets.isEmpty }
        return !buckets.isEmpty && buckets.allSatisfy(\.isFinite)
            && zip(buckets, buckets.dropFirst()).allSatisfy { $0 < $1 }
    }

    /// The first known unit among the words of a name, and the base unit to use for it.
    private static func unit(in name: String) -> (unit: String, base: String)? {
        for word in name.split(separator: "_").map(String.init) {
            if let base = self.units[word] { return (word, base) }
            for prefix in self.prefixes where word.hasPrefix(prefix) {
                if let base = self.units[String(word.dropFirst(prefix.count))] {
                    return (word, base)
                }
            }
        }
        return nil
    }

    /// Whether a word stands behind an underscore, and before another or at the end.
    private static func hasWord(_ word: String, in name: [UInt8]) -> Bool {
        let word = Array(word.utf8)
        return name.indices.contains { at in
            let end = at + 1 + word.count
            guard name[at] == 0x5f, end <= name.count, end == name.count || name[end] == 0x5f
            else { return false }
            return name[at + 1..<end].elementsEqual(word)
        }
    }

    private static func isCamelCase(_ name: String) -> Bool {
        zip(name.utf8, name.utf8.dropFirst()).contains { a, b in
            (0x61...0x7A).contains(a) && (0x41...0x5A).contains(b)
        }
    }

    private static let typeWords = ["counter", "gauge", "summary", "histogram", "gauge_histogram"]

    private static let abbreviations = [
        "s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d",
    ]

    private static let prefixes = [
        "pico", "nano", "micro", "milli", "centi", "deci", "deca", "hecto", "kilo", "kibi",
        "mega", "mibi", "mebi", "giga", "gibi", "tera", "tebi", "peta", "pebi",
    ]

    private static let units = [
        "amperes": "amperes", "bytes": "bytes", "celsius": "celsius", "grams": "grams",
        "joules": "joules", "kelvin": "kelvin", "meters": "meters", "metres": "metres",
        "seconds": "seconds", "volts": "volts",
        "minutes": "seconds", "hours": "seconds", "days": "seconds", "weeks": "seconds",
        "kelvins": "kelvin", "fahrenheit": "celsius", "rankine": "celsius",
        "inches": "meters", "yards": "meters", "miles": "meters",
        "bits": "bytes", "calories": "joules", "pounds": "grams", "ounces": "grams",
    ]
}
