// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel

/// What a chain's own blocks say about how far they can be proven.
///
/// Some chains hash headers or receipts otherwise than Ethereum. A few recent blocks of every endpoint
/// tell: what fits nowhere is the chain's way, what fits on some is an endpoint's fault. One block that
/// fits is a proof; what does not fit must not look like a log that was left out, or an endpoint
/// could talk its way out of being checked.
package enum LevelTrial {
    /// How a block with transactions fitted.
    package struct Sample: Sendable, Equatable {
        /// Whether the header hashes to the block's hash.
        package var header: Bool
        /// Whether the receipts hash to the header's root; nil where they could not be had.
        package var receipts: Bool?
        /// How the logs of the receipts fit the header's bloom; nil without any log or receipts.
        package var bloom: BloomFit?

        package init(header: Bool, receipts: Bool? = nil, bloom: BloomFit? = nil) {
            self.header = header
            self.receipts = receipts
            self.bloom = bloom
        }

        /// Holds the receipts of a block against its header.
        package init(_ header: BlockHeader, _ receipts: [Receipt]?) {
            var isHashed = true
            do throws(BlockDisproof) { try BlockProof.check(header) } catch { isHashed = false }
            self.init(header: isHashed)
            guard let receipts else { return }
            self.receipts = BlockRoots.receiptsRoot(receipts) == header.receiptsRoot
            guard receipts.contains(where: { !$0.logs.isEmpty }) else { return }
            let own = BlockProof.bloom(of: receipts)
            var union = own
            union.formUnion(header.logsBloom)
            self.bloom =
                own == header.logsBloom ? .fits : union == header.logsBloom ? .hasMore : .excludes
        }
    }

    /// How a header's bloom is to the logs that came with it.
    package enum BloomFit: Sendable, Equatable {
        case fits
        /// It has members that no log has: a log was left out.
        case hasMore
        /// It rules a log out that is there.
        case excludes
    }

    /// What about a chain is not as Ethereum has it.
    package enum Misfit: Sendable, Equatable {
        case blockHash
        case receiptsRoot
        case logsBloom
    }

    package enum Verdict: Sendable, Equatable {
        /// The chain's blocks can be proven as was wanted.
        case proven
        /// They cannot; this level is the highest that works.
        case fallsBack(VerificationLevel, Misfit)
        /// Too little was seen, or the endpoints contradict each other: the wanted level stays.
        case undecided
    }

    /// How many blocks must agree before anything is given up.
    package static let agreement = 3

    /// Judges the samples of all endpoints.
    package static func verdict(_ samples: [Sample], wanted: VerificationLevel) -> Verdict {
        if wanted == .off { return .proven }
        let hashed = samples.filter(\.header)
        let mayGiveUp = samples.count >= self.agreement
        if hashed.isEmpty { return mayGiveUp ? .fallsBack(.off, .blockHash) : .undecided }
        let isWhole = hashed.count == samples.count && mayGiveUp
        let blooms = hashed.compactMap(\.bloom)
        let bloomsFit = blooms.contains(.fits)
        if isWhole, !blooms.isEmpty, blooms.allSatisfy({ $0 == .excludes }) {
            return .fallsBack(.off, .logsBloom)
        }
        if wanted == .bloom { return bloomsFit ? .proven : .undecided }
        if hashed.contains(where: { $0.receipts == true }), bloomsFit { return .proven }
        let roots = hashed.compactMap(\.receipts)
        if isWhole, roots.count >= self.agreement, !roots.contains(true), bloomsFit,
            blooms.allSatisfy({ $0 == .fits })
        {
            return .fallsBack(.bloom, .receiptsRoot)
        }
        return .undecided
    }
}

extension LevelTrial.Misfit: CustomStringConvertible {
    package var description: String {
        switch self {
        case .blockHash: "its block hashes are not those of the headers"
        case .receiptsRoot: "its receipts do not hash to the roots in the headers"
        case .logsBloom: "the blooms in its headers do not hold its logs"
        }
    }
}
