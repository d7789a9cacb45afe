// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives
package import WeirPorts

// What an endpoint can be asked beyond following a chain: for `weir doctor`, reports and rules.
extension JSONRPCClient {
    package func blockNumber() async throws(ChainClientError) -> BlockNumber {
        BlockNumber(try await self.quantity(.blockNumber))
    }

    /// `web3_clientVersion`, made fit to be shown.
    package func clientVersion() async throws(ChainClientError) -> String {
        try await self.text(.clientVersion)
    }

    /// `net_version`: mostly the chain id in decimal.
    package func networkVersion() async throws(ChainClientError) -> String {
        try await self.text(.networkVersion)
    }

    /// The balance in wei.
    package func balance(
        of address: Address, at block: BlockSelector
    ) async throws(ChainClientError) -> U256 {
        try await self.word(.balance(address, at: block))
    }

    /// The contract's code; empty for an account without.
    package func code(
        of address: Address, at block: BlockSelector
    ) async throws(ChainClientError) -> [UInt8] {
        try await self.bytes(.code(address, at: block))
    }

    /// The price of gas that the node suggests, in wei.
    package func gasPrice() async throws(ChainClientError) -> U256 {
        try await self.word(.gasPrice)
    }

    /// - Parameter percentiles: rising, 0 to 100.
    package func feeHistory(
        blocks: UInt64, upTo newest: BlockSelector = .tag(.latest), percentiles: [Double] = [],
    ) async throws(ChainClientError) -> FeeHistory {
        let call = RPCCall.feeHistory(blocks: blocks, upTo: newest, percentiles: percentiles)
        guard case .fees(let fees) = try await self.one(call) else {
            throw self.bad(call.method, "null")
        }
        return fees
    }

    /// The receipts of a block; nil where the node does not have it. An endpoint that takes no hash
    /// is asked by number: the receipts root tells whether they are this block's.
    package func blockReceipts(_ block: BlockRef) async throws(ChainClientError) -> BlockReceipts? {
        if self.features.receipts == .blockHash {
            do throws(ChainClientError) {
                return try await self.receipts(.hash(block.hash))
            } catch {
                guard case .unsupported = error else { throw error }
            }
            let receipts = try await self.receipts(.number(block.number))
            self.learn { $0.receipts = .blockNumber }
            return receipts
        }
        return try await self.receipts(.number(block.number))
    }

    private func receipts(
        _ block: BlockSelector
    ) async throws(ChainClientError) -> BlockReceipts? {
        switch try await self.one(.receipts(block)) {
        case .receipts(let receipts): receipts
        default: nil
        }
    }

    // MARK: Kinds of answer

    func quantity(_ call: RPCCall) async throws(ChainClientError) -> UInt64 {
        guard case .quantity(let value) = try await self.one(call) else {
            throw self.bad(call.method, "null")
        }
        return value
    }

    func word(_ call: RPCCall) async throws(ChainClientError) -> U256 {
        guard case .word(let value) = try await self.one(call) else {
            throw self.bad(call.method, "null")
        }
        return value
    }

    func bytes(_ call: RPCCall) async throws(ChainClientError) -> [UInt8] {
        guard case .bytes(let value) = try await self.one(call) else {
            throw self.bad(call.method, "null")
        }
        return value
    }

    private func text(_ call: RPCCall) async throws(ChainClientError) -> String {
        guard case .text(let value) = try await self.one(call) else {
            throw self.bad(call.method, "null")
        }
        return self.shown(value)
    }
}
