// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import JSONBytes

/// `{"block":…,"receipts":…}`: a block with full transactions and its receipts, each as JSON-RPC
/// gives it. Other members are passed over.
package struct BlockDocument: Sendable, Equatable {
    package var block: WholeBlock
    /// Nil where there are none to check: the member is absent or null.
    package var receipts: [Receipt]?

    package init(block: WholeBlock, receipts: [Receipt]?) {
        self.block = block
        self.receipts = receipts
    }

    /// Reads one document and nothing behind it but whitespace.
    package init(parsing bytes: [UInt8]) throws(RPCReadFault) {
        let bytes = unsafe bytes.span.bytes
        var cursor = JSONCursor()
        try self.init(bytes, &cursor)
        try jsonStep { () throws(JSONError) in try cursor.finish(in: bytes) }
    }

    private init(_ bytes: RawSpan, _ cursor: inout JSONCursor) throws(RPCReadFault) {
        var block: WholeBlock?
        var receipts: [Receipt]?
        try jsonStep { () throws(JSONError) in try cursor.enterObject(in: bytes) }
        while let key = try jsonStep({ () throws(JSONError) in try cursor.nextKey(in: bytes) }) {
            if key.equals("block", in: bytes) {
                block = try RPCDecoding.wholeBlock(bytes, &cursor, path: "block")
            } else if key.equals("receipts", in: bytes) {
                let isNull = try jsonStep { () throws(JSONError) in
                    try cursor.readNull(in: bytes)
                }
                receipts =
                    isNull
                    ? nil : try RPCDecoding.receipts(bytes, &cursor, path: "receipts").receipts
            } else {
                try jsonStep { () throws(JSONError) in try cursor.skipValue(in: bytes) }
            }
        }
        guard let block else { throw .missingField(path: "block") }
        self.init(block: block, receipts: receipts)
    }
}
