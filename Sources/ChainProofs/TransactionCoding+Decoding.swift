// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import EVMPrimitives
package import EVMSignatures

// Raw transactions, as `eth_getRawTransactionByHash` and `eth_sendRawTransaction` carry them.
extension TransactionCoding {
    /// The transaction in raw bytes, with its hash, and with its sender recovered.
    ///
    /// Strict: canonical RLP, fields of the right size, nothing left over, a signature that leads to
    /// an account. Rules beyond the encoding are in ``TransactionRules``.
    package static func decode(
        _ raw: [UInt8], highS: HighSPolicy = .refuse
    ) throws(ProofError) -> Transaction {
        guard let first = raw.first else { throw .rlp(.truncated, offset: 0) }
        var reader = RLPReader(raw, from: first < 0x80 ? 1 : 0)
        // A type byte, or the list of a legacy transaction.
        let type = first < 0x80 ? first : 0
        guard first >= 0x80 || self.isTyped(first) else { throw .transactionType(first) }
        var fields = try reader.readList()
        try reader.finish()
        var transaction = try self.decodeBody(type: type, &fields)
        if type <= 4 {
            transaction.v = try fields.readU256()
            transaction.r = try fields.readU256()
            transaction.s = try fields.readU256()
            if type == 0, let above = transaction.v.subtracting(35) {
                transaction.chainID = above.shiftedRight(by: 1)
            }
        }
        try fields.finish()
        transaction.hash = Keccak256.hash(raw)
        transaction.from = try self.sender(of: transaction, highS: highS)
        return transaction
    }

    private static func isTyped(_ type: UInt8) -> Bool {
        (1...4).contains(type) || type == Self.deposit || type == Self.arbitrumInternal
    }

    /// The fields of a transaction up to its signature.
    private static func decodeBody(
        type: UInt8, _ fields: inout RLPReader
    ) throws(ProofError) -> Transaction {
        var transaction = Transaction(
            type: type, nonce: 0, gasLimit: 0, to: nil, value: .zero, input: [])
        switch type {
        case Self.deposit:
            try self.decodeDeposit(&transaction, &fields)
            return transaction
        case Self.arbitrumInternal:
            transaction.chainID = try fields.readU256()
            transaction.input = try fields.readBytes()
            transaction.from = Self.arbOS
            transaction.to = Self.arbOS
            return transaction
        default: break
        }
        if type >= 1 { transaction.chainID = try fields.readU256() }
        transaction.nonce = try fields.readUInt64()
        if type <= 1 {
            transaction.gasPrice = try fields.readU256()
        } else {
            transaction.maxPriorityFeePerGas = try fields.readU256()
            transaction.maxFeePerGas = try fields.readU256()
        }
        transaction.gasLimit = try fields.readUInt64()
        transaction.to =
            type <= 2 ? try fields.readOptionalAddress() : try fields.readAddress()
        transaction.value = try fields.readU256()
        transaction.input = try fields.readBytes()
        if type >= 1 { transaction.accessList = try self.decodeAccessList(&fields) }
        if type == 3 {
            transaction.maxFeePerBlobGas = try fields.readU256()
            var hashes = try fields.readList()
            while !hashes.isAtEnd { transaction.blobVersionedHashes.append(try hashes.readHash()) }
        }
        if type == 4 { transaction.authorizations = try self.decodeAuthorizations(&fields) }
        return transaction
    }

    private static func decodeDeposit(
        _ transaction: inout Transaction, _ fields: inout RLPReader
    ) throws(ProofError) {
        let sourceHash = try fields.readHash()
        transaction.from = try fields.readAddress()
        transaction.to = try fields.readOptionalAddress()
        let mint = try fields.readU256()
        transaction.value = try fields.readU256()
        transaction.gasLimit = try fields.readUInt64()
        let isSystem = try fields.readBool()
        transaction.input = try fields.readBytes()
        transaction.deposit = Transaction.Deposit(
            sourceHash: sourceHash, mint: mint, isSystem: isSystem)
    }

    private static func decodeAccessList(
        _ fields: inout RLPReader
    ) throws(ProofError) -> [Transaction.AccessListEntry] {
        var entries: [Transaction.AccessListEntry] = []
        var list = try fields.readList()
        while !list.isAtEnd {
            var pair = try list.readList()
            var entry = Transaction.AccessListEntry(
                address: try pair.readAddress(), storageKeys: [])
            var keys = try pair.readList()
            while !keys.isAtEnd { entry.storageKeys.append(try keys.readHash()) }
            try pair.finish()
            entries.append(entry)
        }
        return entries
    }

    private static func decodeAuthorizations(
        _ fields: inout RLPReader
    ) throws(ProofError) -> [Transaction.Authorization] {
        var authorizations: [Transaction.Authorization] = []
        var list = try fields.readList()
        while !list.isAtEnd {
            var tuple = try list.readList()
            let chainID = try tuple.readU256()
            let address = try tuple.readAddress()
            let nonce = try tuple.readUInt64()
            let start = tuple.offset
            guard let yParity = UInt8(exactly: try tuple.readUInt64()) else {
                throw .rlp(.tooLarge, offset: start)
            }
            authorizations.append(
                Transaction.Authorization(
                    chainID: chainID, address: address, nonce: nonce, yParity: yParity,
                    r: try tuple.readU256(), s: try tuple.readU256()))
            try tuple.finish()
        }
        return authorizations
    }
}
