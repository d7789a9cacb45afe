// Weir
// SPDX-License-Identifier: Apache-2.0

/// Why a key or a signature was refused. No case carries a secret.
package enum SignatureError: Error, Equatable, Sendable {
    /// The library gave no context: the process is out of memory.
    case contextUnavailable
    /// A private key that has not 32 bytes; the payload is how many it has.
    case privateKeyLength(Int)
    /// A private key that is zero or not below the order of the curve.
    case privateKeyRange
    /// The recovery identifier is not 0 to 3.
    case recoveryID(UInt8)
    /// `r` is zero or not below the order of the curve.
    case rRange
    /// `s` is zero or not below the order of the curve.
    case sRange
    /// `s` is in the upper half and the caller asked for the lower one (EIP-2).
    case highS
    /// The numbers are in range, but no point of the curve answers to them.
    case notRecoverable
    /// A signature as bytes that has neither 64 nor 65 of them; the payload is how many.
    case signatureLength(Int)
    /// The last byte of a signature of 65 is not 0, 1, 27 or 28.
    case signatureV(UInt8)
    /// The library refused to sign: with a valid key this does not happen.
    case notSigned
}

extension SignatureError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .contextUnavailable:
            "libsecp256k1 gave no context; free memory and start again"
        case .privateKeyLength(let count):
            "a private key has \(count) bytes; give exactly 32"
        case .privateKeyRange:
            "a private key is zero or not below the order of secp256k1; use another key"
        case .recoveryID(let value):
            "a signature has the recovery identifier \(value); it must be 0 to 3"
        case .rRange:
            "the r of a signature is zero or not below the order of secp256k1; it signs nothing"
        case .sRange:
            "the s of a signature is zero or not below the order of secp256k1; it signs nothing"
        case .highS:
            "the s of a signature is in the upper half, which EIP-2 forbids since Homestead; "
                + "allow high s only for older transactions"
        case .notRecoverable:
            "a signature belongs to no public key; the signed data or the signature is damaged"
        case .signatureLength(let count):
            "a signature has \(count) bytes; give 65 (r, s, v) or 64 (EIP-2098)"
        case .signatureV(let value):
            "the v of a signature is \(value); it must be 0, 1, 27 or 28"
        case .notSigned:
            "libsecp256k1 refused to sign; check the private key"
        }
    }
}
