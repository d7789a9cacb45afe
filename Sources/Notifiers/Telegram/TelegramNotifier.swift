// Weir
// SPDX-License-Identifier: Apache-2.0

package import Alerting
package import ConfigTree
import CurlTransport
package import WeirPorts

/// Tells a Telegram chat through a bot; edits its message when alerts end or are taken back.
package struct TelegramNotifier: Notifier {
    package let receiver: String
    package var channel: String { Configuration.channel }
    let configuration: Configuration
    let traffic: ChannelTraffic

    package func deliver(
        _ notification: AlertNotification, handle: String?
    ) async -> DeliveryOutcome {
        do throws(Undelivered) {
            if let message = handle.flatMap(TelegramHandle.init), notification.cause.isEdit {
                let body = self.payload(notification, to: message.chat, editing: message.message)
                let answer = try await self.traffic.send(
                    body, to: self.configuration.editURL, channel: self.channel)
                if let outcome = TelegramJudgement.edit(answer, of: message) { return outcome }
            }
            let chat = self.configuration.chat
            let answer = try await self.send(notification, to: chat)
            // A group that became a supergroup has another id, which the answer tells.
            guard let moved = TelegramJudgement.movedChat(answer).map(String.init) else {
                return TelegramJudgement.send(answer, to: chat)
            }
            return TelegramJudgement.send(try await self.send(notification, to: moved), to: moved)
        } catch {
            return error.outcome
        }
    }

    private func send(
        _ notification: AlertNotification, to chat: String
    ) async throws(Undelivered) -> ChannelAnswer {
        try await self.traffic.send(
            self.payload(notification, to: chat, editing: nil), to: self.configuration.sendURL,
            channel: self.channel)
    }

    private func payload(
        _ notification: AlertNotification, to chat: String, editing message: Int64?
    ) -> [UInt8] {
        TelegramMessage.payload(
            for: notification, chat: chat, thread: self.configuration.thread,
            isSilent: self.configuration.isSilent, editing: message)
    }

    /// What stands under `telegram:`.
    package struct Configuration: ChannelConfiguration {
        package static let channel = "telegram"

        /// Both hold the token.
        let sendURL: EndpointURL
        let editURL: EndpointURL
        /// A number or `@name`.
        let chat: String
        let thread: Int?
        let isSilent: Bool

        package static let schema: [SchemaNode.Property] = [
            .init(
                "token", .string, "The bot's token, from @BotFather; a secret.", isRequired: true),
            .init(
                "chat_id", .string, "The chat's number, or @name of a channel.", isRequired: true),
            .init("message_thread_id", .integer(1...), "The topic within the chat."),
            .init("disable_notification", .boolean, "Tell without a sound."),
            .init("api_url", .string, "In place of https://api.telegram.org."),
        ]

        package init?(_ section: ConfigSection) {
            let token = section.secret("token")
            let chat = section.string("chat_id")
            self.thread = section.optionalInt("message_thread_id", in: 1 ... .max)
            self.isSilent = section.bool("disable_notification", default: false)
            let root = section.optional("api_url", .url())?.secret.reveal()
            var isGood = root != nil || !section.has("api_url")
            if let token, !Self.isToken(token.reveal()) {
                section.fail(
                    at: "token", "is no token of a Telegram bot",
                    advice: "it is a number, a colon and letters, as @BotFather gives it")
                isGood = false
            }
            if let chat, !TelegramHandle.isChat(chat) {
                section.fail(
                    at: "chat_id", "expected a number or a name that begins with @",
                    advice: "groups have negative numbers")
                isGood = false
            }
            guard let token, let chat, isGood else { return nil }
            let base = (root ?? "https://api.telegram.org").trimmedSlash
            let address = "\(base)/bot\(token.reveal())"
            guard let sendURL = try? EndpointURL(address + "/sendMessage"),
                let editURL = try? EndpointURL(address + "/editMessageText")
            else {
                section.fail(at: "api_url", "is not an address that can be used")
                return nil
            }
            self.sendURL = sendURL
            self.editURL = editURL
            self.chat = chat
        }

        private static func isToken(_ text: String) -> Bool {
            let parts = text.utf8.split(
                separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty
                && parts[0].allSatisfy { (0x30...0x39).contains($0) }
                && parts[1].allSatisfy(Self.isWord)
        }

        private static func isWord(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: false
            }
        }

        package func notifiers(receiver: String, traffic: ChannelTraffic) -> [any Notifier] {
            [TelegramNotifier(receiver: receiver, configuration: self, traffic: traffic)]
        }
    }
}
