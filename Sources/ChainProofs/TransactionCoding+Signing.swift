// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import EVMPrimitives
package import EVMSignatures

// Who sent a transaction, and signing one.
extension TransactionCoding {
    /// The hash that a transaction's signature is over.
    ///
    /// Type 0 with a signature: with or without EIP-155 as its `v` says. Type 0 without one (`v` is
    /// zero): with EIP-155 where it has a chain. Throws for types that carry no signature.
    package static func signingHash(_ transaction: Transaction) throws(ProofError) -> Hash256 {
        switch transaction.type {
        case 0:
            if transaction.v.isZero { return try self.legacyHash(transaction, transaction.chainID) }
            return try self.legacyHash(transaction, try self.signature(of: transaction).chainID)
        case 1...4:
            return Keccak256.hash(try self.encode(transaction, .signed(legacyChainID: nil)))
        default: throw .transactionType(transaction.type)
        }
    }

    /// The account whose key signed a transaction.
    ///
    /// Unsigned types: a deposit gives the sender that it states, which its hash covers; Arbitrum's
    /// internal one gives ArbOS, which alone sends such. High `s`
    /// is refused as EIP-2 wants since Homestead; allow it for blocks before (mainnet 1,150,000).
    package static func sender(
        of transaction: Transaction, highS: HighSPolicy = .refuse
    ) throws(ProofError) -> Address {
        switch transaction.type {
        case Self.deposit: return transaction.from
        case Self.arbitrumInternal: return Self.arbOS
        default: break
        }
        let (signature, chainID) = try self.signature(of: transaction)
        let hash =
            transaction.type == 0
            ? try self.legacyHash(transaction, chainID) : try self.signingHash(transaction)
        do throws(SignatureError) {
            return try SecpContext.shared.recover(hash: hash, signature: signature, highS: highS)
        } catch {
            throw .signature(error)
        }
    }

    /// As ``sender(of:highS:)``, with the error as a value: to be computed for many at once.
    package static func recovery(
        of transaction: Transaction, highS: HighSPolicy = .refuse
    ) -> Result<Address, ProofError> {
        do throws(ProofError) {
            return .success(try self.sender(of: transaction, highS: highS))
        } catch {
            return .failure(error)
        }
    }

    /// The account that signed an authorization (EIP-7702: over `0x05 || rlp([chain, address, nonce])`).
    package static func authority(
        of authorization: Transaction.Authorization
    ) throws(ProofError) -> Address {
        let signature = RecoverableSignature(
            r: authorization.r, s: authorization.s, recoveryID: authorization.yParity)
        do throws(SignatureError) {
            return try SecpContext.shared.recover(
                hash: self.signingHash(authorization), signature: signature)
        } catch {
            throw .signature(error)
        }
    }

    /// The hash that an authorization's signature is over.
    package static func signingHash(_ authorization: Transaction.Authorization) -> Hash256 {
        var writer = RLPWriter(prefix: [5])
        let list = writer.beginList()
        writer.append(authorization.chainID)
        writer.append(authorization.address)
        writer.append(authorization.nonce)
        writer.endList(list)
        return writer.hash
    }

    /// The transaction with the key's signature, its sender and its hash.
    ///
    /// Type 0 is signed with EIP-155 where it has a chain.
    package static func sign(
        _ transaction: Transaction, with key: PrivateKey
    ) throws(ProofError) -> Transaction {
        var signed = transaction
        signed.v = .zero
        let hash = try self.signingHash(signed)
        let signature: RecoverableSignature
        do throws(SignatureError) {
            signature = try key.sign(hash: hash)
        } catch {
            throw .signature(error)
        }
        let parity = U256(UInt64(signature.recoveryID))
        if transaction.type == 0 {
            guard let v = self.legacyV(parity: parity, chainID: transaction.chainID) else {
                throw .chainID(expected: transaction.chainID ?? .zero, found: nil)
            }
            signed.v = v
        } else {
            signed.v = parity
        }
        signed.r = signature.r
        signed.s = signature.s
        signed.from = key.address
        signed.hash = try self.hash(of: signed)
        return signed
    }

    // MARK: v

    /// 27 or 28, or 35 + 2·chain + parity (EIP-155); nil where that leaves the range.
    private static func legacyV(parity: U256, chainID: U256?) -> U256? {
        guard let chainID else { return parity.adding(27) }
        return chainID.multiplied(by: 2)?.adding(parity)?.adding(35)
    }

    /// The signature of a transaction, and for type 0 the chain that its `v` holds.
    private static func signature(
        of transaction: Transaction
    ) throws(ProofError) -> (signature: RecoverableSignature, chainID: U256?) {
        let v = transaction.v
        var signature = RecoverableSignature(r: transaction.r, s: transaction.s, recoveryID: 0)
        switch (transaction.type, v) {
        case (0, 27), (0, 28):
            signature.recoveryID = v == 28 ? 1 : 0
            return (signature, nil)
        case (0, _):
            guard let above = v.subtracting(35) else {
                throw .signatureV(v, type: transaction.type)
            }
            signature.recoveryID = UInt8(truncatingIfNeeded: above.limb0 & 1)
            let chainID = above.shiftedRight(by: 1)
            if let stated = transaction.chainID, stated != chainID {
                throw .chainID(expected: stated, found: chainID)
            }
            return (signature, chainID)
        case (1...4, 0), (1...4, 1):
            signature.recoveryID = v == 1 ? 1 : 0
            return (signature, transaction.chainID)
        case (1...4, _): throw .signatureV(v, type: transaction.type)
        default: throw .transactionType(transaction.type)
        }
    }

    private static func legacyHash(
        _ transaction: Transaction, _ chainID: U256?
    ) throws(ProofError) -> Hash256 {
        Keccak256.hash(try self.encode(transaction, .signed(legacyChainID: chainID)))
    }
}
