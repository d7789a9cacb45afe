// Weir
// SPDX-License-Identifier: Apache-2.0

/// Why typed data cannot be hashed. A path names the place, such as `message.to[2].wallet`.
package enum TypedDataError: Error, Equatable, Sendable {
    /// No type of EIP-712, and no struct that is declared.
    case unknownType(String)
    /// A name that a signature of a type cannot hold, or that is too long.
    case badName(String)
    /// The same name twice: a struct, or a field of one.
    case duplicateName(String)
    /// A declaration that is not `Name(type field,…)`; what was being read.
    case badDeclaration(String)
    /// More structs, fields, values or depth than are read.
    case tooLarge(what: String, limit: Int)
    /// A field that the value does not have.
    case missing(path: String)
    /// A member that the type does not have: it would not be signed.
    case unexpected(path: String)
    /// A value of another kind than its type.
    case mismatch(type: String, found: String, path: String)
    /// A number that its type does not hold.
    case outOfRange(type: String, path: String)
    /// Bytes or items that are not as many as the type says.
    case length(found: Int, expected: Int, path: String)
    /// A field that always has one value, with another.
    case notTheConstant(path: String)
    /// A type that a packed or padded encoding cannot hold.
    case notEncodable(type: String)
}

extension TypedDataError {
    /// The same fault one level further out: `step` is `name` or `[2]`.
    func at(_ step: String) -> TypedDataError {
        func joined(_ path: String) -> String {
            path.isEmpty || path.hasPrefix("[") ? step + path : "\(step).\(path)"
        }
        return switch self {
        case .missing(let path): .missing(path: joined(path))
        case .unexpected(let path): .unexpected(path: joined(path))
        case .mismatch(let type, let found, let path):
            .mismatch(type: type, found: found, path: joined(path))
        case .outOfRange(let type, let path): .outOfRange(type: type, path: joined(path))
        case .length(let found, let expected, let path):
            .length(found: found, expected: expected, path: joined(path))
        case .notTheConstant(let path): .notTheConstant(path: joined(path))
        case .unknownType, .badName, .duplicateName, .badDeclaration, .tooLarge, .notEncodable:
            self
        }
    }

    /// A name from outside, as a message may show it.
    static func shown(_ text: String) -> String {
        let cut = text.unicodeScalars.prefix(64).map { scalar in
            scalar.value < 0x20 || scalar.value == 0x7f ? "?" : String(scalar)
        }
        return cut.joined() + (text.unicodeScalars.count > 64 ? "…" : "")
    }
}

extension TypedDataError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownType(let name):
            "'\(Self.shown(name))' is no type; write an atomic type with its width, such as "
                + "uint256, or declare the struct"
        case .badName(let name):
            "'\(Self.shown(name))' is no name of a struct or a field; use up to "
                + "\(TypedDataTypes.nameLimit) characters without blanks, brackets and commas"
        case .duplicateName(let name):
            "'\(Self.shown(name))' is declared twice; keep one"
        case .badDeclaration(let text):
            "the type cannot be read at '\(Self.shown(text))'; write it as its contract hashes it, "
                + "such as Voucher(bytes32 channelId,uint256 amount,uint256 nonce)"
        case .tooLarge(let what, let limit):
            "there are more than \(limit) \(what); typed data of that size is not read"
        case .missing(let path): "\(Self.shown(path)) is missing"
        case .unexpected(let path):
            "\(Self.shown(path)) is no field of its type, so nobody signed it; remove it"
        case .mismatch(let type, let found, let path):
            "\(Self.shown(path)) is \(found), where \(Self.shown(type)) is expected"
        case .outOfRange(let type, let path):
            "\(Self.shown(path)) does not fit into \(Self.shown(type))"
        case .length(let found, let expected, let path):
            "\(Self.shown(path)) has the length \(found); its type has \(expected)"
        case .notTheConstant(let path):
            "\(Self.shown(path)) is not the value that the scheme gives it"
        case .notEncodable(let type):
            "\(Self.shown(type)) has no place in this preimage; use atomic types"
        }
    }
}
