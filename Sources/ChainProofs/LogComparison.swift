// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import EVMPrimitives

/// How the logs that were given for a block differ from those that its receipts prove.
///
/// Logs are compared by what they say (contract, topics, data), as often as they say it: some nodes
/// count log indices otherwise.
package struct LogComparison: Sendable, Equatable {
    /// Proven, but not given.
    package private(set) var missing = 0
    /// Given, but not proven.
    package private(set) var invented = 0

    private struct Content: Hashable {
        var address: Address
        var topics: TopicList
        var data: [UInt8]
    }

    /// - Parameters:
    ///   - given: some entries of `batch`.
    ///   - proven: every wanted log of the same block.
    package init(given: ArraySlice<LogEntry>, in batch: LogBatch, proven: LogBatch) {
        var balance: [Content: Int] = [:]
        for entry in proven.entries { balance[Self.content(entry, proven), default: 0] &+= 1 }
        for entry in given { balance[Self.content(entry, batch), default: 0] &-= 1 }
        for count in balance.values {
            if count > 0 { self.missing &+= count } else { self.invented &-= count }
        }
    }

    private static func content(_ entry: LogEntry, _ batch: LogBatch) -> Content {
        Content(address: entry.address, topics: entry.topics, data: batch.data(of: entry))
    }
}
