// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Testing
import WeirPorts

@testable import Notifiers

@Suite struct MailJudgementTests {
    private enum Kind: Equatable {
        case delivered, retry, refused, disabled
    }

    private func read(_ outcome: DeliveryOutcome) -> (kind: Kind, reason: DeliveryFault.Reason?) {
        switch outcome {
        case .delivered: (.delivered, nil)
        case .retry(_, let fault): (.retry, fault.reason)
        case .refused(let fault): (.refused, fault.reason)
        case .disabled(let fault): (.disabled, fault.reason)
        }
    }

    @Test(arguments: [
        (421, nil, true, DeliveryFault.Reason.serverError), (450, nil, true, .serverError),
        (451, "4.7.1", true, .rateLimited), (452, "4.3.1", true, .serverError),
        (454, "4.7.0", true, .rateLimited), (499, nil, true, .serverError),
        (500, nil, false, .clientError), (530, "5.7.0", false, .unauthorized),
        (550, "5.1.1", false, .clientError), (552, "5.3.4", false, .clientError),
        (554, "5.7.1", false, .clientError), (999, nil, false, .clientError),
    ])
    func answerDecides(
        code: Int, enhanced: String?, isRetried: Bool, reason: DeliveryFault.Reason
    ) {
        let error = MailError.refused(
            host: "mail:25", .message, MailStatus(code: code, enhanced: enhanced))
        let (kind, told) = self.read(MailJudgement.outcome(error))
        #expect(kind == (isRetried ? .retry : .refused))
        #expect(told == reason)
    }

    @Test func passwordIsRefusedForGoodUnlessTheServerSaysOtherwise() {
        func outcome(_ status: MailStatus?) -> (Kind, DeliveryFault.Reason?) {
            let read = self.read(
                MailJudgement.outcome(.notAuthenticated(host: "mail:25", status)))
            return (read.kind, read.reason)
        }
        #expect(outcome(MailStatus(code: 535)) == (.refused, .unauthorized))
        #expect(outcome(nil) == (.refused, .unauthorized))
        #expect(outcome(MailStatus(code: 454)) == (.retry, .unauthorized))
    }

    @Test func waysThatAreNotSafeAreTriedAgain() {
        let errors: [(MailError, DeliveryFault.Reason)] = [
            (.notEncrypted(host: "mail:25", nil), .tls),
            (.transport(.tls(.expired)), .tls), (.transport(.timedOut(.waiting)), .timeout),
            (.transport(.couldNotResolve(host: "mail")), .dns),
            (.transport(.couldNotConnect(host: "mail:25")), .connection),
            (.transport(.connectionLost(host: "mail:25")), .connection),
            (.unintelligible(host: "mail:25"), .malformed),
        ]
        for (error, reason) in errors {
            let (kind, told) = self.read(MailJudgement.outcome(error))
            #expect(kind == .retry, "\(error)")
            #expect(told == reason, "\(error)")
        }
        #expect(self.read(MailJudgement.outcome(.invalid(.sender))).kind == .refused)
    }

    @Test func someRecipientsRefused() {
        var notices: [String] = []
        func kind(_ refused: [Int: MailStatus]) -> Kind {
            self.read(
                MailJudgement.outcome(
                    MailReply(status: MailStatus(code: 250), refused: refused),
                    notice: { notices.append($0) })
            ).kind
        }
        #expect(kind([:]) == .delivered)
        #expect(notices.isEmpty)
        #expect(kind([1: MailStatus(code: 550)]) == .delivered)
        #expect(notices.count == 1 && notices[0].contains("recipient 2"))
        #expect(kind([0: MailStatus(code: 550), 2: MailStatus(code: 451)]) == .retry)
    }
}
