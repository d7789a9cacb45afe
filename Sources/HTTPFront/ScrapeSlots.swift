// Weir
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Counts the pages of scrapes in flight and refuses more than allowed.
final class ScrapeSlots: Sendable {
    let limit: Int
    private let taken = Atomic(0)

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// Takes a slot, to be given back with `release`; false if all are taken.
    func acquire() -> Bool {
        guard self.taken.add(1, ordering: .relaxed).newValue <= self.limit else {
            self.release()
            return false
        }
        return true
    }

    func release() {
        self.taken.subtract(1, ordering: .relaxed)
    }
}
