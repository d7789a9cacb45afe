// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes
import WeirPorts

/// What Discord's answers mean.
///
/// Waits come as `Retry-After`, as `X-RateLimit-Reset-After` and in the body, with fractions. The codes
/// are of docs.discord.com/developers/topics/opcodes-and-status-codes#json.
enum DiscordJudgement {
    private static let unknownMessage = 10008
    /// Unknown webhook, invalid webhook token.
    private static let removed = [10015, 50027]

    static func post(_ answer: ChannelAnswer) -> DeliveryOutcome {
        let json = answer.json
        switch answer.status {
        case 204: return .delivered(handle: nil)
        case 200...299:
            guard let id = json?["id"]?.string else { return StatusJudgement.unexpected(answer) }
            return .delivered(handle: id)
        case 401, 403, 404:
            guard let code = json?["code"]?.int, self.removed.contains(code) else { break }
            return .disabled(
                answer.fault(
                    .gone, "the webhook was removed (code \(code)); make a new one in Discord"))
        default: break
        }
        return StatusJudgement.outcome(
            answer, waitHeader: "x-ratelimit-reset-after",
            waitSeconds: json?["retry_after"]?.double)
    }

    /// Nil where the message was removed, so that a new one has to be written.
    static func edit(_ answer: ChannelAnswer) -> DeliveryOutcome? {
        if answer.status == 404, answer.json?["code"]?.int == self.unknownMessage { return nil }
        return self.post(answer)
    }
}
