// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives
import JSONBytes

/// The answer to `eth_feeHistory`: fees of some blocks, oldest first.
package struct FeeHistory: Sendable, Equatable {
    package var oldestBlock: BlockNumber
    /// One more than there are blocks: the last is the next block's.
    package var baseFeePerGas: [U256]
    /// Share of the gas limit that was used, 0 to 1.
    package var gasUsedRatio: [Double]
    /// As `baseFeePerGas`, for blobs (EIP-4844); empty where the node does not tell it.
    package var baseFeePerBlobGas: [U256] = []
    /// For each block, the tips at the percentiles asked for; empty where none were.
    package var rewards: [[U256]]
}

extension RPCDecoding {
    static func fees(
        _ bytes: RawSpan, _ cursor: inout JSONCursor, path: String
    ) throws(RPCReadFault) -> FeeHistory {
        var fees = FeeHistory(
            oldestBlock: .zero, baseFeePerGas: [], gasUsedRatio: [], rewards: [])
        var hasOldest = false
        var name = ""
        do throws(JSONError) {
            try cursor.enterObject(in: bytes)
            while let key = try cursor.nextKey(in: bytes) {
                name = "." + (try key.text(in: bytes))
                if try cursor.peekKind(in: bytes) == .null {
                    _ = try cursor.readNull(in: bytes)
                    continue
                }
                switch name {
                case ".oldestBlock":
                    fees.oldestBlock = BlockNumber(try cursor.readNumber64(in: bytes))
                    hasOldest = true
                case ".baseFeePerBlobGas":
                    fees.baseFeePerBlobGas = try Self.words(bytes, &cursor)
                case ".baseFeePerGas": fees.baseFeePerGas = try Self.words(bytes, &cursor)
                case ".gasUsedRatio":
                    try cursor.enterArray(in: bytes)
                    while try cursor.nextElement(in: bytes) {
                        fees.gasUsedRatio.append(Double(try cursor.readNumberText(in: bytes)) ?? 0)
                    }
                case ".reward":
                    try cursor.enterArray(in: bytes)
                    while try cursor.nextElement(in: bytes) {
                        fees.rewards.append(try Self.words(bytes, &cursor))
                    }
                default: try cursor.skipValue(in: bytes)
                }
            }
        } catch {
            throw fault(path + name, error)
        }
        guard hasOldest else { throw .missingField(path: path + ".oldestBlock") }
        return fees
    }

    private static func words(
        _ bytes: RawSpan, _ cursor: inout JSONCursor
    ) throws(JSONError) -> [U256] {
        var words: [U256] = []
        try cursor.enterArray(in: bytes)
        while try cursor.nextElement(in: bytes) { words.append(try cursor.readWord(in: bytes)) }
        return words
    }
}
