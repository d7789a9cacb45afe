// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Testing
import WeirPorts

@testable import Notifiers

@Suite struct StatusJudgementTests {
    /// What an outcome comes to, without its sentence.
    enum Verdict: Equatable, Sendable {
        case delivered(String?)
        case retry(Duration?, DeliveryFault.Reason)
        case refused(DeliveryFault.Reason)
        case disabled(DeliveryFault.Reason)

        init(_ outcome: DeliveryOutcome) {
            switch outcome {
            case .delivered(let handle): self = .delivered(handle)
            case .retry(let after, let fault): self = .retry(after, fault.reason)
            case .refused(let fault): self = .refused(fault.reason)
            case .disabled(let fault): self = .disabled(fault.reason)
            }
        }
    }

    @Test(arguments: [
        (301, Verdict.refused(.redirect)), (304, .refused(.redirect)), (308, .refused(.redirect)),
        (400, .refused(.clientError)), (401, .refused(.unauthorized)),
        (403, .refused(.unauthorized)),
        (404, .refused(.clientError)), (407, .refused(.unauthorized)), (408, .retry(nil, .timeout)),
        (410, .disabled(.gone)), (413, .refused(.clientError)), (422, .refused(.clientError)),
        (425, .retry(nil, .timeout)), (429, .retry(nil, .rateLimited)),
        (500, .retry(nil, .serverError)), (502, .retry(nil, .serverError)),
        (503, .retry(nil, .serverError)), (504, .retry(nil, .serverError)),
        (599, .retry(nil, .serverError)),
        (0, .retry(nil, .malformed)), (101, .retry(nil, .malformed)),
        (600, .retry(nil, .malformed)),
    ])
    func statuses(status: Int, expected: Verdict) {
        let answer = ChannelAnswer(channel: "webhook", host: "h:1", status: status)
        let outcome = StatusJudgement.outcome(answer)
        #expect(Verdict(outcome) == expected)
        #expect("\(outcome)".contains("webhook: h:1 answered \(status)"))
    }

    @Test(arguments: [429, 500, 502, 503, 504])
    func waitsAreHonoured(status: Int) {
        let answer = ChannelAnswer(
            channel: "webhook", host: "h", status: status,
            headers: HTTPHeaders([(name: "Retry-After", value: "30")]))
        guard case .retry(after: .seconds(30), _) = StatusJudgement.outcome(answer) else {
            Issue.record("\(StatusJudgement.outcome(answer))")
            return
        }
    }

    @Test(arguments: [
        (TransportError.timedOut(.waiting), Verdict.retry(nil, .timeout)),
        (.stalled, .retry(nil, .timeout)),
        (.couldNotResolve(host: "h"), .retry(nil, .dns)),
        (.couldNotConnect(host: "h"), .retry(nil, .connection)),
        (.tls(.expired), .retry(nil, .tls)), (.tls(.wrongHost), .retry(nil, .tls)),
        (.connectionLost(host: "h"), .retry(nil, .connection)),
        (.truncated(host: "h"), .retry(nil, .connection)),
        (.responseTooLarge(limitBytes: 1), .retry(nil, .malformed)),
        (.badResponse(host: "h"), .retry(nil, .malformed)),
        (.shutDown, .retry(nil, .connection)), (.cancelled, .retry(nil, .connection)),
        (.invalidRequest(.headerName), .refused(.malformed)),
    ])
    func transportFaults(error: TransportError, expected: Verdict) {
        let outcome = TransportJudgement.outcome(error, channel: "slack")
        #expect(Verdict(outcome) == expected)
        #expect("\(outcome)".contains("slack: "))
    }
}
