// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes

/// What a measurement found.
struct Row {
    /// The word after `--only`.
    var name: String
    var what: String
    /// How many units one run did.
    var count: Int
    var unit: String
    /// Bytes read or written by one run; 0 where that says nothing.
    var bytes = 0
    var times: Times
    /// Whether every result was what it had to be.
    var isExact = true
    /// What else was found.
    var note = ""

    /// Units in a CPU second.
    var rate: Double { Double(self.count) / self.times.seconds }

    var json: JSONValue {
        .object(
            JSONObject([
                .init(key: "line", value: .string(self.name)),
                .init(key: "what", value: .string(self.what)),
                .init(key: "count", value: .number(String(self.count))),
                .init(key: "unit", value: .string(self.unit)),
                .init(key: "bytes", value: .number(String(self.bytes))),
                .init(key: "cpu_s", value: .array(self.times.cpu.map { .number("\($0)") })),
                .init(key: "wall_s", value: .array(self.times.wall.map { .number("\($0)") })),
                .init(key: "per_cpu_s", value: .number("\(self.rate)")),
                .init(key: "exact", value: .bool(self.isExact)),
                .init(key: "note", value: .string(self.note)),
            ]))
    }

    /// For people.
    var text: String {
        var line = Self.pad(self.what, 34)
        line += Self.pad("\(Self.number(self.rate)) \(self.unit)/s", 28, isRight: true)
        if self.bytes > 0 {
            let throughput = Double(self.bytes) / self.times.seconds / 1e6
            line += Self.pad("\(Self.number(throughput)) MB/s", 16, isRight: true)
        } else {
            line += Self.pad("", 16)
        }
        line += Self.pad("\(Self.number(self.times.seconds * 1e3)) ms", 14, isRight: true)
        if !self.note.isEmpty { line += "  " + self.note }
        return line + (self.isExact ? "" : "  NOT EXACT")
    }

    private static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "-" }
        if value >= 100 { return String(Int(value.rounded())) }
        let hundredths = Int((value * 100).rounded())
        let cents = hundredths % 100
        return "\(hundredths / 100).\(cents < 10 ? "0" : "")\(cents)"
    }

    private static func pad(_ text: String, _ width: Int, isRight: Bool = false) -> String {
        let fill = String(repeating: " ", count: max(0, width - text.count))
        return isRight ? fill + text : text + fill
    }
}
