// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives

/// How one chain is followed.
package struct SyncConfiguration: Sendable, Equatable {
    /// Up to which block the chain is read.
    package enum Follow: Sendable, Hashable {
        case tag(HeadTag)
        /// That many blocks behind the latest.
        case behind(UInt64)
    }

    /// Below which block nothing may be undone.
    package enum Finality: Sendable, Hashable {
        /// The block that the node names; `latest` makes no sense here and is refused on reading.
        case tag(HeadTag)
        /// That many blocks behind the latest.
        case depth(UInt64)
    }

    package var follow: Follow
    package var finality: Finality
    /// The first block whose logs count; nil starts right above the settled block of the first look.
    package var start: BlockNumber?
    /// The last block to read, with which the machine finishes; nil follows for ever.
    package var stop: BlockNumber?
    /// The depth that stands in where the node does not know the finality tag.
    package var fallbackDepth: UInt64
    /// How many log ranges may be under way at once while catching up.
    package var concurrency: Int
    /// The span in blocks of the first log range, before anything is learnt.
    package var firstSpan: UInt64
    /// The largest span that is ever asked for.
    package var spanMax: UInt64
    /// A page with more logs than this makes the next spans smaller, which bounds memory.
    package var logsPerPageTarget: Int
    /// How many headers are asked for in one request.
    package var headersPerRequest: UInt64
    /// How many blocks are asked for in one request.
    package var blocksPerRequest: Int
    /// The shortest and longest time between two looks at the head, in milliseconds.
    package var pollMin: UInt64
    package var pollMax: UInt64

    package init(
        follow: Follow = .tag(.latest), finality: Finality = .tag(.finalized),
        start: BlockNumber? = nil, stop: BlockNumber? = nil
    ) {
        self.follow = follow
        self.finality = finality
        self.start = start
        self.stop = stop
        self.fallbackDepth = 128
        self.concurrency = 4
        self.firstSpan = 8
        self.spanMax = 10_000
        self.logsPerPageTarget = 1_500
        self.headersPerRequest = 64
        self.blocksPerRequest = 16
        self.pollMin = 200
        self.pollMax = 12_000
    }

    /// The tags that a look at the head must ask for.
    package var tags: [HeadTag] {
        var tags: Set<HeadTag> = [.latest]
        if case .tag(let tag) = self.follow { tags.insert(tag) }
        if case .tag(let tag) = self.finality { tags.insert(tag) }
        return HeadTag.allCases.filter(tags.contains)
    }
}
