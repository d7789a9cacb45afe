// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
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
    /// How long `data` asks to wait: `backoff_seconds` (Infura), `try_again_in` (Chainstack).
    var backoff: Duration?
    /// The return data of a call that was reverted, where `data` holds it.
    var returned: [UInt8]?

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
            self.returned = RevertDialect.returned(data)
            self.from = data["from"].flatMap(Self.quantity)
            self.to = data["to"].flatMap(Self.quantity)
            self.backoff = Self.backoff(data)
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

    private static func backoff(_ data: JSONValue) -> Duration? {
        for place in [data["rate"], data] {
            for key in ["backoff_seconds", "retry_after", "retry_after_seconds"] {
                guard let value = place?[key], let text = value.numberText ?? value.string
                else { continue }
                if let wait = RetryAfter.parse(text, now: 0) { return wait }
            }
        }
        // "4.12ms", "1.5s": a time of less than a second is rounded up to one.
        guard let text = data["try_again_in"]?.string, let first = text.utf8.first,
            (0x30...0x39).contains(first)
        else { return nil }
        let digits = text.utf8.prefix { (0x30...0x39).contains($0) }
        guard let number = Int64(String(Substring(digits))), number <= 86_400_000 else {
            return nil
        }
        return text.hasSuffix("ms") ? .seconds(number / 1000 + 1) : .seconds(number + 1)
    }

    private static func quantity(_ value: JSONValue) -> UInt64? {
        guard let text = value.string ?? value.numberText else { return nil }
        return (U256(hexQuantity: text) ?? U256(text))?.uint64
    }
}
