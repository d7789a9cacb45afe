// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// Hands out log ranges, in order, of a size that the provider accepts.
///
/// The span grows by a half after each page that went well, halves when the provider refuses, and
/// stays at what the provider told. A refused or failed range is handed out again, in pieces where
/// it was too large, before anything behind it: ranges never overlap and never leave a gap.
package struct LogRangePlanner: Sendable, Equatable {
    /// The current span in blocks, at least 1.
    package private(set) var span: UInt64
    /// The largest span that the provider is known to accept; nil while nothing is known.
    package private(set) var limit: UInt64?
    /// A span that failed without a hint; growth stays below it, and it is tried again only after
    /// `successesBeforeRetry` pages.
    private var ceiling: UInt64?
    private var successes: Int
    private let spanMax: UInt64
    private let logsTarget: Int
    private static let successesBeforeRetry = 64
    /// Ranges to hand out again, ascending, all below `next`.
    private var again: [ClosedRange<BlockNumber>]
    private var next: BlockNumber

    package init(
        next: BlockNumber, firstSpan: UInt64, spanMax: UInt64, logsTarget: Int, limit: UInt64? = nil
    ) {
        self.spanMax = max(1, spanMax)
        self.limit = limit.map { max(1, $0) }
        self.span = max(1, min(firstSpan, spanMax, limit ?? firstSpan))
        self.logsTarget = max(1, logsTarget)
        self.ceiling = nil
        self.successes = 0
        self.again = []
        self.next = next
    }

    /// The next range up to and including `end`; nil when all has been handed out.
    package mutating func take(upTo end: BlockNumber) -> ClosedRange<BlockNumber>? {
        if let first = self.again.first {
            let last = min(first.upperBound, first.lowerBound.advanced(by: self.span - 1))
            if last < first.upperBound {
                self.again[0] = last.next...first.upperBound
            } else {
                self.again.removeFirst()
            }
            return first.lowerBound...last
        }
        guard self.next <= end else { return nil }
        let last = min(end, self.next.advanced(by: self.span - 1))
        let range = self.next...last
        self.next = last.next
        return range
    }

    /// A range came back well, with that many logs.
    package mutating func succeeded(_ range: ClosedRange<BlockNumber>, logs: Int) {
        let blocks = Self.count(range)
        self.successes += 1
        if self.successes % Self.successesBeforeRetry == 0 { self.ceiling = nil }
        if logs > self.logsTarget {
            // Aim at the target: fewer blocks of the same density, never more than now.
            let wanted = blocks / UInt64(logs / self.logsTarget + 1)
            self.span = max(1, min(self.span, wanted))
        } else if blocks >= self.span, logs < self.logsTarget / 2 {
            let grown = self.span + self.span / 2 + 1
            self.span = max(
                self.span,
                min(
                    self.spanMax, self.limit ?? self.spanMax, (self.ceiling ?? grown + 1) - 1, grown
                )
            )
        }
    }

    /// The provider refused a range as too large; `blocks` is what it told, zero for nothing.
    /// False when the range is a single block: it cannot be made smaller.
    package mutating func refused(_ range: ClosedRange<BlockNumber>, blocks: UInt64) -> Bool {
        let count = Self.count(range)
        self.putBack(range)
        if blocks > 0, blocks < count {
            self.limit = min(self.limit ?? blocks, blocks)
            self.span = min(self.span, blocks)
            return true
        }
        // A hint that is no smaller than what failed helps nobody: halve, without calling it a limit.
        self.ceiling = min(self.ceiling ?? count, max(2, count))
        self.span = max(1, min(self.span, count / 2))
        return count > 1
    }

    /// A range failed again and again: it is handed out once more, in smaller pieces for now. A page
    /// may cost more calls than an endpoint allows in a while.
    package mutating func ease(_ range: ClosedRange<BlockNumber>) {
        self.putBack(range)
        self.span = max(1, self.span / 2)
    }

    /// A range failed for another reason and must be handed out again as it is.
    package mutating func putBack(_ range: ClosedRange<BlockNumber>) {
        let index = self.again.firstIndex { $0.lowerBound > range.lowerBound } ?? self.again.count
        self.again.insert(range, at: index)
    }

    private static func count(_ range: ClosedRange<BlockNumber>) -> UInt64 {
        range.upperBound.distance(above: range.lowerBound) + 1
    }
}
