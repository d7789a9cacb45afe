// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import JSONBytes

extension RPCDecoding {
    /// Reads the `transactions` of a block; nil for a list of hashes.
    static func transactions(
        _ bytes: RawSpan, _ cursor: inout JSONCursor, path: String
    ) throws(RPCReadFault) -> [Transaction]? {
        var transactions: [Transaction] = []
        var hashes = 0
        do throws(JSONError) {
            try cursor.enterArray(in: bytes)
        } catch {
            throw fault(path, error)
        }
        while try jsonStep({ () throws(JSONError) in try cursor.nextElement(in: bytes) }) {
            let item = "\(path)[\(transactions.count + hashes)]"
            let kind = try jsonStep { () throws(JSONError) in try cursor.peekKind(in: bytes) }
            guard kind == .string, transactions.isEmpty else {
                guard hashes == 0 else { throw .bad(path: item, "not a hash, as those before it") }
                transactions.append(try Self.transaction(bytes, &cursor, path: item))
                continue
            }
            do throws(JSONError) {
                _ = try cursor.readHash(in: bytes)
            } catch {
                throw fault(item, error)
            }
            hashes += 1
        }
        return hashes > 0 ? nil : transactions
    }

    /// Reads a transaction object of any type.
    ///
    /// Required are the members that its type signs and has always had; what a type may lack or
    /// what only encoding needs is left to the encoder, which knows the types.
    static func transaction(
        _ bytes: RawSpan, _ cursor: inout JSONCursor, path: String
    ) throws(RPCReadFault) -> Transaction {
        var draft = TransactionDraft()
        try Self.object(bytes, &cursor, path: path) { name, cursor throws(RPCReadFault) in
            switch name {
            case "accessList":
                draft.transaction.accessList = try Self.list(
                    bytes, &cursor, path: path + ".accessList", Self.accessListEntry)
            case "authorizationList":
                draft.transaction.authorizations = try Self.list(
                    bytes, &cursor, path: path + ".authorizationList", Self.authorization)
            default:
                do throws(JSONError) {
                    try draft.read(name, bytes, &cursor)
                } catch {
                    throw fault("\(path).\(name)", error)
                }
            }
        }
        if let missing = draft.missing { throw .missingField(path: "\(path).\(missing)") }
        return draft.finished
    }

    private static func authorization(
        _ bytes: RawSpan, _ cursor: inout JSONCursor, path: String
    ) throws(RPCReadFault) -> Transaction.Authorization {
        var authorization = Transaction.Authorization(
            chainID: .zero, address: .zero, nonce: 0, yParity: 0, r: .zero, s: .zero)
        try Self.members(
            bytes, &cursor, path: path,
            required: ["chainId", "address", "nonce", "yParity", "r", "s"]
        ) { name, cursor throws(JSONError) in
            switch name {
            case "chainId": authorization.chainID = try cursor.readWord(in: bytes)
            case "address": authorization.address = try cursor.readAddress(in: bytes)
            case "nonce": authorization.nonce = try cursor.readNumber64(in: bytes)
            case "yParity": authorization.yParity = try cursor.readByte(in: bytes)
            case "r": authorization.r = try cursor.readWord(in: bytes)
            case "s": authorization.s = try cursor.readWord(in: bytes)
            default: try cursor.skipValue(in: bytes)
            }
        }
        return authorization
    }

    private static func accessListEntry(
        _ bytes: RawSpan, _ cursor: inout JSONCursor, path: String
    ) throws(RPCReadFault) -> Transaction.AccessListEntry {
        var entry = Transaction.AccessListEntry(address: .zero, storageKeys: [])
        try Self.members(
            bytes, &cursor, path: path, required: ["address"]
        ) { name, cursor throws(JSONError) in
            switch name {
            case "address": entry.address = try cursor.readAddress(in: bytes)
            case "storageKeys": entry.storageKeys = try cursor.readHashes(in: bytes)
            default: try cursor.skipValue(in: bytes)
            }
        }
        return entry
    }
}

