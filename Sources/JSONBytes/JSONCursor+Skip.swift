// Weir
// SPDX-License-Identifier: Apache-2.0

extension JSONCursor {
    /// Moves over one value of any kind, with everything in it checked against the grammar.
    package mutating func skipValue(in bytes: RawSpan) throws(JSONError) {
        switch try self.peekKind(in: bytes) {
        case .string:
            self.offset &+= 1
            _ = try self.scanString(in: bytes)
        case .number: _ = try self.readNumber(in: bytes)
        case .bool: _ = try self.readBool(in: bytes)
        case .null: _ = try self.readNull(in: bytes)
        case .object:
            try self.enterObject(in: bytes)
            while try self.nextKey(in: bytes) != nil { try self.skipValue(in: bytes) }
        case .array:
            try self.enterArray(in: bytes)
            while try self.nextElement(in: bytes) { try self.skipValue(in: bytes) }
        }
    }

    /// As ``skipValue(in:)``, and answers where the value stands: to keep it as it is, or to come
    /// back to it with `JSONCursor(at: range.lowerBound)`.
    package mutating func readRawValue(in bytes: RawSpan) throws(JSONError) -> Range<Int> {
        self.skipWhitespace(in: bytes)
        let start = self.offset
        try self.skipValue(in: bytes)
        return start..<self.offset
    }
}
