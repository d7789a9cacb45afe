// Weir
// SPDX-License-Identifier: Apache-2.0

package import Alerting
package import ConfigTree
import CurlTransport
package import WeirPorts

/// Tells a Discord channel through its webhook: a line that says what, and an embed for each alert.
/// Edits its message when alerts end or are taken back.
package struct DiscordNotifier: Notifier {
    package let receiver: String
    package var channel: String { Configuration.channel }
    let configuration: Configuration
    let traffic: ChannelTraffic

    package func deliver(
        _ notification: AlertNotification, handle: String?
    ) async -> DeliveryOutcome {
        do throws(Undelivered) {
            if notification.cause.isEdit, let handle,
                let url = self.configuration.webhook.editURL(message: handle)
            {
                let body = DiscordMessage.payload(for: notification)
                let answer = try await self.traffic.send(
                    body, to: url, by: .patch, channel: self.channel)
                if let outcome = DiscordJudgement.edit(answer) { return outcome }
            }
            let body = DiscordMessage.payload(
                for: notification, username: self.configuration.username,
                avatarURL: self.configuration.avatarURL)
            return DiscordJudgement.post(
                try await self.traffic.send(
                    body, to: self.configuration.webhook.postURL, channel: self.channel))
        } catch {
            return error.outcome
        }
    }

    /// What stands under `discord:`.
    package struct Configuration: ChannelConfiguration {
        package static let channel = "discord"

        let webhook: DiscordWebhook
        /// The name that messages are from; nil: the webhook's own.
        let username: String?
        let avatarURL: String?

        package static let schema: [SchemaNode.Property] = [
            .init(
                "webhook_url", .string, "Of the channel's webhook; a secret.", isRequired: true),
            .init("username", .string, "The name that messages are from."),
            .init("avatar_url", .string, "The picture beside them."),
        ]

        package init?(_ section: ConfigSection) {
            let url = section.required("webhook_url", .url())
            let webhook = url.flatMap { DiscordWebhook($0.secret) }
            if url != nil, webhook == nil {
                section.fail(
                    at: "webhook_url", "is not the address of a Discord webhook",
                    advice: "copy it from the channel's settings: …/api/webhooks/ID/TOKEN")
            }
            self.username = section.optionalString("username")
            let avatar = section.optionalString("avatar_url")
            self.avatarURL = avatar.flatMap { SafeLink("avatar", $0)?.url }
            if avatar != nil, self.avatarURL == nil {
                section.fail(at: "avatar_url", "expected an http or https address")
                return nil
            }
            guard let webhook else { return nil }
            self.webhook = webhook
        }

        package func notifiers(receiver: String, traffic: ChannelTraffic) -> [any Notifier] {
            [DiscordNotifier(receiver: receiver, configuration: self, traffic: traffic)]
        }
    }
}
