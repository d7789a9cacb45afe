// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import CurlTransport
import JSONBytes
import Testing
import WeirPorts
import WeirTestSupport

@testable import Notifiers

/// Channels whose messages can be edited: what ends or is taken back changes the message that told of
/// it, and what fires is always a new one.
@Suite(.timeLimit(.minutes(5)))
struct NotifierEditTests {
    static let labs = ChannelLab.all.filter { $0.handle != nil }

    /// Delivers against a server that answers each request in turn; gives the requests.
    private func deliver(
        _ notification: AlertNotification, lab: ChannelLab, handle: String?, answers: [[UInt8]]
    ) async throws -> (DeliveryOutcome, [Connection.Request]) {
        let requests = Requests()
        let server = try LoopbackServer(answering: { request in
            requests.add(request)
            let number = requests.all.count - 1
            return number < answers.count ? answers[number] : answer([], status: "500 Too Many")
        })
        let client = directClient()
        let notifier = try lab.notifier("http://127.0.0.1:\(server.port)", client: client)
        let outcome = await notifier.deliver(notification, handle: handle)
        await client.shutdown()
        return (outcome, requests.all)
    }

    @Test(arguments: labs, [Samples.resolved, Samples.retraction])
    func endChangesTheMessage(lab: ChannelLab, notification: AlertNotification) async throws {
        let (outcome, requests) = try await self.deliver(
            notification, lab: lab, handle: lab.handle, answers: [lab.welcome])
        #expect(outcome == .delivered(handle: lab.handle))
        let request = try #require(requests.first)
        #expect(requests.count == 1)
        let json = try JSONValue(parsing: request.body)
        switch lab.channel {
        case "slack":
            #expect(request.line == "POST /api/chat.update HTTP/1.1")
            #expect(json["ts"] == "1700.01")
        case "telegram":
            #expect(request.line.hasSuffix("/editMessageText HTTP/1.1"))
            #expect(json["message_id"]?.int == 7)
        default:
            let path = "/api/webhooks/1/\(ChannelLab.canary)/messages/1234567890123456789"
            #expect(request.line == "PATCH \(path)?thread_id=\(ChannelLab.canary) HTTP/1.1")
        }
    }

    @Test(arguments: labs, [Samples.firing, Samples.many, Samples.test])
    func whatFiresIsANewMessage(lab: ChannelLab, notification: AlertNotification) async throws {
        let (outcome, requests) = try await self.deliver(
            notification, lab: lab, handle: lab.handle, answers: [lab.welcome])
        #expect(outcome == .delivered(handle: lab.handle))
        #expect(requests.map(\.line) == [lab.line])
    }

    @Test(arguments: labs)
    func messageThatIsGoneIsWrittenAnew(lab: ChannelLab) async throws {
        let (status, body) =
            switch lab.channel {
            case "slack": ("200 OK", #"{"ok":false,"error":"message_not_found"}"#)
            case "telegram":
                ("400 Bad", #"{"ok":false,"description":"Bad Request: message to edit not found"}"#)
            default: ("404 Not Found", #"{"message":"Unknown Message","code":10008}"#)
            }
        let gone = answer(Array(body.utf8), status: status)
        let (outcome, requests) = try await self.deliver(
            Samples.resolved, lab: lab, handle: lab.handle, answers: [gone, lab.welcome])
        #expect(outcome == .delivered(handle: lab.handle))
        #expect(requests.count == 2)
        #expect(requests.last?.line == lab.line)
    }

    /// An edit that may have been done is tried again as an edit, not told twice.
    @Test(arguments: labs)
    func editThatFailsForNowIsTriedAgain(lab: ChannelLab) async throws {
        let (outcome, requests) = try await self.deliver(
            Samples.resolved, lab: lab, handle: lab.handle,
            answers: [answer([], status: "502 Bad Gateway")])
        guard case .retry(after: nil, let fault) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(fault.reason == .serverError)
        #expect(requests.count == 1)
    }

    @Test(arguments: labs, ["", "nonsense", "a/b/c", "\u{0}/1"])
    func handleThatIsNoneIsANewMessage(lab: ChannelLab, handle: String) async throws {
        let (outcome, requests) = try await self.deliver(
            Samples.resolved, lab: lab, handle: handle, answers: [lab.welcome])
        #expect(outcome == .delivered(handle: lab.handle))
        #expect(requests.map(\.line) == [lab.line])
    }

    @Test func groupThatMovedIsFollowed() async throws {
        let lab = try #require(ChannelLab.all.first { $0.channel == "telegram" })
        let moved = answer(
            Array(
                #"{"ok":false,"error_code":400,"parameters":{"migrate_to_chat_id":-100999}}"#.utf8),
            status: "400 Bad Request")
        let (outcome, requests) = try await self.deliver(
            Samples.firing, lab: lab, handle: nil, answers: [moved, lab.welcome])
        #expect(outcome == .delivered(handle: "-100999/7"))
        let json = try JSONValue(parsing: try #require(requests.last).body)
        #expect(json["chat_id"]?.int == -100_999)
    }
}
