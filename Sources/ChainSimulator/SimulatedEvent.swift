// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
package import EVMABI
package import EVMPrimitives

/// An event as its contract emitted it: what a log is made of, kept beside the log so that truth
/// need not be decoded.
package struct SimulatedEvent: Sendable, Hashable {
    package let contract: SimulatedContract
    package let event: ABIEvent
    /// The arguments in the order of the declaration.
    package let values: [ABIValue]

    /// `NodeRegistry.NodeSlashed`.
    package var name: String { self.contract.alias + "." + self.event.name }

    /// The value of a field; nil where the event has none of that name.
    package func value(_ name: String) -> ABIValue? {
        zip(self.event.inputs, self.values).first { $0.0.name == name }?.1
    }

    /// An unsigned field.
    package func amount(_ name: String) -> U256? {
        if case .uint(let amount)? = self.value(name) { amount } else { nil }
    }

    /// The log: the indexed fields, which are all of one word, as topics, the others as data.
    func log() throws(ABIError) -> Receipt.Log {
        var topics = [self.event.topic0]
        var types: [ABIType] = []
        var rest: [ABIValue] = []
        for (input, value) in zip(self.event.inputs, self.values) {
            if input.isIndexed {
                let word = try ABIEncoder.encode([input.type], [value])
                topics.append(Hash256(bytes: word) ?? .zero)
            } else {
                types.append(input.type)
                rest.append(value)
            }
        }
        return Receipt.Log(
            address: self.contract.address, topics: topics,
            data: try ABIEncoder.encode(types, rest))
    }
}
