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
        case (.packed, .array(let item, _)): item.isWordOrWords
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
            var valuesLeft = TypedDataHasher.valueLimit
            try Self.append(value, arrayOf: item, count, to: &bytes, &valuesLeft)
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

    /// Appends the items of an array, and of arrays in it, in words.
    private static func append(
        _ value: TypedValue, arrayOf item: TypedDataType, _ count: Int?, to bytes: inout [UInt8],
        _ valuesLeft: inout Int
    ) throws(TypedDataError) {
        guard case .list(let items) = value else {
            let name = TypedDataType.array(item, count: count).name
            throw .mismatch(type: name, found: value.kind, path: "")
        }
        if let count, items.count != count {
            throw .length(found: items.count, expected: count, path: "")
        }
        guard items.count <= valuesLeft else {
            throw .tooLarge(what: "values", limit: TypedDataHasher.valueLimit)
        }
        valuesLeft -= items.count
        for (index, value) in items.enumerated() {
            do throws(TypedDataError) {
                if case .array(let inner, let count) = item {
                    try Self.append(value, arrayOf: inner, count, to: &bytes, &valuesLeft)
                } else {
                    try value.word(as: item).append(to: &bytes)
                }
            } catch {
                throw error.at("[\(index)]")
            }
        }
    }
}

extension TypedDataType {
    /// Whether it is a word, or an array of words, or of such arrays.
    fileprivate var isWordOrWords: Bool {
        if case .array(let item, _) = self { item.isWordOrWords } else { self.isWord }
    }
}
