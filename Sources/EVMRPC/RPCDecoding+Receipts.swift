// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import EVMPrimitives
import JSONBytes

/// The receipts of a block, and the JSON array that they were read from: what the receipts root
/// hashes, and what no struct has a member for.
package struct BlockReceipts: Sendable, Equatable {
    package var receipts: [Receipt]
    package var raw: [UInt8]

    package init(receipts: [Receipt], raw: [UInt8]) {
        self.receipts = receipts
        self.raw = raw
    }
}

extension RPCDecoding {
    static func receipts(
        _ bytes: RawSpan, _ cursor: inout JSONCursor, path: String
    ) throws(RPCReadFault) -> BlockReceipts {
        var receipts: [Receipt] = []
        let start = cursor.offset
        do throws(JSONError) {
            try cursor.enterArray(in: bytes)
        } catch {
            throw fault(path, error)
        }
        while try jsonStep({ () throws(JSONError) in try cursor.nextElement(in: bytes) }) {
            receipts.append(
                try Self.receipt(bytes, &cursor, path: "\(path)[\(receipts.count)]"))
        }
        let raw = unsafe bytes.extracting(start..<cursor.offset).withUnsafeBytes {
            unsafe Array($0)
        }
        return BlockReceipts(receipts: receipts, raw: raw)
    }

    /// Members of a receipt as they come.
    private struct ReceiptDraft {
        var type: UInt8 = 0
        var transactionHash: Hash256?
        var status: UInt64?
        var root: Hash256?
        var gasUsed: UInt64?
        var cumulativeGasUsed: UInt64?
        var price: U256?
        var fees = ReceiptFees()
        var contract: Address?
        var bloom: LogsBloom?
        var logs: [Receipt.Log]?
        var depositNonce: UInt64?
        var depositVersion: UInt64?
    }

    static func receipt(
        _ bytes: RawSpan, _ cursor: inout JSONCursor, path: String
    ) throws(RPCReadFault) -> Receipt {
        var draft = ReceiptDraft()
        var name = ""
        do throws(JSONError) {
            try cursor.enterObject(in: bytes)
            while let key = try cursor.nextKey(in: bytes) {
                name = "." + (try key.text(in: bytes))
                if try cursor.peekKind(in: bytes) == .null {
                    _ = try cursor.readNull(in: bytes)
                } else {
                    try Self.readMember(name, of: &draft, bytes, &cursor)
                }
            }
        } catch {
            throw fault(path + name, error)
        }
        guard let hash = draft.transactionHash else {
            throw .missingField(path: path + ".transactionHash")
        }
        guard let cumulative = draft.cumulativeGasUsed else {
            throw .missingField(path: path + ".cumulativeGasUsed")
        }
        guard let logs = draft.logs else { throw .missingField(path: path + ".logs") }
        let outcome: Receipt.Outcome
        switch (draft.status, draft.root) {
        case (0?, _): outcome = .status(false)
        case (1?, _): outcome = .status(true)
        case (nil, let root?): outcome = .stateRoot(root)
        default: throw .bad(path: path + ".status", "neither 0, 1 nor a state root")
        }
        var receipt = Receipt(
            type: draft.type, transactionHash: hash, outcome: outcome,
            gasUsed: draft.gasUsed ?? 0, cumulativeGasUsed: cumulative, logs: logs,
            bloom: draft.bloom)
        receipt.effectiveGasPrice = draft.price
        receipt.fees = draft.fees
        receipt.contractAddress = draft.contract
        receipt.depositNonce = draft.depositNonce
        receipt.depositReceiptVersion = draft.depositVersion
        return receipt
    }

