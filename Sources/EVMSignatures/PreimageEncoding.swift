// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

/// Bytes of several values one behind the other, as contracts hash them.
package enum PreimageEncoding: String, Sendable, CaseIterable {
    /// `abi.encodePacked`: each value in as many bytes as its type has, items of arrays in words
    /// (Solidity, "Non-standard Packed Mode").
    case packed
    /// `abi.encode` of types that take one word each.
    case words

    /// Whether a type can stand in such a preimage.
    package func holds(_ type: TypedDataType) -> Bool {
        switch (self, type) {
        case (.words, _): type.isWord
        case (.packed, .array(let item, _)): item.isWord
        case (.packed, .structure): false
        case (.packed, _): true
        }
    }

    /// Appends one value.
    ///
    /// - Throws: ``TypedDataError`` where the value is not of its type, or the type has no place.
    package func append(
        _ value: TypedValue, _ type: TypedDataType, to bytes: inout [UInt8]
    ) throws(TypedDataError) {
        guard self.holds(type) else { throw .notEncodable(type: type.name) }
        switch type {
        case .bytes, .string: bytes += try value.byteString(as: type)
        case .array(let item, let count):
            guard case .list(let items) = value else {
                throw .mismatch(type: type.name, found: value.kind, path: "")
            }
            if let count, items.count != count {
                throw .length(found: items.count, expected: count, path: "")
            }
            guard items.count <= TypedDataHasher.valueLimit else {
                throw .tooLarge(what: "values", limit: TypedDataHasher.valueLimit)
            }
            for (index, value) in items.enumerated() {
                do throws(TypedDataError) {
                    try value.word(as: item).append(to: &bytes)
                } catch {
                    throw error.at("[\(index)]")
                }
            }
        default:
            let word = try value.word(as: type).bytes
            guard self == .packed else { return bytes += word }
            // Numbers stand at the end of a word, bytes at its beginning.
            switch type {
            case .uint(let bits), .int(let bits): bytes += word.suffix(bits / 8)
            case .address: bytes += word.suffix(20)
            case .bool: bytes += word.suffix(1)
            case .fixedBytes(let count): bytes += word.prefix(count)
            default: bytes += word
            }
        }
    }
}
