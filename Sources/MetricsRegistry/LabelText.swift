// Weir
// SPDX-License-Identifier: Apache-2.0

/// The labels of one series as they stand between the braces: `chain="base",contract="Vault"`.
///
/// It is made once, when the series is first named, and is its key from then on: escaping is
/// injective, so two label sets have the same text only if they are the same.
package struct LabelText: Sendable, Hashable, Comparable {
    let bytes: [UInt8]

    /// A value longer than this many bytes of UTF-8 is cut and ends in `…`: values can come from
    /// a chain (a token's symbol), and a scraper drops the whole exposition if one is too long.
    static let valueBytesMax = 512

    package func hash(into hasher: inout Hasher) {
        unsafe self.bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }

    package static func < (left: LabelText, right: LabelText) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }

    /// Appends `name="value"`, with a comma before it unless `out` is empty.
    static func append(name: String, value: String, to out: inout [UInt8]) {
        if !out.isEmpty { out.append(UInt8(ascii: ",")) }
        out.append(contentsOf: name.utf8)
        out.append(UInt8(ascii: "="))
        out.append(UInt8(ascii: "\""))
        let utf8 = value.utf8
        if utf8.count <= self.valueBytesMax {
            self.escape(utf8, to: &out)
        } else {
            var cut = value.unicodeScalars.startIndex
            var size = 0
            for index in value.unicodeScalars.indices {
                let width = UTF8.width(value.unicodeScalars[index])
                guard size + width <= self.valueBytesMax - 3 else { break }
                size += width
                cut = value.unicodeScalars.index(after: index)
            }
            self.escape(value[..<cut].utf8, to: &out)
            out.append(contentsOf: "…".utf8)
        }
        out.append(UInt8(ascii: "\""))
    }

    /// Label values escape backslash, quote and line feed, in both formats.
    private static func escape(_ bytes: some Collection<UInt8>, to out: inout [UInt8]) {
        let isSpecial: (UInt8) -> Bool = {
            $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n")
        }
        guard bytes.contains(where: isSpecial) else {
            out.append(contentsOf: bytes)
            return
        }
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\\"): out.append(contentsOf: [byte, byte])
            case UInt8(ascii: "\""): out.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case UInt8(ascii: "\n"):
                out.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
            default: out.append(byte)
            }
        }
    }

    /// The labels again, unescaped and in order.
    package var pairs: [LabelPair] {
        var result: [LabelPair] = []
        var index = 0
        while index < self.bytes.count {
            let nameStart = index
            while index < self.bytes.count, self.bytes[index] != UInt8(ascii: "=") { index += 1 }
            let name = String(decoding: self.bytes[nameStart..<index], as: UTF8.self)
            index += 2
            var value: [UInt8] = []
            while index < self.bytes.count, self.bytes[index] != UInt8(ascii: "\"") {
                var byte = self.bytes[index]
                if byte == UInt8(ascii: "\\"), index + 1 < self.bytes.count {
                    index += 1
                    byte = self.bytes[index] == UInt8(ascii: "n") ? 0x0A : self.bytes[index]
                }
                value.append(byte)
                index += 1
            }
            index += 2
            result.append(LabelPair(name: name, value: String(decoding: value, as: UTF8.self)))
        }
        return result
    }
}

/// One label of a series.
package struct LabelPair: Sendable, Hashable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
