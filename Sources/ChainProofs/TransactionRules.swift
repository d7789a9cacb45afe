// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives

/// A rule that a transaction can break by itself, whatever the state of the chain.
package enum TransactionRule: String, Error, Sendable, Hashable, CaseIterable {
    /// The nonce is below 2⁶⁴ − 1 (EIP-2681).
    case nonceBelowLimit = "the nonce must be below 2^64 - 1"
    /// Gas limit times the highest price fits 256 bits.
    case gasCostFits = "gas limit times price must fit 256 bits"
    /// The priority fee is not above the whole fee (EIP-1559).
    case priorityWithinFee = "the priority fee must not exceed the maximum fee"
    /// A blob transaction carries a blob (EIP-4844).
    case someBlob = "a blob transaction must carry a blob"
    /// Blob hashes begin with the version 1 (EIP-4844).
    case blobVersion = "a blob hash must have version 1"
    /// A set-code transaction carries an authorization (EIP-7702).
    case someAuthorization = "a set-code transaction must carry an authorization"
}

extension TransactionRule: CustomStringConvertible {
    package var description: String { self.rawValue }
}

/// The rules for signed transactions that need neither state nor the fork's gas table.
package enum TransactionRules {
    /// Throws the first rule that a transaction breaks, and, where a chain is given,
    /// ``ProofError/chainID(expected:found:)`` for one that is signed for another.
    ///
    /// A legacy transaction without EIP-155 belongs to every chain. Unsigned types have no rules here.
    package static func check(
        _ transaction: Transaction, chainID: U256? = nil
    ) throws(ProofError) {
        guard transaction.type <= 4 else { return }
        if let chainID {
            let isProtected = transaction.type != 0 || transaction.v > 28
            if isProtected, transaction.chainID != chainID {
                throw .chainID(expected: chainID, found: transaction.chainID)
            }
        }
        guard transaction.nonce != .max else { throw .transactionRule(.nonceBelowLimit) }
        let price = transaction.maxFeePerGas ?? transaction.gasPrice ?? .zero
        guard U256(transaction.gasLimit).multiplied(by: price) != nil else {
            throw .transactionRule(.gasCostFits)
        }
        if let priority = transaction.maxPriorityFeePerGas, priority > price {
            throw .transactionRule(.priorityWithinFee)
        }
        if transaction.type == 3 {
            guard !transaction.blobVersionedHashes.isEmpty else {
                throw .transactionRule(.someBlob)
            }
            guard transaction.blobVersionedHashes.allSatisfy({ $0.word0 >> 56 == 1 }) else {
                throw .transactionRule(.blobVersion)
            }
        }
        if transaction.type == 4, transaction.authorizations.isEmpty {
            throw .transactionRule(.someAuthorization)
        }
    }
}
