// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import JSONBytes

/// A header, and the hashes of the block's transactions as the endpoint lists them.
struct BlockOutline: Sendable, Equatable {
    var header: BlockHeader
    /// Nil where there is no list, or one of whole transactions.
    var transactions: [Hash256]?
}

extension RPCDecoding {
    /// Reads a block's header out of a block object; its transactions are passed over.
    ///
    /// Required are the members that every fork has; `difficulty`, `mixHash` and `nonce` may be
    /// missing (AuRa chains have none of the last two), later forks' members too.
    static func header(
        _ bytes: RawSpan, _ cursor: inout JSONCursor, path: String
    ) throws(RPCReadFault) -> BlockHeader {
        try Self.draft(Draft(), bytes, &cursor, path: path).header
    }

    /// Reads a header and the hashes of its transactions.
    static func outline(
        _ bytes: RawSpan, _ cursor: inout JSONCursor, path: String
    ) throws(RPCReadFault) -> BlockOutline {
        let draft = try Self.draft(Draft(wantsTransactions: true), bytes, &cursor, path: path)
        return BlockOutline(header: draft.header, transactions: draft.transactions)
    }

    private static func draft(
        _ empty: Draft, _ bytes: RawSpan, _ cursor: inout JSONCursor, path: String
    ) throws(RPCReadFault) -> Draft {
        var draft = empty
        do throws(JSONError) {
            try cursor.enterObject(in: bytes)
        } catch {
            throw fault(path, error)
        }
        while true {
            var name = ""
            do throws(JSONError) {
                guard let key = try cursor.nextKey(in: bytes) else { break }
                name = try key.text(in: bytes)
                if try cursor.peekKind(in: bytes) == .null {
                    _ = try cursor.readNull(in: bytes)
                    if name == "hash" || name == "number" { draft.isPending = true }
                } else {
                    try draft.read(name, bytes, &cursor)
                }
            } catch {
                throw fault("\(path).\(name)", error)
            }
        }
        if draft.isPending { throw .blockWithoutHash }
        if let missing = draft.missing { throw .missingField(path: "\(path).\(missing)") }
        return draft
    }

    /// A header being read, with a mark for each required member.
    private struct Draft {
        static let required = [
            "number", "hash", "parentHash", "timestamp", "sha3Uncles", "miner", "stateRoot",
            "transactionsRoot", "receiptsRoot", "logsBloom", "gasLimit", "gasUsed", "extraData",
        ]

        var header = BlockHeader(
            number: .zero, hash: .zero, parentHash: .zero, timestamp: BlockTime(0))
        /// Nil until a list of hashes was read.
        var transactions: [Hash256]?
        var isPending = false
        private let wantsTransactions: Bool
        private var seen: Set<String> = []

        init(wantsTransactions: Bool = false) {
            self.wantsTransactions = wantsTransactions
        }

        /// The first required member that did not come.
        var missing: String? { Self.required.first { !self.seen.contains($0) } }

        mutating func read(
            _ name: String, _ bytes: RawSpan, _ cursor: inout JSONCursor
        ) throws(JSONError) {
            switch name {
            case "number":
                self.header.number = BlockNumber(try cursor.readNumber64(in: bytes))
            case "hash": self.header.hash = try cursor.readHash(in: bytes)
            case "parentHash": self.header.parentHash = try cursor.readHash(in: bytes)
            case "timestamp":
                self.header.timestamp = BlockTime(try cursor.readNumber64(in: bytes))
            case "sha3Uncles": self.header.ommersHash = try cursor.readHash(in: bytes)
            case "miner": self.header.beneficiary = try cursor.readAddress(in: bytes)
            case "stateRoot": self.header.stateRoot = try cursor.readHash(in: bytes)
            case "transactionsRoot":
                self.header.transactionsRoot = try cursor.readHash(in: bytes)
            case "receiptsRoot": self.header.receiptsRoot = try cursor.readHash(in: bytes)
            case "logsBloom": self.header.logsBloom = try cursor.readBloom(in: bytes)
            case "gasLimit": self.header.gasLimit = try cursor.readNumber64(in: bytes)
            case "gasUsed": self.header.gasUsed = try cursor.readNumber64(in: bytes)
            case "extraData": self.header.extraData = try cursor.readBytes(in: bytes)
            default: return try self.readOptional(name, bytes, &cursor)
            }
            self.seen.insert(name)
        }

        private mutating func readOptional(
            _ name: String, _ bytes: RawSpan, _ cursor: inout JSONCursor
        ) throws(JSONError) {
            switch name {
            case "difficulty": self.header.difficulty = try cursor.readWord(in: bytes)
            case "mixHash": self.header.mixHash = try cursor.readHash(in: bytes)
            case "nonce": self.header.nonce = try cursor.readNumber64(in: bytes)
            case "baseFeePerGas": self.header.baseFeePerGas = try cursor.readWord(in: bytes)
            case "withdrawalsRoot": self.header.withdrawalsRoot = try cursor.readHash(in: bytes)
            case "blobGasUsed": self.header.blobGasUsed = try cursor.readNumber64(in: bytes)
            case "excessBlobGas": self.header.excessBlobGas = try cursor.readNumber64(in: bytes)
            case "parentBeaconBlockRoot":
                self.header.parentBeaconBlockRoot = try cursor.readHash(in: bytes)
            case "requestsHash": self.header.requestsHash = try cursor.readHash(in: bytes)
            case "transactions" where self.wantsTransactions:
                try self.readTransactions(bytes, &cursor)
            default: try cursor.skipValue(in: bytes)
            }
        }

        private mutating func readTransactions(
            _ bytes: RawSpan, _ cursor: inout JSONCursor
        ) throws(JSONError) {
            guard try cursor.peekKind(in: bytes) == .array else {
                return try cursor.skipValue(in: bytes)
            }
            var hashes: [Hash256] = []
            var isWhole = true
            try cursor.enterArray(in: bytes)
            while try cursor.nextElement(in: bytes) {
                if try cursor.peekKind(in: bytes) == .string {
                    hashes.append(try cursor.readHash(in: bytes))
                } else {
                    try cursor.skipValue(in: bytes)
                    isWhole = false
                }
            }
            if isWhole { self.transactions = hashes }
        }
    }
}
