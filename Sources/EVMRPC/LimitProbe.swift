// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives
package import WeirPorts

/// How many blocks one `eth_getLogs` of an endpoint may cover, as found by asking.
package struct LogRangeLimit: Sendable, Equatable {
    package enum Answer: Sendable, Equatable {
        /// Every range that was tried was taken; the largest had so many blocks.
        case atLeast(UInt64)
        /// The provider's refusal named the limit, and a range of that size was taken.
        case told(UInt64)
        /// So many were taken; the next size that was tried, so many, was refused.
        case found(taken: UInt64, refused: UInt64)
        /// Not even one block.
        case none
        /// Trouble of another kind ended the search after so many blocks had been taken.
        case unknown(taken: UInt64, ChainClientError)
    }

    package var answer: Answer
    /// Requests that it took.
    package var requests: Int
}

/// Finds that limit with few requests: ranges that grow fourfold, then halving the gap.
///
/// The filter asks for an address without logs, so that only the range can be too large.
package struct LimitProbe: Sendable {
    package var maxRequests: Int
    /// Not more blocks than this are tried.
    package var maxBlocks: UInt64
    package var filter: LogFilter

    package init(
        maxRequests: Int = 24, maxBlocks: UInt64 = 1_000_000,
        filter: LogFilter = LogFilter(addresses: [Address(words: 0, 0, 0xfffe)]),
    ) {
        self.maxRequests = max(1, maxRequests)
        self.maxBlocks = max(1, maxBlocks)
        self.filter = filter
    }

    /// What one size came to.
    private enum Outcome {
        case taken
        case refused(ChainClientError.RangeHint)
        case failed(ChainClientError)
    }

    /// Asks for ranges that end at `head`.
    package func run(_ client: JSONRPCClient, head: BlockNumber) async -> LogRangeLimit {
        let most = min(self.maxBlocks, head.rawValue == .max ? .max : head.rawValue + 1)
        var requests = 0
        var taken: UInt64 = 0
        var refused: UInt64?
        var told: UInt64?
        var next = min(most, 16)
        while requests < self.maxRequests {
            requests += 1
            switch await self.ask(client, head, next) {
            case .taken:
                taken = max(taken, next)
                if told == next { return LogRangeLimit(answer: .told(next), requests: requests) }
            case .refused(let hint):
                refused = min(refused ?? next, next)
                if case .blocks(let blocks) = hint, blocks > taken, blocks < next { told = blocks }
                if case .range(let from, let to) = hint, to - from < next - 1, to - from >= taken {
                    told = to - from + 1
                }
                if next == told { told = nil }
            case .failed(let error):
                return LogRangeLimit(answer: .unknown(taken: taken, error), requests: requests)
            }
            guard let following = Self.size(after: taken, refused, told, most) else { break }
            next = following
        }
        let answer: LogRangeLimit.Answer =
            switch (taken, refused) {
            case (0, _): .none
            case (_, let refused?): .found(taken: taken, refused: refused)
            case (_, nil): .atLeast(taken)
            }
        return LogRangeLimit(answer: answer, requests: requests)
    }

    /// The next size to try; nil when the search is over.
    private static func size(
        after taken: UInt64, _ refused: UInt64?, _ told: UInt64?, _ most: UInt64
    ) -> UInt64? {
        guard let refused else { return taken < most ? min(most, taken * 4) : nil }
        if let told, told > taken, told < refused { return told }
        // Near enough: within two per cent.
        guard refused > taken + 1, refused - taken > refused / 50 else { return nil }
        return taken + (refused - taken) / 2
    }

    /// One request; a rate limit is waited for twice.
    private func ask(_ client: JSONRPCClient, _ head: BlockNumber, _ blocks: UInt64) async
        -> Outcome
    {
        let range = head.lowered(by: blocks - 1)...head
        for attempt in 0... {
            do throws(ChainClientError) {
                _ = try await client.logs(range, filter: self.filter)
                return .taken
            } catch {
                switch error.disposition {
                case .shrink(let hint): return .refused(hint)
                case .retry(let after) where attempt < 2:
                    let wait = min(after ?? .seconds(1), .seconds(10))
                    guard (try? await client.clock.sleep(wait)) != nil else {
                        return .failed(.cancelled)
                    }
                default: return .failed(error)
                }
            }
        }
        return .failed(.cancelled)
    }
}
