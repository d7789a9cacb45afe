// Weir
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Times work by the process's CPU clock: other programs on the machine do not count.
enum Measurement {
    static let rounds = 5

    private static func now() -> Double {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The median of five runs in CPU seconds, after one that is not counted.
    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        try body()
        var times: [Double] = []
        for _ in 0..<Self.rounds {
            let start = Self.now()
            try body()
            times.append(max(Self.now() - start, 1e-9))
        }
        return times.sorted()[Self.rounds / 2]
    }

    /// A result that the compiler must not optimise away.
    @inline(never)
    static func keep<T>(_ value: T) {}
}

/// The figures of a run, each beside the reference that was measured in the same run: the ratio
/// can be compared between machines, the figure cannot.
struct Report {
    /// Bytes of JSON that `skipValue` passes over in a second.
    let reference: Double

    func row(_ what: String, _ count: Int, _ unit: String, _ seconds: Double, bytes: Int = 0) {
        let rate = Double(count) / seconds
        var line = Self.pad(what, 34) + Self.pad(Self.number(rate) + " " + unit, 28, isRight: true)
        if bytes > 0 {
            let throughput = Double(bytes) / seconds
            line += Self.pad(Self.number(throughput / 1e6) + " MB/s", 16, isRight: true)
            line += "  \(Self.number(throughput / self.reference * 100)) % of skipValue"
        } else {
            line += Self.pad(Self.number(self.reference / rate), 16, isRight: true)
            line += "  bytes of skipValue for one"
        }
        print(line)
    }

    static func number(_ value: Double) -> String {
        if value >= 100 { return String(Int(value.rounded())) }
        let hundredths = Int((value * 100).rounded())
        let cents = hundredths % 100
        return "\(hundredths / 100).\(cents < 10 ? "0" : "")\(cents)"
    }

    static func pad(_ text: String, _ width: Int, isRight: Bool = false) -> String {
        let fill = String(repeating: " ", count: max(0, width - text.count))
        return isRight ? fill + text : text + fill
    }
}
