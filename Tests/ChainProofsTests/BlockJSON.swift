// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Foundation

/// A block of the vectors as values: JSON-RPC shapes with the quirks of real providers, namely
/// decimal quantities, addresses in any case, receipts without type or with a state root.
struct BlockJSON {
    var header: BlockHeader
    /// Nil where the block has hashes only.
    var transactions: [Transaction]?
    var withdrawals: [Withdrawal]?
    var receipts: [Receipt]?

    struct Malformed: Error {
        let what: String
    }

    /// Reads `{"block", "receipts"}`.
    init(_ object: [String: Any]) throws {
        let block = try Self.object(object["block"], "block")
        self.header = try Self.header(block)
        let listed = try Self.array(block["transactions"], "transactions")
        if !(listed.first is String) {
            self.transactions = try listed.map { try Self.transaction(Self.object($0, "tx")) }
        }
        if block["withdrawals"] != nil {
            self.withdrawals = try Self.array(block["withdrawals"], "withdrawals").map {
                try Self.withdrawal(Self.object($0, "withdrawal"))
            }
        }
        if object["receipts"] != nil {
            self.receipts = try Self.array(object["receipts"], "receipts").map {
                try Self.receipt(Self.object($0, "receipt"))
            }
        }
    }

    static func header(_ block: [String: Any]) throws -> BlockHeader {
        var header = BlockHeader(
            number: BlockNumber(try number(block, "number")), hash: try hash(block, "hash"),
            parentHash: try hash(block, "parentHash"),
            timestamp: BlockTime(try number(block, "timestamp")))
        header.ommersHash = try hash(block, "sha3Uncles")
        header.beneficiary = try address(block, "miner")
        header.stateRoot = try hash(block, "stateRoot")
        header.transactionsRoot = try hash(block, "transactionsRoot")
        header.receiptsRoot = try hash(block, "receiptsRoot")
        header.logsBloom = try bloom(block)
        header.difficulty = try word(block, "difficulty")
        header.gasLimit = try number(block, "gasLimit")
        header.gasUsed = try number(block, "gasUsed")
        header.extraData = try bytes(block, "extraData")
        header.mixHash = try hash(block, "mixHash")
        header.nonce = try number(block, "nonce")
        header.baseFeePerGas = try optional(block, "baseFeePerGas", word)
        header.withdrawalsRoot = try optional(block, "withdrawalsRoot", hash)
        header.blobGasUsed = try optional(block, "blobGasUsed", number)
        header.excessBlobGas = try optional(block, "excessBlobGas", number)
        header.parentBeaconBlockRoot = try optional(block, "parentBeaconBlockRoot", hash)
        header.requestsHash = try optional(block, "requestsHash", hash)
        return header
    }

    static func transaction(_ object: [String: Any]) throws -> Transaction {
        let type = try optional(object, "type", number) ?? 0
        var transaction = Transaction(
            type: UInt8(truncatingIfNeeded: type), nonce: try number(object, "nonce"),
            gasLimit: try number(object, "gas"), to: try optional(object, "to", address),
            value: try word(object, "value"), input: try bytes(object, "input"))
        transaction.hash = try hash(object, "hash")
        transaction.from = try address(object, "from")
        transaction.chainID = try optional(object, "chainId", word)
        transaction.gasPrice = try optional(object, "gasPrice", word)
        transaction.maxFeePerGas = try optional(object, "maxFeePerGas", word)
        transaction.maxPriorityFeePerGas = try optional(object, "maxPriorityFeePerGas", word)
        transaction.maxFeePerBlobGas = try optional(object, "maxFeePerBlobGas", word)
        transaction.v = try optional(object, "v", word) ?? .zero
        transaction.r = try optional(object, "r", word) ?? .zero
        transaction.s = try optional(object, "s", word) ?? .zero
        transaction.blobVersionedHashes = try strings(object, "blobVersionedHashes").map(hash)
        transaction.accessList = try objects(object, "accessList").map { entry in
            Transaction.AccessListEntry(
                address: try address(entry, "address"),
                storageKeys: try strings(entry, "storageKeys").map(hash))
        }
        transaction.authorizations = try objects(object, "authorizationList").map { entry in
            Transaction.Authorization(
                chainID: try word(entry, "chainId"), address: try address(entry, "address"),
                nonce: try number(entry, "nonce"),
                yParity: UInt8(truncatingIfNeeded: try number(entry, "yParity")),
                r: try word(entry, "r"), s: try word(entry, "s"))
        }
        if let sourceHash = try optional(object, "sourceHash", hash) {
            transaction.deposit = Transaction.Deposit(
                sourceHash: sourceHash, mint: try optional(object, "mint", word) ?? .zero,
                isSystem: object["isSystemTx"] as? Bool ?? false)
        }
        return transaction
    }

