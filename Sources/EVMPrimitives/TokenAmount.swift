// Weir
// SPDX-License-Identifier: Apache-2.0

/// An exact amount of a token: an integer count of its smallest unit, and the decimals that people
/// read it with.
package struct TokenAmount: Sendable, Hashable {
    /// The count of smallest units (wei for ether).
    package var units: U256
    /// How many digits stand behind the point: 18 for ether, 6 for USDC, any of 0…255.
    package var decimals: UInt8

    package init(units: U256, decimals: UInt8) {
        self.units = units
        self.decimals = decimals
    }

    /// The nearest `Double`, for the exposition only.
    package var double: Double { self.units.scaledDouble(decimals: self.decimals) }
}

extension TokenAmount: CustomStringConvertible {
    /// The exact decimal text, shortest form.
    package var description: String { self.units.scaledText(decimals: self.decimals) }
}
