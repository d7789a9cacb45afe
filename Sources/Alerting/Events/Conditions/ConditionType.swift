// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives

/// What kind of value a part of a condition has.
indirect enum ConditionType: Sendable, Hashable {
    /// Of any size; all of `uintN` and `intN`.
    case integer
    case address
    case flag
    case text
    /// `bytesN`, or `bytes` of any length.
    case bytes(Int?)
    /// An indexed `string` or `bytes`: the log holds its hash alone.
    case hashed(ConditionType)
    case list(ConditionType)
    case tuple([ABIParameter])
    /// An indexed list or tuple: nothing of it can be compared.
    case lost

    init(_ type: ABIType) {
        switch type {
        case .uint, .int: self = .integer
        case .address: self = .address
        case .bool: self = .flag
        case .fixedBytes(let count): self = .bytes(count)
        case .function: self = .bytes(24)
        case .bytes: self = .bytes(nil)
        case .string: self = .text
        case .array(let element), .fixedArray(let element, _): self = .list(ConditionType(element))
        case .tuple(let components): self = .tuple(components)
        }
    }

    /// The type of an event's argument.
    init(_ parameter: ABIParameter) {
        let type = ConditionType(parameter.type)
        guard parameter.isIndexed, !parameter.type.isWord else {
            self = type
            return
        }
        switch type {
        case .text, .bytes: self = .hashed(type)
        default: self = .lost
        }
    }

    /// As messages have it: `an integer`.
    var name: String {
        switch self {
        case .integer: "an integer"
        case .address: "an address"
        case .flag: "true or false"
        case .text: "a text"
        case .bytes(let count?): "bytes\(count)"
        case .bytes(nil): "bytes"
        case .hashed(let type): "\(type.name) of which the log holds the hash alone"
        case .list: "a list"
        case .tuple: "a tuple"
        case .lost: "indexed, and the log holds its hash alone"
        }
    }

    /// Whether values of the two types can be equal.
    func matches(_ other: ConditionType) -> Bool {
        switch (self, other) {
        case (.bytes, .bytes): true
        case (.tuple, _), (_, .tuple), (.lost, _), (_, .lost), (.list, _), (_, .list): false
        default: self == other
        }
    }
}

/// A value while a condition is carried out.
indirect enum ConditionValue: Sendable, Hashable {
    case integer(ExactInteger)
    case address(Address)
    case flag(Bool)
    /// Bytes, and the UTF-8 of a text, which need not be valid.
    case bytes([UInt8])
    case list([ABIValue])

    /// What an argument, or a part of one, holds; nil for a tuple.
    init?(_ value: ABIValue) {
        switch value {
        case .uint(let word): self = .integer(ExactInteger(word))
        case .int(let word): self = .integer(ExactInteger(word))
        case .address(let address): self = .address(address)
        case .bool(let flag): self = .flag(flag)
        case .bytes(let bytes): self = .bytes(bytes)
        case .string(let utf8): self = .bytes(utf8)
        case .hash(let hash): self = .bytes(hash.bytes)
        case .array(let items): self = .list(items)
        case .tuple: return nil
        }
    }
}
