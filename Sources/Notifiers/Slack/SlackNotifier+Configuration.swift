// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
import CurlTransport
package import WeirPorts

extension SlackNotifier {
    /// What stands under `slack:`.
    ///
    /// ```yaml
    /// slack:
    ///   - webhook_url: ${env:SLACK_WEBHOOK_URL}
    ///   - { token: "${env:SLACK_BOT_TOKEN}", channel: C0123456789 }   # can edit
    /// ```
    package struct Configuration: ChannelConfiguration {
        package static let channel = "slack"

        enum Way: Sendable {
            case webhook(EndpointURL)
            case bot(Bot)
        }

        /// An app that writes with `chat.postMessage` and edits with `chat.update`.
        struct Bot: Sendable {
            let postURL: EndpointURL
            let updateURL: EndpointURL
            let authorization: RequestHeader
            /// Its id or name.
            let channel: String

            init?(root: String, token: Secret, channel: String) {
                let root = root.trimmedSlash
                guard let postURL = try? EndpointURL(root + "/chat.postMessage"),
                    let updateURL = try? EndpointURL(root + "/chat.update")
                else { return nil }
                self.postURL = postURL
                self.updateURL = updateURL
                self.authorization = RequestHeader("Authorization", "Bearer \(token.reveal())")
                self.channel = channel
            }
        }

        let way: Way

        package static let schema: [SchemaNode.Property] = [
            .init("webhook_url", .string, "An incoming webhook; a secret. Or token and channel."),
            .init("token", .string, "A bot token with the scope chat:write; a secret."),
            .init("channel", .string, "Id or name of the channel, with a token."),
            .init("api_url", .string, "In place of https://slack.com/api."),
        ]

        package init?(_ section: ConfigSection) {
            let webhook = section.optional("webhook_url", .endpoint())
            let token = section.optionalSecret("token")
            let channel = section.optionalString("channel")
            let root = section.optional("api_url", .url())?.secret.reveal()
            let hasWebhook = section.has("webhook_url")
            let hasToken = section.has("token") || section.has("token_file")
            guard hasWebhook != hasToken else {
                section.fail(
                    hasToken ? "both webhook_url and token are set" : "nothing says where to",
                    advice: "set webhook_url, or token and channel")
                return nil
            }
            if hasWebhook {
                if channel != nil {
                    section.fail(
                        at: "channel", "an incoming webhook has its own channel",
                        advice: "remove it, or use token and channel")
                }
                guard let webhook, channel == nil else { return nil }
                self.way = .webhook(webhook)
                return
            }
            if !section.has("channel") {
                section.fail(
                    "missing key \"channel\"", advice: "the channel's id, as in C0123456789")
            }
            if let token, !Self.isToken(token.reveal()) {
                section.fail(
                    at: "token", "is no Slack token",
                    advice: "it begins with xoxb-; see OAuth & Permissions of the app")
                return nil
            }
            guard let token, let channel, root != nil || !section.has("api_url") else { return nil }
            guard
                let bot = Bot(root: root ?? "https://slack.com/api", token: token, channel: channel)
            else {
                section.fail(at: "api_url", "is not an address that can be used")
                return nil
            }
            self.way = .bot(bot)
        }

        private static func isToken(_ text: String) -> Bool {
            text.hasPrefix("xox")
                && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        }

        package func notifiers(receiver: String, traffic: ChannelTraffic) -> [any Notifier] {
            [SlackNotifier(receiver: receiver, configuration: self, traffic: traffic)]
        }
    }
}

extension String {
    /// An address without the slashes at its end, to which a path is added.
    var trimmedSlash: String {
        var text = self
        while text.last == "/" { text.removeLast() }
        return text
    }
}
