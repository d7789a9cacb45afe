// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives

/// What the follower asks of a chain. Answers are about a block *hash* wherever the RPC allows.
///
/// A client never decides and never retries beyond one endpoint's own policy: every failure comes
/// back as a ``ChainClientError`` whose disposition says what would help.
package protocol ChainClient: Sendable {
    /// The chain's identifier (`eth_chainId`).
    func chainID() async throws(ChainClientError) -> ChainID

    /// The headers that the node names now, in one batched request. A tag that the node does not
    /// know (`safe` and `finalized` before the merge) is absent from the answer; `latest` is not.
    func heads(_ tags: [HeadTag]) async throws(ChainClientError) -> [HeadTag: BlockHeader]

    /// The heads as ``heads(_:)`` gives them, and the block right above one of ours with its logs, in
    /// one batched request where the endpoint allows it.
    ///
    /// The block's logs name its hash, or are proven; where neither can be had in the same request
    /// they are asked for by the hash.
    func look(
        _ tags: [HeadTag], above tip: BlockRef, filter: LogFilter
    ) async throws(ChainClientError) -> ChainLook

    /// The headers of a range by number, ascending, in one batched request. Ends early at the
    /// first block that the node does not have, so it may be empty.
    func headers(
        _ range: ClosedRange<BlockNumber>
    ) async throws(ChainClientError) -> [BlockHeader]

    /// The header of a block by hash; nil where the node does not have it.
    func header(_ hash: Hash256) async throws(ChainClientError) -> BlockHeader?

    /// Headers and logs of blocks named by hash, in the order asked, all in one batched request.
    ///
    /// Nil stands for a block that the node does not have. Header and logs come from the same
    /// answer; whether they belong together is for the caller's assembler to check.
    func blocks(
        _ refs: [BlockRef], filter: LogFilter
    ) async throws(ChainClientError) -> [Block?]

    /// The logs of a range, ascending, and the header of its last block, in one batched request.
    ///
    /// `parent` is the hash of the block below the range where it is known: a client that proves
    /// what it answers gives no page that does not follow on it. Throws `.behind` where the node
    /// does not have the last block.
    func logs(
        _ range: ClosedRange<BlockNumber>, after parent: Hash256?, filter: LogFilter
    ) async throws(ChainClientError) -> LogPage

    /// What a plan wants of blocks whose headers are known, in the order asked, all in one batched
    /// request where that can be.
    ///
    /// State is read by the block's hash. A reading that cannot be had says so in the reading; a fee
    /// that cannot be had is left out; transactions that cannot be had are an error, `.behind` where
    /// the node does not have the block. An empty plan asks for nothing.
    ///
    /// - Parameter isHead: the last block is the chain's newest one.
    func extras(
        of headers: [BlockHeader], plan: FetchPlan, isHead: Bool
    ) async throws(ChainClientError) -> [BlockExtras]

    /// The result of a read-only call at a block (EIP-1898), as bytes.
    func call(
        to address: Address, data: [UInt8], at block: BlockRef
    ) async throws(ChainClientError) -> [UInt8]
}

extension ChainClient {
    /// The logs of a range of which the block below is not known.
    package func logs(
        _ range: ClosedRange<BlockNumber>, filter: LogFilter
    ) async throws(ChainClientError) -> LogPage {
        try await self.logs(range, after: nil, filter: filter)
    }
}
