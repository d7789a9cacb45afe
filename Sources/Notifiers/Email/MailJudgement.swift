// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import WeirPorts

/// What follows from a mail server's answer.
///
/// | answer | outcome |
/// |---|---|
/// | 250, all recipients taken | delivered |
/// | 250, some recipients refused with 4xx | tried again: those who have it get it twice, with the same `Message-ID` |
/// | 250, some recipients refused with 5xx | delivered, and a notice |
/// | 4xx to anything | tried again |
/// | 5xx to anything | refused |
/// | 5xx to the password, 530 | refused: not authorised |
/// | no STARTTLS, a certificate that is not trusted | tried again: nothing goes out in the clear |
/// | none | as for every channel |
enum MailJudgement {
    static func outcome(_ reply: MailReply, notice: (String) -> Void) -> DeliveryOutcome {
        let later = reply.refused.values.filter(\.isTransient)
        if let status = later.min(by: { $0.code < $1.code }) {
            return .retry(
                after: nil,
                self.fault(
                    self.reason(status),
                    "\(later.count) of the recipients cannot be reached now (\(status))"))
        }
        for (index, status) in reply.refused.sorted(by: { $0.key < $1.key }) {
            notice(
                "email: recipient \(index + 1) was refused with \(status), the others have the mail; "
                    + "check the address")
        }
        return .delivered(handle: nil)
    }

    static func outcome(_ error: MailError) -> DeliveryOutcome {
        let text = "\(error)"
        switch error {
        case .invalid: return .refused(self.fault(.malformed, text))
        case .transport(let error): return TransportJudgement.outcome(error, channel: "email")
        case .notEncrypted: return .retry(after: nil, self.fault(.tls, text))
        case .notAuthenticated(_, let status):
            let fault = self.fault(.unauthorized, text)
            return status?.isTransient == true ? .retry(after: nil, fault) : .refused(fault)
        case .unintelligible: return .retry(after: nil, self.fault(.malformed, text))
        case .refused(_, _, let status):
            let fault = self.fault(self.reason(status), text)
            return status.isTransient ? .retry(after: nil, fault) : .refused(fault)
        }
    }

    /// 530 asks for a password, or for TLS before it. The subject 7 of a transient code is policy:
    /// greylisting, too many mails (RFC 3463 §3.8).
    private static func reason(_ status: MailStatus) -> DeliveryFault.Reason {
        if status.code == 530 { return .unauthorized }
        if status.isTransient {
            return status.enhanced?.hasPrefix("4.7.") == true ? .rateLimited : .serverError
        }
        return .clientError
    }

    private static func fault(_ reason: DeliveryFault.Reason, _ text: String) -> DeliveryFault {
        DeliveryFault(reason, "email: \(text)")
    }
}
