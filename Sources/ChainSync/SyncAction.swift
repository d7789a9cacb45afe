// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives

/// Milliseconds on a monotonic clock that the driver owns.
package typealias SyncInstant = UInt64

/// What the machine asks of the chain. The identifier comes back with the answer.
package struct SyncRequest: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case heads([HeadTag])
        /// The heads, and the block right above one of ours with its logs where it is there.
        case look([HeadTag], above: BlockRef)
        case headers(ClosedRange<BlockNumber>)
        case header(Hash256)
        case blocks([BlockRef])
        case logs(ClosedRange<BlockNumber>)
    }

    package var id: UInt64
    package var kind: Kind
}

/// What the chain answered to a request.
package enum SyncAnswer: Sendable, Equatable {
    case heads([HeadTag: BlockHeader])
    case look(ChainLook)
    case headers([BlockHeader])
    case header(BlockHeader?)
    case blocks([Block?])
    case logs(LogPage)
    case failed(SyncFailure)
}

/// Why a request failed, reduced to what the machine can do about it.
package enum SyncFailure: Error, Sendable, Equatable {
    /// The same again, not before this many milliseconds.
    case retry(after: UInt64?)
    /// At most that many blocks; zero where the provider told nothing.
    case shrink(blocks: UInt64)
    /// The provider does not have the block yet.
    case behind
    /// Nobody but the operator can help.
    case giveUp(String)
}

/// What the driver must do.
package enum SyncAction: Sendable, Equatable {
    /// Send the request; feed the answer back with its identifier.
    case request(SyncRequest)
    /// Reduce this step, and store it in the order of the steps.
    case deliver(ChainNotification)
    /// Call `handle(.wake)` at this time, unless something else happens before.
    case wake(at: SyncInstant)
    /// Tell the operator; nothing else happens.
    case notice(SyncNotice)
    /// The chain stands still until the operator acts.
    case halt(SyncHalt)
    /// The last block of the configuration was delivered: there is nothing more to do.
    case finished
}

/// What the machine is told.
package enum SyncInput: Sendable, Equatable {
    case start
    case answer(UInt64, SyncAnswer)
    case wake
}

/// Something that an operator wants to read in the log.
package enum SyncNotice: Sendable, Equatable {
    /// The node does not know the tag that finality is taken from; a depth stands in.
    case finalityTagMissing(HeadTag, depth: UInt64)
    /// An answer that does not belong together was thrown away and will be asked for again.
    case inconsistentAnswer(AssemblyFault)
    /// The provider's limit was learnt.
    case rangeLimitLearnt(blocks: UInt64)
    /// A single block is too large for the provider's answer.
    case blockTooLarge(BlockNumber)
    /// The head is on another branch below the settled block; looked at again before halting.
    case finalityViolationSuspected(settled: BlockRef)
}

/// Why a chain stands still.
package enum SyncHalt: Error, Sendable, Equatable {
    /// The canonical chain does not contain the block that was settled.
    case reorgBelowFinality(settled: BlockRef)
    /// No endpoint will ever answer.
    case givenUp(String)
}

extension SyncHalt: CustomStringConvertible {
    package var description: String {
        switch self {
        case .reorgBelowFinality(let settled):
            "the chain went back below the settled block \(settled): nothing was changed; "
                + "check the node, then move back with `weir rewind`"
        case .givenUp(let text):
            text
        }
    }
}

extension SyncNotice: CustomStringConvertible {
    package var description: String {
        switch self {
        case .finalityTagMissing(let tag, let depth):
            "the node does not know the tag `\(tag.rawValue)`; \(depth) blocks of depth stand in"
        case .inconsistentAnswer(let fault):
            "an answer was thrown away: \(fault)"
        case .rangeLimitLearnt(let blocks):
            "the provider allows log ranges of \(blocks) blocks"
        case .blockTooLarge(let number):
            "the provider cannot answer for the logs of the single block \(number)"
        case .finalityViolationSuspected(let settled):
            "the head is on a branch without the settled block \(settled); looking again"
        }
    }
}
