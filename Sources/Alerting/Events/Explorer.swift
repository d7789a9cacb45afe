// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
package import EVMPrimitives

/// A site that shows a chain's transactions, in the paths that Etherscan and Blockscout share.
package struct Explorer: Sendable, Hashable {
    /// `https://basescan.org`, without a slash at the end.
    package let base: String

    /// Nil for what is no `https` or `http` address, or holds more than host and path.
    package init?(_ text: String) {
        let schemes = ["https://", "http://"]
        guard let scheme = schemes.first(where: { text.hasPrefix($0) }), text.utf8.count <= 200
        else { return nil }
        var base = text
        while base.hasSuffix("/") { base.removeLast() }
        let rest = base.dropFirst(scheme.count)
        let isPlain = rest.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "/"),
                UInt8(ascii: ":"), UInt8(ascii: "~"):
                true
            default: false
            }
        }
        guard isPlain, let first = rest.utf8.first, first != UInt8(ascii: "/") else { return nil }
        self.base = base
    }

    /// The page of a transaction.
    package func transaction(_ hash: Hash256) -> String { "\(self.base)/tx/\(hash)" }

    /// The page of an address.
    package func address(_ address: Address) -> String { "\(self.base)/address/\(address)" }

    /// The page of a block.
    package func block(_ number: UInt64) -> String { "\(self.base)/block/\(number)" }
}

extension ConfigType where Value == Explorer {
    /// `https://basescan.org`.
    package static var explorer: ConfigType<Explorer> {
        .parsed(
            "the address of a block explorer such as https://basescan.org",
            advice: "without user, query or fragment", show: \.base
        ) { Explorer($0) }
    }
}
