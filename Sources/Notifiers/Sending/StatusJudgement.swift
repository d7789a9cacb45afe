// Weir
// SPDX-License-Identifier: Apache-2.0

import WeirPorts

/// What the status of an answer means where the channel has said nothing more of it.
///
/// | status | outcome |
/// |---|---|
/// | 3xx | refused: redirects are not followed |
/// | 401, 403, 407 | refused: not authorised |
/// | 408, 425, 429, 5xx | tried again, not before `Retry-After` |
/// | 410 | the channel is gone: nothing more is sent |
/// | other 4xx | refused |
/// | all else | not an answer; tried again |
///
/// A key that is refused stops only this notification, unless the channel itself says that the key
/// was revoked: a proxy that answers 403 for a minute must not silence alerts for good.
enum StatusJudgement {
    static func outcome(
        _ answer: ChannelAnswer, waitHeader: String? = nil, waitSeconds: Double? = nil
    ) -> DeliveryOutcome {
        let wait = answer.wait(header: waitHeader, body: waitSeconds)
        switch answer.status {
        case 300...399:
            return .refused(
                answer.fault(
                    .redirect, "redirects are not followed; configure the address it leads to"))
        case 401, 403, 407:
            return .refused(
                answer.fault(.unauthorized, "not authorised; check the key in the configuration"))
        case 408, 425:
            return .retry(
                after: wait, answer.fault(.timeout, "it gave up waiting, or wants it later"))
        case 410:
            return .disabled(
                answer.fault(
                    .gone, "the channel is gone for good; configure a new one or remove it"))
        case 413:
            return .refused(answer.fault(.clientError, "the message is too large for it"))
        case 429:
            return .retry(after: wait, answer.fault(.rateLimited, "too many messages"))
        case 400...499:
            return .refused(
                answer.fault(.clientError, "it does not take this; check address and settings"))
        case 500...599:
            return .retry(after: wait, answer.fault(.serverError, "it failed; tried again later"))
        default: return self.unexpected(answer)
        }
    }

    /// An answer that the channel itself does not give.
    static func unexpected(_ answer: ChannelAnswer) -> DeliveryOutcome {
        .retry(
            after: nil,
            answer.fault(.malformed, "that is not the channel's answer; check the address, proxies")
        )
    }
}
