// Weir
// SPDX-License-Identifier: Apache-2.0

/// Quoted-printable (RFC 2045 §6.7): text as ASCII lines of at most 76 characters.
enum QuotedPrintable {
    static let lineMax = 76

    /// The text's UTF-8, its line breaks (LF, CR LF or CR) as CR LF; ends in one.
    static func encode(_ text: String) -> [UInt8] {
        var out: [UInt8] = []
        let bytes = Array(text.utf8)
        out.reserveCapacity(bytes.count + bytes.count / 16 + 2)
        var length = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if self.isBreak(byte) {
                if byte == 0x0d, index + 1 < bytes.count, bytes[index + 1] == 0x0a { index += 1 }
                out += [0x0d, 0x0a]
                length = 0
                index += 1
                continue
            }
            let isAtEnd = index + 1 == bytes.count || self.isBreak(bytes[index + 1])
            let isBlank = byte == 0x20 || byte == 0x09
            // A blank at a line's end is lost on the way.
            let isPlain = (isBlank && !isAtEnd) || (0x21...0x7e).contains(byte) && byte != 0x3d
            let width = isPlain ? 1 : 3
            // The soft break takes a place too, but for the last character of a line.
            if length + width > (isAtEnd ? self.lineMax : self.lineMax - 1) {
                out += [0x3d, 0x0d, 0x0a]
                length = 0
            }
            if isPlain {
                out.append(byte)
            } else {
                out += [0x3d, self.hex(byte >> 4), self.hex(byte & 0xf)]
            }
            length += width
            index += 1
        }
        if length > 0 || out.isEmpty { out += [0x0d, 0x0a] }
        return out
    }

    /// An upper-case digit, as RFC 2045 asks for.
    static func hex(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x41 + nibble - 10 }

    private static func isBreak(_ byte: UInt8) -> Bool { byte == 0x0d || byte == 0x0a }
}
