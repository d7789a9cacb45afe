// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import CurlTransport

/// The addresses of a webhook: where messages are posted, and where one is edited.
struct DiscordWebhook: Sendable {
    /// Asks for the message in the answer, without which it cannot be edited later.
    let postURL: EndpointURL
    /// `…/webhooks/ID/TOKEN`.
    private let root: Secret
    /// What stood behind the question mark, such as `thread_id=7`.
    private let query: [Secret]

    /// Nil for what is no address of a webhook.
    init?(_ address: Secret) {
        let text = address.reveal().prefix { $0 != "#" }
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first, path.contains("/webhooks/") else { return nil }
        let query = (parts.count > 1 ? parts[1] : "").split(separator: "&")
            .filter { !$0.hasPrefix("wait=") }.map(String.init)
        let root = String(path).trimmedSlash
        let asked = (query + ["wait=true"]).joined(separator: "&")
        guard let url = try? EndpointURL("\(root)?\(asked)") else { return nil }
        self.postURL = url
        self.root = Secret(root)
        self.query = query.map { Secret($0) }
    }

    /// Where a message of this webhook is edited; nil for what is no message's id.
    func editURL(message: String) -> EndpointURL? {
        guard (1...20).contains(message.utf8.count),
            message.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        let query = self.query.map { $0.reveal() }.joined(separator: "&")
        let address = "\(self.root.reveal())/messages/\(message)"
        return try? EndpointURL(query.isEmpty ? address : "\(address)?\(query)")
    }
}
