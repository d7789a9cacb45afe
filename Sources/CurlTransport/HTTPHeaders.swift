// Weir
// SPDX-License-Identifier: Apache-2.0

/// The header lines of an answer, looked up without regard to case.
///
/// The lines are kept as they came, in one block of bytes, and read only when asked: a block
/// explorer's answer has twenty headers and we look at none or one of them.
package struct HTTPHeaders: Sendable, Equatable {
    /// `name: value\n` for each line; a folded line was joined to the one before.
    private(set) var lines: [UInt8]
    /// How many lines there are.
    package private(set) var count: Int

    init() {
        self.lines = []
        self.count = 0
    }

    /// Makes headers by hand, for tests and simulators.
    package init(_ pairs: [(name: String, value: String)]) {
        self.init()
        for pair in pairs { self.append(line: "\(pair.name): \(pair.value)".utf8) }
    }

    /// The first value of a header, blanks around it taken off; bytes that are no UTF-8 are replaced.
    package subscript(name: String) -> String? {
        var found: String?
        self.forEach { candidate, value in
            guard Self.equal(candidate, name) else { return true }
            found = String(decoding: value, as: UTF8.self)
            return false
        }
        return found
    }

    /// Every line in the order it came, names lower-cased.
    package var all: [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        pairs.reserveCapacity(self.count)
        self.forEach { name, value in
            let lowercased = name.map(asciiLowercased)
            pairs.append(
                (
                    String(decoding: lowercased, as: UTF8.self),
                    String(decoding: value, as: UTF8.self)
                )
            )
            return true
        }
        return pairs
    }

    /// Adds a line without its line break. One that begins with a blank goes on with the line before
    /// (RFC 9112 §5.2, obsolete folding); one without a colon is dropped.
    mutating func append(line: some Collection<UInt8>) {
        guard let first = line.first else { return }
        if first == 0x20 || first == 0x09 {
            guard self.lines.popLast() != nil else { return }
        } else {
            guard line.contains(UInt8(ascii: ":")), first != UInt8(ascii: ":") else { return }
            if self.lines.isEmpty { self.lines.reserveCapacity(512) }
            self.count += 1
        }
        self.lines.append(contentsOf: line)
        self.lines.append(0x0A)
    }

    private func forEach(_ body: (ArraySlice<UInt8>, ArraySlice<UInt8>) -> Bool) {
        var start = 0
        while let end = self.lines[start...].firstIndex(of: 0x0A) {
            let line = self.lines[start..<end]
            start = end + 1
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let name = Self.trimmed(line[..<colon])
            let value = Self.trimmed(line[(colon + 1)...])
            if !body(name, value) { return }
        }
    }

    private static func equal(_ name: ArraySlice<UInt8>, _ other: String) -> Bool {
        name.count == other.utf8.count
            && zip(name, other.utf8).allSatisfy { asciiLowercased($0) == asciiLowercased($1) }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        return bytes
    }
}
