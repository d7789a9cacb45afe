// Weir
// SPDX-License-Identifier: Apache-2.0

extension JSONWriter {
    /// Appends text in quotes.
    mutating func appendQuoted(_ text: String) {
        var text = text
        text.withUTF8 { unsafe self.appendQuoted(UnsafeRawBufferPointer($0).bytes) }
    }

    /// Appends UTF-8 in quotes, with the escapes that RFC 8259 section 7 asks for and no others:
    /// `"`, `\` and the control characters, of which five have a short form. U+2028 and U+2029
    /// stay as they are.
    mutating func appendQuoted(_ text: RawSpan) {
        self.bytes.append(0x22)
        var at = 0
        while at < text.byteCount {
            let plainEnd = Self.plainEnd(in: text, from: at)
            if plainEnd > at {
                unsafe text.extracting(unchecked: at..<plainEnd).withUnsafeBytes {
                    unsafe self.bytes.append(contentsOf: $0)
                }
            }
            at = plainEnd
            if at < text.byteCount {
                self.appendEscaped(unsafe text.uncheckedByte(at))
                at &+= 1
            }
        }
        self.bytes.append(0x22)
    }

    /// The first byte from `start` on that has to be escaped, or the end.
    private static func plainEnd(in text: RawSpan, from start: Int) -> Int {
        var at = start
        while at &+ 8 <= text.byteCount {
            let stops = escapeStops(unsafe text.uncheckedWord(at))
            if stops != 0 { return at &+ stops.trailingZeroBitCount &>> 3 }
            at &+= 8
        }
        while at < text.byteCount {
            switch unsafe text.uncheckedByte(at) {
            case 0x00..<0x20, 0x22, 0x5c: return at
            default: at &+= 1
            }
        }
        return at
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        self.bytes.append(0x5c)
        switch byte {
        case 0x08: self.bytes.append(0x62)
        case 0x09: self.bytes.append(0x74)
        case 0x0a: self.bytes.append(0x6e)
        case 0x0c: self.bytes.append(0x66)
        case 0x0d: self.bytes.append(0x72)
        case 0x00..<0x20:
            self.bytes.append(contentsOf: [0x75, 0x30, 0x30])
            self.bytes.append(Self.hexDigit(byte &>> 4))
            self.bytes.append(Self.hexDigit(byte & 0x0f))
        default: self.bytes.append(byte)
        }
    }

    /// Appends the decimal digits, which are found from the last to the first.
    mutating func appendDecimal(_ value: UInt64) {
        let start = self.bytes.count
        var rest = value
        repeat {
            self.bytes.append(UInt8(truncatingIfNeeded: rest % 10) &+ 0x30)
            rest /= 10
        } while rest != 0
        var (left, right) = (start, self.bytes.count - 1)
        while left < right {
            self.bytes.swapAt(left, right)
            left += 1
            right -= 1
        }
    }

    static func hexDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? nibble &+ 0x30 : nibble &+ 0x57
    }
}

/// Whether the bytes are UTF-8.
package func isUTF8(_ text: RawSpan) -> Bool {
    var at = 0
    while at < text.byteCount {
        if at &+ 8 <= text.byteCount, unsafe text.uncheckedWord(at) & eight(0x80) == 0 {
            at &+= 8
            continue
        }
        guard let length = utf8SequenceLength(in: text, at: at) else { return false }
        at &+= length
    }
    return true
}
