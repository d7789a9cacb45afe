// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives

/// Transactions as the chain hashes and signs them: legacy RLP, or the envelope of EIP-2718, which
/// is a type byte and RLP.
///
/// Known are the types 0 (with and without EIP-155), 1 (EIP-2930), 2 (EIP-1559), 3 (EIP-4844, without
/// its sidecar), 4 (EIP-7702), 0x6a (Arbitrum's internal ones) and 0x7e (OP-stack deposits).
/// Any other type is ``ProofError/transactionType(_:)``: it cannot be checked, which is not to say
/// that it is wrong.
package enum TransactionCoding {
    /// Arbitrum's internal transaction: `0x6a || rlp([chainId, input])`, unsigned.
    static let arbitrumInternal: UInt8 = 0x6a
    /// The account of ArbOS, which sends internal transactions to itself.
    static let arbOS = Address(words: 0, 0, 0x000a_4b05)
    /// An OP-stack deposit, unsigned.
    package static let deposit: UInt8 = 0x7e

    /// The bytes that the transactions root holds and whose hash is the transaction's.
    ///
    /// Throws where the type is not known or a field lacks that the type has.
    package static func encode(_ transaction: Transaction) throws(ProofError) -> [UInt8] {
        try self.encode(transaction, .whole)
    }

    /// The hash that names the transaction; throws as ``encode(_:)`` does.
    package static func hash(of transaction: Transaction) throws(ProofError) -> Hash256 {
        Keccak256.hash(try self.encode(transaction))
    }

    /// Which part of a transaction is wanted.
    enum Part: Equatable {
        /// With the signature.
        case whole
        /// What is signed; for type 0 with the chain of EIP-155, or nil for the form before it.
        case signed(legacyChainID: U256?)
    }

    static func encode(_ transaction: Transaction, _ part: Part) throws(ProofError) -> [UInt8] {
        let prefix = transaction.type == 0 ? [] : [transaction.type]
        var writer = RLPWriter(prefix: prefix, capacity: 256 + transaction.input.count)
        let list = writer.beginList()
        switch transaction.type {
        case 0: try self.writeLegacy(transaction, part, to: &writer)
        case 1: try self.writeAccessList(transaction, to: &writer)
        case 2, 3, 4: try self.writeDynamicFee(transaction, to: &writer)
        case Self.arbitrumInternal:
            writer.append(try self.required(transaction.chainID, .chainID, transaction))
            writer.append(transaction.input)
        case Self.deposit: try self.writeDeposit(transaction, to: &writer)
        default: throw .transactionType(transaction.type)
        }
        if (1...4).contains(transaction.type), part == .whole {
            writer.append(transaction.v)
            writer.append(transaction.r)
            writer.append(transaction.s)
        }
        writer.endList(list)
        return writer.bytes
    }

    // MARK: Bodies

    private static func writeLegacy(
        _ transaction: Transaction, _ part: Part, to writer: inout RLPWriter
    ) throws(ProofError) {
        writer.append(transaction.nonce)
        writer.append(try self.required(transaction.gasPrice, .gasPrice, transaction))
        writer.append(transaction.gasLimit)
        self.writeCall(transaction, to: &writer)
        switch part {
        case .whole:
            writer.append(transaction.v)
            writer.append(transaction.r)
            writer.append(transaction.s)
        case .signed(let chainID?):
            writer.append(chainID)
            writer.append(U256.zero)
            writer.append(U256.zero)
        case .signed(nil): break
        }
    }

    private static func writeAccessList(
        _ transaction: Transaction, to writer: inout RLPWriter
    ) throws(ProofError) {
        writer.append(try self.required(transaction.chainID, .chainID, transaction))
        writer.append(transaction.nonce)
        writer.append(try self.required(transaction.gasPrice, .gasPrice, transaction))
        writer.append(transaction.gasLimit)
        self.writeCall(transaction, to: &writer)
        self.writeAccessEntries(transaction.accessList, to: &writer)
    }

    /// Types 2, 3 and 4, which begin alike. Types 3 and 4 cannot create a contract.
    private static func writeDynamicFee(
        _ transaction: Transaction, to writer: inout RLPWriter
    ) throws(ProofError) {
        writer.append(try self.required(transaction.chainID, .chainID, transaction))
        writer.append(transaction.nonce)
        let priority = transaction.maxPriorityFeePerGas
        writer.append(try self.required(priority, .maxPriorityFeePerGas, transaction))
        writer.append(try self.required(transaction.maxFeePerGas, .maxFeePerGas, transaction))
        writer.append(transaction.gasLimit)
        if transaction.type != 2 { _ = try self.required(transaction.to, .to, transaction) }
        self.writeCall(transaction, to: &writer)
        self.writeAccessEntries(transaction.accessList, to: &writer)
        if transaction.type == 3 {
            let fee = transaction.maxFeePerBlobGas
            writer.append(try self.required(fee, .maxFeePerBlobGas, transaction))
            let list = writer.beginList()
            for hash in transaction.blobVersionedHashes { writer.append(hash) }
            writer.endList(list)
        } else if transaction.type == 4 {
            self.writeAuthorizations(transaction.authorizations, to: &writer)
        }
    }

    /// OP-stack specification, "Deposited transaction type": no nonce, no signature.
    private static func writeDeposit(
        _ transaction: Transaction, to writer: inout RLPWriter
    ) throws(ProofError) {
        let deposit = try self.required(transaction.deposit, .deposit, transaction)
        writer.append(deposit.sourceHash)
        writer.append(transaction.from)
        writer.append(optional: transaction.to)
        writer.append(deposit.mint)
        writer.append(transaction.value)
        writer.append(transaction.gasLimit)
        writer.append(deposit.isSystem)
        writer.append(transaction.input)
    }

    // MARK: Parts

    private static func writeCall(_ transaction: Transaction, to writer: inout RLPWriter) {
        writer.append(optional: transaction.to)
        writer.append(transaction.value)
        writer.append(transaction.input)
    }

    private static func writeAccessEntries(
        _ entries: [Transaction.AccessListEntry], to writer: inout RLPWriter
    ) {
        let list = writer.beginList()
        for entry in entries {
            let pair = writer.beginList()
            writer.append(entry.address)
            let keys = writer.beginList()
            for key in entry.storageKeys { writer.append(key) }
            writer.endList(keys)
            writer.endList(pair)
        }
        writer.endList(list)
    }

    private static func writeAuthorizations(
        _ authorizations: [Transaction.Authorization], to writer: inout RLPWriter
    ) {
        let list = writer.beginList()
        for authorization in authorizations {
            let tuple = writer.beginList()
            writer.append(authorization.chainID)
            writer.append(authorization.address)
            writer.append(authorization.nonce)
            writer.append(UInt64(authorization.yParity))
            writer.append(authorization.r)
            writer.append(authorization.s)
            writer.endList(tuple)
        }
        writer.endList(list)
    }

    private static func required<Value>(
        _ value: Value?, _ field: TransactionField, _ transaction: Transaction
    ) throws(ProofError) -> Value {
        guard let value else {
            throw .transactionFieldMissing(field, type: transaction.type)
        }
        return value
    }
}
