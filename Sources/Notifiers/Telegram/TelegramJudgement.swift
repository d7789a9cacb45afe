// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes
import WeirPorts

/// A message that was sent: `-1001234567890/42`.
struct TelegramHandle: Equatable, Sendable {
    let chat: String
    let message: Int64

    init?(_ handle: String) {
        let parts = handle.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, Self.isChat(String(parts[0])), let message = Int64(parts[1]) else {
            return nil
        }
        self.chat = String(parts[0])
        self.message = message
    }

    /// A number, or the `@name` of a channel.
    static func isChat(_ text: String) -> Bool {
        if Int64(text) != nil { return true }
        return text.hasPrefix("@") && text.utf8.count > 1
            && text.utf8.dropFirst().allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "_"): true
                default: false
                }
            }
    }
}

/// What the Bot API's answers mean: `{"ok":…,"error_code":…,"description":…,"parameters":{…}}`, with
/// the error's code as the status too.
enum TelegramJudgement {
    static func send(_ answer: ChannelAnswer, to chat: String) -> DeliveryOutcome {
        self.outcome(answer) { json in
            json["result"]?["message_id"]?.int.map { "\(chat)/\($0)" }
        }
    }

    /// Nil where the message cannot be edited any more, so that a new one has to be written.
    static func edit(_ answer: ChannelAnswer, of message: TelegramHandle) -> DeliveryOutcome? {
        let handle = "\(message.chat)/\(message.message)"
        if answer.status == 400, let text = answer.json?["description"]?.string {
            if text.contains("message is not modified") { return .delivered(handle: handle) }
            let isLost = [
                "message to edit not found", "message can't be edited", "chat not found",
                "MESSAGE_ID_INVALID", "upgraded to a supergroup",
            ].contains { text.contains($0) }
            if isLost { return nil }
        }
        return self.outcome(answer) { _ in handle }
    }

    /// The new id of a group that became a supergroup.
    static func movedChat(_ answer: ChannelAnswer) -> Int? {
        guard answer.status == 400 else { return nil }
        return answer.json?["parameters"]?["migrate_to_chat_id"]?.int
    }

    private static func outcome(
        _ answer: ChannelAnswer, handle: (JSONValue) -> String?
    ) -> DeliveryOutcome {
        let json = answer.json
        let isDone = json?["ok"]?.bool
        if answer.isSuccess {
            guard let json, isDone == true else { return StatusJudgement.unexpected(answer) }
            return .delivered(handle: handle(json))
        }
        // 404 is what a token gets that was never one.
        if isDone == false, answer.status == 401 || answer.status == 404 {
            return .disabled(
                answer.fault(.unauthorized, "the bot's token is not valid; ask @BotFather for it"))
        }
        if isDone == false, answer.status == 403 {
            return .refused(
                answer.fault(.unauthorized, "the bot may not write there; add it to the chat"))
        }
        return StatusJudgement.outcome(
            answer, waitSeconds: json?["parameters"]?["retry_after"]?.double)
    }
}
