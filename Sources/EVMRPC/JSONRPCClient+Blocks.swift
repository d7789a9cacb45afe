// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import EVMPrimitives
import JSONBytes
package import WeirPorts

extension RPCCall {
    /// `eth_getBlockByNumber` or `eth_getBlockByHash` with the transactions in full.
    static func wholeBlock(_ block: BlockSelector) -> RPCCall {
        let method =
            if case .hash = block { "eth_getBlockByHash" } else { "eth_getBlockByNumber" }
        return RPCCall(method, .block) { json in
            if case .hash(let hash) = block {
                json.hex(hash.bytes)
            } else {
                block.write(to: &json)
            }
            json.bool(true)
        }
    }

    static func receipt(transaction hash: Hash256) -> RPCCall {
        RPCCall("eth_getTransactionReceipt", .receipt) { json in json.hex(hash.bytes) }
    }
}

// Whole blocks, to be verified.
extension JSONRPCClient {
    /// A block with its transactions; nil where the node does not have it. Its number or hash is
    /// the one asked for, nothing else is proven.
    package func wholeBlock(
        _ selector: BlockSelector
    ) async throws(ChainClientError) -> WholeBlock? {
        let call = RPCCall.wholeBlock(selector)
        let value: RPCValue
        do throws(ChainClientError) {
            value = try await self.one(call)
        } catch {
            if case .behind = error { return nil }
            throw error
        }
        guard case .block(let block) = value else { return nil }
        guard block.transactions != nil else {
            throw self.bad(call.method, "hashes of transactions, though they were asked in full")
        }
        switch selector {
        case .number(let number) where number != block.header.number:
            throw self.bad(call.method, "asked for block \(number), got \(block.header.number)")
        case .hash(let hash) where hash != block.header.hash:
            throw self.bad(
                call.method, "asked for block \(hash.short), got \(block.header.hash.short)")
        default: return block
        }
    }

    /// The receipts of a block, one by one where the endpoint has no `eth_getBlockReceipts`; nil
    /// where the node does not have them.
    package func receipts(
        of block: WholeBlock
    ) async throws(ChainClientError) -> [Receipt]? {
        do throws(ChainClientError) {
            return try await self.blockReceipts(block.header.ref)?.receipts
        } catch {
            guard case .unsupported = error, let transactions = block.transactions else {
                throw error
            }
            return try await self.receipts(transactions.map(\.hash))
        }
    }

    private func receipts(
        _ transactions: [Hash256]
    ) async throws(ChainClientError) -> [Receipt]? {
        var receipts: [Receipt] = []
        for outcome in try await self.perform(transactions.map { .receipt(transaction: $0) }) {
            switch outcome {
            case .success(.receipt(let receipt)): receipts.append(receipt)
            case .success, .failure(.behind): return nil
            case .failure(let error): throw error
            }
        }
        return receipts
    }
}
