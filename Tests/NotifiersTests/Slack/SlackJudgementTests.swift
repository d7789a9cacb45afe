// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Testing
import WeirPorts

@testable import Notifiers

@Suite struct SlackJudgementTests {
    typealias Verdict = StatusJudgementTests.Verdict

    static func answer(_ status: Int, _ body: String, wait: String? = nil) -> ChannelAnswer {
        ChannelAnswer(
            channel: "slack", host: "h", status: status,
            headers: HTTPHeaders(wait.map { [(name: "Retry-After", value: $0)] } ?? []),
            body: Array(body.utf8))
    }

    @Test(arguments: [
        (200, "ok", Verdict.delivered(nil)), (200, "ok\n", .delivered(nil)),
        (200, "<html>ok</html>", .retry(nil, .malformed)), (200, "", .retry(nil, .malformed)),
        (400, "invalid_payload", .refused(.clientError)),
        (403, "action_prohibited", .refused(.unauthorized)),
        (404, "no_team", .refused(.clientError)), (410, "channel_is_archived", .disabled(.gone)),
        (500, "rollup_error", .retry(nil, .serverError)),
    ])
    func webhook(status: Int, body: String, expected: Verdict) {
        #expect(Verdict(SlackJudgement.webhook(Self.answer(status, body))) == expected)
    }

    @Test(arguments: [
        (#"{"ok":true,"channel":"C1","ts":"17.01"}"#, Verdict.delivered("C1/17.01")),
        (#"{"ok":true}"#, .delivered(nil)),
        (#"{"ok":true,"channel":"C/1","ts":"17"}"#, .delivered(nil)),
        (#"{"ok":false,"error":"ratelimited"}"#, .retry(.seconds(4), .rateLimited)),
        (#"{"ok":false,"error":"internal_error"}"#, .retry(.seconds(4), .serverError)),
        (#"{"ok":false,"error":"token_revoked"}"#, .disabled(.unauthorized)),
        (#"{"ok":false,"error":"is_archived"}"#, .disabled(.gone)),
        (#"{"ok":false,"error":"channel_not_found"}"#, .refused(.clientError)),
        (#"{"ok":false,"error":"xoxb-secret"}"#, .refused(.clientError)),
        (#"{"ok":1}"#, .retry(nil, .malformed)),
        ("ok", .retry(nil, .malformed)), ("", .retry(nil, .malformed)),
    ])
    func post(body: String, expected: Verdict) {
        let outcome = SlackJudgement.post(Self.answer(200, body, wait: "4"))
        #expect(Verdict(outcome) == expected)
        #expect(!"\(outcome)".contains("xoxb"))
    }

    @Test func editThatCannotBeAsksForANewMessage() throws {
        let message = try #require(SlackHandle("C1/17.01"))
        for word in ["message_not_found", "cant_update_message", "edit_window_closed"] {
            let answer = Self.answer(200, #"{"ok":false,"error":"\#(word)"}"#)
            #expect(SlackJudgement.update(answer, of: message) == nil)
        }
        let done = SlackJudgement.update(Self.answer(200, #"{"ok":true}"#), of: message)
        #expect(done == .delivered(handle: "C1/17.01"))
        let later = SlackJudgement.update(Self.answer(429, "", wait: "2"), of: message)
        #expect(later.map(Verdict.init) == .retry(.seconds(2), .rateLimited))
    }

    @Test(arguments: [
        "", "/", "C1", "C1/", "/1", "C1/1/2", "C 1/2", "C1/2\n",
        "C1/" + String(repeating: "1", count: 50),
    ])
    func handlesThatAreNone(text: String) {
        #expect(SlackHandle(text) == nil)
    }
}