/// Members of a transaction as they come.
private struct TransactionDraft {
    var transaction = Transaction(
        type: 0, nonce: 0, gasLimit: 0, to: nil, value: .zero, input: [])
    private var v: U256?
    private var yParity: U256?
    private var sourceHash: Hash256?
    private var mint = U256.zero
    private var isSystem = false
    private var seen: Set<String> = []

    mutating func read(
        _ name: String, _ bytes: RawSpan, _ cursor: inout JSONCursor
    ) throws(JSONError) {
        switch name {
        case "type": self.transaction.type = try cursor.readByte(in: bytes)
        case "hash": self.transaction.hash = try cursor.readHash(in: bytes)
        case "from": self.transaction.from = try cursor.readAddress(in: bytes)
        case "to": self.transaction.to = try cursor.readAddress(in: bytes)
        case "nonce": self.transaction.nonce = try cursor.readNumber64(in: bytes)
        case "gas": self.transaction.gasLimit = try cursor.readNumber64(in: bytes)
        case "value": self.transaction.value = try cursor.readWord(in: bytes)
        case "input": self.transaction.input = try cursor.readBytes(in: bytes)
        case "chainId": self.transaction.chainID = try cursor.readWord(in: bytes)
        case "gasPrice": self.transaction.gasPrice = try cursor.readWord(in: bytes)
        case "v": self.v = try cursor.readWord(in: bytes)
        case "yParity": self.yParity = try cursor.readWord(in: bytes)
        case "r": self.transaction.r = try cursor.readWord(in: bytes)
        case "s": self.transaction.s = try cursor.readWord(in: bytes)
        default: return try self.readOfType(name, bytes, &cursor)
        }
        self.seen.insert(name)
    }

    /// Members that only some types have.
    private mutating func readOfType(
        _ name: String, _ bytes: RawSpan, _ cursor: inout JSONCursor
    ) throws(JSONError) {
        switch name {
        case "maxFeePerGas": self.transaction.maxFeePerGas = try cursor.readWord(in: bytes)
        case "maxPriorityFeePerGas":
            self.transaction.maxPriorityFeePerGas = try cursor.readWord(in: bytes)
        case "maxFeePerBlobGas":
            self.transaction.maxFeePerBlobGas = try cursor.readWord(in: bytes)
        case "blobVersionedHashes":
            self.transaction.blobVersionedHashes = try cursor.readHashes(in: bytes)
        case "sourceHash": self.sourceHash = try cursor.readHash(in: bytes)
        case "mint": self.mint = try cursor.readWord(in: bytes)
        case "isSystemTx": self.isSystem = try cursor.readBool(in: bytes)
        default: try cursor.skipValue(in: bytes)
        }
    }

    /// The first required member that did not come.
    var missing: String? {
        let required: [String] =
            switch self.transaction.type {
            case 0...4: ["hash", "from", "nonce", "gas", "value", "input", "r", "s"]
            case 0x7e: ["hash", "from", "gas", "value", "input"]
            case 0x6a: ["hash", "from", "input"]
            default: ["hash", "from"]
            }
        if let missing = required.first(where: { !self.seen.contains($0) }) { return missing }
        let isSigned = self.transaction.type <= 4
        return isSigned && self.v == nil && self.yParity == nil ? "v" : nil
    }

    var finished: Transaction {
        var transaction = self.transaction
        // Of types 1 to 4 some nodes give only the parity.
        transaction.v = self.v ?? self.yParity ?? .zero
        if let sourceHash {
            transaction.deposit = Transaction.Deposit(
                sourceHash: sourceHash, mint: self.mint, isSystem: self.isSystem)
        }
        return transaction
    }
}

extension JSONCursor {
    /// Reads a quantity of one byte.
    fileprivate mutating func readByte(in bytes: RawSpan) throws(JSONError) -> UInt8 {
        let at = self.offset
        guard let byte = UInt8(exactly: try self.readNumber64(in: bytes)) else {
            throw .outOfRange(at: at)
        }
        return byte
    }

    fileprivate mutating func readHashes(in bytes: RawSpan) throws(JSONError) -> [Hash256] {
        var hashes: [Hash256] = []
        try self.enterArray(in: bytes)
        while try self.nextElement(in: bytes) { hashes.append(try self.readHash(in: bytes)) }
        return hashes
    }
}
