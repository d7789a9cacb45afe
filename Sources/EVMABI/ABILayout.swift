// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

/// What kind of value a node of a layout is.
package enum NodeKind: UInt8, Sendable {
    // One word.
    case uint, int, address, bool, fixedBytes, function
    /// The hash that a topic holds in place of an indexed value of several words.
    case hash
    // Bytes of any length.
    case bytes, string
    // Made of other values.
    case array, fixedArray, tuple

    var isWord: Bool { self.rawValue <= NodeKind.hash.rawValue }
}

/// One type of a compiled layout, of fixed size. Children of a node stand side by side.
package struct LayoutNode: Sendable {
    package let kind: NodeKind
    let isDynamic: Bool
    /// The topic that holds the value, or 0 for a value in the data; topic 0 of an anonymous event
    /// is 1 here, and so on.
    let topicNumber: UInt8
    /// Bits of an integer, bytes of `bytesN`.
    package let size: UInt16
    /// Where the value's head stands within the head of its container.
    let headOffset: Int
    /// The first child: the only one of an array, the first component of a tuple.
    package let childStart: Int
    /// The components of a tuple, the elements of a fixed array, 0 for a dynamic array.
    package let childCount: Int
    /// The head of one element of an array, or of all components of a tuple.
    let childHead: Int
    /// The bits that a word of this type must not have.
    let forbidden: U256

    /// The node with its children moved by `base`: for layouts that share one table.
    func shifted(by base: Int) -> LayoutNode {
        LayoutNode(
            kind: self.kind, isDynamic: self.isDynamic, topicNumber: self.topicNumber,
            size: self.size, headOffset: self.headOffset, childStart: self.childStart + base,
            childCount: self.childCount, childHead: self.childHead, forbidden: self.forbidden)
    }
}

/// What decoding needs to know of a layout besides its nodes; of fixed size.
struct LayoutShape: Sendable {
    /// Where the roots stand in the table of nodes.
    var firstNode: Int
    var rootCount: Int
    /// The head of all values that stand in the data.
    var headBytes: Int
    /// How deep the types nest.
    var depth: Int
    /// How many topics there are, the signature's hash included.
    var topicCount: Int
}

