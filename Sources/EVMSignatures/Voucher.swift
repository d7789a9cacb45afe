// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// A promise of payment as it came: unchecked.
package struct Voucher: Sendable, Equatable {
    /// What was signed, by the names of the scheme's fields. Constants, chain and contract may be
    /// left out.
    package var fields: [String: TypedValue]
    /// 64 or 65 bytes, if it is well formed.
    package var signature: [UInt8]
    /// What the voucher says that it is bound to. It need not say anything; what it says is compared.
    package var domain: TypedDataDomain

    package init(
        fields: [String: TypedValue], signature: [UInt8],
        domain: TypedDataDomain = TypedDataDomain()
    ) {
        self.fields = fields
        self.signature = signature
        self.domain = domain
    }
}

/// How far a channel has got, by a voucher or by the chain.
package struct VoucherState: Sendable, Hashable {
    package var nonce: U256?
    /// The sum of all payments so far, in units of the token.
    package var cumulative: U256?

    package init(nonce: U256? = nil, cumulative: U256? = nil) {
        self.nonce = nonce
        self.cumulative = cumulative
    }

    /// Whether this state comes before another of the same channel: by the nonce where both have
    /// one, and by the sum where they have none or the same. Nil where nothing can be compared.
    package func isOlder(than other: VoucherState) -> Bool? {
        if let mine = self.nonce, let theirs = other.nonce, mine != theirs { return mine < theirs }
        if let mine = self.cumulative, let theirs = other.cumulative { return mine < theirs }
        return self.nonce == nil || other.nonce == nil ? nil : false
    }
}

/// What ``VoucherScheme/check(_:signer:binding:)`` found.
package struct VoucherCheck: Sendable, Equatable {
    package enum Verdict: Sendable, Equatable {
        /// Signed by the account that was expected.
        case good(signer: Address)
        /// Signed by this account; nobody said by whom it should be. Any signature ends here, so this
        /// alone proves nothing.
        case recovered(signer: Address)
        case wrongSigner(found: Address, expected: Address)
        case badSignature(SignatureError)
        /// Bound to another chain, contract, name, version or salt; texts, nil where there is none.
        case wrongDomain(TypedDataDomain.Member, found: String?, expected: String?)
        /// The fields are not those of the scheme.
        case malformed(TypedDataError)
    }

    package var verdict: Verdict
    /// The hash that is signed; nil where the fields do not give one.
    package var digest: Hash256?
    /// The word that names the channel, as a topic holds it.
    package var channel: Hash256?
    /// The amount as it stands in the voucher: cumulative or not, as the scheme says.
    package var amount: U256?
    package var state = VoucherState()

    /// Whether the expected account signed it.
    package var isGood: Bool {
        if case .good = self.verdict { true } else { false }
    }

    /// The account that signed, rightly or not.
    package var signer: Address? {
        switch self.verdict {
        case .good(let signer), .recovered(let signer), .wrongSigner(let signer, _): signer
        case .badSignature, .wrongDomain, .malformed: nil
        }
    }
}

extension VoucherCheck.Verdict: CustomStringConvertible {
    package var description: String {
        switch self {
        case .good(let signer): "signed by \(signer)"
        case .recovered(let signer): "signed by \(signer), which nothing was compared with"
        case .wrongSigner(let found, let expected):
            "signed by \(found) and not by \(expected), or for another domain or other values"
        case .badSignature(let error): "\(error)"
        case .wrongDomain(let member, let found, let expected):
            "made for \(Self.word(member)) \(found ?? "none"), expected \(expected ?? "none")"
        case .malformed(let error): "\(error)"
        }
    }

    private static func word(_ member: TypedDataDomain.Member) -> String {
        switch member {
        case .name: "the domain name"
        case .version: "the domain version"
        case .chainId: "chain"
        case .verifyingContract: "contract"
        case .salt: "the domain salt"
        }
    }
}
