// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// The addresses of new contracts.
package enum ContractAddress {
    /// The address that CREATE gives: the hash of the RLP of sender and nonce (Yellow Paper,
    /// section 7).
    package static func create(sender: Address, nonce: UInt64) -> Address {
        let digits = U256(nonce).minimalBytes
        let isSmall = digits.count == 1 && digits[0] < 0x80
        let item = isSmall ? digits : [0x80 + UInt8(digits.count)] + digits
        let payload = [0x80 + 20] + sender.bytes + item
        return self.tail(of: [0xc0 + UInt8(payload.count)] + payload)
    }

    /// The address that CREATE2 gives (EIP-1014).
    package static func create2(sender: Address, salt: Hash256, initCodeHash: Hash256) -> Address {
        self.tail(of: [0xff] + sender.bytes + salt.bytes + initCodeHash.bytes)
    }

    private static func tail(of preimage: [UInt8]) -> Address {
        Address(truncating: Keccak256.hash(preimage).word)
    }
}
