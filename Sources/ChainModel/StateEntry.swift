// Weir
// SPDX-License-Identifier: Apache-2.0

/// An entry of what a tracker knows, or of what it counted in dropped blocks.
package struct StateEntry: Sendable, Equatable {
    package var tracker: String
    package var key: String
    /// Nil deletes the entry.
    package var value: [UInt8]?

    package init(tracker: String, key: String, value: [UInt8]?) {
        self.tracker = tracker
        self.key = key
        self.value = value
    }
}
