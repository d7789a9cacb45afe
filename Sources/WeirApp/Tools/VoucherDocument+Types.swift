// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMSignatures
import JSONBytes

extension VoucherDocument {
    /// The scheme that typed data brings with it. What its fields mean is told by their names, for
    /// show only: nothing is decided by it.
    static func scheme(
        of json: JSONValue, _ domain: TypedDataDomain
    ) throws(VoucherDocumentError) -> VoucherScheme {
        let primary = try self.text(self.member("primaryType", of: json), "primaryType")
        guard let declared = try self.member("types", of: json).object else {
            throw .kind(path: "types", expected: "an object")
        }
        var structs: [(name: String, fields: [TypedDataTypes.Field])] = []
        for member in declared.members {
            let fields = try self.fields(member.value, "types.\(member.key)")
            guard member.key == "EIP712Domain" else {
                structs.append((member.key, fields))
                continue
            }
            let present = domain.members.map { TypedDataTypes.Field($0.rawValue, $0.type) }
            guard fields == present else { throw .domainType(expected: domain.typeText) }
        }
        do throws(TypedDataError) {
            let types = try TypedDataTypes(structs)
            return try self.scheme(types, primary, domain)
        } catch {
            throw .typed(error)
        }
    }

    private static func fields(
        _ json: JSONValue, _ path: String
    ) throws(VoucherDocumentError) -> [TypedDataTypes.Field] {
        guard let list = json.array else {
            throw .kind(path: path, expected: "a list of fields")
        }
        var fields: [TypedDataTypes.Field] = []
        for (index, element) in list.enumerated() {
            guard let name = element["name"]?.string, let type = element["type"]?.string else {
                throw .kind(path: "\(path)[\(index)]", expected: "a field with name and type")
            }
            do throws(TypedDataError) {
                fields.append(TypedDataTypes.Field(name, try TypedDataType(type)))
            } catch {
                throw .typed(error)
            }
        }
        return fields
    }

    private static let channelNames = ["channelid", "channelidentifier", "channel", "id"]
    private static let amountNames = [
        "cumulativeamount", "cumulative", "amount", "transferredamount", "value",
    ]
    private static let nonceNames = ["nonce", "sequence", "sequencenumber", "turnnum"]

    private static func scheme(
        _ types: TypedDataTypes, _ primary: String, _ domain: TypedDataDomain
    ) throws(TypedDataError) -> VoucherScheme {
        let fields = types[primary] ?? []
        func first(_ names: [String], _ fits: (TypedDataType) -> Bool) -> String? {
            for name in names {
                let field = fields.first {
                    $0.name.lowercased().filter { $0 != "_" } == name && fits($0.type)
                }
                if let field { return field.name }
            }
            return nil
        }
        func isUnsigned(_ type: TypedDataType) -> Bool {
            if case .uint = type { true } else { false }
        }
        let roles = VoucherScheme.Roles(
            channel: first(Self.channelNames, \.isWord),
            amount: first(Self.amountNames, isUnsigned),
            nonce: first(Self.nonceNames, isUnsigned))
        do throws(VoucherSchemeError) {
            return try VoucherScheme(
                form: .eip712, types: types, primaryType: primary, domain: domain, roles: roles)
        } catch {
            // Roles that fit leave only this.
            throw .unknownType(primary)
        }
    }
}