    private static func readMember(
        _ name: String, of draft: inout ReceiptDraft, _ bytes: RawSpan, _ cursor: inout JSONCursor
    ) throws(JSONError) {
        switch name {
        case ".type":
            let at = cursor.offset
            guard let type = UInt8(exactly: try cursor.readNumber64(in: bytes)) else {
                throw .outOfRange(at: at)
            }
            draft.type = type
        case ".transactionHash": draft.transactionHash = try cursor.readHash(in: bytes)
        case ".status": draft.status = try cursor.readNumber64(in: bytes)
        case ".root": draft.root = try cursor.readHash(in: bytes)
        case ".gasUsed": draft.gasUsed = try cursor.readNumber64(in: bytes)
        case ".cumulativeGasUsed": draft.cumulativeGasUsed = try cursor.readNumber64(in: bytes)
        case ".effectiveGasPrice": draft.price = try cursor.readWord(in: bytes)
        case ".contractAddress": draft.contract = try cursor.readAddress(in: bytes)
        case ".logsBloom": draft.bloom = try cursor.readBloom(in: bytes)
        case ".depositNonce": draft.depositNonce = try cursor.readNumber64(in: bytes)
        case ".depositReceiptVersion": draft.depositVersion = try cursor.readNumber64(in: bytes)
        case ".logs":
            var logs: [Receipt.Log] = []
            try cursor.enterArray(in: bytes)
            while try cursor.nextElement(in: bytes) {
                logs.append(try Self.receiptLog(bytes, &cursor))
            }
            draft.logs = logs
        default: try Self.readFee(name, of: &draft.fees, bytes, &cursor)
        }
    }

    private static func readFee(
        _ name: String, of fees: inout ReceiptFees, _ bytes: RawSpan, _ cursor: inout JSONCursor
    ) throws(JSONError) {
        switch name {
        case ".blobGasUsed": fees.blobGasUsed = try cursor.readNumber64(in: bytes)
        case ".blobGasPrice": fees.blobGasPrice = try cursor.readWord(in: bytes)
        case ".gasUsedForL1": fees.gasUsedForL1 = try cursor.readNumber64(in: bytes)
        case ".l1Fee": fees.l1Fee = try cursor.readWord(in: bytes)
        case ".l1GasUsed": fees.l1GasUsed = try cursor.readWord(in: bytes)
        case ".l1GasPrice": fees.l1GasPrice = try cursor.readWord(in: bytes)
        case ".l1BaseFeeScalar": fees.l1BaseFeeScalar = try cursor.readNumber64(in: bytes)
        case ".l1BlobBaseFee": fees.l1BlobBaseFee = try cursor.readWord(in: bytes)
        case ".l1BlobBaseFeeScalar": fees.l1BlobBaseFeeScalar = try cursor.readNumber64(in: bytes)
        case ".operatorFeeScalar": fees.operatorFeeScalar = try cursor.readNumber64(in: bytes)
        case ".operatorFeeConstant": fees.operatorFeeConstant = try cursor.readNumber64(in: bytes)
        case ".daFootprintGasScalar":
            fees.daFootprintGasScalar = try cursor.readNumber64(in: bytes)
        case ".l1FeeScalar":
            // Decimal text; it serves as a check only, so another form of it harms no receipt.
            guard try cursor.peekKind(in: bytes) == .string else {
                return try cursor.skipValue(in: bytes)
            }
            let text = try cursor.readStringText(in: bytes)
            fees.l1FeeScalarMillionths = U256(scaledText: text, decimals: 6)
        default: try cursor.skipValue(in: bytes)
        }
    }

    private static func receiptLog(
        _ bytes: RawSpan, _ cursor: inout JSONCursor
    ) throws(JSONError) -> Receipt.Log {
        var address: Address?
        var topics: [Hash256] = []
        var data: [UInt8] = []
        try cursor.enterObject(in: bytes)
        let start = cursor.offset
        while let key = try cursor.nextKey(in: bytes) {
            if key.equals("address", in: bytes) {
                address = try cursor.readAddress(in: bytes)
            } else if key.equals("topics", in: bytes) {
                try cursor.enterArray(in: bytes)
                while try cursor.nextElement(in: bytes) {
                    topics.append(try cursor.readHash(in: bytes))
                }
            } else if key.equals("data", in: bytes) {
                data = try cursor.readBytes(in: bytes)
            } else {
                try cursor.skipValue(in: bytes)
            }
        }
        guard let address, topics.count <= 4 else { throw .outOfRange(at: start) }
        return Receipt.Log(address: address, topics: topics, data: data)
    }
}