    static func receipt(_ object: [String: Any]) throws -> Receipt {
        let status = try optional(object, "status", number).map { Receipt.Outcome.status($0 == 1) }
        var receipt = Receipt(
            type: UInt8(truncatingIfNeeded: try optional(object, "type", number) ?? 0),
            transactionHash: try hash(object, "transactionHash"),
            outcome: try status ?? .stateRoot(hash(object, "root")),
            gasUsed: try number(object, "gasUsed"),
            cumulativeGasUsed: try number(object, "cumulativeGasUsed"),
            logs: try objects(object, "logs").map { log in
                Receipt.Log(
                    address: try address(log, "address"),
                    topics: try strings(log, "topics").map(hash), data: try bytes(log, "data"))
            })
        if object["logsBloom"] != nil { receipt.logsBloom = try bloom(object) }
        receipt.depositNonce = try optional(object, "depositNonce", number)
        receipt.depositReceiptVersion = try optional(object, "depositReceiptVersion", number)
        return receipt
    }

    static func withdrawal(_ object: [String: Any]) throws -> Withdrawal {
        Withdrawal(
            index: try number(object, "index"),
            validatorIndex: try number(object, "validatorIndex"),
            address: try address(object, "address"), amount: try number(object, "amount"))
    }
}

// MARK: Fields

extension BlockJSON {
    private static func object(_ value: Any?, _ name: String) throws -> [String: Any] {
        guard let object = value as? [String: Any] else { throw Malformed(what: name) }
        return object
    }

    private static func array(_ value: Any?, _ name: String) throws -> [Any] {
        guard let array = value as? [Any] else { throw Malformed(what: name) }
        return array
    }

    private static func objects(_ object: [String: Any], _ name: String) throws -> [[String: Any]] {
        guard let value = object[name], !(value is NSNull) else { return [] }
        return try self.array(value, name).map { try self.object($0, name) }
    }

    private static func strings(_ object: [String: Any], _ name: String) throws -> [String] {
        guard let value = object[name], !(value is NSNull) else { return [] }
        guard let strings = value as? [String] else { throw Malformed(what: name) }
        return strings
    }

    private static func optional<Value>(
        _ object: [String: Any], _ name: String,
        _ read: ([String: Any], String) throws -> Value
    ) throws -> Value? {
        guard let value = object[name], !(value is NSNull) else { return nil }
        return try read(object, name)
    }

    private static func text(_ object: [String: Any], _ name: String) throws -> String {
        guard let text = object[name] as? String else { throw Malformed(what: name) }
        return text
    }

    private static func bytes(_ object: [String: Any], _ name: String) throws -> [UInt8] {
        guard let bytes = Hex.decode(try text(object, name)) else { throw Malformed(what: name) }
        return bytes
    }

    /// Hex with `0x`, or decimal.
    private static func word(_ object: [String: Any], _ name: String) throws -> U256 {
        let text = try text(object, name)
        let digits = text.dropFirst(2)
        let padded = digits.count % 2 == 0 ? String(digits) : "0" + digits
        let value =
            text.hasPrefix("0x")
            ? Hex.decode(padded).flatMap { U256(bigEndian: $0) } : U256(text)
        guard let value else { throw Malformed(what: name) }
        return value
    }

    private static func number(_ object: [String: Any], _ name: String) throws -> UInt64 {
        guard let number = try word(object, name).uint64 else { throw Malformed(what: name) }
        return number
    }

    private static func hash(_ object: [String: Any], _ name: String) throws -> Hash256 {
        try hash(text(object, name))
    }

    private static func hash(_ text: String) throws -> Hash256 {
        guard let hash = Hash256(text) else { throw Malformed(what: "hash \(text)") }
        return hash
    }

    private static func address(_ object: [String: Any], _ name: String) throws -> Address {
        guard let address = Address(bytes: try bytes(object, name)) else {
            throw Malformed(what: name)
        }
        return address
    }

    private static func bloom(_ object: [String: Any]) throws -> LogsBloom {
        guard let bloom = LogsBloom(bytes: try bytes(object, "logsBloom")) else {
            throw Malformed(what: "logsBloom")
        }
        return bloom
    }
}
