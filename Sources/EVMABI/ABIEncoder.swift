// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

/// Encodes values as the ABI has them ("Contract ABI Specification", Formal Specification of the
/// Encoding): heads, then tails in the order of the heads.
package enum ABIEncoder {
    /// Encodes values one after the other, as the arguments of a call.
    package static func encode(
        _ types: [ABIType], _ values: [ABIValue]
    ) throws(ABIError) -> [UInt8] {
        var out: [UInt8] = []
        try Self.encode(types[...], values, path: "", into: &out)
        return out
    }

    /// Encodes values in the packed form of Solidity's `abi.encodePacked`: no padding but that of
    /// the elements of arrays, no lengths, no offsets. It cannot be decoded; it is for hashing.
    package static func encodePacked(
        _ types: [ABIType], _ values: [ABIValue]
    ) throws(ABIError) -> [UInt8] {
        guard types.count == values.count else {
            throw .wrongCount(path: "", expected: types.count, found: values.count)
        }
        var out: [UInt8] = []
        for (index, type) in types.enumerated() {
            try Self.pack(type, values[index], isElement: false, path: "[\(index)]", into: &out)
        }
        return out
    }

    // MARK: Standard form

    private static func encode(
        _ types: some Collection<ABIType>, _ values: [ABIValue], path: String,
        into out: inout [UInt8]
    ) throws(ABIError) {
        guard types.count == values.count else {
            throw .wrongCount(path: path, expected: types.count, found: values.count)
        }
        let headBytes = types.reduce(0) { min($0 + $1.headBytes, absurdByteCount) }
        var tail: [UInt8] = []
        for (index, (type, value)) in zip(types, values).enumerated() {
            let place = path + "[\(index)]"
            if type.isDynamic {
                U256(UInt64(headBytes + tail.count)).appendBigEndian(to: &out)
                try Self.encodeContent(type, value, path: place, into: &tail)
            } else {
                try Self.encodeContent(type, value, path: place, into: &out)
            }
        }
        out.append(contentsOf: tail)
    }

    /// The value itself: in the head for a static type, in the tail for a dynamic one.
    private static func encodeContent(
        _ type: ABIType, _ value: ABIValue, path: String, into out: inout [UInt8]
    ) throws(ABIError) {
        switch (type, value) {
        case (.bytes, .bytes(let bytes)), (.string, .string(let bytes)):
            U256(UInt64(bytes.count)).appendBigEndian(to: &out)
            out.append(contentsOf: bytes)
            out.append(contentsOf: repeatElement(0, count: -bytes.count & 31))
        case (.array(let element), .array(let values)):
            U256(UInt64(values.count)).appendBigEndian(to: &out)
            try Self.encode(
                repeatElement(element, count: values.count), values, path: path, into: &out)
        case (.fixedArray(let element, let count), .array(let values)):
            guard values.count == count else {
                throw .wrongCount(path: path, expected: count, found: values.count)
            }
            try Self.encode(repeatElement(element, count: count), values, path: path, into: &out)
        case (.tuple(let components), .tuple(let values)),
            (.tuple(let components), .array(let values)):
            try Self.encode(components.map(\.type), values, path: path, into: &out)
        default:
            try Self.word(type, value, path: path).appendBigEndian(to: &out)
        }
    }

    /// A value of one word as it stands in the data.
    static func word(
        _ type: ABIType, _ value: ABIValue, path: String
    ) throws(ABIError) -> U256 {
        switch (type, value) {
        case (.uint(let bits), .uint(let number)):
            guard number.bitWidth <= bits else {
                throw .valueOutOfRange(path: path, type: type.canonical)
            }
            return number
        case (.int(let bits), .int(let number)):
            guard signExtended(number.bits, bits: bits) == number.bits else {
                throw .valueOutOfRange(path: path, type: type.canonical)
            }
            return number.bits
        case (.address, .address(let address)): return address.word
        case (.bool, .bool(let flag)): return flag ? .one : .zero
        case (.fixedBytes(let count), .bytes(let bytes)) where bytes.count == count:
            return Self.leftAligned(bytes)
        case (.function, .bytes(let bytes)) where bytes.count == 24: return Self.leftAligned(bytes)
        case (.fixedBytes, .bytes), (.function, .bytes):
            throw .valueOutOfRange(path: path, type: type.canonical)
        default: throw .wrongValue(path: path, type: type.canonical)
        }
    }

    private static func leftAligned(_ bytes: [UInt8]) -> U256 {
        U256(bigEndian: bytes + [UInt8](repeating: 0, count: 32 - bytes.count)) ?? .zero
    }

    // MARK: Packed form

    private static func pack(
        _ type: ABIType, _ value: ABIValue, isElement: Bool, path: String,
        into out: inout [UInt8]
    ) throws(ABIError) {
        switch (type, value) {
        case (.bytes, .bytes(let bytes)), (.string, .string(let bytes)):
            out.append(contentsOf: bytes)
        case (.array(let element), .array(let values)),
            (.fixedArray(let element, _), .array(let values)):
            if case .fixedArray(_, let count) = type, count != values.count {
                throw .wrongCount(path: path, expected: count, found: values.count)
            }
            for (index, item) in values.enumerated() {
                try Self.pack(element, item, isElement: true, path: path + "[\(index)]", into: &out)
            }
        case (.tuple(let components), .tuple(let values)),
            (.tuple(let components), .array(let values)):
            guard components.count == values.count else {
                throw .wrongCount(path: path, expected: components.count, found: values.count)
            }
            for (index, item) in values.enumerated() {
                try Self.pack(
                    components[index].type, item, isElement: isElement,
                    path: path + "[\(index)]", into: &out)
            }
        default:
            let word = try Self.word(type, value, path: path).bigEndianBytes
            switch type {
            case _ where isElement: out.append(contentsOf: word)
            case .uint(let bits), .int(let bits): out.append(contentsOf: word.suffix(bits / 8))
            case .address: out.append(contentsOf: word.suffix(20))
            case .bool: out.append(contentsOf: word.suffix(1))
            case .fixedBytes(let count): out.append(contentsOf: word.prefix(count))
            default: out.append(contentsOf: word.prefix(24))
            }
        }
    }
}
