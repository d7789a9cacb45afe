// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// A private key that is valid on the curve.
///
/// Prints, dumps and mirrors as its address only. The bytes leave it through no member.
package struct PrivateKey: Sendable {
    private let secret: [UInt8]
    package let publicKey: PublicKey
    package let address: Address

    /// Exactly 32 bytes, as a number from 1 to the order of the curve less one.
    package init(bytes: [UInt8]) throws(SignatureError) {
        self.publicKey = try SecpContext.shared.publicKey(ofSecret: bytes)
        self.secret = bytes
        self.address = self.publicKey.address
    }

    /// Signs a hash: RFC 6979 nonce, low `s`, so the same input gives the same signature.
    package func sign(hash: Hash256) throws(SignatureError) -> RecoverableSignature {
        try SecpContext.shared.sign(hash: hash, secret: self.secret)
    }
}

extension PrivateKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<private key of \(self.address)>" }

    package var debugDescription: String { self.description }

    package var customMirror: Mirror { Mirror(self, children: ["address": self.address]) }
}
