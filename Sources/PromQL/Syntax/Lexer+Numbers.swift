// Weir
// SPDX-License-Identifier: Apache-2.0

/// Numbers and durations.
extension Lexer {
    /// `12.34e+6`, `0x1f`, `1_000`, or `1h30m`.
    mutating func numberOrDuration() -> Token.Kind {
        let start = self.position
        var lastByte: UInt8 = 0
        let isHexadecimal =
            self.current == UInt8(ascii: "0")
            && (self.peek() == UInt8(ascii: "x") || self.peek() == UInt8(ascii: "X"))
        while let byte = self.current {
            // A sign belongs to the number behind the letter of the exponent only.
            let isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
            let isAfterExponent = lastByte == UInt8(ascii: "e") || lastByte == UInt8(ascii: "E")
            guard
                Self.isLetter(byte) || Self.isDigit(byte) || byte == UInt8(ascii: ".")
                    || isSign && isAfterExponent && !isHexadecimal && self.isExponent(from: start)
            else { break }
            lastByte = byte
            self.position += 1
        }
        let text = self.text(from: start)
        if let number = NumberLiteral.parse(text) { return .number(number) }
        if let duration = DurationText.parse(text) { return .duration(duration) }
        return .fault("bad number or duration syntax: \"\(text.prefix(60))\"")
    }

    /// Whether all before the exponent's letter is part of a number, so that `1h-e-1` is none.
    private func isExponent(from start: Int) -> Bool {
        self.bytes[start..<(self.position - 1)].allSatisfy {
            Self.isDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_")
        }
    }
}
