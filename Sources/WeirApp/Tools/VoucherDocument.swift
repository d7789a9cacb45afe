// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import EVMSignatures
import JSONBytes

/// A voucher as JSON: `message` and `signature`; beside them, if it is typed data as wallets are
/// given it (EIP-712, `eth_signTypedData`), `types`, `primaryType` and `domain`; and maybe `signer`.
///
/// Other members are ignored: a service may keep its own things there.
struct VoucherDocument: Sendable, Equatable {
    let scheme: VoucherScheme
    let voucher: Voucher
    /// Who signed it, as the document says.
    let signer: Address?

    private static let limits = JSONLimits(depth: 64, values: 300_000)

    /// Reads a voucher.
    ///
    /// - Parameter scheme: how it is signed; nil where the document has to say so itself.
    init(
        parsing bytes: [UInt8], scheme: VoucherScheme? = nil
    ) throws(VoucherDocumentError) {
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: bytes, limits: Self.limits)
        } catch {
            throw .json(error)
        }
        guard json.object != nil else { throw .kind(path: "the voucher", expected: "an object") }
        let message = try Self.value(Self.member("message", of: json), "message")
        guard case .members(let fields) = message else {
            throw .kind(path: "message", expected: "an object")
        }
        let signature = try Self.member("signature", of: json)
        guard let text = signature.string, text.hasPrefix("0x"), let bytes = Hex.decode(text) else {
            throw .kind(path: "signature", expected: "0x and hex digits")
        }
        self.signer = try json["signer"].map { (value) throws(VoucherDocumentError) in
            try Self.address(value, "signer")
        }
        let domain = try json["domain"].map(Self.domain)
        if let scheme {
            if let type = json["primaryType"], type.string != scheme.primaryType {
                throw .otherType(expected: scheme.primaryType)
            }
            self.scheme = scheme
        } else {
            guard let domain else { throw .missing("domain") }
            self.scheme = try Self.scheme(of: json, domain)
        }
        self.voucher = Voucher(
            fields: fields, signature: bytes, domain: domain ?? TypedDataDomain())
    }

    static func member(
        _ key: String, of json: JSONValue
    ) throws(VoucherDocumentError) -> JSONValue {
        guard let value = json[key] else { throw .missing(key) }
        return value
    }

    // MARK: Values

    /// A tree of values whose types are not asked yet.
    static func value(_ json: JSONValue, _ path: String) throws(VoucherDocumentError) -> TypedValue
    {
        switch json {
        case .null: throw .kind(path: path, expected: "a value")
        case .bool(let value): return .bool(value)
        case .string(let text): return .text(text)
        case .number(let text):
            if let value = U256(text) { return .word(value) }
            guard let value = I256(text) else {
                throw .kind(path: path, expected: "a whole number of at most 256 bits")
            }
            return .signed(value)
        case .array(let elements):
            var items: [TypedValue] = []
            for (index, element) in elements.enumerated() {
                items.append(try self.value(element, "\(path)[\(index)]"))
            }
            return .list(items)
        case .object(let object):
            var members: [String: TypedValue] = [:]
            for member in object.members {
                let place = "\(path).\(member.key)"
                // Readers differ in which of two they take.
                guard members[member.key] == nil else { throw .twice(path: place) }
                members[member.key] = try self.value(member.value, place)
            }
            return .members(members)
        }
    }

    private static func address(
        _ json: JSONValue, _ path: String
    ) throws(VoucherDocumentError) -> Address {
        guard let text = json.string, let address = Address(text) else {
            throw .kind(path: path, expected: "an address, its checksum right if there is one")
        }
        return address
    }

    private static func domain(_ json: JSONValue) throws(VoucherDocumentError) -> TypedDataDomain {
        guard case .members(let members) = try self.value(json, "domain") else {
            throw .kind(path: "domain", expected: "an object")
        }
        var domain = TypedDataDomain()
        for key in members.keys.sorted() {
            let path = "domain.\(key)"
            guard let member = TypedDataDomain.Member(rawValue: key), let value = json[key] else {
                throw .typed(.unexpected(path: path))
            }
            switch member {
            case .name: domain.name = try self.text(value, path)
            case .version: domain.version = try self.text(value, path)
            case .chainId:
                let text = value.numberText ?? value.string ?? ""
                guard let chain = U256(text) ?? U256(hexQuantity: text) else {
                    throw .kind(path: path, expected: "the number of a chain")
                }
                domain.chainID = chain
            case .verifyingContract: domain.contract = try self.address(value, path)
            case .salt:
                let text = try self.text(value, path)
                guard text.hasPrefix("0x"), let salt = Hash256(text) else {
                    throw .kind(path: path, expected: "0x and 64 hex digits")
                }
                domain.salt = salt
            }
        }
        return domain
    }

    static func text(_ json: JSONValue, _ path: String) throws(VoucherDocumentError) -> String {
        guard let text = json.string else { throw .kind(path: path, expected: "a text") }
        return text
    }
}

/// Why a document is no voucher.
enum VoucherDocumentError: Error, Equatable, Sendable {
    case json(JSONError)
    case missing(String)
    case kind(path: String, expected: String)
    /// A member that is there twice.
    case twice(path: String)
    case typed(TypedDataError)
    case scheme(VoucherSchemeError)
    /// A struct of another name than the scheme's.
    case otherType(expected: String)
    /// `types.EIP712Domain` and `domain` do not speak of the same members.
    case domainType(expected: String)
}

extension VoucherDocumentError: CustomStringConvertible {
    var description: String {
        switch self {
        case .json(let error): "\(error)"
        case .missing("types"), .missing("primaryType"), .missing("domain"):
            "the voucher does not say how it is signed; give its EIP-712 types, primaryType and "
                + "domain, or --scheme"
        case .missing(let key): "\(key) is missing"
        case .kind(let path, let expected): "\(Self.shown(path)) is not \(expected)"
        case .twice(let path): "\(Self.shown(path)) is there twice; keep one"
        case .typed(let error): "\(error)"
        case .scheme(let error): "\(error)"
        case .otherType(let expected):
            "primaryType is not \(Self.shown(expected)), of which the scheme is"
        case .domainType(let expected):
            "types.EIP712Domain does not declare the members of domain, which are "
                + "\(Self.shown(expected))"
        }
    }

    private static func shown(_ text: String) -> String {
        let cut = text.unicodeScalars.prefix(120).map { $0.value < 0x20 ? "?" : String($0) }
        return cut.joined() + (text.unicodeScalars.count > 120 ? "…" : "")
    }
}
