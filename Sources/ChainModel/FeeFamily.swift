// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// How a chain charges for a transaction. The text is what configuration and labels say.
///
/// Not covered: chains whose gas is paid in another token than the native one (Celo's fee
/// currencies), and Mantle's token ratio.
package enum FeeFamily: String, Sendable, Hashable, CaseIterable {
    /// Gas and blobs (EIP-1559, EIP-4844): Ethereum and whatever copies it.
    case ethereum
    /// Gas, data on the parent chain and an operator fee: Base, OP Mainnet and their kin.
    case opStack = "op_stack"
    /// Gas, a part of which is for data on the parent chain.
    case arbitrum

    /// What a transaction and its receipt tell. A transaction of Ethereum's types whose receipt
    /// states nothing of its own is of ``ethereum``.
    package static func detect(_ transaction: Transaction, _ receipt: Receipt) -> FeeFamily {
        switch transaction.type {
        case TransactionType.deposit: .opStack
        case _ where TransactionType.arbitrum.contains(transaction.type): .arbitrum
        default:
            if receipt.fees.isOPStack || receipt.depositNonce != nil {
                .opStack
            } else if receipt.fees.gasUsedForL1 != nil {
                .arbitrum
            } else {
                .ethereum
            }
        }
    }

    /// What the transactions of a block tell together: the first that is not like Ethereum's, as
    /// the first transaction of every block of the other families is.
    package static func detect(
        _ transactions: [Transaction], _ receipts: [Receipt]
    ) -> FeeFamily {
        for (transaction, receipt) in zip(transactions, receipts) {
            let family = Self.detect(transaction, receipt)
            if family != .ethereum { return family }
        }
        return .ethereum
    }
}

/// The form of the OP stack's operator fee; the two differ by a factor of 10⁸.
package enum OperatorFeeForm: String, Sendable, Hashable, CaseIterable {
    /// `gasUsed · scalar / 10⁶ + constant`.
    case isthmus
    /// `gasUsed · scalar · 100 + constant`.
    case jovian
}

/// What is known of a chain's fees before its receipts are seen; nil leaves it to the receipt.
package struct FeeRules: Sendable, Hashable {
    package var family: FeeFamily?
    /// Nil: Jovian's where the receipt has `daFootprintGasScalar`, else that of Isthmus.
    package var operatorFee: OperatorFeeForm?
    /// For blobs whose receipt states no price; see ``BlobBaseFee``.
    package var blobBaseFee: U256?

    package init(
        family: FeeFamily? = nil, operatorFee: OperatorFeeForm? = nil, blobBaseFee: U256? = nil
    ) {
        self.family = family
        self.operatorFee = operatorFee
        self.blobBaseFee = blobBaseFee
    }

    /// Everything as the receipts tell.
    package static let detected = FeeRules()
}

/// Types of transactions that are charged in a way of their own.
enum TransactionType {
    static let blob: UInt8 = 0x03
    /// OP-stack deposits, and Scroll's messages of the parent chain.
    static let deposit: UInt8 = 0x7e
    /// Arbitrum: deposit, unsigned, contract, retry, submission, internal; and 0x78, legacy.
    static let arbitrum: [UInt8] = [0x64, 0x65, 0x66, 0x68, 0x69, 0x6a, 0x78]
    /// Arbitrum: what nobody pays for, deposits of ether and the start of a block.
    static let arbitrumFree: [UInt8] = [0x64, 0x6a]
}
