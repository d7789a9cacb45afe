// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// Zero to four topics, inline.
package struct TopicList: Sendable, Hashable {
    @usableFromInline package internal(set) var count: Int
    @usableFromInline var topic0: Hash256
    @usableFromInline var topic1: Hash256
    @usableFromInline var topic2: Hash256
    @usableFromInline var topic3: Hash256

    @inlinable @inline(__always)
    package init() {
        self.count = 0
        self.topic0 = .zero
        self.topic1 = .zero
        self.topic2 = .zero
        self.topic3 = .zero
    }

    /// Up to four topics; nil for more.
    package init?(_ topics: [Hash256]) {
        self.init()
        for topic in topics {
            guard self.append(topic) else { return nil }
        }
    }

    /// Adds a topic; false when there are four already (the EVM has LOG0 to LOG4).
    @inlinable @inline(__always)
    package mutating func append(_ topic: Hash256) -> Bool {
        switch self.count {
        case 0: self.topic0 = topic
        case 1: self.topic1 = topic
        case 2: self.topic2 = topic
        case 3: self.topic3 = topic
        default: return false
        }
        self.count += 1
        return true
    }

    /// The topic at an index below `count`; asking for another is a mistake of the caller.
    @inlinable @inline(__always)
    package subscript(index: Int) -> Hash256 {
        precondition(index >= 0 && index < self.count, "topic index out of range")
        switch index {
        case 0: return self.topic0
        case 1: return self.topic1
        case 2: return self.topic2
        default: return self.topic3
        }
    }

    /// The first topic: the event's identifier unless the event is anonymous.
    package var first: Hash256? { self.count > 0 ? self.topic0 : nil }

    package var array: [Hash256] { (0..<self.count).map { self[$0] } }
}
