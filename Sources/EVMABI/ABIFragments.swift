// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// A function: calls are its selector and its arguments.
package struct ABIFunction: Sendable, Hashable {
    package var name: String
    package var inputs: [ABIParameter]
    package var outputs: [ABIParameter]
    /// `pure`, `view`, `nonpayable` or `payable`; empty where the fragment does not say.
    package var stateMutability: String
    /// `name(type,…)`.
    package let signature: String
    /// The first four bytes of the signature's hash.
    package let selector: UInt32

    package init(
        name: String, inputs: [ABIParameter], outputs: [ABIParameter] = [],
        stateMutability: String = ""
    ) {
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.stateMutability = stateMutability
        self.signature = name + ABIType.canonical(inputs)
        self.selector = selectorOf(Keccak256.hash(text: self.signature))
    }
}

/// An event: what a log's topics and data mean.
package struct ABIEvent: Sendable, Hashable {
    package var name: String
    package var inputs: [ABIParameter]
    /// Whether topic 0 is an argument and not the signature's hash.
    package var isAnonymous: Bool
    /// `name(type,…)`, indexed or not.
    package let signature: String
    /// The signature's hash: the first topic unless the event is anonymous.
    package let topic0: Hash256

    package init(name: String, inputs: [ABIParameter], anonymous: Bool = false) {
        self.name = name
        self.inputs = inputs
        self.isAnonymous = anonymous
        self.signature = name + ABIType.canonical(inputs)
        self.topic0 = Keccak256.hash(text: self.signature)
    }

    /// How many topics a log of this event has, the signature's hash included.
    package var topicCount: Int {
        self.inputs.count { $0.isIndexed } + (self.isAnonymous ? 0 : 1)
    }
}

/// A custom error: a revert's data is its selector and its arguments.
package struct ABIErrorFragment: Sendable, Hashable {
    package var name: String
    package var inputs: [ABIParameter]
    package let signature: String
    package let selector: UInt32

    package init(name: String, inputs: [ABIParameter]) {
        self.name = name
        self.inputs = inputs
        self.signature = name + ABIType.canonical(inputs)
        self.selector = selectorOf(Keccak256.hash(text: self.signature))
    }
}

/// What a contract declares. Constructors, fallback and receive functions are left out.
package struct ContractABI: Sendable, Equatable {
    package var functions: [ABIFunction]
    package var events: [ABIEvent]
    package var errors: [ABIErrorFragment]
    /// Names of functions that were left out, because a type of theirs is none of the ABI: a
    /// library's functions may take contracts, enums and storage references by their source names.
    package var skippedFunctions: [String] = []

    package init(
        functions: [ABIFunction] = [], events: [ABIEvent] = [], errors: [ABIErrorFragment] = []
    ) {
        self.functions = functions
        self.events = events
        self.errors = errors
    }

    package var isEmpty: Bool {
        self.functions.isEmpty && self.events.isEmpty && self.errors.isEmpty
    }

    /// Adds the fragments of another ABI; those that are there already stay once.
    package mutating func merge(_ other: ContractABI) {
        for item in other.functions where !self.functions.contains(item) {
            self.functions.append(item)
        }
        for item in other.events where !self.events.contains(item) { self.events.append(item) }
        for item in other.errors where !self.errors.contains(item) { self.errors.append(item) }
        self.skippedFunctions += other.skippedFunctions
    }
}

func selectorOf(_ hash: Hash256) -> UInt32 { UInt32(truncatingIfNeeded: hash.word0 >> 32) }
