// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

extension VoucherScheme {
    /// Tells who signed a voucher, what it says, and whether that is as it should be.
    ///
    /// - Parameters:
    ///   - signer: who should have signed it, if that is known.
    ///   - binding: what the domain of the scheme has to be, in as many members as are given: for
    ///     schemes that came with the voucher.
    package func check(
        _ voucher: Voucher, signer: Address? = nil, binding: TypedDataDomain = TypedDataDomain()
    ) -> VoucherCheck {
        var check = VoucherCheck(verdict: .badSignature(.notRecoverable))
        do throws(TypedDataError) {
            let (fields, conflict) = try self.completed(voucher)
            check.digest = try self.digest(of: fields)
            try self.read(fields, into: &check)
            if let conflict = conflict ?? self.conflict(stated: voucher.domain, binding: binding) {
                check.verdict = conflict
                return check
            }
        } catch {
            check.verdict = .malformed(error)
            return check
        }
        guard let digest = check.digest else { return check }
        do throws(SignatureError) {
            let signature = try RecoverableSignature(bytes: voucher.signature)
            let found = try SecpContext.shared.recover(hash: digest, signature: signature)
            check.verdict =
                switch signer {
                case found?: .good(signer: found)
                case let expected?: .wrongSigner(found: found, expected: expected)
                case nil: .recovered(signer: found)
                }
        } catch {
            check.verdict = .badSignature(error)
        }
        return check
    }

    /// The hash that is signed for such fields, constants left out or not.
    ///
    /// - Throws: ``TypedDataError`` where they are not those of the type.
    package func digest(
        completing fields: [String: TypedValue]
    ) throws(TypedDataError) -> Hash256 {
        try self.digest(of: fields.merging(self.constants) { _, constant in constant })
    }

    /// The fields with the constants, and a chain or contract that is stated otherwise.
    private func completed(
        _ voucher: Voucher
    ) throws(TypedDataError) -> (fields: [String: TypedValue], conflict: VoucherCheck.Verdict?) {
        var fields = voucher.fields
        var conflict: VoucherCheck.Verdict?
        for field in self.types[self.primaryType] ?? [] {
            guard let constant = self.constants[field.name] else { continue }
            if let stated = fields[field.name] {
                do throws(TypedDataError) {
                    let found = try stated.word(as: field.type)
                    guard try found != constant.word(as: field.type) else { continue }
                    conflict = try self.conflict(of: field.name, found)
                } catch {
                    throw error.at(field.name)
                }
            }
            fields[field.name] = constant
        }
        return (fields, conflict)
    }

    /// What it means that a constant field is stated with another value.
    private func conflict(
        of name: String, _ found: Hash256
    ) throws(TypedDataError) -> VoucherCheck.Verdict {
        if name == self.roles.chain {
            return .wrongDomain(
                .chainId, found: "\(found.word)", expected: self.domain.shown(.chainId))
        }
        if name == self.roles.contract {
            return .wrongDomain(
                .verifyingContract, found: "\(Address(truncating: found.word))",
                expected: self.domain.shown(.verifyingContract))
        }
        throw .notTheConstant(path: "")
    }

    private func conflict(
        stated: TypedDataDomain, binding: TypedDataDomain
    ) -> VoucherCheck.Verdict? {
        if let member = self.domain.conflict(with: stated) {
            return .wrongDomain(
                member, found: stated.shown(member), expected: self.domain.shown(member))
        }
        if let member = self.domain.conflict(with: binding) {
            return .wrongDomain(
                member, found: self.domain.shown(member), expected: binding.shown(member))
        }
        return nil
    }

    private func digest(of fields: [String: TypedValue]) throws(TypedDataError) -> Hash256 {
        guard self.form != .eip712 else {
            var hasher = TypedDataHasher(types: self.types)
            let hash = try hasher.hash(.members(fields), ofStruct: self.primaryType, depth: 0)
            return SignedDigest.typedData(separator: self.domain.separator, struct: hash)
        }
        let preimage = try self.preimage(of: fields)
        return switch self.form {
        case .personal: SignedDigest.personal(preimage)
        case .personalHash: SignedDigest.personal(Keccak256.hash(preimage).bytes)
        case .validator: SignedDigest.validator(self.domain.contract ?? .zero, data: preimage)
        case .eip712, .hash: Keccak256.hash(preimage)
        }
    }

    private func preimage(of fields: [String: TypedValue]) throws(TypedDataError) -> [UInt8] {
        let layout = self.types[self.primaryType] ?? []
        var bytes: [UInt8] = []
        for field in layout {
            guard let value = fields[field.name] else { throw .missing(path: field.name) }
            do throws(TypedDataError) {
                try self.encoding.append(value, field.type, to: &bytes)
            } catch {
                throw error.at(field.name)
            }
        }
        if fields.count > layout.count {
            let known = Set(layout.map(\.name))
            throw .unexpected(path: fields.keys.filter { !known.contains($0) }.min() ?? "")
        }
        return bytes
    }

    private func read(
        _ fields: [String: TypedValue], into check: inout VoucherCheck
    ) throws(TypedDataError) {
        func word(_ name: String?) throws(TypedDataError) -> Hash256? {
            guard let name, let value = fields[name],
                let field = self.types[self.primaryType]?.first(where: { $0.name == name })
            else { return nil }
            return try value.word(as: field.type)
        }
        check.channel = try word(self.roles.channel)
        check.amount = try word(self.roles.amount)?.word
        check.state = VoucherState(
            nonce: try word(self.roles.nonce)?.word,
            cumulative: self.roles.isCumulative ? check.amount : nil)
    }
}
