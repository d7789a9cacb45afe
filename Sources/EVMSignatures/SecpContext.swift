// Weir
// SPDX-License-Identifier: Apache-2.0

import CSecp256k1
package import EVMPrimitives

/// libsecp256k1, ready for use: the only place where the curve is touched.
///
/// One context serves all threads. Every number from outside is checked before the library sees it,
/// because the library answers a broken contract by ending the process.
@safe package final class SecpContext: @unchecked Sendable {
    // Unchecked: the pointer never changes, and after `init` the library is only called with a
    // constant context, which its header allows from many threads.
    private let pointer: OpaquePointer?

    /// The context of the process. Making another one is only needed to measure.
    package static let shared = SecpContext()

    /// Makes a context, blinded with random bytes against side channels of signing. Results do not
    /// depend on the blinding.
    package init() {
        unsafe self.pointer = secp256k1_context_create(csecp_context_none)
        guard let pointer = unsafe self.pointer else { return }
        var random = SystemRandomNumberGenerator()
        let seed = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
        // A failure leaves the context unblinded and as right as before.
        _ = unsafe secp256k1_context_randomize(pointer, seed)
    }

    deinit {
        if let pointer = unsafe self.pointer { unsafe secp256k1_context_destroy(pointer) }
    }

    /// The public key of a signature over a hash.
    ///
    /// Throws for numbers out of range, for a high `s` unless `highS` allows it, and where no point
    /// answers.
    package func recoverPublicKey(
        hash: Hash256, signature: RecoverableSignature, highS: HighSPolicy = .refuse
    ) throws(SignatureError) -> PublicKey {
        guard signature.recoveryID <= 3 else { throw .recoveryID(signature.recoveryID) }
        guard !signature.r.isZero, signature.r < Secp256k1.order else { throw .rRange }
        guard !signature.s.isZero, signature.s < Secp256k1.order else { throw .sRange }
        guard highS == .allow || signature.hasLowS else { throw .highS }
        let context = unsafe try self.context()
        var compact: [UInt8] = []
        compact.reserveCapacity(64)
        signature.r.appendBigEndian(to: &compact)
        signature.s.appendBigEndian(to: &compact)
        var parsed = secp256k1_ecdsa_recoverable_signature()
        guard
            unsafe secp256k1_ecdsa_recoverable_signature_parse_compact(
                context, &parsed, compact, Int32(signature.recoveryID)) == 1
        else { throw .notRecoverable }
        var point = secp256k1_pubkey()
        guard unsafe secp256k1_ecdsa_recover(context, &point, &parsed, hash.bytes) == 1 else {
            throw .notRecoverable
        }
        return unsafe try self.publicKey(of: &point, context)
    }

    /// The account that signed a hash; throws as ``recoverPublicKey(hash:signature:highS:)`` does.
    package func recover(
        hash: Hash256, signature: RecoverableSignature, highS: HighSPolicy = .refuse
    ) throws(SignatureError) -> Address {
        try self.recoverPublicKey(hash: hash, signature: signature, highS: highS).address
    }

    /// The public key of 32 secret bytes, whose length the caller has checked.
    func publicKey(ofSecret secret: [UInt8]) throws(SignatureError) -> PublicKey {
        guard secret.count == 32 else { throw .privateKeyLength(secret.count) }
        let context = unsafe try self.context()
        guard unsafe secp256k1_ec_seckey_verify(context, secret) == 1 else {
            throw .privateKeyRange
        }
        var point = secp256k1_pubkey()
        guard unsafe secp256k1_ec_pubkey_create(context, &point, secret) == 1 else {
            throw .privateKeyRange
        }
        return unsafe try self.publicKey(of: &point, context)
    }

    /// Signs with the nonce of RFC 6979 and a low `s`: the same input gives the same signature.
    func sign(hash: Hash256, secret: [UInt8]) throws(SignatureError) -> RecoverableSignature {
        guard secret.count == 32 else { throw .privateKeyLength(secret.count) }
        let context = unsafe try self.context()
        var signature = secp256k1_ecdsa_recoverable_signature()
        guard
            unsafe secp256k1_ecdsa_sign_recoverable(
                context, &signature, hash.bytes, secret, nil, nil) == 1
        else { throw .notSigned }
        var compact = [UInt8](repeating: 0, count: 64)
        var recoveryID: Int32 = 0
        guard
            unsafe secp256k1_ecdsa_recoverable_signature_serialize_compact(
                context, &compact, &recoveryID, &signature) == 1,
            let identifier = UInt8(exactly: recoveryID)
        else { throw .notSigned }
        let span = unsafe compact.span.bytes
        return RecoverableSignature(
            r: U256(bigEndian: span, at: 0), s: U256(bigEndian: span, at: 32),
            recoveryID: identifier)
    }

    private func context() throws(SignatureError) -> OpaquePointer {
        guard let pointer = unsafe self.pointer else { throw .contextUnavailable }
        return unsafe pointer
    }

    private func publicKey(
        of point: inout secp256k1_pubkey, _ context: OpaquePointer
    ) throws(SignatureError) -> PublicKey {
        var bytes = [UInt8](repeating: 0, count: 65)
        var count = 65
        guard
            unsafe secp256k1_ec_pubkey_serialize(
                context, &bytes, &count, &point, csecp_ec_uncompressed) == 1, count == 65
        else { throw .notRecoverable }
        let span = unsafe bytes.span.bytes
        return PublicKey(x: U256(bigEndian: span, at: 1), y: U256(bigEndian: span, at: 33))
    }
}
