// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives
import JSONBytes

/// The topics of a log, as the decoder takes them.
package struct EventTopics: Sendable, Equatable {
    package let count: Int
    package let topic0: U256
    package let topic1: U256
    package let topic2: U256
    package let topic3: U256

    /// Topics as words; those from `count` on are not looked at.
    @inlinable @inline(__always)
    package init(count: Int, _ topic0: U256, _ topic1: U256, _ topic2: U256, _ topic3: U256) {
        self.count = min(max(count, 0), 4)
        self.topic0 = topic0
        self.topic1 = topic1
        self.topic2 = topic2
        self.topic3 = topic3
    }

    /// Zero to four topics; nil for more.
    package init?(_ topics: [Hash256]) {
        guard topics.count <= 4 else { return nil }
        func word(_ index: Int) -> U256 { index < topics.count ? topics[index].word : .zero }
        self.init(count: topics.count, word(0), word(1), word(2), word(3))
    }

    /// Zero to four topics, each given by its index.
    @inlinable @inline(__always)
    package init(count: Int, word: (Int) -> U256) {
        self.init(
            count: count, count > 0 ? word(0) : .zero, count > 1 ? word(1) : .zero,
            count > 2 ? word(2) : .zero, count > 3 ? word(3) : .zero)
    }

    @inlinable @inline(__always)
    package subscript(index: Int) -> U256 {
        switch index {
        case 0: self.topic0
        case 1: self.topic1
        case 2: self.topic2
        default: self.topic3
        }
    }
}

/// What one decoding may still spend, and how it reads.
private struct DecodePass {
    let rules: DecodingRules
    /// Entries, so that arrays which share their elements end.
    var entriesLeft: Int
    let entryLimit: Int
    /// Bytes of `bytes` and `string`, so that elements which share their bytes end.
    var bytesLeft: Int
}

extension ABITape {
    /// Decodes all values of a layout behind those that are on the tape.
    ///
    /// Time and memory are linear in the data's length: a value of depth d takes at most d entries
    /// for each of its words. Twice that is allowed, since encoders may share equal tails.
    ///
    /// - Returns: where the first value stands on the tape.
    mutating func decode(
        _ shape: LayoutShape, nodes: Span<LayoutNode>, topics: EventTopics, data: RawSpan,
        rules: DecodingRules
    ) throws(ABIError) -> Int {
        let size = data.byteCount
        guard size >= shape.headBytes else {
            throw .dataTooShort(needed: shape.headBytes, count: size)
        }
        guard size <= Int(Int32.max) else { throw .dataBomb(limit: Int(Int32.max)) }
        let limit = 2 &* (shape.depth &+ 1) &* (size &>> 5 &+ 16)
        var pass = DecodePass(
            rules: rules, entriesLeft: limit, entryLimit: limit, bytesLeft: 2 &* size)
        let start = self.reserve(shape.rootCount)
        do throws(ABIError) {
            for root in 0..<shape.rootCount {
                let index = shape.firstNode &+ root
                let number = Int(nodes[index].topicNumber)
                if number > 0 {
                    let word = try cleanWord(
                        topics[number &- 1], nodes[index], rules, .topic(number &- 1))
                    self.entries[start &+ root] = TapeEntry(word: word, node: index)
                } else {
                    try self.fill(
                        start &+ root, index, head: nodes[index].headOffset, base: 0,
                        headBytes: shape.headBytes, nodes, data, &pass)
                }
            }
        } catch {
            self.count = start
            throw error
        }
        return start
    }

    /// Decodes one value into its entry. The caller has checked that its head is in the data.
    ///
    /// - Parameters:
    ///   - head: where the value's word, or its offset, stands.
    ///   - base: what the offset is relative to.
    ///   - headBytes: how far the container's head reaches from `base` on.
    private mutating func fill(
        _ slot: Int, _ index: Int, head: Int, base: Int, headBytes: Int,
        _ nodes: Span<LayoutNode>, _ data: RawSpan, _ pass: inout DecodePass
    ) throws(ABIError) {
        let kind = nodes[index].kind
        if kind.isWord {
            let word = try cleanWord(
                loadWord(data, head), nodes[index], pass.rules, .data(at: head))
            self.entries[slot] = TapeEntry(word: word, node: index)
            return
        }
        var at = head
        if nodes[index].isDynamic {
            guard let offset = smallWord(data, head), offset <= data.byteCount &- base else {
                throw .offsetOutOfRange(at: head)
            }
            if offset < headBytes, pass.rules.contains(.rejectBackwardOffsets) {
                throw .offsetIntoHead(at: head)
            }
            at = base &+ offset
        }
        switch kind {
        case .bytes, .string: try self.fillBytes(slot, index, kind, at: at, data, &pass)
        case .tuple: try self.fillTuple(slot, index, at: at, nodes, data, &pass)
        case .fixedArray:
            try self.fillElements(
                slot, index, count: nodes[index].childCount, base: at, nodes, data, &pass)
        default:
            guard data.byteCount &- at >= 32 else {
                throw .dataTooShort(needed: at &+ 32, count: data.byteCount)
            }
            guard let length = smallWord(data, at) else { throw .lengthOutOfRange(at: at) }
            try self.fillElements(slot, index, count: length, base: at &+ 32, nodes, data, &pass)
        }
    }

