// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives

extension BlockVerdict {
    /// What a check compared.
    package enum Evidence: Sendable, Equatable {
        /// What the header states and what was computed: the block's hash, or a root.
        case hashes(stated: Hash256, computed: Hash256)
        /// The header's bloom and that of the logs.
        case blooms(stated: LogsBloom, computed: LogsBloom)
        /// The header's gas and the last cumulative one.
        case gas(stated: UInt64, computed: UInt64)
        /// Items of a list: how many there are, and which of them fail or cannot be checked.
        case items(count: Int, faults: [Fault])
    }

    /// One item of a list that fails or cannot be checked.
    package struct Fault: Sendable, Equatable {
        package var index: Int
        package var reason: Reason

        package init(index: Int, reason: Reason) {
            self.index = index
            self.reason = reason
        }

        package enum Reason: Sendable, Equatable {
            /// A transaction has another hash than the one stated.
            case hash(stated: Hash256, computed: Hash256)
            /// Another account signed a transaction than the one stated.
            case sender(stated: Address, recovered: Address)
            /// No account signed it, or its type is not known.
            case unrecovered(ProofError)
            /// A receipt's bloom is not that of its logs.
            case bloom
        }
    }
}

extension BlockVerdict.Fault.Reason {
    /// Whether the item is disproved, in place of not checkable.
    var isDisproof: Bool {
        switch self {
        case .hash, .sender, .bloom: true
        case .unrecovered(let error):
            switch error {
            case .signature, .signatureV, .chainID: true
            default: false
            }
        }
    }
}

extension BlockVerdict.Evidence: CustomStringConvertible {
    /// How the two sides differ, or what they agree on.
    package var description: String {
        switch self {
        case .hashes(let stated, let computed):
            stated == computed ? "\(computed)" : "computed \(computed), stated \(stated)"
        case .blooms(let stated, let computed):
            stated == computed
                ? "\(computed.bitCount) bits"
                : "\(computed.bitCount(without: stated)) bits of the logs are not set, "
                    + "\(stated.bitCount(without: computed)) are set that are not of the logs"
        case .gas(let stated, let computed):
            stated == computed ? "\(computed)" : "computed \(computed), stated \(stated)"
        case .items(let count, let faults):
            if let first = faults.first {
                "\(first)" + (faults.count > 1 ? ", and \(faults.count - 1) more" : "")
            } else {
                "all \(count)"
            }
        }
    }
}

extension BlockVerdict.Fault: CustomStringConvertible {
    package var description: String {
        switch self.reason {
        case .hash(let stated, let computed):
            "transaction \(self.index) has the hash \(computed), stated \(stated)"
        case .sender(let stated, let recovered):
            "transaction \(self.index) was signed by \(recovered), stated \(stated)"
        case .unrecovered(let error): "transaction \(self.index): \(error)"
        case .bloom: "the bloom of receipt \(self.index) is not that of its logs"
        }
    }
}

extension LogsBloom {
    /// How many bits are set here and not in another filter.
    package func bitCount(without other: LogsBloom) -> Int {
        zip(self.bytes, other.bytes).reduce(0) { $0 + ($1.0 & ~$1.1).nonzeroBitCount }
    }
}
