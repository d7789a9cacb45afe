// Weir
// SPDX-License-Identifier: Apache-2.0

/// One business record that a tracker read out of the chain: it happened, in this block, once.
///
/// Facts are what reports are made of. The key makes a fact unique: storing it twice is storing it
/// once. A fact goes when its block goes.
package struct Fact: Sendable, Equatable {
    /// What kind of record: `event_latency`, `stake_change`. Lower snake case.
    package var kind: String
    /// Unique among the facts of its kind and chain.
    package var key: String
    package var block: BlockRef
    package var logIndex: UInt32
    /// The fields in the order in which the tracker wrote them; integers as decimal text.
    package var fields: [Field]

    /// A named value of a fact.
    package struct Field: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(kind: String, key: String, block: BlockRef, logIndex: UInt32, fields: [Field]) {
        self.kind = kind
        self.key = key
        self.block = block
        self.logIndex = logIndex
        self.fields = fields
    }
}
