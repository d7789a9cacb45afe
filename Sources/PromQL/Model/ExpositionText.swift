// Weir
// SPDX-License-Identifier: Apache-2.0

/// Samples out of Prometheus' text format 0.0.4, as a scrape gives them.
///
/// Lines that begin with `#` say what metrics are and are passed over. A sample is
/// `name{label="value", …} value [milliseconds]`.
package enum ExpositionText {
    /// A line that is none of these.
    package struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
        /// From 1.
        package let line: Int
        package let reason: String

        package var description: String { "line \(self.line): \(self.reason)" }
    }

    /// Reads all samples; those without a time get the one given.
    package static func samples(
        _ text: String, at time: Int64
    ) throws(Fault) -> [VectorSample] {
        var samples: [VectorSample] = []
        var number = 0
        for line in text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false) {
            number += 1
            var scanner = LineScanner(line)
            scanner.skipBlanks()
            guard let first = scanner.peek, first != UInt8(ascii: "#"), first != 0x0d else {
                continue
            }
            do throws(LineFault) {
                samples.append(try scanner.sample(at: time))
            } catch {
                throw Fault(line: number, reason: error.reason)
            }
        }
        return samples
    }
}

private struct LineFault: Error {
    let reason: String
}

/// Walks over the bytes of one line.
private struct LineScanner {
    private let bytes: Substring.UTF8View
    private var index: Substring.UTF8View.Index

    init(_ line: Substring.UTF8View) {
        self.bytes = line
        self.index = line.startIndex
    }

    var peek: UInt8? { self.index < self.bytes.endIndex ? self.bytes[self.index] : nil }

    mutating func skipBlanks() {
        while let byte = self.peek, byte == 0x20 || byte == 0x09 { self.advance() }
    }

    mutating func sample(at time: Int64) throws(LineFault) -> VectorSample {
        let name = self.word { Self.isNameByte($0) || $0 == UInt8(ascii: ":") }
        guard !name.isEmpty else { throw LineFault(reason: "expected the name of a metric") }
        var labels: [(String, String)] = [(Labels.metricName, name)]
        self.skipBlanks()
        if self.peek == UInt8(ascii: "{") {
            self.advance()
            labels += try self.labels()
            self.skipBlanks()
        }
        let text = self.word { $0 > 0x20 }
        guard let value = Self.value(text) else {
            throw LineFault(reason: "expected a number, found \(text.debugDescription)")
        }
        self.skipBlanks()
        let stamp = self.word { $0 > 0x20 }
        self.skipBlanks()
        guard self.peek == nil || self.peek == 0x0d else {
            throw LineFault(reason: "there is more behind the time")
        }
        guard stamp.isEmpty || Int64(stamp) != nil else {
            throw LineFault(reason: "expected a time in milliseconds")
        }
        return VectorSample(labels: Labels(labels), time: Int64(stamp) ?? time, value: value)
    }

    private mutating func labels() throws(LineFault) -> [(String, String)] {
        var labels: [(String, String)] = []
        while true {
            self.skipBlanks()
            if self.peek == UInt8(ascii: "}") {
                self.advance()
                return labels
            }
            let name = self.word(Self.isNameByte)
            self.skipBlanks()
            guard !name.isEmpty, self.take("=") else {
                throw LineFault(reason: "expected a label such as chain=\"base\"")
            }
            self.skipBlanks()
            labels.append((name, try self.quoted()))
            self.skipBlanks()
            if self.take(",") { continue }
            guard self.peek == UInt8(ascii: "}") else {
                throw LineFault(reason: "expected , or } behind a label")
            }
        }
    }

    private mutating func quoted() throws(LineFault) -> String {
        guard self.take("\"") else { throw LineFault(reason: "expected a value in quotes") }
        var value: [UInt8] = []
        while let byte = self.peek {
            self.advance()
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: value, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let next = self.peek else { break }
                self.advance()
                switch next {
                case UInt8(ascii: "n"): value.append(0x0a)
                case UInt8(ascii: "\""), UInt8(ascii: "\\"): value.append(next)
                default: value += [byte, next]
                }
            default: value.append(byte)
            }
        }
        throw LineFault(reason: "a value's quotes are not closed")
    }

    private mutating func word(_ isPart: (UInt8) -> Bool) -> String {
        let start = self.index
        while let byte = self.peek, isPart(byte) { self.advance() }
        return String(decoding: self.bytes[start..<self.index], as: UTF8.self)
    }

    private mutating func take(_ text: Unicode.Scalar) -> Bool {
        guard let byte = self.peek, UInt32(byte) == text.value else { return false }
        self.advance()
        return true
    }

    private mutating func advance() { self.index = self.bytes.index(after: self.index) }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x5f
    }

    private static func value(_ text: String) -> Double? {
        switch text {
        case "NaN": .nan
        case "+Inf", "Inf": .infinity
        case "-Inf": -.infinity
        default: Double(text)
        }
    }
}
