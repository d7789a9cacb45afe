// Weir
// SPDX-License-Identifier: Apache-2.0

/// A type of the contract ABI (Solidity docs, "Contract ABI Specification").
///
/// Widths are trusted to be legal: text is checked by ``ABIType/init(parsing:)``, and code that
/// builds a type by hand writes a legal one. `fixedMxN` and `ufixedMxN` are not supported: no
/// compiler emits them.
package indirect enum ABIType: Sendable, Hashable {
    /// `uintN`, N a multiple of 8 from 8 to 256.
    case uint(bits: Int)
    /// `intN`, N a multiple of 8 from 8 to 256.
    case int(bits: Int)
    case address
    case bool
    /// `bytesN`, N from 1 to 32.
    case fixedBytes(Int)
    case bytes
    case string
    /// An address and a selector, 24 bytes.
    case function
    case array(ABIType)
    case fixedArray(ABIType, count: Int)
    case tuple([ABIParameter])

    package static let uint256 = ABIType.uint(bits: 256)
    package static let bytes32 = ABIType.fixedBytes(32)
}

/// A named type: an argument, a return value, or a component of a tuple.
package struct ABIParameter: Sendable, Hashable {
    /// The name as the fragment has it; empty where it has none. See ``label(_:)``.
    package var name: String
    package var type: ABIType
    /// Whether an event keeps the value in a topic.
    package var isIndexed: Bool

    package init(_ name: String, _ type: ABIType, indexed: Bool = false) {
        self.name = name
        self.type = type
        self.isIndexed = indexed
    }

    /// An unnamed one.
    package init(_ type: ABIType) {
        self.init("", type)
    }

    /// The name, or `arg0`, `arg1` … for an unnamed one at that position.
    package func label(_ position: Int) -> String {
        self.name.isEmpty ? "arg\(position)" : self.name
    }
}

extension ABIType {
    /// The type as signatures have it: aliases spelled out, tuples as their components.
    package var canonical: String {
        switch self {
        case .uint(let bits): "uint\(bits)"
        case .int(let bits): "int\(bits)"
        case .address: "address"
        case .bool: "bool"
        case .fixedBytes(let count): "bytes\(count)"
        case .bytes: "bytes"
        case .string: "string"
        case .function: "function"
        case .array(let element): element.canonical + "[]"
        case .fixedArray(let element, let count): element.canonical + "[\(count)]"
        case .tuple(let components): Self.canonical(components)
        }
    }

    /// `(type,type,…)`.
    package static func canonical(_ parameters: [ABIParameter]) -> String {
        "(" + parameters.map(\.type.canonical).joined(separator: ",") + ")"
    }

    /// Whether the value stands behind an offset instead of in the head.
    package var isDynamic: Bool {
        switch self {
        case .bytes, .string, .array: true
        case .fixedArray(let element, _): element.isDynamic
        case .tuple(let components): components.contains { $0.type.isDynamic }
        default: false
        }
    }

    /// Whether the value is one word: what an indexed argument keeps as it is. Of every other type
    /// a topic holds the hash.
    package var isWord: Bool {
        switch self {
        case .bytes, .string, .array, .fixedArray, .tuple: false
        default: true
        }
    }

    /// How many bytes the value takes in a head: 32 for a dynamic type. Saturates far above any
    /// real length, so that absurd fixed arrays do not overflow.
    package var headBytes: Int { self.isDynamic ? 32 : self.staticBytes }

    private var staticBytes: Int {
        switch self {
        case .fixedArray(let element, let count):
            saturatingProduct(element.staticBytes, count)
        case .tuple(let components):
            components.reduce(0) { min($0 + $1.type.staticBytes, absurdByteCount) }
        default: 32
        }
    }
}

/// More than any data that this process can hold.
let absurdByteCount = 1 << 48

/// The product of two counts, at most ``absurdByteCount``.
func saturatingProduct(_ a: Int, _ b: Int) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? absurdByteCount : min(product, absurdByteCount)
}

extension ABIType: CustomStringConvertible {
    package var description: String { self.canonical }
}
