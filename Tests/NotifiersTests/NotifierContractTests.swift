// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import CurlTransport
import Foundation
import JSONBytes
import Testing
import WeirPorts
import WeirTestSupport

@testable import Notifiers

/// What holds for every channel, over real HTTP on loopback: each fault of a server comes to the right
/// outcome, the server is asked once and properly, and nothing that is said of it holds a secret.
@Suite(.timeLimit(.minutes(5)))
struct NotifierContractTests {
    typealias Verdict = StatusJudgementTests.Verdict

    /// What a server does, and what has to follow.
    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let script: @Sendable (Connection, Connection.Request) -> Void
        let expected: Verdict
        /// Channels for which it is another.
        let except: [String: Verdict]
        /// The server never ends its answer: the try is given little time.
        let hangs: Bool

        init(
            _ name: String, _ expected: Verdict, except: [String: Verdict] = [:],
            hangs: Bool = false,
            _ script: @escaping @Sendable (Connection, Connection.Request) -> Void
        ) {
            self.testDescription = name
            self.expected = expected
            self.except = except
            self.hangs = hangs
            self.script = script
        }

        /// An answer that repeats all that was sent, as servers do in errors.
        init(
            _ status: String, _ expected: Verdict, except: [String: Verdict] = [:],
            headers: [String] = [], body: String = ""
        ) {
            self.init(
                "\(status) \(headers.first ?? "") \(body.prefix(20))", expected, except: except
            ) {
                connection, request in
                let echo =
                    "\(request.line) \(request.headers) "
                    + String(decoding: request.body, as: UTF8.self)
                let body = body.isEmpty ? echo : body
                connection.write(answer(Array(body.utf8), status: status, headers: headers))
            }
        }
    }

    static let waits =
        #"{"ok":false,"error_code":429,"retry_after":0.376,"parameters":{"retry_after":5}}"#

    static let faults: [Fault] = [
        Fault("429 Too Many", .retry(.seconds(7), .rateLimited), headers: ["Retry-After: 7"]),
        Fault(
            "429 Too Many", .retry(.seconds(120), .rateLimited),
            headers: ["Retry-After: Tue, 14 Nov 2023 22:15:20 GMT"]),
        Fault(
            "429 Too Many", .retry(.seconds(3600), .rateLimited), headers: ["Retry-After: 9999999"]),
        Fault(
            "429 Too Many", .retry(nil, .rateLimited),
            except: [
                "discord": .retry(.milliseconds(376), .rateLimited),
                "telegram": .retry(.seconds(5), .rateLimited),
            ], body: waits),
        Fault("500 Internal", .retry(nil, .serverError)),
        Fault("502 Bad Gateway", .retry(nil, .serverError), body: "<html>CANARY</html>"),
        Fault("503 Unavailable", .retry(.seconds(30), .serverError), headers: ["Retry-After: 30"]),
        Fault("504 Timeout", .retry(nil, .serverError)),
        Fault("301 Moved", .refused(.redirect), headers: ["Location: /elsewhere"]),
        Fault(
            "307 Temporary", .refused(.redirect), headers: ["Location: http://127.0.0.1:9/CANARY"]),
        Fault("400 Bad", .refused(.clientError)),
        Fault("401 Unauthorized", .refused(.unauthorized)),
        Fault("403 Forbidden", .refused(.unauthorized)),
        Fault("404 Not Found", .refused(.clientError)),
        Fault("410 Gone", .disabled(.gone)),
        Fault("413 Too Large", .refused(.clientError)),
        Fault(
            "200 OK", .retry(nil, .malformed), except: ["webhook": .delivered(nil)],
            body: "<html>Please sign in, CANARY</html>"),
        Fault(
            "200 OK", .retry(nil, .malformed),
            except: ["webhook": .delivered(nil), "alertmanager": .delivered(nil)],
            body: String(repeating: "[", count: 100_000)),
        Fault("a huge answer", .retry(nil, .malformed)) { connection, _ in
            let piece = [UInt8](repeating: 0x20, count: 1 << 16)
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n")
            var sent = 0
            while sent < 137, connection.write(piece) { sent += 1 }
        },
        Fault("silence", .retry(nil, .timeout), hangs: true) { connection, _ in
            connection.waitForEnd()
        },
        Fault("an answer that stands still", .retry(nil, .timeout), hangs: true) { connection, _ in
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"ok\":")
            connection.waitForEnd()
        },
        Fault("a reset", .retry(nil, .connection)) { connection, _ in connection.reset() },
        Fault("an end without an answer", .retry(nil, .connection)) { _, _ in },
        Fault("half an answer", .retry(nil, .connection)) { connection, _ in
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nok")
        },
        Fault("another protocol", .retry(nil, .malformed)) { connection, _ in
            connection.write("SSH-2.0-CANARY\r\n")
        },
    ]

    /// A sentence for people that tells no secret, neither by itself nor in a dump.
    static func expectNoSecret(
        _ outcome: DeliveryOutcome, _ location: SourceLocation = #_sourceLocation
    ) {
        var text = "\(outcome) \(String(reflecting: outcome))"
        dump(outcome, to: &text)
        for secret in ChannelLab.secrets {
            #expect(!text.contains(secret), "\(text)", sourceLocation: location)
        }
        #expect(!text.contains("/api") && !text.contains("/services") && !text.contains("/bot"))
    }

    @Test(arguments: ChannelLab.all, NotifierContractTests.faults)
    func faultOfServerComesToTheRightOutcome(lab: ChannelLab, fault: Fault) async throws {
        let requests = Requests()
        let server = try LoopbackServer { connection in
            guard let request = connection.read() else { return }
            requests.add(request)
            fault.script(connection, request)
        }
        let client = directClient()
        let notifier = try lab.notifier(
            "http://127.0.0.1:\(server.port)", client: client,
            timeout: fault.hangs ? .milliseconds(300) : .seconds(20))
        let outcome = await notifier.deliver(Samples.firing, handle: nil)
        let expected = fault.except[lab.channel] ?? fault.expected
        #expect(Verdict(outcome) == expected, "\(outcome)")
        Self.expectNoSecret(outcome)
        if case .delivered = outcome {} else { #expect("\(outcome)".contains("\(lab.channel): ")) }
        #expect(requests.all.count == 1 || fault.hangs)
        await client.shutdown()
    }

    @Test(arguments: ChannelLab.all)
    func messageIsSentAsTheChannelWantsIt(lab: ChannelLab) async throws {
        let requests = Requests()
        let server = try LoopbackServer(answering: { request in
            requests.add(request)
            return lab.welcome
        })
        let client = directClient()
        let notifier = try lab.notifier("http://127.0.0.1:\(server.port)", client: client)
        #expect(notifier.receiver == "ops")
        #expect(notifier.channel == lab.channel)
        for sample in Samples.all {
            let outcome = await notifier.deliver(sample.notification, handle: nil)
            #expect(outcome == .delivered(handle: lab.handle))
        }
        #expect(requests.all.count == Samples.all.count)
        for request in requests.all {
            #expect(request.line == lab.line)
            #expect(request.headers["content-type"] == "application/json")
            #expect(foundationJSON(request.body) != nil)
        }
        await client.shutdown()
    }

    @Test(arguments: ChannelLab.all)
    func closedPortIsAConnectionThatFailed(lab: ChannelLab) async throws {
        var server: LoopbackServer? = try LoopbackServer { _ in }
        let port = try #require(server?.port)
        server = nil
        let client = directClient()
        let notifier = try lab.notifier("http://127.0.0.1:\(port)", client: client)
        let outcome = await notifier.deliver(Samples.firing, handle: nil)
        #expect(Verdict(outcome) == .retry(nil, .connection))
        Self.expectNoSecret(outcome)
        await client.shutdown()
    }

    @Test(arguments: ChannelLab.all)
    func nameThatIsUnknownIsToldAsSuch(lab: ChannelLab) async throws {
        let client = directClient()
        let notifier = try lab.notifier(
            "http://nonexistent.invalid", client: client, timeout: .seconds(6))
        let outcome = await notifier.deliver(Samples.firing, handle: nil)
        if Verdict(outcome) == .retry(nil, .timeout) {
            print("skipped: the resolver of this machine does not answer")
        } else {
            #expect(Verdict(outcome) == .retry(nil, .dns))
        }
        Self.expectNoSecret(outcome)
        await client.shutdown()
    }

    @Test(arguments: ChannelLab.all)
    func serverWithoutTLSFailsTheHandshake(lab: ChannelLab) async throws {
        let server = try LoopbackServer { connection in
            connection.write("HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.waitForEnd()
        }
        let client = directClient()
        let notifier = try lab.notifier("https://127.0.0.1:\(server.port)", client: client)
        let outcome = await notifier.deliver(Samples.firing, handle: nil)
        #expect(Verdict(outcome) == .retry(nil, .tls))
        Self.expectNoSecret(outcome)
        await client.shutdown()
    }

    /// A client that stops tells so, and the notification stays to be told.
    @Test(arguments: ChannelLab.all)
    func clientThatStopsLosesNothing(lab: ChannelLab) async throws {
        let client = directClient()
        let notifier = try lab.notifier("http://127.0.0.1:9", client: client)
        await client.shutdown()
        let outcome = await notifier.deliver(Samples.firing, handle: nil)
        #expect(Verdict(outcome) == .retry(nil, .connection))
    }

    /// One that hangs holds up none of the others.
    @Test func channelsDoNotWaitForEachOther() async throws {
        let gate = Gate()
        let stuck = try LoopbackServer { connection in
            _ = connection.read()
            gate.wait()
        }
        let client = directClient()
        let hanging = try ChannelLab.all.map {
            try $0.notifier("http://127.0.0.1:\(stuck.port)", client: client)
        }
        async let late = withTaskGroup(of: Void.self) { group in
            for notifier in hanging {
                group.addTask { _ = await notifier.deliver(Samples.firing, handle: nil) }
            }
        }
        for lab in ChannelLab.all {
            let server = try LoopbackServer(answering: { _ in lab.welcome })
            let notifier = try lab.notifier("http://127.0.0.1:\(server.port)", client: client)
            let outcome = await notifier.deliver(Samples.firing, handle: nil)
            #expect(outcome == .delivered(handle: lab.handle))
        }
        gate.open()
        await late
        await client.shutdown()
    }
}
