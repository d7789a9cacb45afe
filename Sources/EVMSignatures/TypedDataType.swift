// Weir
// SPDX-License-Identifier: Apache-2.0

/// A type of a field of typed data (EIP-712, "Definition of typed structured data").
package indirect enum TypedDataType: Sendable, Equatable {
    /// 8, 16 … 256 bits.
    case uint(Int)
    /// 8, 16 … 256 bits.
    case int(Int)
    case bool
    case address
    /// 1 to 32 bytes.
    case fixedBytes(Int)
    case bytes
    case string
    /// An array of so many items, or of any number.
    case array(TypedDataType, count: Int?)
    /// A struct by its name, declared or not.
    case structure(String)

    /// Arrays inside each other that are read.
    static let arrayLimit = 8

    /// Reads a type by its name. What is no atomic type and no array is the name of a struct.
    ///
    /// - Throws: ``TypedDataError`` for a width that does not exist, a malformed array, or a name
    ///   that no struct may have. `uint` and `int` without a width are refused, as EIP-712 has them
    ///   not.
    package init(_ name: String) throws(TypedDataError) {
        guard name.utf8.count <= TypedDataTypes.nameLimit else { throw .badName(name) }
        var base = name[...]
        var counts: [Int?] = []
        while base.utf8.last == UInt8(ascii: "]") {
            guard let open = base.lastIndex(of: "["), counts.count < Self.arrayLimit else {
                throw .unknownType(name)
            }
            let digits = base[base.index(after: open)...].dropLast()
            if digits.isEmpty {
                counts.append(nil)
            } else {
                guard let count = Self.number(digits, in: 1...Int(Int32.max)) else {
                    throw .unknownType(name)
                }
                counts.append(count)
            }
            base = base[..<open]
        }
        guard var type = Self.atomic(base) else { throw .unknownType(name) }
        // The suffix next to the base is the innermost array.
        for count in counts.reversed() { type = .array(type, count: count) }
        self = type
    }

    private static func atomic(_ name: Substring) -> TypedDataType? {
        switch name {
        case "bool": return .bool
        case "address": return .address
        case "bytes": return .bytes
        case "string": return .string
        case "uint", "int": return nil
        default: break
        }
        for (prefix, range) in [("uint", 8...256), ("int", 8...256), ("bytes", 1...32)]
        where name.hasPrefix(prefix) {
            let digits = name.dropFirst(prefix.count)
            guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { break }
            guard let number = Self.number(digits, in: range) else { return nil }
            if prefix == "bytes" { return .fixedBytes(number) }
            guard number % 8 == 0 else { return nil }
            return prefix == "uint" ? .uint(number) : .int(number)
        }
        return TypedDataTypes.isName(name) ? .structure(String(name)) : nil
    }

    private static func number(_ digits: Substring, in range: ClosedRange<Int>) -> Int? {
        guard digits.utf8.first != 0x30, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(digits), range.contains(number)
        else { return nil }
        return number
    }

    /// The name as it is signed.
    package var name: String {
        switch self {
        case .uint(let bits): "uint\(bits)"
        case .int(let bits): "int\(bits)"
        case .bool: "bool"
        case .address: "address"
        case .fixedBytes(let count): "bytes\(count)"
        case .bytes: "bytes"
        case .string: "string"
        case .array(let item, let count): "\(item.name)[\(count.map(String.init) ?? "")]"
        case .structure(let name): name
        }
    }

    /// The struct that it is, or whose items it has.
    var structName: String? {
        switch self {
        case .structure(let name): name
        case .array(let item, _): item.structName
        default: nil
        }
    }

    /// Whether a value of it is one word of 32 bytes.
    package var isWord: Bool {
        switch self {
        case .uint, .int, .bool, .address, .fixedBytes: true
        case .bytes, .string, .array, .structure: false
        }
    }
}
