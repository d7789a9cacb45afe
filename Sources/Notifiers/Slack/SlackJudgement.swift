// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes
import WeirPorts

/// A message that was posted: `C0123456789/1700000000.000100`.
struct SlackHandle: Equatable, Sendable {
    /// The channel's id; `chat.update` takes no name.
    let channel: String
    let timestamp: String

    init?(channel: String, timestamp: String) {
        func isPlain(_ text: String) -> Bool {
            !text.isEmpty && text.utf8.count <= 40
                && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") }
        }
        guard isPlain(channel), isPlain(timestamp) else { return nil }
        self.channel = channel
        self.timestamp = timestamp
    }

    init?(_ handle: String) {
        let parts = handle.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self.init(channel: String(parts[0]), timestamp: String(parts[1]))
    }

    var text: String { "\(self.channel)/\(self.timestamp)" }
}

/// What Slack's answers mean.
///
/// A webhook answers `ok` in plain text. The methods of the API answer 200 with
/// `{"ok":false,"error":"…"}` where they did not do it; the words are of docs.slack.dev.
enum SlackJudgement {
    static func webhook(_ answer: ChannelAnswer) -> DeliveryOutcome {
        guard answer.isSuccess else { return StatusJudgement.outcome(answer) }
        let body = answer.body.prefix(64).filter { $0 > 0x20 }
        return body.elementsEqual("ok".utf8)
            ? .delivered(handle: nil) : StatusJudgement.unexpected(answer)
    }

    static func post(_ answer: ChannelAnswer) -> DeliveryOutcome {
        self.outcome(answer) { json in
            guard let channel = json["channel"]?.string, let timestamp = json["ts"]?.string else {
                return nil
            }
            return SlackHandle(channel: channel, timestamp: timestamp)?.text
        }
    }

    /// Nil where the message cannot be edited any more, so that a new one has to be written.
    static func update(_ answer: ChannelAnswer, of message: SlackHandle) -> DeliveryOutcome? {
        if answer.isSuccess, let word = answer.json?["error"]?.string,
            self.uneditable.contains(word)
        {
            return nil
        }
        return self.outcome(answer) { _ in message.text }
    }

    private static func outcome(
        _ answer: ChannelAnswer, handle: (JSONValue) -> String?
    ) -> DeliveryOutcome {
        guard answer.isSuccess else { return StatusJudgement.outcome(answer) }
        guard let json = answer.json, let isDone = json["ok"]?.bool else {
            return StatusJudgement.unexpected(answer)
        }
        guard !isDone else { return .delivered(handle: handle(json)) }
        let word = json["error"]?.string ?? ""
        if self.rates.contains(word) {
            return .retry(after: answer.wait(), answer.fault(.rateLimited, word))
        }
        if self.passing.contains(word) {
            return .retry(after: answer.wait(), answer.fault(.serverError, word))
        }
        if self.revoked.contains(word) {
            return .disabled(
                answer.fault(.unauthorized, "\(word); put a valid token into the configuration"))
        }
        if self.gone.contains(word) {
            return .disabled(
                answer.fault(.gone, "\(word); configure a channel that takes messages"))
        }
        let known = self.refusals.contains(word) ? word : "an error that is not known here"
        return .refused(
            answer.fault(.clientError, "\(known); check channel, scopes and membership"))
    }

    private static let uneditable: Set<String> = [
        "message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found",
        "is_inactive",
    ]
    private static let rates: Set<String> = [
        "ratelimited", "rate_limited", "message_limit_exceeded",
    ]
    private static let passing: Set<String> = [
        "internal_error", "fatal_error", "service_unavailable", "request_timeout",
        "team_added_to_org", "external_channel_migrating",
    ]
    private static let revoked: Set<String> = [
        "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired",
    ]
    private static let gone: Set<String> = ["is_archived", "org_login_required"]
    private static let refusals: Set<String> = [
        "channel_not_found", "not_in_channel", "missing_scope", "no_permission", "msg_too_long",
        "invalid_blocks", "invalid_blocks_format", "too_many_attachments", "no_text",
        "restricted_action", "access_denied", "ekm_access_denied", "invalid_arguments",
        "invalid_json", "msg_blocks_too_long",
    ]
}
