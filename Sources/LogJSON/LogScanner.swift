// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import EVMPrimitives
package import JSONBytes

/// Reads logs as JSON-RPC has them (execution-apis, `eth_getLogs`) straight into a batch: no tree,
/// no string, nothing allocated per log.
///
/// Keys come in any order, unknown ones are passed over, hex may be of either case. Required are
/// `address`, `topics`, `data`, `blockNumber`, `blockHash`, `transactionHash`, `transactionIndex`
/// and `logIndex`; `blockTimestamp` and `removed` may be absent.
package enum LogScanner {
    /// Reads the value at the cursor: a log, an array of logs, a JSON-RPC response with one as
    /// its `result`, or a batch of such responses.
    ///
    /// Either all logs are appended or, with an error, none.
    package static func scan(
        in bytes: RawSpan, _ cursor: inout JSONCursor, into batch: inout LogBatch
    ) throws(LogJSONError) {
        let count = batch.entries.count
        let arenaCount = batch.arena.count
        var scan = LogScan(cursor: cursor, firstLog: count)
        do throws(JSONError) {
            try scan.document(in: bytes, &batch, level: 0)
        } catch {
            batch.entries.removeSubrange(count...)
            batch.arena.removeSubrange(arenaCount...)
            throw scan.fault ?? .json(error)
        }
        cursor = scan.cursor
    }

    /// Reads a whole document; see ``scan(in:_:into:)``.
    package static func scan(
        document bytes: RawSpan, into batch: inout LogBatch
    ) throws(LogJSONError) {
        var cursor = JSONCursor()
        try Self.scan(in: bytes, &cursor, into: &batch)
        do throws(JSONError) {
            try cursor.finish(in: bytes)
        } catch {
            throw .json(error)
        }
    }
}
