// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import JSONBytes

/// One call before it has an id: what is asked, and what the answer has to look like.
struct RPCCall: Sendable {
    /// What kind of value `result` is.
    enum Shape: Sendable {
        case quantity, word, bytes, text, header, outline, block, logs, receipts, receipt, fees
        /// Bytes, or the data of a call that was reverted: that is an answer too.
        case execution
    }

    let method: String
    /// The JSON of `params`.
    let params: [UInt8]
    let shape: Shape
    /// The blocks that an `eth_getLogs` covers; nil where it names a hash.
    let range: ClosedRange<UInt64>?

    init(
        _ method: String, _ shape: Shape, range: ClosedRange<UInt64>? = nil,
        _ write: (inout JSONWriter) -> Void = { _ in },
    ) {
        var writer = JSONWriter()
        writer.beginArray()
        write(&writer)
        writer.endArray()
        self.method = method
        self.params = writer.bytes
        self.shape = shape
        self.range = range
    }

    /// The same call, its result read otherwise.
    func read(as shape: Shape) -> RPCCall {
        RPCCall(method: self.method, params: self.params, shape: shape, range: self.range)
    }

    private init(
        method: String, params: [UInt8], shape: Shape, range: ClosedRange<UInt64>?
    ) {
        self.method = method
        self.params = params
        self.shape = shape
        self.range = range
    }

    /// The body of one exchange: an object for one call, else a batch. Ids rise from `firstID`.
    static func body(_ calls: ArraySlice<RPCCall>, firstID: UInt64) -> [UInt8] {
        let size = calls.reduce(2) { $0 + $1.params.count + $1.method.utf8.count + 64 }
        var writer = JSONWriter(reserving: size)
        if calls.count != 1 { writer.beginArray() }
        var id = firstID
        for call in calls {
            writer.beginObject()
            writer.key("jsonrpc")
            writer.string("2.0")
            writer.key("id")
            writer.uint(id)
            writer.key("method")
            writer.string(call.method)
            writer.key("params")
            writer.raw(call.params)
            writer.endObject()
            id &+= 1
        }
        if calls.count != 1 { writer.endArray() }
        return writer.bytes
    }
}

/// A `result`, read as its call's shape says.
enum RPCValue: Sendable {
    /// `null`: the node does not have it.
    case null
    case quantity(UInt64)
    case word(U256)
    case bytes([UInt8])
    /// What a reverted call returned; of the shape `execution` only.
    case reverted([UInt8])
    case text(String)
    case header(BlockHeader)
    case outline(BlockOutline)
    case block(WholeBlock)
    case logs(LogBatch)
    case receipts(BlockReceipts)
    case receipt(Receipt)
    case fees(FeeHistory)
}

/// What one call came to.
enum RPCAnswer: Sendable {
    case value(RPCValue)
    case error(RPCErrorObject)
}
