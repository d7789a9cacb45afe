// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// One value as a tree: for commands and tests. The hot path reads the tape.
package indirect enum ABIValue: Sendable, Hashable {
    case uint(U256)
    case int(I256)
    case address(Address)
    case bool(Bool)
    /// `bytes`, `bytesN` and `function`.
    case bytes([UInt8])
    /// A string as its bytes, which need not be UTF-8.
    case string(utf8: [UInt8])
    case array([ABIValue])
    case tuple([ABIValue])
    /// What a topic holds of an indexed value of several words.
    case hash(Hash256)

    /// A string from text.
    package static func text(_ text: String) -> ABIValue { .string(utf8: Array(text.utf8)) }

    /// The text of a string that is UTF-8.
    package var text: String? {
        guard case .string(let utf8) = self else { return nil }
        return String(validating: utf8, as: UTF8.self)
    }
}

extension ABIValue {
    /// Builds the tree of a value on the tape.
    ///
    /// - Parameter nodeBase: where `nodes` begins in the table that the tape's entries point into.
    init(
        _ tape: ABITape, at slot: Int, nodes: [LayoutNode], data: RawSpan, nodeBase: Int = 0
    ) {
        let entry = tape[slot]
        let node = nodes[Int(entry.node) - nodeBase]
        func children() -> [ABIValue] {
            var values: [ABIValue] = []
            for child in entry.range {
                values.append(
                    ABIValue(tape, at: child, nodes: nodes, data: data, nodeBase: nodeBase))
            }
            return values
        }
        switch node.kind {
        case .uint: self = .uint(entry.word)
        case .int: self = .int(I256(bits: entry.word))
        case .address: self = .address(Address(truncating: entry.word))
        case .bool: self = .bool(!entry.word.isZero)
        case .fixedBytes, .function:
            self = .bytes(Array(entry.word.bigEndianBytes.prefix(Int(node.size))))
        case .hash: self = .hash(Hash256(entry.word))
        case .bytes: self = .bytes(copy(data, entry.range))
        case .string: self = .string(utf8: copy(data, entry.range))
        case .array, .fixedArray: self = .array(children())
        case .tuple: self = .tuple(children())
        }
    }
}

extension ABILayout {
    /// Decodes data into trees.
    package func decode(
        _ data: [UInt8], rules: DecodingRules = .strict
    ) throws(ABIError) -> [ABIValue] {
        try self.decode(unsafe data.span.bytes, topics: nil, rules: rules)
    }

    /// Decodes data onto a tape, behind what is there, and answers where the values start.
    package func decode(
        _ data: RawSpan, onto tape: inout ABITape, rules: DecodingRules = .strict
    ) throws(ABIError) -> Int {
        try tape.decode(
            self.shape, nodes: self.nodes.span, topics: noTopics, data: data, rules: rules)
    }

    func decode(
        _ data: RawSpan, topics: EventTopics?, rules: DecodingRules
    ) throws(ABIError) -> [ABIValue] {
        var tape = ABITape()
        let start = try tape.decode(
            self.shape, nodes: self.nodes.span, topics: topics ?? noTopics, data: data,
            rules: rules)
        var values: [ABIValue] = []
        for slot in start..<start + self.shape.rootCount {
            values.append(ABIValue(tape, at: slot, nodes: self.nodes, data: data))
        }
        return values
    }
}

let noTopics = EventTopics(count: 0, .zero, .zero, .zero, .zero)

/// The bytes of a range as an array.
func copy(_ data: RawSpan, _ range: Range<Int>) -> [UInt8] {
    unsafe data.extracting(range).withUnsafeBytes { unsafe Array($0) }
}
