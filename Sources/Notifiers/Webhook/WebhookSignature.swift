// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import CurlTransport

/// A secret of Standard Webhooks: `whsec_` and the base64 of 24 to 64 random bytes. Prints as nothing.
package struct WebhookSecret: Sendable, CustomStringConvertible, CustomReflectable {
    private let bytes: [UInt8]

    /// Nil for what is no such secret; the prefix may be missing.
    init?(_ secret: Secret) {
        var text = secret.reveal()
        if text.hasPrefix("whsec_") { text.removeFirst(6) }
        guard let bytes = Base64.decode(text), (24...64).contains(bytes.count) else { return nil }
        self.bytes = bytes
    }

    /// `v1,` and the base64 of the keyed hash of id, time and body.
    func signature(id: String, unixSeconds: Int64, body: [UInt8]) -> String? {
        let signed = Array("\(id).\(unixSeconds).".utf8) + body
        return KeyedHash.sha256(signed, key: self.bytes).map { "v1,\(Base64.encode($0))" }
    }

    package var description: String { Redaction.secret }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// The headers of Standard Webhooks (github.com/standard-webhooks, version 1.0): a receiver can see who
/// sent a message, when, and whether it has it already.
enum WebhookSignature {
    /// `webhook-id`, `webhook-timestamp`, and `webhook-signature` with one signature for each secret,
    /// so that a receiver may know the old or the new one while they are changed. Without secrets the
    /// signature is missing; nil only where the system's libcrypto fails.
    static func headers(
        id: String, unixSeconds: Int64, body: [UInt8], secrets: [WebhookSecret]
    ) -> [RequestHeader]? {
        guard let id = self.plain(id) else { return nil }
        let signatures = secrets.compactMap {
            $0.signature(id: id, unixSeconds: unixSeconds, body: body)
        }
        guard signatures.count == secrets.count else { return nil }
        var headers = [
            RequestHeader("webhook-id", id), RequestHeader("webhook-timestamp", "\(unixSeconds)"),
        ]
        if !signatures.isEmpty {
            headers.append(
                RequestHeader("webhook-signature", signatures.joined(separator: " ")))
        }
        return headers
    }

    /// An id that can stand in a header and before a full stop; another one is named by its hash.
    static func plain(_ id: String) -> String? {
        let isPlain =
            !id.isEmpty && id.utf8.count <= 256
            && id.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ".") }
        return isPlain ? id : KeyedHash.name(of: id)
    }
}
