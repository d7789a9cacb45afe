// Weir
// SPDX-License-Identifier: Apache-2.0

/// The least of gzip (RFC 1952, RFC 1951) that tests need.
enum Gzip {
    private static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]

    /// The bytes in stored blocks, with a true checksum.
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var out = self.header
        var rest = bytes[...]
        repeat {
            let block = rest.prefix(65_535)
            rest = rest.dropFirst(65_535)
            let count = UInt16(block.count)
            out.append(rest.isEmpty ? 1 : 0)
            out += [
                UInt8(count & 0xFF), UInt8(count >> 8), UInt8(~count & 0xFF), UInt8(~count >> 8),
            ]
            out += block
        } while !rest.isEmpty
        return out + self.little(self.crc32(bytes)) + self.little(UInt32(bytes.count))
    }

    /// `1 + 258 · repeats` zero bytes as one block of fixed Huffman codes, 13 bits for each 258; the
    /// checksum is missing, since nobody shall come so far.
    static func bomb(repeats: Int) -> [UInt8] {
        var out = self.header
        var bits: UInt32 = 0
        var filled: UInt32 = 0
        func put(_ code: UInt32, _ width: UInt32) {
            // Huffman codes go in from their highest bit.
            for index in stride(from: width, to: 0, by: -1) {
                bits |= ((code >> (index - 1)) & 1) << filled
                filled += 1
                if filled == 8 {
                    out.append(UInt8(bits))
                    (bits, filled) = (0, 0)
                }
            }
        }
        put(0b110, 3)  // the last block; fixed codes (01, low bit first)
        put(0b0011_0000, 8)  // literal 0
        for _ in 0..<repeats {
            put(0b1100_0101, 8)  // length 258
            put(0, 5)  // distance 1
        }
        put(0, 7)  // end of block
        put(0, 7)
        return out
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc = ~UInt32(0)
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = (crc >> 1) ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return ~crc
    }

    private static func little(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}