/// A list of types prepared for decoding: every offset that is known beforehand is computed, every
/// type is one entry of a flat table.
package struct ABILayout: Sendable {
    static let nodeLimit = 1 << 16

    package let parameters: [ABIParameter]
    package private(set) var nodes: [LayoutNode] = []
    var shape = LayoutShape(firstNode: 0, rootCount: 0, headBytes: 0, depth: 0, topicCount: 0)

    /// Prepares types that stand one after the other in the data: arguments of a call, values
    /// that it returns.
    package init(_ parameters: [ABIParameter]) throws(ABIError) {
        self.parameters = parameters
        try self.compile(firstTopic: nil)
    }

    /// Prepares types without names.
    package init(types: [ABIType]) throws(ABIError) {
        try self.init(types.map { ABIParameter($0) })
    }

    /// Prepares an event: indexed arguments come from the topics.
    package init(event: ABIEvent) throws(ABIError) {
        self.parameters = event.inputs
        try self.compile(firstTopic: event.isAnonymous ? 1 : 2)
        self.shape.topicCount = event.topicCount
    }

    private mutating func compile(firstTopic: UInt8?) throws(ABIError) {
        var topic = firstTopic ?? 0
        self.shape.rootCount = self.parameters.count
        try self.grow(by: self.parameters.count)
        for (index, parameter) in self.parameters.enumerated() {
            if firstTopic != nil, parameter.isIndexed {
                guard topic <= 4 else {
                    throw .malformedABI("an event has more indexed arguments than topics")
                }
                let type = parameter.type
                self.nodes[index] =
                    type.isWord
                    ? Self.word(type, topicNumber: topic, headOffset: 0)
                    : Self.node(.hash, topicNumber: topic)
                topic += 1
            } else {
                let offset = self.shape.headBytes
                try self.place(parameter.type, at: index, headOffset: offset, depth: 1)
                self.shape.headBytes = min(offset + parameter.type.headBytes, absurdByteCount)
            }
        }
    }

    private mutating func grow(by count: Int) throws(ABIError) {
        guard self.nodes.count + count <= Self.nodeLimit else {
            throw .typeTooLarge(limit: Self.nodeLimit)
        }
        for _ in 0..<count { self.nodes.append(Self.node(.hash)) }
    }

    private mutating func place(
        _ type: ABIType, at index: Int, headOffset: Int, depth: Int
    ) throws(ABIError) {
        guard depth <= ABIScanner.depthLimit + 1 else {
            throw .typeTooLarge(limit: ABIScanner.depthLimit)
        }
        self.shape.depth = max(self.shape.depth, depth)
        let start = self.nodes.count
        switch type {
        case .bytes: self.nodes[index] = Self.node(.bytes, dynamic: true, headOffset: headOffset)
        case .string: self.nodes[index] = Self.node(.string, dynamic: true, headOffset: headOffset)
        case .array(let element), .fixedArray(let element, _):
            let head = element.headBytes
            guard head > 0 else { throw .zeroSizeElements(type.canonical) }
            var count = 0
            var kind = NodeKind.array
            if case .fixedArray(_, let fixed) = type {
                count = fixed
                kind = .fixedArray
            }
            self.nodes[index] = Self.node(
                kind, dynamic: type.isDynamic, headOffset: headOffset, childStart: start,
                childCount: count, childHead: head)
            try self.grow(by: 1)
            try self.place(element, at: start, headOffset: 0, depth: depth + 1)
        case .tuple(let components):
            self.nodes[index] = Self.node(
                .tuple, dynamic: type.isDynamic, headOffset: headOffset, childStart: start,
                childCount: components.count,
                childHead: components.reduce(0) {
                    min($0 + $1.type.headBytes, absurdByteCount)
                })
            try self.grow(by: components.count)
            var offset = 0
            for (position, component) in components.enumerated() {
                try self.place(
                    component.type, at: start + position, headOffset: offset, depth: depth + 1)
                offset = min(offset + component.type.headBytes, absurdByteCount)
            }
        default:
            self.nodes[index] = Self.word(type, topicNumber: 0, headOffset: headOffset)
        }
    }

    private static func word(
        _ type: ABIType, topicNumber: UInt8, headOffset: Int
    ) -> LayoutNode {
        func above(_ bits: Int) -> U256 { U256.max.shiftedLeft(by: bits) }
        func below(_ bytes: Int) -> U256 { U256.max.shiftedRight(by: 8 * bytes) }
        let (kind, size, forbidden): (NodeKind, Int, U256) =
            switch type {
            case .uint(let bits): (.uint, bits, above(bits))
            case .int(let bits): (.int, bits, .zero)
            case .address: (.address, 20, above(160))
            case .bool: (.bool, 1, above(1))
            case .fixedBytes(let count): (.fixedBytes, count, below(count))
            case .function: (.function, 24, below(24))
            default: (.hash, 32, .zero)
            }
        return self.node(
            kind, topicNumber: topicNumber, size: size, headOffset: headOffset,
            forbidden: forbidden)
    }

    private static func node(
        _ kind: NodeKind, dynamic: Bool = false, topicNumber: UInt8 = 0, size: Int = 32,
        headOffset: Int = 0, childStart: Int = 0, childCount: Int = 0, childHead: Int = 0,
        forbidden: U256 = .zero
    ) -> LayoutNode {
        LayoutNode(
            kind: kind, isDynamic: dynamic, topicNumber: topicNumber,
            size: UInt16(clamping: size), headOffset: headOffset, childStart: childStart,
            childCount: childCount, childHead: childHead, forbidden: forbidden)
    }
}
