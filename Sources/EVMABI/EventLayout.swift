// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// An event prepared for decoding, with everything that writing it needs.
package struct EventLayout: Sendable {
    package let event: ABIEvent
    /// Names of the arguments, `arg0` … for unnamed ones.
    package let names: [String]
    /// Canonical types of the arguments.
    package let types: [String]
    /// The contract of the catalog that it belongs to; 0 outside of a catalog.
    package internal(set) var contract = 0
    /// What other implementations call the same arguments.
    private(set) var otherNames: [[String]] = []
    let layout: ABILayout

    package init(_ event: ABIEvent) throws(ABIError) {
        self.event = event
        self.layout = try ABILayout(event: event)
        self.names = event.inputs.enumerated().map { $1.label($0) }
        self.types = event.inputs.map(\.type.canonical)
    }

    package var name: String { self.event.name }
    package var signature: String { self.event.signature }

    /// Takes in the names that another declaration gives the same arguments.
    mutating func addNames(of other: EventLayout) {
        if other.names != self.names, !self.otherNames.contains(other.names) {
            self.otherNames.append(other.names)
        }
    }

    /// The position of an argument: by its name, or by `arg2` also where it has a name.
    package func parameterIndex(named name: String) -> Int? {
        if let index = self.names.firstIndex(of: name) { return index }
        for names in self.otherNames {
            if let index = names.firstIndex(of: name) { return index }
        }
        guard name.hasPrefix("arg"), let index = Int(name.dropFirst(3)),
            self.names.indices.contains(index)
        else { return nil }
        return index
    }

    /// Which arguments are indexed.
    var indexedPattern: [Bool] { self.event.inputs.map(\.isIndexed) }

    /// Decodes a log onto a tape, behind what is there. The number of topics is checked, and so is
    /// topic 0 unless the event is anonymous.
    package func decode(
        topics: EventTopics, data: RawSpan, onto tape: inout ABITape,
        rules: DecodingRules = .event
    ) throws(ABIError) -> DecodedEvent {
        guard topics.count == self.layout.shape.topicCount else {
            throw .topicCount(expected: self.layout.shape.topicCount, found: topics.count)
        }
        guard self.event.isAnonymous || topics.topic0 == self.event.topic0.word else {
            throw .topicMismatch
        }
        let start = try tape.decode(
            self.layout.shape, nodes: self.layout.nodes.span, topics: topics, data: data,
            rules: rules)
        return DecodedEvent(slot: 0, start: start, count: self.names.count)
    }

    /// Decodes a log into trees, one for each argument.
    package func decode(
        topics: [Hash256], data: [UInt8], rules: DecodingRules = .event
    ) throws(ABIError) -> [ABIValue] {
        guard let list = EventTopics(topics) else {
            throw .topicCount(expected: self.layout.shape.topicCount, found: topics.count)
        }
        var tape = ABITape()
        let event = try self.decode(
            topics: list, data: unsafe data.span.bytes, onto: &tape, rules: rules)
        var values: [ABIValue] = []
        for slot in event.start..<event.start + event.count {
            values.append(
                ABIValue(
                    tape, at: slot, nodes: self.layout.nodes, data: unsafe data.span.bytes))
        }
        return values
    }

    /// The tree of one argument, from the tape.
    package func value(
        _ index: Int, of event: DecodedEvent, on tape: ABITape, data: RawSpan
    ) -> ABIValue {
        ABIValue(
            tape, at: event.slot(of: index),
            nodes: self.layout.nodes, data: data, nodeBase: event.nodeBase)
    }
}

/// A decoded event: where its arguments stand on the tape. It is valid until the tape is cleared.
///
/// Typed reads take the position of an argument (``EventLayout/parameterIndex(named:)`` finds it
/// once) and trap where there is none; they do not check the type: the caller looked at the layout.
package struct DecodedEvent: Sendable, Equatable {
    /// The layout's place in its catalog.
    package let slot: Int
    /// Where the first argument stands.
    package let start: Int
    package let count: Int
    /// Where the layout's nodes start in the table that the tape's entries point into.
    let nodeBase: Int

    @inline(__always)
    init(slot: Int, start: Int, count: Int, nodeBase: Int = 0) {
        self.slot = slot
        self.start = start
        self.count = count
        self.nodeBase = nodeBase
    }

    /// Where an argument stands.
    @inline(__always)
    package func slot(of index: Int) -> Int {
        precondition(index >= 0 && index < self.count, "argument index out of range")
        return self.start &+ index
    }

    /// The word of an integer, address, bool, `bytesN` or hash.
    package func word(_ index: Int, on tape: ABITape) -> U256 { tape[self.slot(of: index)].word }

    /// An `intN`.
    package func signed(_ index: Int, on tape: ABITape) -> I256 {
        I256(bits: self.word(index, on: tape))
    }

    package func address(_ index: Int, on tape: ABITape) -> Address {
        Address(truncating: self.word(index, on: tape))
    }

    package func bool(_ index: Int, on tape: ABITape) -> Bool {
        !self.word(index, on: tape).isZero
    }

    /// A `bytes32`, or the hash of an indexed value of several words.
    package func hash(_ index: Int, on tape: ABITape) -> Hash256 {
        Hash256(self.word(index, on: tape))
    }

    /// Where a `bytes` or `string` stands in the data.
    package func byteRange(_ index: Int, on tape: ABITape) -> Range<Int> {
        tape[self.slot(of: index)].range
    }

    /// Where the elements of an array or the components of a tuple stand on the tape.
    package func children(_ index: Int, on tape: ABITape) -> Range<Int> {
        tape[self.slot(of: index)].range
    }
}
