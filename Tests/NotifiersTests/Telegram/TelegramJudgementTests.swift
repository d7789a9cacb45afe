// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing
import WeirPorts

@testable import Notifiers

@Suite struct TelegramJudgementTests {
    typealias Verdict = StatusJudgementTests.Verdict

    static func answer(_ status: Int, _ body: String) -> ChannelAnswer {
        ChannelAnswer(channel: "telegram", host: "h", status: status, body: Array(body.utf8))
    }

    @Test(arguments: [
        (200, #"{"ok":true,"result":{"message_id":42}}"#, Verdict.delivered("-1/42")),
        (200, #"{"ok":true,"result":{}}"#, .delivered(nil)),
        (200, #"{"ok":false}"#, .retry(nil, .malformed)),
        (200, "<html>", .retry(nil, .malformed)),
        (
            429, #"{"ok":false,"error_code":429,"parameters":{"retry_after":5}}"#,
            .retry(.seconds(5), .rateLimited)
        ),
        (429, #"{"ok":false}"#, .retry(nil, .rateLimited)),
        (
            400, #"{"ok":false,"description":"Bad Request: can't parse entities"}"#,
            .refused(.clientError)
        ),
        (401, #"{"ok":false,"description":"Unauthorized"}"#, .disabled(.unauthorized)),
        (404, #"{"ok":false,"description":"Not Found"}"#, .disabled(.unauthorized)),
        (404, "<html>", .refused(.clientError)),
        (403, #"{"ok":false,"description":"Forbidden: bot was kicked"}"#, .refused(.unauthorized)),
        (502, "", .retry(nil, .serverError)),
    ])
    func sending(status: Int, body: String, expected: Verdict) {
        #expect(Verdict(TelegramJudgement.send(Self.answer(status, body), to: "-1")) == expected)
    }

    @Test func editThatCannotBeAsksForANewMessage() throws {
        let message = try #require(TelegramHandle("-1/42"))
        func edit(_ text: String) -> Verdict? {
            let body = #"{"ok":false,"description":"Bad Request: \#(text)"}"#
            return TelegramJudgement.edit(Self.answer(400, body), of: message).map(Verdict.init)
        }
        #expect(edit("message to edit not found") == nil)
        #expect(edit("message can't be edited") == nil)
        #expect(edit("message is not modified") == .delivered("-1/42"))
        #expect(edit("can't parse entities") == .refused(.clientError))
        let done = TelegramJudgement.edit(
            Self.answer(200, #"{"ok":true,"result":{}}"#), of: message)
        #expect(done == .delivered(handle: "-1/42"))
    }

    @Test func movedGroupIsFollowed() {
        let body = #"{"ok":false,"error_code":400,"parameters":{"migrate_to_chat_id":-1009}}"#
        #expect(TelegramJudgement.movedChat(Self.answer(400, body)) == -1009)
        #expect(TelegramJudgement.movedChat(Self.answer(200, body)) == nil)
        #expect(TelegramJudgement.movedChat(Self.answer(400, "{}")) == nil)
    }

    @Test(arguments: ["", "/", "1", "1/", "/1", "1/x", "1/2/3", "1/99999999999999999999"])
    func handlesThatAreNone(text: String) {
        #expect(TelegramHandle(text) == nil)
    }
}
