// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// The structs that typed data is made of, each with the text of its type and its hash.
package struct TypedDataTypes: Sendable, Equatable {
    /// A field of a struct, in the order in which it is signed.
    package struct Field: Sendable, Equatable {
        package let name: String
        package let type: TypedDataType

        package init(_ name: String, _ type: TypedDataType) {
            self.name = name
            self.type = type
        }
    }

    /// Bytes of a name of a struct, a field or a type.
    package static let nameLimit = 128
    static let structLimit = 64
    static let fieldLimit = 512

    private let structs: [String: [Field]]
    private var hashes: [String: Hash256] = [:]

    /// - Throws: ``TypedDataError`` for names that are none or repeat, and types that nobody
    ///   declares. Structs may refer to themselves; their values end all the same.
    package init(_ structs: [(name: String, fields: [Field])]) throws(TypedDataError) {
        guard structs.count <= Self.structLimit else {
            throw .tooLarge(what: "structs", limit: Self.structLimit)
        }
        guard structs.reduce(0, { $0 + $1.fields.count }) <= Self.fieldLimit else {
            throw .tooLarge(what: "fields", limit: Self.fieldLimit)
        }
        var known: [String: [Field]] = [:]
        for (name, fields) in structs {
            // A struct of the name of an atomic type would never be meant.
            guard Self.isName(name[...]), case .structure? = try? TypedDataType(name) else {
                throw .badName(name)
            }
            guard known.updateValue(fields, forKey: name) == nil else {
                throw .duplicateName(name)
            }
            var names: Set<String> = []
            for field in fields {
                guard Self.isName(field.name[...]) else { throw .badName(field.name) }
                guard names.insert(field.name).inserted else { throw .duplicateName(field.name) }
            }
        }
        for field in known.values.joined() {
            if let name = field.type.structName, known[name] == nil { throw .unknownType(name) }
        }
        self.structs = known
        for name in known.keys { self.hashes[name] = Keccak256.hash(text: self.text(of: name)) }
    }

    /// Reads the text that a contract hashes (EIP-712's `encodeType`):
    /// `Mail(Person from,string contents)Person(string name)`.
    ///
    /// - Returns: the structs, and the name of the first, which is the primary one.
    package static func parse(
        _ text: String
    ) throws(TypedDataError) -> (types: TypedDataTypes, primary: String) {
        guard text.utf8.count <= 2 * Self.nameLimit * Self.fieldLimit else {
            throw .tooLarge(what: "bytes of a type", limit: 2 * Self.nameLimit * Self.fieldLimit)
        }
        var structs: [(name: String, fields: [Field])] = []
        var rest = text[...]
        while !rest.isEmpty {
            guard structs.count < Self.structLimit else {
                throw .tooLarge(what: "structs", limit: Self.structLimit)
            }
            guard let open = rest.firstIndex(of: "("), let close = rest.firstIndex(of: ")"),
                open < close
            else { throw .badDeclaration(String(rest)) }
            var fields: [Field] = []
            let inside = rest[rest.index(after: open)..<close]
            if !inside.isEmpty {
                for part in inside.split(separator: ",", omittingEmptySubsequences: false) {
                    fields.append(try Field(declaration: part))
                }
            }
            structs.append((String(rest[..<open]), fields))
            rest = rest[rest.index(after: close)...]
        }
        guard let primary = structs.first?.name else { throw .badDeclaration(text) }
        return (try TypedDataTypes(structs), primary)
    }

    /// The fields of a struct; nil where there is no such struct.
    package subscript(name: String) -> [Field]? { self.structs[name] }

    /// EIP-712's `typeHash`; nil where there is no such struct.
    package func hash(of name: String) -> Hash256? { self.hashes[name] }

    /// EIP-712's `encodeType`: the struct, then those that it refers to, by their names.
    package func text(of name: String) -> String {
        var found: Set<String> = [name]
        var open = [name]
        while let next = open.popLast() {
            for field in self.structs[next] ?? [] {
                if let other = field.type.structName, found.insert(other).inserted {
                    open.append(other)
                }
            }
        }
        found.remove(name)
        let others = found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return ([name] + others).map { name in
            let fields = (self.structs[name] ?? []).map { "\($0.type.name) \($0.name)" }
            return "\(name)(\(fields.joined(separator: ",")))"
        }.joined()
    }

    /// Whether a text may stand in a signature without changing its meaning. Wider than Solidity's
    /// identifiers, since wallets sign names such as `Exchange:Order`.
    static func isName(_ name: Substring) -> Bool {
        !name.isEmpty && name.utf8.count <= Self.nameLimit
            && name.utf8.allSatisfy { byte in
                byte > 0x20 && byte < 0x7f
                    && ![0x28, 0x29, 0x2c, 0x5b, 0x5d].contains(byte)
            }
    }
}

extension TypedDataTypes.Field {
    /// Reads `type name`.
    package init(declaration: Substring) throws(TypedDataError) {
        let words = declaration.split(separator: " ", omittingEmptySubsequences: true)
        guard words.count == 2 else { throw .badDeclaration(String(declaration)) }
        self.init(String(words[1]), try TypedDataType(String(words[0])))
    }
}
