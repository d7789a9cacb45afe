// Weir
// SPDX-License-Identifier: Apache-2.0

// Numbers of the chain that must not be mixed up. Each is one word with a name.

/// The height of a block.
package struct BlockNumber: RawRepresentable, Sendable, Hashable, Comparable {
    package var rawValue: UInt64

    @inlinable
    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    @inlinable
    package init(_ value: UInt64) {
        self.rawValue = value
    }

    @inlinable
    package static func < (lhs: BlockNumber, rhs: BlockNumber) -> Bool {
        lhs.rawValue < rhs.rawValue
    }

    package static let zero = BlockNumber(0)

    /// The next height; stays at the last representable one.
    package var next: BlockNumber { self.advanced(by: 1) }

    /// The height before, or nil at zero.
    package var previous: BlockNumber? {
        self.rawValue == 0 ? nil : BlockNumber(self.rawValue - 1)
    }

    /// The height that many blocks later; saturates at the last representable one.
    package func advanced(by count: UInt64) -> BlockNumber {
        let (sum, overflow) = self.rawValue.addingReportingOverflow(count)
        return BlockNumber(overflow ? .max : sum)
    }

    /// The height that many blocks before; saturates at zero.
    package func lowered(by count: UInt64) -> BlockNumber {
        BlockNumber(self.rawValue > count ? self.rawValue - count : 0)
    }

    /// How many blocks lie from `other` up to this one; zero where `other` is higher.
    package func distance(above other: BlockNumber) -> UInt64 {
        self.rawValue > other.rawValue ? self.rawValue - other.rawValue : 0
    }
}

extension BlockNumber: CustomStringConvertible {
    package var description: String { String(self.rawValue) }

    /// The JSON-RPC quantity: `0x1a`.
    package var hexQuantity: String { "0x" + String(self.rawValue, radix: 16) }
}

/// The identifier of a chain (EIP-155, EIP-695).
package struct ChainID: RawRepresentable, Sendable, Hashable, Comparable,
    CustomStringConvertible
{
    package var rawValue: UInt64

    @inlinable
    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    @inlinable
    package init(_ value: UInt64) {
        self.rawValue = value
    }

    @inlinable
    package static func < (lhs: ChainID, rhs: ChainID) -> Bool {
        lhs.rawValue < rhs.rawValue
    }

    package var description: String { String(self.rawValue) }
}

/// Seconds since 1970-01-01 UTC, as a block header gives them.
package struct BlockTime: RawRepresentable, Sendable, Hashable, Comparable,
    CustomStringConvertible
{
    package var rawValue: UInt64

    @inlinable
    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    @inlinable
    package init(_ seconds: UInt64) {
        self.rawValue = seconds
    }

    @inlinable
    package static func < (lhs: BlockTime, rhs: BlockTime) -> Bool {
        lhs.rawValue < rhs.rawValue
    }

    package var description: String { String(self.rawValue) }

    /// Seconds from `earlier` to this time; negative where `earlier` is later. Saturates.
    package func seconds(since earlier: BlockTime) -> Int64 {
        if self >= earlier { return Int64(clamping: self.rawValue - earlier.rawValue) }
        return -Int64(clamping: earlier.rawValue - self.rawValue)
    }
}
