// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

/// How the vouchers of one contract are signed and what their fields mean.
package struct VoucherScheme: Sendable, Equatable {
    /// What the wallet is given to sign.
    package enum Form: String, Sendable, CaseIterable {
        /// Typed structured data.
        case eip712
        /// `personal_sign` of the preimage itself (EIP-191, version `0x45`).
        case personal
        /// `personal_sign` of the preimage's Keccak-256, as most contracts check it.
        case personalHash = "personal_hash"
        /// The preimage as data for the contract (EIP-191, version `0x00`).
        case validator
        /// The preimage's Keccak-256 and nothing else.
        case hash
    }

    /// Which field is what. Each names a field of the type.
    package struct Roles: Sendable, Equatable {
        /// Any type of one word.
        package var channel: String?
        /// An unsigned integer, in units of the token.
        package var amount: String?
        /// An unsigned integer that grows.
        package var nonce: String?
        /// An unsigned integer that is always the domain's chain.
        package var chain: String?
        /// An address that is always the domain's contract.
        package var contract: String?
        /// Whether the amount is the sum of all payments so far; else it is that of one.
        package var isCumulative: Bool

        package init(
            channel: String? = nil, amount: String? = nil, nonce: String? = nil,
            chain: String? = nil, contract: String? = nil, isCumulative: Bool = true
        ) {
            self.channel = channel
            self.amount = amount
            self.nonce = nonce
            self.chain = chain
            self.contract = contract
            self.isCumulative = isCumulative
        }
    }

    package let form: Form
    package let types: TypedDataTypes
    /// The struct that is signed. Its fields are the preimage, in order, where it is not typed data.
    package let primaryType: String
    package let encoding: PreimageEncoding
    /// What a signature is bound to. Where it is not typed data, only chain and contract matter.
    package let domain: TypedDataDomain
    package let roles: Roles
    /// Fields that have the same value in every voucher: given ones, chain and contract.
    let constants: [String: TypedValue]

    /// - Parameter constants: values of fields that never change.
    /// - Throws: ``VoucherSchemeError``.
    package init(
        form: Form, types: TypedDataTypes, primaryType: String,
        encoding: PreimageEncoding = .packed, domain: TypedDataDomain, roles: Roles,
        constants: [String: TypedValue] = [:]
    ) throws(VoucherSchemeError) {
        guard let fields = types[primaryType] else { throw .noType(primaryType) }
        self.form = form
        self.types = types
        self.primaryType = primaryType
        self.encoding = encoding
        self.domain = domain
        self.roles = roles

        try Self.check(roles.channel, "channel", fields) { $0.isWord }
        try Self.check(roles.amount, "amount", fields) { $0.isUnsigned }
        try Self.check(roles.nonce, "nonce", fields) { $0.isUnsigned }
        try Self.check(roles.chain, "chain", fields) { $0.isUnsigned }
        try Self.check(roles.contract, "contract", fields) { $0 == .address }
        var all = constants
        if let name = roles.chain {
            guard let chain = domain.chainID else { throw .unbound("chain") }
            all[name] = .word(chain)
        }
        if let name = roles.contract {
            guard let contract = domain.contract else { throw .unbound("contract") }
            all[name] = .address(contract)
        }
        if form == .validator, domain.contract == nil { throw .unbound("contract") }
        for (name, value) in all.sorted(by: { $0.key < $1.key }) {
            guard let field = fields.first(where: { $0.name == name }) else {
                throw .noField(role: "constant", name: name)
            }
            guard field.type.isWord else {
                throw .wrongType(role: "constant", name: name, type: field.type.name)
            }
            do throws(TypedDataError) {
                _ = try value.word(as: field.type)
            } catch {
                throw .constant(error.at(name))
            }
        }
        if form != .eip712, let field = fields.first(where: { !encoding.holds($0.type) }) {
            throw .notEncodable(name: field.name, type: field.type.name)
        }
        self.constants = all
    }

    private static func check(
        _ name: String?, _ role: String, _ fields: [TypedDataTypes.Field],
        _ fits: (TypedDataType) -> Bool
    ) throws(VoucherSchemeError) {
        guard let name else { return }
        guard let field = fields.first(where: { $0.name == name }) else {
            throw .noField(role: role, name: name)
        }
        guard fits(field.type) else {
            throw .wrongType(role: role, name: name, type: field.type.name)
        }
    }

    /// Whether two vouchers of one channel can be told apart by age.
    package var isOrdered: Bool {
        self.roles.nonce != nil || (self.roles.amount != nil && self.roles.isCumulative)
    }
}

extension TypedDataType {
    fileprivate var isUnsigned: Bool {
        if case .uint = self { true } else { false }
    }
}

/// Why a scheme of vouchers cannot be used.
package enum VoucherSchemeError: Error, Equatable, Sendable {
    case noType(String)
    /// A role or a constant of a field that the type does not have.
    case noField(role: String, name: String)
    /// A field whose type its role cannot have.
    case wrongType(role: String, name: String, type: String)
    /// A part of the domain that a field, or the form, needs and that is not given.
    case unbound(String)
    case constant(TypedDataError)
    /// A field that the preimage cannot hold.
    case notEncodable(name: String, type: String)
}

extension VoucherSchemeError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noType(let name):
            "the struct '\(TypedDataError.shown(name))' is not declared; declare it"
        case .noField(let role, let name):
            "the \(role) names the field '\(TypedDataError.shown(name))', which the type does not "
                + "have; name one of its fields"
        case .wrongType(let role, let name, let type):
            "the field '\(TypedDataError.shown(name))' of type \(TypedDataError.shown(type)) "
                + "cannot be the \(role); name another field"
        case .unbound(let part):
            "the vouchers hold the \(part), and the domain does not say which; add it to the domain"
        case .constant(let error): "a constant does not fit: \(error)"
        case .notEncodable(let name, let type):
            "the field '\(TypedDataError.shown(name))' of type \(TypedDataError.shown(type)) has "
                + "no place in such a preimage; use atomic types"
        }
    }
}
