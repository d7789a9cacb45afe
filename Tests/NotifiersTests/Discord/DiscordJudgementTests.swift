// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Testing
import WeirPorts

@testable import Notifiers

@Suite struct DiscordJudgementTests {
    typealias Verdict = StatusJudgementTests.Verdict

    @Test(arguments: [
        (204, "", Verdict.delivered(nil)), (200, #"{"id":"1"}"#, .delivered("1")),
        (200, "<html>", .retry(nil, .malformed)), (200, "{}", .retry(nil, .malformed)),
        (
            429, #"{"message":"x","retry_after":0.376,"global":false}"#,
            .retry(.milliseconds(376), .rateLimited)
        ),
        (429, #"{"retry_after":"1"}"#, .retry(nil, .rateLimited)),
        (429, "<html>", .retry(nil, .rateLimited)),
        (404, #"{"message":"Unknown Webhook","code":10015}"#, .disabled(.gone)),
        (401, #"{"message":"Invalid Webhook Token","code":50027}"#, .disabled(.gone)),
        (404, "<html>", .refused(.clientError)), (403, "{}", .refused(.unauthorized)),
        (400, #"{"embeds":["0"]}"#, .refused(.clientError)), (502, "", .retry(nil, .serverError)),
    ])
    func answers(status: Int, body: String, expected: Verdict) {
        let answer = ChannelAnswer(
            channel: "discord", host: "h", status: status, body: Array(body.utf8))
        #expect(Verdict(DiscordJudgement.post(answer)) == expected)
    }

    @Test func headersGoBeforeTheBody() {
        let answer = ChannelAnswer(
            channel: "discord", host: "h", status: 429,
            headers: HTTPHeaders([(name: "X-RateLimit-Reset-After", value: "1.5")]),
            body: Array(#"{"retry_after":376}"#.utf8))
        #expect(Verdict(DiscordJudgement.post(answer)) == .retry(.milliseconds(1500), .rateLimited))
    }

    @Test func messageThatWasRemovedIsWrittenAnew() {
        func edit(_ status: Int, _ body: String) -> Verdict? {
            let answer = ChannelAnswer(
                channel: "discord", host: "h", status: status, body: Array(body.utf8))
            return DiscordJudgement.edit(answer).map(Verdict.init)
        }
        #expect(edit(404, #"{"message":"Unknown Message","code":10008}"#) == nil)
        #expect(edit(404, #"{"message":"Unknown Webhook","code":10015}"#) == .disabled(.gone))
        #expect(edit(200, #"{"id":"12"}"#) == .delivered("12"))
        #expect(edit(500, "") == .retry(nil, .serverError))
    }
}
