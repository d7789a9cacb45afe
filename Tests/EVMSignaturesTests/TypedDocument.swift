// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import EVMSignatures
import Foundation
import Testing

/// Typed data of the public vectors, as Foundation reads JSON.
enum TypedDocument {
    static func typedData(_ line: [String: Any]) throws -> TypedData {
        let types = try #require(line["types"] as? [String: [[String: String]]])
        let structs = try types.map { name, fields in
            try (
                name: name,
                fields: fields.map {
                    TypedDataTypes.Field(
                        try #require($0["name"]), try TypedDataType(try #require($0["type"])))
                }
            )
        }
        return TypedData(
            types: try TypedDataTypes(structs),
            domain: try self.domain(try #require(line["domain"] as? [String: Any])),
            primaryType: try #require(line["primaryType"] as? String),
            message: try self.value(try #require(line["message"])))
    }

    static func domain(_ members: [String: Any]) throws -> TypedDataDomain {
        TypedDataDomain(
            name: members["name"] as? String, version: members["version"] as? String,
            chainID: (members["chainId"] as? NSNumber).map { U256($0.uint64Value) },
            contract: try (members["verifyingContract"] as? String).map {
                try #require(Address($0))
            },
            salt: try (members["salt"] as? String).map { try #require(Hash256($0)) })
    }

    static func value(_ any: Any) throws -> TypedValue {
        switch any {
        case let text as String: return .text(text)
        case let number as NSNumber:
            // What JSON calls a boolean is a number to Foundation.
            let isBool = unsafe String(cString: number.objCType) == "c"
            return isBool ? .bool(number.boolValue) : .signed(I256(number.int64Value))
        case let list as [Any]: return .list(try list.map(self.value))
        case let members as [String: Any]: return .members(try members.mapValues(self.value))
        default: throw Unreadable()
        }
    }

    struct Unreadable: Error {}
}
