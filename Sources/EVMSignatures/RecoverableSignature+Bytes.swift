// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

extension RecoverableSignature {
    /// Reads the forms in which wallets give a signature: 65 bytes r, s and v, where v is 0, 1, 27
    /// or 28; or 64 bytes with the parity in the highest bit of s (EIP-2098).
    ///
    /// - Throws: ``SignatureError`` for another length or another v. The ranges of r and s are
    ///   checked where a key is recovered.
    package init(bytes: [UInt8]) throws(SignatureError) {
        guard bytes.count == 64 || bytes.count == 65,
            let r = U256(bigEndian: Array(bytes[..<32])),
            var s = U256(bigEndian: Array(bytes[32..<64]))
        else { throw .signatureLength(bytes.count) }
        guard bytes.count == 65 else {
            let parity = UInt8(truncatingIfNeeded: s.limb3 >> 63)
            s.limb3 &= .max >> 1
            self.init(r: r, s: s, recoveryID: parity)
            return
        }
        switch bytes[64] {
        case 0, 1: self.init(r: r, s: s, recoveryID: bytes[64])
        case 27, 28: self.init(r: r, s: s, recoveryID: bytes[64] - 27)
        case let other: throw .signatureV(other)
        }
    }

    /// 65 bytes: r, s, and 27 or 28, as contracts take it.
    package var bytes: [UInt8] {
        self.r.bigEndianBytes + self.s.bigEndianBytes + [27 &+ (self.recoveryID & 1)]
    }

    /// 64 bytes, the parity in the highest bit of s (EIP-2098); nil for a high s, which has no
    /// such form.
    package var compactBytes: [UInt8]? {
        guard self.hasLowS else { return nil }
        var s = self.s
        s.limb3 |= UInt64(self.recoveryID & 1) << 63
        return self.r.bigEndianBytes + s.bigEndianBytes
    }
}
