// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// A message of typed structured data (EIP-712): its hashes and the digest that is signed.
package struct TypedData: Sendable, Equatable {
    package var types: TypedDataTypes
    package var domain: TypedDataDomain
    package var primaryType: String
    package var message: TypedValue

    package init(
        types: TypedDataTypes, domain: TypedDataDomain, primaryType: String, message: TypedValue
    ) {
        self.types = types
        self.domain = domain
        self.primaryType = primaryType
        self.message = message
    }

    /// `hashStruct(message)`.
    ///
    /// - Throws: ``TypedDataError`` where the message is not of its type.
    package func structHash() throws(TypedDataError) -> Hash256 {
        var hasher = TypedDataHasher(types: self.types)
        do throws(TypedDataError) {
            return try hasher.hash(self.message, ofStruct: self.primaryType, depth: 0)
        } catch {
            throw error.at("message")
        }
    }

    /// The hash that is signed: of `0x1901`, the domain separator and the struct.
    package func digest() throws(TypedDataError) -> Hash256 {
        SignedDigest.typedData(separator: self.domain.separator, struct: try self.structHash())
    }
}

/// Hashes one message, and counts what it costs.
struct TypedDataHasher {
    /// Structs and arrays inside each other.
    static let depthLimit = 64
    /// Values in all.
    static let valueLimit = 200_000

    let types: TypedDataTypes
    private var valuesLeft = Self.valueLimit

    init(types: TypedDataTypes) {
        self.types = types
    }

    /// `hashStruct`: the hash of the type's hash and of each field's word.
    mutating func hash(
        _ value: TypedValue, ofStruct name: String, depth: Int
    ) throws(TypedDataError) -> Hash256 {
        guard let fields = self.types[name], let typeHash = self.types.hash(of: name) else {
            throw .unknownType(name)
        }
        guard case .members(let members) = value else {
            throw .mismatch(type: name, found: value.kind, path: "")
        }
        var keccak = Keccak256()
        keccak.update(typeHash)
        for field in fields {
            guard let member = members[field.name] else { throw .missing(path: field.name) }
            do throws(TypedDataError) {
                keccak.update(try self.word(of: member, field.type, depth: depth))
            } catch {
                throw error.at(field.name)
            }
        }
        if members.count > fields.count {
            let known = Set(fields.map(\.name))
            let extra = members.keys.filter { !known.contains($0) }.min() ?? ""
            throw .unexpected(path: extra)
        }
        return keccak.finalize()
    }

    /// The word of one value: `encodeData`.
    private mutating func word(
        of value: TypedValue, _ type: TypedDataType, depth: Int
    ) throws(TypedDataError) -> Hash256 {
        guard self.valuesLeft > 0 else {
            throw .tooLarge(what: "values", limit: Self.valueLimit)
        }
        self.valuesLeft -= 1
        switch type {
        case .bytes, .string: return Keccak256.hash(try value.byteString(as: type))
        case .structure(let name):
            guard depth < Self.depthLimit else {
                throw .tooLarge(what: "values inside each other", limit: Self.depthLimit)
            }
            return try self.hash(value, ofStruct: name, depth: depth + 1)
        case .array(let item, let count):
            guard depth < Self.depthLimit else {
                throw .tooLarge(what: "values inside each other", limit: Self.depthLimit)
            }
            return try self.hash(value, arrayOf: item, type, count, depth: depth + 1)
        default: return try value.word(as: type)
        }
    }

    private mutating func hash(
        _ value: TypedValue, arrayOf item: TypedDataType, _ type: TypedDataType, _ count: Int?,
        depth: Int
    ) throws(TypedDataError) -> Hash256 {
        guard case .list(let items) = value else {
            throw .mismatch(type: type.name, found: value.kind, path: "")
        }
        if let count, items.count != count {
            throw .length(found: items.count, expected: count, path: "")
        }
        var keccak = Keccak256()
        for (index, value) in items.enumerated() {
            do throws(TypedDataError) {
                keccak.update(try self.word(of: value, item, depth: depth))
            } catch {
                throw error.at("[\(index)]")
            }
        }
        return keccak.finalize()
    }
}
