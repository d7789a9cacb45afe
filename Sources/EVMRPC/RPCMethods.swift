// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives
import JSONBytes
import WeirPorts

// The methods that Weir asks, with parameters as execution-apis has them: quantities without
// leading zeros, hashes and addresses in lower case.
extension RPCCall {
    static let chainID = RPCCall("eth_chainId", .quantity)
    static let blockNumber = RPCCall("eth_blockNumber", .quantity)
    static let gasPrice = RPCCall("eth_gasPrice", .word)
    static let clientVersion = RPCCall("web3_clientVersion", .text)
    static let networkVersion = RPCCall("net_version", .text)

    /// `eth_getBlockByNumber` without the transactions.
    static func header(_ number: BlockNumber) -> RPCCall {
        RPCCall("eth_getBlockByNumber", .header) { json in
            json.string(number.hexQuantity)
            json.bool(false)
        }
    }

    static func header(_ tag: HeadTag) -> RPCCall {
        RPCCall("eth_getBlockByNumber", .header) { json in
            json.string(tag.rawValue)
            json.bool(false)
        }
    }

    static func header(_ hash: Hash256) -> RPCCall {
        RPCCall("eth_getBlockByHash", .header) { json in
            json.hex(hash.bytes)
            json.bool(false)
        }
    }

    /// The same questions, answered with the hashes of the transactions too.
    static func outline(_ number: BlockNumber) -> RPCCall { Self.header(number).read(as: .outline) }

    static func outline(_ tag: HeadTag) -> RPCCall { Self.header(tag).read(as: .outline) }

    static func outline(_ hash: Hash256) -> RPCCall { Self.header(hash).read(as: .outline) }

    static func logs(_ range: ClosedRange<BlockNumber>, _ filter: LogFilter) -> RPCCall {
        let blocks = range.lowerBound.rawValue...range.upperBound.rawValue
        return RPCCall("eth_getLogs", .logs, range: blocks) { json in
            json.beginObject()
            json.key("fromBlock")
            json.string(range.lowerBound.hexQuantity)
            json.key("toBlock")
            json.string(range.upperBound.hexQuantity)
            Self.write(filter, to: &json)
            json.endObject()
        }
    }

    /// `eth_getLogs` of one block by hash (EIP-234).
    static func logs(block hash: Hash256, _ filter: LogFilter) -> RPCCall {
        RPCCall("eth_getLogs", .logs) { json in
            json.beginObject()
            json.key("blockHash")
            json.hex(hash.bytes)
            Self.write(filter, to: &json)
            json.endObject()
        }
    }

    /// `eth_getBlockReceipts`. A hash goes as a string: more nodes read that than the object.
    static func receipts(_ block: BlockSelector) -> RPCCall {
        RPCCall("eth_getBlockReceipts", .receipts) { json in
            if case .hash(let hash) = block {
                json.hex(hash.bytes)
            } else {
                block.write(to: &json)
            }
        }
    }

    /// `eth_getTransactionReceipt`.
    static func receipt(_ transaction: Hash256) -> RPCCall {
        RPCCall("eth_getTransactionReceipt", .receipt) { json in json.hex(transaction.bytes) }
    }

    static func call(to address: Address, data: [UInt8], at block: BlockSelector) -> RPCCall {
        RPCCall("eth_call", .bytes) { json in
            json.beginObject()
            json.key("to")
            json.hex(address.bytes)
            json.key("data")
            json.hex(data)
            json.endObject()
            block.write(to: &json)
        }
    }

    static func balance(_ address: Address, at block: BlockSelector) -> RPCCall {
        RPCCall("eth_getBalance", .word) { json in
            json.hex(address.bytes)
            block.write(to: &json)
        }
    }

    static func code(_ address: Address, at block: BlockSelector) -> RPCCall {
        RPCCall("eth_getCode", .bytes) { json in
            json.hex(address.bytes)
            block.write(to: &json)
        }
    }

    static func feeHistory(
        blocks: UInt64, upTo newest: BlockSelector, percentiles: [Double]
    ) -> RPCCall {
        RPCCall("eth_feeHistory", .fees) { json in
            json.string(BlockNumber(blocks).hexQuantity)
            newest.write(to: &json)
            json.beginArray()
            for percentile in percentiles { json.double(percentile) }
            json.endArray()
        }
    }

    private static func write(_ filter: LogFilter, to json: inout JSONWriter) {
        if !filter.addresses.isEmpty {
            json.key("address")
            json.beginArray()
            for address in filter.addresses { json.hex(address.bytes) }
            json.endArray()
        }
        guard !filter.topics0.isEmpty else { return }
        json.key("topics")
        json.beginArray()
        json.beginArray()
        for topic in filter.topics0 { json.hex(topic.bytes) }
        json.endArray()
        json.endArray()
    }
}

/// Which state a call is about.
package enum BlockSelector: Sendable, Hashable {
    case tag(HeadTag)
    case number(BlockNumber)
    /// By hash (EIP-1898), whether or not the block is still canonical.
    case hash(Hash256)

    func write(to json: inout JSONWriter) {
        switch self {
        case .tag(let tag): json.string(tag.rawValue)
        case .number(let number): json.string(number.hexQuantity)
        case .hash(let hash):
            json.beginObject()
            json.key("blockHash")
            json.hex(hash.bytes)
            json.endObject()
        }
    }
}
