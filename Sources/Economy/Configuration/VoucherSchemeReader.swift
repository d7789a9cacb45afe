// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
import EVMPrimitives
package import EVMSignatures

/// Reads how the vouchers of a contract are signed.
///
/// ```
/// form: eip712
/// type: "Voucher(bytes32 channelId,uint256 cumulativeAmount,uint256 nonce)"
/// domain: { name: PaymentChannel, version: "1", chain_id: 8453, contract: "0x…" }
/// fields: { channel: channelId, amount: cumulativeAmount, nonce: nonce }
/// ```
package enum VoucherSchemeReader {
    /// Whether an amount is the sum of all payments so far, or that of one.
    private enum AmountKind: String, CaseIterable {
        case cumulative, relative
    }

    /// The scheme of a section; nil where faults have been reported.
    package static func read(_ section: ConfigSection) -> VoucherScheme? {
        let form = section.enumeration("form", default: VoucherScheme.Form.eip712)
        let encoding = section.enumeration("encoding", default: PreimageEncoding.packed)
        let type = section.required("type", .voucherType)
        let kind = section.enumeration("amount_is", default: AmountKind.cumulative)
        let domain = self.domain(section.section("domain"))
        let roles = self.roles(section.section("fields"), kind)
        var constants: [String: TypedValue] = [:]
        for entry in section.entries("constants") {
            guard let value = entry.value.scalar(expected: "a value") else { continue }
            constants[entry.name] = .text(value.text)
        }
        guard let type, let domain, let roles else { return nil }
        do throws(VoucherSchemeError) {
            let scheme = try VoucherScheme(
                form: form, types: type.types, primaryType: type.primary, encoding: encoding,
                domain: domain, roles: roles, constants: constants)
            guard scheme.isOrdered else {
                section.fail(
                    at: "fields", "the vouchers of a channel have no order",
                    advice: "name a nonce, or an amount that is cumulative")
                return nil
            }
            return scheme
        } catch {
            section.fail("\(error)")
            return nil
        }
    }

    private static func domain(_ section: ConfigSection?) -> TypedDataDomain? {
        guard let section else { return nil }
        return TypedDataDomain(
            name: section.optionalString("name"), version: section.optionalString("version"),
            chainID: section.optionalUInt64("chain_id", in: 1 ... .max).map { U256($0) },
            contract: section.optional("contract", .address), salt: section.optional("salt", .word))
    }

    private static func roles(
        _ section: ConfigSection?, _ kind: AmountKind
    ) -> VoucherScheme.Roles? {
        guard let section else { return nil }
        let roles = VoucherScheme.Roles(
            channel: section.string("channel"), amount: section.optionalString("amount"),
            nonce: section.optionalString("nonce"), chain: section.optionalString("chain"),
            contract: section.optionalString("contract"), isCumulative: kind == .cumulative)
        return roles.channel == nil ? nil : roles
    }

    /// The schema of the keys that ``read(_:)`` reads.
    static var schema: [SchemaNode.Property] {
        let text = SchemaNode.string
        let fields: [SchemaNode.Property] = [
            .init("channel", text, "The field that names the channel.", isRequired: true),
            .init("amount", text, "The field with the amount."),
            .init("nonce", text, "The field that grows from voucher to voucher."),
            .init("chain", text, "The field with the number of the chain."),
            .init("contract", text, "The field with the contract's address."),
        ]
        let domain: [SchemaNode.Property] = [
            .init("name", text), .init("version", text), .init("chain_id", .anything),
            .init("contract", text), .init("salt", text),
        ]
        return [
            .init(
                "form", .words(VoucherScheme.Form.allCases.map(\.rawValue)),
                "What the wallet is given to sign."),
            .init(
                "encoding", .words(PreimageEncoding.allCases.map(\.rawValue)),
                "How the fields are put together where it is not typed data."),
            .init("type", text, "The type as its contract hashes it.", isRequired: true),
            .init(
                "amount_is", .words(AmountKind.allCases.map(\.rawValue)),
                "Whether an amount is the sum of all payments so far, or that of one."),
            .init("domain", .object(domain), "What a signature is bound to.", isRequired: true),
            .init("fields", .object(fields), "Which field is what.", isRequired: true),
            .init("constants", .map(of: text), "Fields that are the same in every voucher."),
        ]
    }
}

extension ConfigType where Value == (types: TypedDataTypes, primary: String) {
    /// A type as its contract hashes it.
    fileprivate static var voucherType: ConfigType {
        .scalar("a type such as Voucher(bytes32 channelId,uint256 amount,uint256 nonce)") {
            scalar throws(ConfigFault) in
            do throws(TypedDataError) {
                return try TypedDataTypes.parse(scalar.text)
            } catch {
                throw ConfigFault("\(error)")
            }
        }
    }
}

extension ConfigType where Value == Hash256 {
    fileprivate static var word: ConfigType {
        .parsed("32 bytes (0x and 64 hex digits)", advice: "write it in quotes") { text in
            text.hasPrefix("0x") ? Hash256(text) : nil
        }
    }
}
