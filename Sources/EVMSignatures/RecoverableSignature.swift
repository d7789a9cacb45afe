// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// An ECDSA signature on secp256k1 with the identifier that makes its public key recoverable
/// (SEC 1, section 4.1.6; Yellow Paper, appendix F).
///
/// Holds any numbers: ``SecpContext/recover(hash:signature:highS:)`` checks their ranges.
package struct RecoverableSignature: Sendable, Hashable {
    package var r: U256
    package var s: U256
    /// Bit 0 is the parity of the point's y; bit 1 says that its x is r plus the order, which
    /// Ethereum never uses.
    package var recoveryID: UInt8

    package init(r: U256, s: U256, recoveryID: UInt8) {
        self.r = r
        self.s = s
        self.recoveryID = recoveryID
    }

    /// Whether `s` is in the lower half (EIP-2).
    package var hasLowS: Bool { self.s <= Secp256k1.halfOrder }
}

/// What to do with an `s` in the upper half of its range.
package enum HighSPolicy: Sendable, Hashable {
    /// Refuse it: transactions since Homestead (EIP-2) and every voucher.
    case refuse
    /// Take it: transactions before Homestead and authorizations of old contracts.
    case allow
}

/// The constants of the curve (SEC 2, section 2.4.1).
package enum Secp256k1 {
    /// The order n of the group.
    package static let order = U256(
        limbs: 0xbfd2_5e8c_d036_4141, 0xbaae_dce6_af48_a03b, 0xffff_ffff_ffff_fffe, .max)
    /// n / 2, rounded down: the greatest low `s`.
    package static let halfOrder = order.shiftedRight(by: 1)
}
