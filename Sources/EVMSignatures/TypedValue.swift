// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// What stands in a field of typed data or of a voucher, before its type is asked.
///
/// A text is read by the type of its field: `12`, `-5` and `0x1f` as integers, `0x…` as bytes or
/// an address, `true`, and for `string` the text itself. So the tree of a JSON or YAML document
/// becomes a value without anyone knowing the types, and code may give numbers as they are.
package indirect enum TypedValue: Sendable, Equatable {
    case word(U256)
    case signed(I256)
    case bool(Bool)
    case address(Address)
    case bytes([UInt8])
    case text(String)
    case list([TypedValue])
    /// The members of a struct by name.
    case members([String: TypedValue])
}

extension TypedValue {
    /// The 32 bytes of an atomic value: EIP-712's `encodeData`, which is the word of the ABI.
    ///
    /// - Throws: a fault without its place; ``TypedDataError/at(_:)`` adds one.
    func word(as type: TypedDataType) throws(TypedDataError) -> Hash256 {
        switch type {
        case .uint(let bits):
            guard let value = self.unsigned else { throw self.mismatch(type) }
            guard value.bitWidth <= bits else { throw .outOfRange(type: type.name, path: "") }
            return Hash256(value)
        case .int(let bits):
            guard let value = self.integer else { throw self.mismatch(type) }
            // Without its sign, a number of n bits has n - 1.
            let magnitude = value.isNegative ? ~value.bits : value.bits
            guard magnitude.bitWidth < bits else { throw .outOfRange(type: type.name, path: "") }
            return Hash256(value.bits)
        case .bool:
            switch self {
            case .bool(let value): return Hash256(U256(value ? 1 : 0 as UInt64))
            case .text("true"): return Hash256(U256.one)
            case .text("false"): return Hash256.zero
            default: throw self.mismatch(type)
            }
        case .address:
            switch self {
            case .address(let value): return Hash256(value.word)
            case .text(let text):
                do throws(Address.TextFault) {
                    return Hash256(try Address.parse(text).word)
                } catch .checksum {
                    let found = "an address with a wrong checksum (EIP-55)"
                    throw .mismatch(type: type.name, found: found, path: "")
                } catch {
                    throw self.mismatch(type)
                }
            default: throw self.mismatch(type)
            }
        case .fixedBytes(let count):
            let bytes = try self.byteString(as: type)
            guard bytes.count == count else {
                throw .length(found: bytes.count, expected: count, path: "")
            }
            return Hash256(bytes: bytes + [UInt8](repeating: 0, count: 32 - count)) ?? .zero
        case .bytes, .string, .array, .structure:
            throw self.mismatch(type)
        }
    }

    /// The bytes of a `bytes`, `bytesN` or `string`.
    func byteString(as type: TypedDataType) throws(TypedDataError) -> [UInt8] {
        switch (self, type) {
        case (.text(let text), .string): return Array(text.utf8)
        case (.bytes(let bytes), .bytes), (.bytes(let bytes), .fixedBytes): return bytes
        case (.word(let word), .fixedBytes(32)): return word.bigEndianBytes
        case (.text(let text), .bytes), (.text(let text), .fixedBytes):
            guard text.hasPrefix("0x"), let bytes = Hex.decode(text) else {
                throw self.mismatch(type)
            }
            return bytes
        default: throw self.mismatch(type)
        }
    }

    private var unsigned: U256? {
        switch self {
        case .word(let value): value
        case .signed(let value): value.isNegative ? nil : value.bits
        case .text(let text): U256(text) ?? U256(hexQuantity: text)
        default: nil
        }
    }

    private var integer: I256? {
        switch self {
        case .word(let value): I256(value)
        case .signed(let value): value
        case .text(let text): I256(text) ?? U256(hexQuantity: text).flatMap { I256($0) }
        default: nil
        }
    }

    /// A number outside all 256 bits is out of range, whatever else is another kind of value.
    private func mismatch(_ type: TypedDataType) -> TypedDataError {
        switch (self, type) {
        case (.word, .int), (.signed, .uint): .outOfRange(type: type.name, path: "")
        case (.text(let text), .int), (.text(let text), .uint):
            Self.isInteger(text)
                ? .outOfRange(type: type.name, path: "")
                : .mismatch(type: type.name, found: self.kind, path: "")
        default: .mismatch(type: type.name, found: self.kind, path: "")
        }
    }

    private static func isInteger(_ text: String) -> Bool {
        let digits = text.utf8.dropFirst(text.utf8.first == 0x2d ? 1 : 0)
        return !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// What a message calls it.
    var kind: String {
        switch self {
        case .word, .signed: "a number"
        case .bool: "a boolean"
        case .address: "an address"
        case .bytes: "bytes"
        case .text(let text) where text.isEmpty: "an empty text"
        case .text: "another text"
        case .list: "a list"
        case .members: "a struct"
        }
    }
}
