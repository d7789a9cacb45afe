// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// What is wanted of a block beyond its header and its logs. The trackers say it before a block is
/// asked for; an empty plan costs no request.
package struct FetchPlan: Sendable, Equatable {
    /// What is read of the chain's state at the block, each under a key of its own.
    package var readings: [ReadingRequest]
    /// Whose transactions are wanted, with their receipts; nil: nobody's.
    package var transactions: TransactionFilter?
    /// From which block on those are wanted; nil: of every block.
    package var transactionsFrom: BlockNumber?
    /// Whether fees are wanted; without percentiles they stand in the header.
    package var wantsFees: Bool
    /// Whether they are wanted of blocks that are read in catching up, too.
    package var wantsPastFees: Bool
    /// Which percentiles of the tips in the block are wanted (`eth_feeHistory`), rising, 0 to 100.
    package var tipPercentiles: [Double]

    package init(
        readings: [ReadingRequest] = [], transactions: TransactionFilter? = nil,
        transactionsFrom: BlockNumber? = nil, wantsFees: Bool = false,
        wantsPastFees: Bool = true, tipPercentiles: [Double] = []
    ) {
        self.readings = readings
        self.transactions = transactions
        self.transactionsFrom = transactionsFrom
        self.wantsFees = wantsFees
        self.wantsPastFees = wantsPastFees
        self.tipPercentiles = tipPercentiles
    }

    /// What is wanted of blocks that are read in catching up, besides readings: of those below
    /// ``transactionsFrom``, and of the others.
    package var past: (below: FetchPlan, above: FetchPlan) {
        var above = self
        above.readings = []
        if !self.wantsPastFees {
            above.wantsFees = false
            above.tipPercentiles = []
        }
        var below = above
        if self.transactionsFrom != nil { below.transactions = nil }
        return (below, above)
    }

    /// Whether nothing is wanted.
    package var isEmpty: Bool {
        self.readings.isEmpty && self.transactions == nil && !self.wantsFees
    }
}

/// One thing to read of the chain's state at a block.
package struct ReadingRequest: Sendable, Hashable {
    /// What is read.
    package enum Subject: Sendable, Hashable {
        /// The answer of a view function (`eth_call`): its selector and arguments are `data`.
        case call(to: Address, data: [UInt8])
        /// The balance of an account in wei (`eth_getBalance`), as a word of 32 bytes.
        case balance(Address)
        /// A word of a contract's storage (`eth_getStorageAt`).
        case storage(Address, slot: U256)
        /// The code of an account (`eth_getCode`): only whether there is any, as a word 0 or 1.
        case hasCode(Address)
    }

    /// Unique among the requests of a plan; comes back with the answer.
    package var key: String
    package var subject: Subject

    package init(key: String, subject: Subject) {
        self.key = key
        self.subject = subject
    }
}

/// What reading the state at a block gave.
package struct Reading: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        /// The bytes that the call returned, or the word that was read.
        case data([UInt8])
        /// The call was reverted, with this return data.
        case reverted([UInt8])
        /// No endpoint has the state of the block, or none answers such a call: a sentence.
        case unavailable(String)
    }

    package var key: String
    package var outcome: Outcome

    package init(key: String, outcome: Outcome) {
        self.key = key
        self.outcome = outcome
    }

    /// The first word of the answer; nil where there is none.
    package var word: U256? {
        guard case .data(let bytes) = self.outcome, bytes.count >= 32 else { return nil }
        return U256(bigEndian: Array(bytes.prefix(32)))
    }
}

/// Whose transactions are wanted.
package struct TransactionFilter: Sendable, Hashable {
    /// Transactions to one of these, sorted.
    package let receivers: [Address]
    /// Transactions from one of these, sorted.
    package let senders: [Address]

    package init(receivers: some Sequence<Address> = [], senders: some Sequence<Address> = []) {
        self.receivers = Set(receivers).sorted()
        self.senders = Set(senders).sorted()
    }

    /// Whether a transaction is wanted. One that creates a contract has no receiver.
    package func matches(from sender: Address, to receiver: Address?) -> Bool {
        self.senders.contains(sender) || receiver.map { self.receivers.contains($0) } == true
    }
}
