// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import HashTreeCollections

/// How many things fall due when: counts times so that those before any moment are found without
/// looking at each thing. Not stored: it is made again from what is.
struct DeadlineIndex: Sendable, Equatable {
    /// By hour, then by second.
    private var hours: TreeDictionary<UInt64, Hour> = [:]

    private struct Hour: Sendable, Equatable {
        var count = 0
        var seconds: TreeDictionary<UInt64, Int> = [:]
    }

    mutating func insert(_ time: BlockTime) { self.change(time, by: 1) }

    /// Takes back what was inserted.
    mutating func remove(_ time: BlockTime) { self.change(time, by: -1) }

    /// How many are earlier than a time.
    func count(before time: BlockTime) -> Int {
        let now = time.rawValue / 3_600
        var count = 0
        for (hour, entry) in self.hours where hour <= now {
            guard hour == now else {
                count += entry.count
                continue
            }
            for (second, times) in entry.seconds where second < time.rawValue { count += times }
        }
        return count
    }

    private mutating func change(_ time: BlockTime, by step: Int) {
        let key = time.rawValue / 3_600
        var hour = self.hours[key] ?? Hour()
        hour.count += step
        let times = (hour.seconds[time.rawValue] ?? 0) + step
        hour.seconds[time.rawValue] = times == 0 ? nil : times
        self.hours[key] = hour.count == 0 ? nil : hour
    }
}
