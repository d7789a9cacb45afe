// Weir
// SPDX-License-Identifier: Apache-2.0

/// Writes a snapshot as Prometheus text 0.0.4 or OpenMetrics 1.0.0.
///
/// Both end every line with LF. What differs:
/// 1. 0.0.4 has HELP, TYPE; OpenMetrics has TYPE, UNIT, HELP, and ends in `# EOF`.
/// 2. OpenMetrics' metadata name a counter without `_total`, an info without `_info`.
/// 3. OpenMetrics escapes quotes in HELP, 0.0.4 does not.
/// 4. 0.0.4 calls an info a gauge and an unknown untyped.
///
/// Families without values are left out. Neither format gets timestamps: values are live.
package enum TextExposition {
    /// The exposition of the families that `names` asks for by a family's or sample's name
    /// (Prometheus' `?name[]=`); of all if it is empty.
    package static func render(
        _ snapshot: RegistrySnapshot, as format: ExpositionFormat, names: [String] = [],
    ) -> [UInt8] {
        let wanted = Set(names)
        let families = snapshot.families.filter { family in
            wanted.isEmpty || Self.matches(family, wanted)
        }
        var out: [UInt8] = []
        out.reserveCapacity(families.reduce(64) { $0 + Self.expectedSize(of: $1) })
        for family in families { self.append(family, as: format, to: &out) }
        if format.isOpenMetrics { out.append(contentsOf: "# EOF\n".utf8) }
        return out
    }

    private static func matches(_ family: FamilySnapshot, _ names: Set<String>) -> Bool {
        names.contains(family.descriptor.name) || names.contains(family.openMetricsName)
            || family.descriptor.sampleNames.contains(where: names.contains)
    }

    /// About as many bytes as a family takes; more than enough with numbers of usual length.
    private static func expectedSize(of family: FamilySnapshot) -> Int {
        let descriptor = family.descriptor
        let head = 64 + descriptor.help.utf8.count + 3 * descriptor.name.utf8.count
        let lines = descriptor.type == .histogram ? descriptor.buckets.count + 3 : 1
        let line = descriptor.name.utf8.count + (lines > 1 ? 40 : 24)
        return head + lines * (family.order.count * line + family.textBytes)
    }

    private static func append(
        _ family: FamilySnapshot, as format: ExpositionFormat, to out: inout [UInt8],
    ) {
        let start = out.count
        self.appendMetadata(family, as: format, to: &out)
        let headEnd = out.count
        if family.descriptor.type == .histogram {
            self.appendHistograms(family, as: format, to: &out)
        } else {
            self.appendNumbers(family, to: &out)
        }
        if out.count == headEnd { out.removeLast(headEnd - start) }
    }

    private static func appendMetadata(
        _ family: FamilySnapshot, as format: ExpositionFormat, to out: inout [UInt8],
    ) {
        let descriptor = family.descriptor
        guard format.isOpenMetrics else {
            out.append(contentsOf: "# HELP \(descriptor.name) ".utf8)
            self.appendHelp(descriptor.help, escapingQuotes: false, to: &out)
            let type = self.plainTypeName(descriptor.type)
            out.append(contentsOf: "# TYPE \(descriptor.name) \(type)\n".utf8)
            return
        }
        let name = family.openMetricsName
        let type = family.openMetricsType.rawValue
        out.append(contentsOf: "# TYPE \(name) \(type)\n".utf8)
        if let unit = descriptor.unit, name.hasSuffix("_" + unit) {
            out.append(contentsOf: "# UNIT \(name) \(unit)\n".utf8)
        }
        out.append(contentsOf: "# HELP \(name) ".utf8)
        self.appendHelp(descriptor.help, escapingQuotes: true, to: &out)
    }

    private static func appendHelp(
        _ help: String, escapingQuotes: Bool, to out: inout [UInt8],
    ) {
        let isSpecial: (UInt8) -> Bool = {
            $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\"")
        }
        guard help.utf8.contains(where: isSpecial) else {
            out.append(contentsOf: help.utf8)
            out.append(UInt8(ascii: "\n"))
            return
        }
        for byte in help.utf8 {
            switch byte {
            case UInt8(ascii: "\n"): out.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\\"): out.append(contentsOf: "\\\\".utf8)
            case UInt8(ascii: "\"") where escapingQuotes: out.append(contentsOf: "\\\"".utf8)
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\n"))
    }

    private static func plainTypeName(_ type: MetricType) -> String {
        switch type {
        case .info: "gauge"
        case .unknown: "untyped"
        case .counter, .gauge, .histogram: type.rawValue
        }
    }

    private static func appendNumbers(_ family: FamilySnapshot, to out: inout [UInt8]) {
        let name = Array(family.descriptor.name.utf8)
        let open = name + [UInt8(ascii: "{")]
        let close = Array("} ".utf8)
        for slot in family.order {
            guard let value = family.numbers[Int(slot)] else { continue }
            let text = family.texts[Int(slot)].bytes
            if text.isEmpty {
                out.append(contentsOf: name)
                out.append(UInt8(ascii: " "))
            } else {
                out.append(contentsOf: open)
                out.append(contentsOf: text)
                out.append(contentsOf: close)
            }
            NumberText.append(value, to: &out)
            out.append(UInt8(ascii: "\n"))
        }
    }

    private static func appendHistograms(
        _ family: FamilySnapshot, as format: ExpositionFormat, to out: inout [UInt8],
    ) {
        let descriptor = family.descriptor
        let bounds = descriptor.buckets.map(NumberText.canonicalBound) + ["+Inf"]
        let bucket = Array("\(descriptor.name)_bucket{".utf8)
        let ends = bounds.map { Array("le=\"\($0)\"} ".utf8) }
        let sum = Array("\(descriptor.name)_sum".utf8)
        let count = Array("\(descriptor.name)_count".utf8)
        // OpenMetrics has neither sum nor count beside buckets below zero.
        let hasTotals = !format.isOpenMetrics || (descriptor.buckets.first ?? 0) >= 0
        for slot in family.order {
            let text = family.texts[Int(slot)].bytes
            let value = family.histograms[Int(slot)]
            for (index, end) in ends.enumerated() {
                out.append(contentsOf: bucket)
                out.append(contentsOf: text)
                if !text.isEmpty { out.append(UInt8(ascii: ",")) }
                out.append(contentsOf: end)
                let isLast = index == value.cumulativeCounts.count
                NumberText.append(isLast ? value.count : value.cumulativeCounts[index], to: &out)
                out.append(UInt8(ascii: "\n"))
            }
            guard hasTotals else { continue }
            self.appendTotal(sum, text, .double(value.sum), to: &out)
            self.appendTotal(count, text, .integer(value.count), to: &out)
        }
    }

    private static func appendTotal(
        _ name: [UInt8], _ text: [UInt8], _ value: MetricValue, to out: inout [UInt8],
    ) {
        out.append(contentsOf: name)
        if !text.isEmpty {
            out.append(UInt8(ascii: "{"))
            out.append(contentsOf: text)
            out.append(UInt8(ascii: "}"))
        }
        out.append(UInt8(ascii: " "))
        NumberText.append(value, to: &out)
        out.append(UInt8(ascii: "\n"))
    }
}
