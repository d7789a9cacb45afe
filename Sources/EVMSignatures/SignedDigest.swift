// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// The hashes that wallets sign, by the version byte of EIP-191. None can be that of a transaction.
package enum SignedDigest {
    /// Version `0x45`, as `personal_sign` makes it: the length in decimal digits, then the bytes.
    package static func personal(_ message: [UInt8]) -> Hash256 {
        let prefix = "\u{19}Ethereum Signed Message:\n\(message.count)"
        return Keccak256.hash(Array(prefix.utf8) + message)
    }

    /// Version `0x00`: data for the validator that checks it, mostly a contract.
    package static func validator(_ validator: Address, data: [UInt8]) -> Hash256 {
        Keccak256.hash([0x19, 0x00] + validator.bytes + data)
    }

    /// Version `0x01`: typed structured data (EIP-712).
    package static func typedData(separator: Hash256, struct hash: Hash256) -> Hash256 {
        Keccak256.hash([0x19, 0x01] + separator.bytes + hash.bytes)
    }
}
