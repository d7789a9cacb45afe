// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

/// How far a backfill is, and how long the rest takes at the pace so far.
struct BackfillPace {
    let last: BlockNumber
    private var first: (block: BlockNumber, at: Duration)?

    init(last: BlockNumber) { self.last = last }

    /// One line for people: `block 1200 of 4000, 300000 logs, 12 s left`. The rest is told once
    /// blocks have come.
    mutating func line(_ processed: BlockNumber?, logs: UInt64, at now: Duration) -> String {
        guard let processed else { return "looking for the first block" }
        let line = "block \(processed) of \(self.last), \(logs) logs"
        guard let first = self.first else {
            self.first = (processed, now)
            return line
        }
        let done = processed.distance(above: first.block)
        guard done > 0 else { return line }
        let seconds = (now - first.at).seconds
        let left = seconds * Double(self.last.distance(above: processed)) / Double(done)
        return line + ", \(UInt64(left.rounded(.up))) s left"
    }
}
