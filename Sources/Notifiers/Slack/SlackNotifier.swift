// Weir
// SPDX-License-Identifier: Apache-2.0

package import Alerting
package import WeirPorts

/// Tells a Slack channel: through an incoming webhook, or as an app with a bot token, which can edit
/// its message when alerts end or are taken back.
package struct SlackNotifier: Notifier {
    package let receiver: String
    package var channel: String { Configuration.channel }
    let configuration: Configuration
    let traffic: ChannelTraffic

    package func deliver(
        _ notification: AlertNotification, handle: String?
    ) async -> DeliveryOutcome {
        do throws(Undelivered) {
            switch self.configuration.way {
            case .webhook(let url):
                let body = SlackMessage.payload(for: notification)
                let answer = try await self.traffic.send(body, to: url, channel: self.channel)
                return SlackJudgement.webhook(answer)
            case .bot(let bot):
                return try await self.deliver(notification, as: bot, handle: handle)
            }
        } catch {
            return error.outcome
        }
    }

    /// Edits the message where there is one and nobody has to be called; else, and where it is not
    /// there any more, writes a new one.
    private func deliver(
        _ notification: AlertNotification, as bot: Configuration.Bot, handle: String?
    ) async throws(Undelivered) -> DeliveryOutcome {
        if let message = handle.flatMap(SlackHandle.init), notification.cause.isEdit {
            let body = SlackMessage.payload(for: notification, to: .message(message))
            let answer = try await self.traffic.send(
                body, to: bot.updateURL, headers: [bot.authorization], channel: self.channel)
            if let outcome = SlackJudgement.update(answer, of: message) { return outcome }
        }
        let body = SlackMessage.payload(for: notification, to: .channel(bot.channel))
        let answer = try await self.traffic.send(
            body, to: bot.postURL, headers: [bot.authorization], channel: self.channel)
        return SlackJudgement.post(answer)
    }
}

extension AlertNotification.Cause {
    /// Whether the message that told of the alerts is changed, where a channel can: people are called
    /// when something fires, and see in the same place that it is over or never was.
    var isEdit: Bool {
        switch self {
        case .resolved, .retraction: true
        case .firing, .repetition, .test: false
        }
    }
}
