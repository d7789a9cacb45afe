// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import JSONBytes

extension RPCDecoding {
    /// Reads a block object with its transactions and withdrawals.
    ///
    /// `transactions` is required: a list of objects, or of hashes, which are checked and dropped.
    static func wholeBlock(
        _ bytes: RawSpan, _ cursor: inout JSONCursor, path: String
    ) throws(RPCReadFault) -> WholeBlock {
        var ahead = cursor
        let header = try Self.header(bytes, &ahead, path: path)
        var transactions: [Transaction]??
        var withdrawals: [Withdrawal]?
        var seal: Set<String> = []
        try Self.object(bytes, &cursor, path: path) { name, cursor throws(RPCReadFault) in
            switch name {
            case "transactions":
                transactions = .some(
                    try Self.transactions(bytes, &cursor, path: path + ".transactions"))
            case "withdrawals":
                withdrawals = try Self.list(
                    bytes, &cursor, path: path + ".withdrawals", Self.withdrawal)
            default:
                if Self.sealMembers.contains(name) { seal.insert(name) }
                try jsonStep { () throws(JSONError) in try cursor.skipValue(in: bytes) }
            }
        }
        guard let transactions else { throw .missingField(path: path + ".transactions") }
        return WholeBlock(
            header: header, transactions: transactions, withdrawals: withdrawals,
            hasForeignSeal: seal != Self.usualSeal)
    }

    /// Members that tell how a header is sealed. Erigon names AuRa's `auraStep` and `auraSeal`,
    /// OpenEthereum and Nethermind `step` and `signature`.
    private static let sealMembers: Set<String> = [
        "mixHash", "nonce", "auraStep", "auraSeal", "step", "signature",
    ]
    private static let usualSeal: Set<String> = ["mixHash", "nonce"]

    private static func withdrawal(
        _ bytes: RawSpan, _ cursor: inout JSONCursor, path: String
    ) throws(RPCReadFault) -> Withdrawal {
        var withdrawal = Withdrawal(index: 0, validatorIndex: 0, address: .zero, amount: 0)
        try Self.members(
            bytes, &cursor, path: path,
            required: ["index", "validatorIndex", "address", "amount"]
        ) { name, cursor throws(JSONError) in
            switch name {
            case "index": withdrawal.index = try cursor.readNumber64(in: bytes)
            case "validatorIndex": withdrawal.validatorIndex = try cursor.readNumber64(in: bytes)
            case "address": withdrawal.address = try cursor.readAddress(in: bytes)
            case "amount": withdrawal.amount = try cursor.readNumber64(in: bytes)
            default: try cursor.skipValue(in: bytes)
            }
        }
        return withdrawal
    }
}