    private mutating func fillBytes(
        _ slot: Int, _ index: Int, _ kind: NodeKind, at: Int, _ data: RawSpan,
        _ pass: inout DecodePass
    ) throws(ABIError) {
        guard data.byteCount &- at >= 32 else {
            throw .dataTooShort(needed: at &+ 32, count: data.byteCount)
        }
        let start = at &+ 32
        guard let length = smallWord(data, at), length <= data.byteCount &- start else {
            throw .lengthOutOfRange(at: at)
        }
        pass.bytesLeft &-= length
        guard pass.bytesLeft >= 0 else { throw .dataBomb(limit: 2 &* data.byteCount) }
        let end = start &+ length
        if pass.rules.contains(.rejectBadPadding) {
            let padded = start &+ (length &+ 31) / 32 &* 32
            guard padded <= data.byteCount else { throw .dirtyPadding(at: end) }
            for place in end..<padded
            where unsafe data.unsafeLoad(fromByteOffset: place, as: UInt8.self) != 0 {
                throw .dirtyPadding(at: place)
            }
        }
        if kind == .string, pass.rules.contains(.rejectBadUTF8),
            !isUTF8(data.extracting(start..<end))
        {
            throw .invalidUTF8(at: start)
        }
        self.entries[slot] = TapeEntry(node: index, start: start, count: length)
    }

    private mutating func fillTuple(
        _ slot: Int, _ index: Int, at: Int, _ nodes: Span<LayoutNode>, _ data: RawSpan,
        _ pass: inout DecodePass
    ) throws(ABIError) {
        let headBytes = nodes[index].childHead
        guard headBytes <= data.byteCount &- at else {
            throw .dataTooShort(needed: at &+ headBytes, count: data.byteCount)
        }
        let count = nodes[index].childCount
        let child = nodes[index].childStart
        let first = try self.claim(count, &pass)
        self.entries[slot] = TapeEntry(node: index, start: first, count: count)
        for position in 0..<count {
            try self.fill(
                first &+ position, child &+ position,
                head: at &+ nodes[child &+ position].headOffset, base: at, headBytes: headBytes,
                nodes, data, &pass)
        }
    }

    private mutating func fillElements(
        _ slot: Int, _ index: Int, count: Int, base: Int, _ nodes: Span<LayoutNode>,
        _ data: RawSpan, _ pass: inout DecodePass
    ) throws(ABIError) {
        let step = nodes[index].childHead
        guard count <= (data.byteCount &- base) / step else {
            if nodes[index].kind == .array { throw .lengthOutOfRange(at: base &- 32) }
            throw .dataTooShort(
                needed: base &+ saturatingProduct(count, step), count: data.byteCount)
        }
        let child = nodes[index].childStart
        let first = try self.claim(count, &pass)
        self.entries[slot] = TapeEntry(node: index, start: first, count: count)
        let node = nodes[child]
        if node.kind.isWord {
            var slots = self.entries.mutableSpan
            var head = base
            for position in 0..<count {
                let word = try cleanWord(
                    loadWord(data, head), node, pass.rules, .data(at: head))
                slots[first &+ position] = TapeEntry(word: word, node: child)
                head &+= 32
            }
            return
        }
        for position in 0..<count {
            try self.fill(
                first &+ position, child, head: base &+ position &* step, base: base,
                headBytes: count &* step, nodes, data, &pass)
        }
    }

    /// Takes room for children from the budget.
    @inline(__always)
    private mutating func claim(
        _ count: Int, _ pass: inout DecodePass
    ) throws(ABIError) -> Int {
        pass.entriesLeft &-= count
        guard pass.entriesLeft >= 0 else { throw .dataBomb(limit: pass.entryLimit) }
        return self.reserve(count)
    }
}

/// The word at a place. One check covers its four loads.
@inline(__always)
private func loadWord(_ data: RawSpan, _ at: Int) -> U256 {
    precondition(at >= 0 && at <= data.byteCount &- 32, "word outside of the data")
    func limb(_ offset: Int) -> UInt64 {
        UInt64(
            bigEndian: unsafe data.unsafeLoadUnaligned(
                fromUncheckedByteOffset: at &+ offset, as: UInt64.self))
    }
    return U256(limbs: limb(24), limb(16), limb(8), limb(0))
}

/// A word that has to be a small number: an offset or a length below 2³².
@inline(__always)
private func smallWord(_ data: RawSpan, _ at: Int) -> Int? {
    let word = loadWord(data, at)
    guard word.limb1 | word.limb2 | word.limb3 == 0, word.limb0 <= UInt64(UInt32.max) else {
        return nil
    }
    return Int(truncatingIfNeeded: word.limb0)
}

/// The value of a word with the bits that its type has, or the error where others are set.
@inline(__always)
private func cleanWord(
    _ word: U256, _ node: LayoutNode, _ rules: DecodingRules, _ place: @autoclosure () -> ABIPlace
) throws(ABIError) -> U256 {
    if node.kind == .int {
        if node.size == 256 { return word }
        let extended = signExtended(word, bits: Int(node.size))
        if extended != word, rules.contains(.rejectDirtyWords) { throw .dirtyWord(place()) }
        return extended
    }
    let dirt =
        word.limb0 & node.forbidden.limb0 | word.limb1 & node.forbidden.limb1
        | word.limb2 & node.forbidden.limb2 | word.limb3 & node.forbidden.limb3
    if dirt == 0 { return word }
    if rules.contains(.rejectDirtyWords) { throw .dirtyWord(place()) }
    return node.kind == .bool ? .one : word & ~node.forbidden
}

/// The low bits of a word as a signed number of 256 bits.
@inline(never)
func signExtended(_ word: U256, bits: Int) -> U256 {
    let high = U256.max.shiftedLeft(by: bits)
    let sign = word.shiftedRight(by: bits - 1).limb0 & 1
    return sign == 1 ? word | high : word & ~high
}
