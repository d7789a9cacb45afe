// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// A point of secp256k1 that the library has checked or made.
package struct PublicKey: Sendable, Hashable {
    package let x: U256
    package let y: U256

    init(x: U256, y: U256) {
        self.x = x
        self.y = y
    }

    /// `0x04`, x and y: 65 bytes (SEC 1, section 2.3.3, uncompressed).
    package var bytes: [UInt8] {
        var bytes: [UInt8] = [4]
        bytes.reserveCapacity(65)
        self.x.appendBigEndian(to: &bytes)
        self.y.appendBigEndian(to: &bytes)
        return bytes
    }

    /// The last 20 bytes of the Keccak-256 of x and y (Yellow Paper, appendix F).
    package var address: Address {
        var point: [UInt8] = []
        point.reserveCapacity(64)
        self.x.appendBigEndian(to: &point)
        self.y.appendBigEndian(to: &point)
        return Address(truncating: Keccak256.hash(point).word)
    }
}
