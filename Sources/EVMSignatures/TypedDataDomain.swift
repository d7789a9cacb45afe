// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// What a signature is bound to (EIP-712, "Definition of domainSeparator"): absent members are no
/// part of it.
package struct TypedDataDomain: Sendable, Equatable {
    /// A member of the domain, in the order of the standard.
    package enum Member: String, Sendable, CaseIterable {
        case name, version, chainId, verifyingContract, salt

        /// Its type in `EIP712Domain`.
        package var type: TypedDataType {
            switch self {
            case .name, .version: .string
            case .chainId: .uint(256)
            case .verifyingContract: .address
            case .salt: .fixedBytes(32)
            }
        }
    }

    package var name: String?
    package var version: String?
    package var chainID: U256?
    package var contract: Address?
    package var salt: Hash256?

    package init(
        name: String? = nil, version: String? = nil, chainID: U256? = nil,
        contract: Address? = nil, salt: Hash256? = nil
    ) {
        self.name = name
        self.version = version
        self.chainID = chainID
        self.contract = contract
        self.salt = salt
    }

    /// The members that are present, in the order in which they are signed.
    package var members: [Member] { Member.allCases.filter { self.word($0) != nil } }

    /// `EIP712Domain(…)` of the members that are present.
    package var typeText: String {
        let fields = self.members.map { "\($0.type.name) \($0.rawValue)" }
        return "EIP712Domain(\(fields.joined(separator: ",")))"
    }

    /// `hashStruct` of the domain.
    package var separator: Hash256 {
        var keccak = Keccak256()
        keccak.update(Keccak256.hash(text: self.typeText))
        for member in Member.allCases {
            if let word = self.word(member) { keccak.update(word) }
        }
        return keccak.finalize()
    }

    private func word(_ member: Member) -> Hash256? {
        switch member {
        case .name: self.name.map { Keccak256.hash(text: $0) }
        case .version: self.version.map { Keccak256.hash(text: $0) }
        case .chainId: self.chainID.map { Hash256($0) }
        case .verifyingContract: self.contract.map { Hash256($0.word) }
        case .salt: self.salt
        }
    }

    /// The value of a member for a message; nil where it is absent.
    package func shown(_ member: Member) -> String? {
        switch member {
        case .name: self.name.map(TypedDataError.shown)
        case .version: self.version.map(TypedDataError.shown)
        case .chainId: self.chainID.map { "\($0)" }
        case .verifyingContract: self.contract.map { "\($0)" }
        case .salt: self.salt.map { "\($0)" }
        }
    }

    /// The first member that `stated` has and this domain does not have so; chain and contract
    /// before the words.
    func conflict(with stated: TypedDataDomain) -> Member? {
        [.chainId, .verifyingContract, .name, .version, .salt].first { member in
            stated.word(member).map { $0 != self.word(member) } ?? false
        }
    }
}
