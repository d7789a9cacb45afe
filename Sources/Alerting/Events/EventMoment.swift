// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree

/// When a rule tells of an event: at once, or when its block is settled as deep as the rule wants.
package enum EventMoment: Sendable, Hashable {
    /// As soon as the block is seen. If the chain drops it, the alert is retracted.
    case head
    /// When that many blocks stand on the block, or it is final.
    case blocks(UInt64)
    /// When the block can no longer be undone.
    case finalized

    /// `head`, `finalized`, or a number of blocks.
    package init?(_ text: String) {
        switch text {
        case "head", "0": self = .head
        case "finalized": self = .finalized
        default:
            let digits = text.filter { $0 != "_" }
            guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let blocks = UInt64(digits), blocks <= 100_000
            else { return nil }
            self = .blocks(blocks)
        }
    }

    package var text: String {
        switch self {
        case .head: "head"
        case .blocks(let count): String(count)
        case .finalized: "finalized"
        }
    }
}

extension ConfigType where Value == EventMoment {
    /// `head`, `finalized`, or a number of blocks.
    package static var eventMoment: ConfigType<EventMoment> {
        .parsed("head, finalized or a number of blocks", show: \.text) { EventMoment($0) }
    }
}
