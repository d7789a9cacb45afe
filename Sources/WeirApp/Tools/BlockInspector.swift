// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import CurlTransport
import EVMPrimitives
import EVMRPC
import WeirPorts

/// `weir verify block`: one block of an endpoint, verified.
package struct BlockInspector: Sendable {
    private let endpoint: RPCEndpoint
    /// The block as the user named it.
    private let text: String
    private let selector: BlockSelector

    /// - Parameters:
    ///   - block: a number in decimal or hex, a hash, or `latest`, `safe`, `finalized`.
    ///   - rpc: the URL, a secret.
    package init(block: String, rpc: String) throws(ToolError) {
        guard let selector = Self.selector(block) else {
            throw .usage(
                "'\(block)' names no block; give a number, 0x and 64 hex digits of a hash, or "
                    + "latest, safe or finalized")
        }
        do throws(TransportError) {
            self.endpoint = try RPCEndpoint(url: rpc)
        } catch {
            throw .usage("--rpc: \(error)")
        }
        self.text = block
        self.selector = selector
    }

    static func selector(_ text: String) -> BlockSelector? {
        if let tag = HeadTag(rawValue: text) { return .tag(tag) }
        if text.utf8.count == 66, let hash = Hash256(text) { return .hash(hash) }
        let word = U256(text) ?? U256(hexQuantity: text)
        return word?.uint64.map { .number(BlockNumber($0)) }
    }

    /// Fetches the block with its receipts and makes every check.
    ///
    /// - Throws: `ChainClientError` where the endpoint does not answer or answers nonsense,
    ///   `ToolError.refused` where it does not have the block.
    package func inspect() async throws -> VerdictSheet {
        let curl = CurlClient()
        do {
            let sheet = try await self.inspect(JSONRPCClient(self.endpoint, curl: curl))
            await curl.shutdown()
            return sheet
        } catch {
            await curl.shutdown()
            throw error
        }
    }

    private func inspect(_ client: JSONRPCClient) async throws -> VerdictSheet {
        guard let block = try await client.wholeBlock(self.selector) else {
            throw ToolError.refused("\(self.endpoint.name) has no block \(self.text)")
        }
        guard let receipts = try await client.receipts(of: block) else {
            throw ChainClientError.behind(
                endpoint: self.endpoint.name, detail: "no receipts of block \(block.header.ref)")
        }
        let verdict = await BlockVerifier.verdict(of: block, receipts: receipts)
        return VerdictSheet(BlockDocument(block: block, receipts: receipts), verdict)
    }
}
