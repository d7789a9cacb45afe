// Weir
// SPDX-License-Identifier: Apache-2.0

/// What an ERC-20 contract says of its token.
package struct TokenMetadata: Sendable, Hashable {
    /// Of printable characters, without blanks at the ends; at most ``symbolMax`` of them.
    package let symbol: String
    /// How many digits of an amount stand behind the point.
    package let decimals: UInt8

    package static let symbolMax = 32

    /// Nil for a symbol that is empty, too long, or holds what cannot be printed.
    package init?(symbol: String, decimals: UInt8) {
        let scalars = symbol.unicodeScalars
        guard !scalars.isEmpty, scalars.count <= Self.symbolMax,
            scalars.first != " ", scalars.last != " ",
            scalars.allSatisfy({ Self.isPrintable($0) })
        else { return nil }
        self.symbol = symbol
        self.decimals = decimals
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator:
            false
        case .spaceSeparator: scalar == " "
        default: true
        }
    }

    /// `18 FAB`: decimals, a blank, the symbol.
    package var text: String { "\(self.decimals) \(self.symbol)" }

    /// Reads such a text; nil for any other.
    package init?(text: String) {
        let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let decimals = UInt8(parts[0]) else { return nil }
        self.init(symbol: String(parts[1]), decimals: decimals)
    }
}
