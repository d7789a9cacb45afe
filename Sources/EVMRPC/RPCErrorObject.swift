// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import JSONBytes

/// The error that a server put into its answer, in any of the forms that servers use.
struct RPCErrorObject: Equatable, Sendable {
    var code: Int64?
    var message: String
    /// What `data` says in words, or its hex.
    var data: String
    /// The range that `data.from` and `data.to` suggest (Infura, thirdweb).
    var from: UInt64?
    var to: UInt64?

    init(code: Int64?, message: String, data: String = "") {
        self.code = code
        self.message = message
        self.data = data
    }

    /// Reads the value of `error`: an object, or a string; nil for null and what says nothing.
    init?(_ value: JSONValue) {
        switch value {
        case .string(let text):
            self.init(code: nil, message: text)
        case .object(let object):
            let message = object["message"] ?? object["error"] ?? object["msg"]
            let code = object["code"]
            guard message != nil || code != nil else { return nil }
            self.init(
                code: (code?.numberText ?? code?.string).flatMap { Int64($0) },
                message: Self.text(message))
            guard let data = object["data"] else { return }
            self.data = data.string ?? Self.text(data["message"] ?? data["details"])
            self.from = data["from"].flatMap(Self.quantity)
            self.to = data["to"].flatMap(Self.quantity)
        default: return nil
        }
    }

    /// All its words in lower case, for matching; at most some kilobytes.
    var matchText: String {
        // Scalars, as one "character" of a hostile server may be as long as its answer.
        let message = String.UnicodeScalarView(self.message.unicodeScalars.prefix(2048))
        let data = String.UnicodeScalarView(self.data.unicodeScalars.prefix(1024))
        return "\(String(message)) \(String(data))".lowercased()
    }

    private static func text(_ value: JSONValue?) -> String {
        switch value {
        case .string(let text)?: text
        case .number(let text)?: text
        case .object?, .array?: value?["message"]?.string ?? value?["reason"]?.string ?? ""
        default: ""
        }
    }

    private static func quantity(_ value: JSONValue) -> UInt64? {
        guard let text = value.string ?? value.numberText else { return nil }
        return (U256(hexQuantity: text) ?? U256(text))?.uint64
    }
}
