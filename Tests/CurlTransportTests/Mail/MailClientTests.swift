// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WeirTestSupport

@testable import CurlTransport

/// Mail through libcurl, against servers in the clear that do what a script says.
@Suite(.timeLimit(.minutes(2)))
struct MailClientTests {
    static let lines = ["Subject: hello", "", ".", "..", ".dot", "line", "", "end."]

    private func request(
        _ port: Int, to recipients: [String] = ["ops@example.org"],
        lines: [String] = Self.lines, credentials: MailRequest.Credentials? = nil,
        total: Duration = .seconds(20)
    ) -> MailRequest {
        MailRequest(
            host: "127.0.0.1", port: port, encryption: .opportunistic, credentials: credentials,
            hello: "monitor.example", sender: "weir@example.org", recipients: recipients,
            message: Array(lines.map { $0 + "\r\n" }.joined().utf8), totalTimeout: total)
    }

    /// The error of a mail that must not be taken; nothing that can be printed of it holds a secret.
    private func failure(_ client: MailClient, _ request: MailRequest) async -> MailError? {
        do throws(MailError) {
            let reply = try await client.send(request)
            Issue.record("taken: \(reply)")
            return nil
        } catch {
            var text = "\(error) \(String(reflecting: error))"
            dump(error, to: &text)
            dump(request.credentials, to: &text)
            #expect(!text.contains(canary))
            return error
        }
    }

    @Test func mailArrivesAsItIs() async throws {
        let server = try ScriptedMailServer()
        let client = MailClient()
        let reply = try await client.send(
            self.request(server.port, to: ["ops@example.org", "boss@example.org"]))
        #expect(reply == MailReply(status: MailStatus(code: 250, enhanced: "2.0.0")))
        await client.shutdown()
        let session = try #require(server.sessions.first)
        #expect(
            session.commands == [
                "EHLO monitor.example", "MAIL FROM:<weir@example.org>",
                "RCPT TO:<ops@example.org>", "RCPT TO:<boss@example.org>", "DATA", "QUIT",
            ])
        // Dots at the start of a line are doubled by libcurl; a server takes one away again.
        #expect(
            session.message.map { $0.hasPrefix(".") ? String($0.dropFirst()) : $0 } == Self.lines)
        #expect(session.message[2] == "..")
    }

    @Test func sizeIsAnnouncedWhereTheServerAsksForIt() async throws {
        let server = try ScriptedMailServer(
            offers: ["SIZE 1000"], ["MAIL": [.say("552 5.3.4 too large")]])
        let client = MailClient()
        let error = await self.failure(client, self.request(server.port))
        #expect(
            error
                == .refused(
                    host: "127.0.0.1:\(server.port)", .sender,
                    MailStatus(code: 552, enhanced: "5.3.4")))
        await client.shutdown()
        let size = Self.lines.reduce(0) { $0 + $1.utf8.count + 2 }
        #expect(
            server.sessions.first?.commands.contains("MAIL FROM:<weir@example.org> SIZE=\(size)")
                == true)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let command: String
        let answer: String
        let stage: MailError.Stage
        let status: MailStatus
        var testDescription: String { "\(self.command) \(self.answer)" }
    }

    @Test(arguments: [
        Refusal(
            command: "", answer: "554 5.7.1 no", stage: .greeting,
            status: MailStatus(code: 554, enhanced: "5.7.1")),
        Refusal(
            command: "", answer: "421 later", stage: .greeting, status: MailStatus(code: 421)),
        Refusal(
            command: "MAIL", answer: "451 4.7.1 greylisted", stage: .sender,
            status: MailStatus(code: 451, enhanced: "4.7.1")),
        Refusal(
            command: "MAIL", answer: "530 5.7.0 Must issue a STARTTLS command first",
            stage: .sender, status: MailStatus(code: 530, enhanced: "5.7.0")),
        Refusal(
            command: "RCPT", answer: "550 5.1.1 no such user", stage: .recipients,
            status: MailStatus(code: 550, enhanced: "5.1.1")),
        Refusal(
            command: "RCPT", answer: "450-several\r\n450 4.2.1 lines", stage: .recipients,
            status: MailStatus(code: 450, enhanced: "4.2.1")),
        Refusal(
            command: "DATA", answer: "451 not now", stage: .message, status: MailStatus(code: 451)),
        Refusal(
            command: ".", answer: "552 5.2.2 full", stage: .message,
            status: MailStatus(code: 552, enhanced: "5.2.2")),
        Refusal(
            command: ".", answer: "452 4.3.1 busy", stage: .message,
            status: MailStatus(code: 452, enhanced: "4.3.1")),
    ])
    func refusalIsToldWithItsStage(refusal: Refusal) async throws {
        let server = try ScriptedMailServer([refusal.command: [.say(refusal.answer)]])
        let client = MailClient()
        let error = await self.failure(client, self.request(server.port))
        #expect(
            error
                == .refused(host: "127.0.0.1:\(server.port)", refusal.stage, refusal.status))
        await client.shutdown()
    }

    @Test func recipientsAreTakenOneByOne() async throws {
        let server = try ScriptedMailServer([
            "RCPT": [.say("250 ok"), .say("550 5.1.1 unknown"), .say("451 4.7.1 later")]
        ])
        let client = MailClient()
        let reply = try await client.send(
            self.request(server.port, to: ["a@example.org", "b@example.org", "c@example.org"]))
        #expect(
            reply.refused == [
                1: MailStatus(code: 550, enhanced: "5.1.1"),
                2: MailStatus(code: 451, enhanced: "4.7.1"),
            ])
        await client.shutdown()
        #expect(server.sessions.first?.message.isEmpty == false)
    }

    @Test func ofRefusedRecipientsOneThatMayBeTakenLaterCounts() async throws {
        let server = try ScriptedMailServer([
            "RCPT": [.say("451 4.7.1 later"), .say("550 5.1.1 unknown")]
        ])
        let client = MailClient()
        let error = await self.failure(
            client, self.request(server.port, to: ["a@example.org", "b@example.org"]))
        #expect(
            error
                == .refused(
                    host: "127.0.0.1:\(server.port)", .recipients,
                    MailStatus(code: 451, enhanced: "4.7.1")))
        await client.shutdown()
    }

    @Test func wrongPasswordIsToldAsSuch() async throws {
        let server = try ScriptedMailServer(
            offers: ["AUTH PLAIN LOGIN"],
            ["AUTH": [.say("535 5.7.8 \(canary)")]])
        let client = MailClient()
        let credentials = MailRequest.Credentials(username: "weir", password: canary)
        let error = await self.failure(
            client, self.request(server.port, credentials: credentials))
        #expect(
            error
                == .notAuthenticated(
                    host: "127.0.0.1:\(server.port)", MailStatus(code: 535, enhanced: "5.7.8")))
        await client.shutdown()
    }

    @Test func serverWithoutAWayToLogInThatWeKnowIsToldAsSuch() async throws {
        let server = try ScriptedMailServer(offers: ["AUTH GSSAPI NTLM"])
        let client = MailClient()
        let credentials = MailRequest.Credentials(username: "weir", password: canary)
        let error = await self.failure(
            client, self.request(server.port, credentials: credentials))
        #expect(error == .notAuthenticated(host: "127.0.0.1:\(server.port)", nil))
        await client.shutdown()
    }

    @Test func nothingGoesOutInTheClearWhereTLSIsAskedFor() async throws {
        let server = try ScriptedMailServer(offers: ["AUTH PLAIN"])
        let client = MailClient()
        var request = self.request(
            server.port,
            credentials: MailRequest.Credentials(username: "weir", password: canary))
        request.encryption = .startTLS
        let error = await self.failure(client, request)
        #expect(error == .notEncrypted(host: "127.0.0.1:\(server.port)", nil))
        await client.shutdown()
        let commands = server.sessions.flatMap(\.commands)
        #expect(commands.allSatisfy { $0.hasPrefix("EHLO") || $0 == "QUIT" })
    }

    @Test func refusedSTARTTLSIsToldWithItsCode() async throws {
        let server = try ScriptedMailServer(
            offers: ["STARTTLS"], ["STAR": [.say("454 4.7.0 not now")]])
        let client = MailClient()
        var request = self.request(server.port)
        request.encryption = .startTLS
        let error = await self.failure(client, request)
        #expect(
            error
                == .notEncrypted(
                    host: "127.0.0.1:\(server.port)", MailStatus(code: 454, enhanced: "4.7.0")))
        await client.shutdown()
    }

    @Test(arguments: ["", "EHLO", "MAIL", "RCPT", "DATA", "."])
    func resetBecomesALostConnection(command: String) async throws {
        let server = try ScriptedMailServer([command: [.reset]])
        let client = MailClient()
        let error = await self.failure(client, self.request(server.port))
        let host = "127.0.0.1:\(server.port)"
        // A reset before the greeting may come before the connection stands.
        #expect(
            error == .transport(.connectionLost(host: host))
                || command.isEmpty && error == .transport(.couldNotConnect(host: host)))
        await client.shutdown()
    }

    @Test(arguments: ["", "EHLO", "MAIL", "RCPT", "DATA", "."])
    func silenceMeetsTheTimeout(command: String) async throws {
        let server = try ScriptedMailServer([command: [.hang]])
        let client = MailClient()
        let error = await self.failure(
            client, self.request(server.port, total: .milliseconds(300)))
        let phase: TransportError.Phase = command.isEmpty ? .connecting : .waiting
        #expect(error == .transport(.timedOut(phase)))
        await client.shutdown()
    }

    /// The server has the mail; that it holds its tongue afterwards is no reason to send it again.
    @Test(arguments: [ScriptedMailServer.Deed.hang, .reset, .close, .say("500 what?")])
    func farewellChangesNothing(deed: ScriptedMailServer.Deed) async throws {
        let server = try ScriptedMailServer(["QUIT": [deed]])
        let client = MailClient()
        let start = ContinuousClock.now
        let reply = try await client.send(self.request(server.port, total: .seconds(60)))
        #expect(reply.status.code == 250)
        #expect(ContinuousClock.now - start < .seconds(30))
        await client.shutdown()
    }

    @Test func whatIsNoMailServerIsToldAsSuch() async throws {
        let client = MailClient()
        for text in ["HTTP/1.1 400 Bad Request", "SSH-2.0-OpenSSH_9.2"] {
            let server = try ScriptedMailServer(["": [.say(text), .close]])
            let error = await self.failure(
                client, self.request(server.port, total: .milliseconds(500)))
            switch error {
            case .unintelligible, .transport(.timedOut): break
            default: Issue.record("\(text): \(String(describing: error))")
            }
        }
        await client.shutdown()
    }

    @Test func answerWithoutEndIsGivenUp() async throws {
        let server = try LoopbackServer { connection in
            let lines = Array(String(repeating: "220-on and on\r\n", count: 1000).utf8)
            while connection.write(lines) {}
        }
        let client = MailClient()
        let error = await self.failure(client, self.request(server.port))
        #expect(error == .unintelligible(host: "127.0.0.1:\(server.port)"))
        await client.shutdown()
    }

    @Test func closedPortAndUnknownHostAreToldAsSuch() async throws {
        var server: LoopbackServer? = try LoopbackServer { _ in }
        let port = try #require(server?.port)
        server = nil
        let client = MailClient()
        #expect(
            await self.failure(client, self.request(port))
                == .transport(.couldNotConnect(host: "127.0.0.1:\(port)")))
        var unknown = self.request(25, total: .seconds(6))
        unknown.host = "nonexistent.invalid"
        let error = await self.failure(client, unknown)
        if error == .transport(.timedOut(.connecting)) {
            print("skipped: the resolver of this machine does not answer")
        } else {
            #expect(error == .transport(.couldNotResolve(host: "nonexistent.invalid")))
        }
        await client.shutdown()
    }

    @Test func closedAddressesAreNotAsked() async throws {
        let server = try ScriptedMailServer()
        let client = MailClient()
        var request = self.request(server.port)
        request.reach = .publicOnly
        #expect(
            await self.failure(client, request)
                == .transport(.forbiddenAddress(host: "127.0.0.1", .loopback)))
        request.reach = .operatorChosen
        request.host = "169.254.169.254"
        #expect(
            await self.failure(client, request)
                == .transport(.forbiddenAddress(host: "169.254.169.254", .linkLocal)))
        await client.shutdown()
        #expect(server.sessions.isEmpty)
    }

    @Test(arguments: [
        ("a@example.org\r\nRCPT TO:<evil@example.org>", "weir@example.org", "monitor.example"),
        ("a@example.org> SIZE=1", "weir@example.org", "monitor.example"),
        ("a@example.org", "weir@example.org>\r\nDATA", "monitor.example"),
        ("a@example.org", "weir@example.org", "monitor.example\r\nMAIL FROM:<x@y>"),
        ("a@example.org", "weir@example.org", "monitor/../x"),
        ("a@example.org", "weir@example.org", "%0d%0aMAIL"),
        ("a", "weir@example.org", "monitor.example"), ("", "weir@example.org", "m"),
        ("a@b\0c", "weir@example.org", "m"),
    ])
    func lineBreaksNeverBecomeCommands(to: String, from: String, hello: String) async throws {
        let server = try ScriptedMailServer()
        let client = MailClient()
        var request = self.request(server.port, to: [to])
        request.sender = from
        request.hello = hello
        let error = await self.failure(client, request)
        guard case .invalid = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        await client.shutdown()
        #expect(server.sessions.isEmpty)
    }

    @Test func cancelledMailEndsSoon() async throws {
        let server = try ScriptedMailServer(["MAIL": [.hang]])
        let client = MailClient(threadsMax: 1)
        let request = self.request(server.port, total: .seconds(60))
        let running = Task { await self.outcome(client, request) }
        let waiting = Task { await self.outcome(client, request) }
        waiting.cancel()
        #expect(await waiting.value == .transport(.cancelled))
        running.cancel()
        #expect(await running.value == .transport(.cancelled))
        await client.shutdown()
    }

    @Test func shutdownFailsWhatIsUnderWay() async throws {
        let server = try ScriptedMailServer(["MAIL": [.hang]])
        let client = MailClient(threadsMax: 1, waitingMax: 1)
        let request = self.request(server.port, total: .seconds(60))
        let tasks = (0..<4).map { _ in Task { await self.outcome(client, request) } }
        // At least one of four is turned away: one under way, one waiting.
        let first = await withTaskGroup(of: MailError?.self) { group in
            for task in tasks { group.addTask { await task.value } }
            let first = await group.next() ?? nil
            await client.shutdown()
            for await error in group {
                #expect(
                    error == .transport(.shutDown)
                        || error == .transport(.tooManyInFlight(limit: 1)))
            }
            return first
        }
        #expect(first == .transport(.tooManyInFlight(limit: 1)))
        #expect(await self.outcome(client, request) == .transport(.shutDown))
    }

    private func outcome(_ client: MailClient, _ request: MailRequest) async -> MailError? {
        do throws(MailError) {
            _ = try await client.send(request)
            return nil
        } catch {
            return error
        }
    }

    @Test func manyMailsGoThroughFewThreads() async throws {
        let server = try ScriptedMailServer()
        let client = MailClient()
        let sent = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<60 {
                var request = self.request(server.port)
                request.message = Array("Subject: \(number)\r\n\r\n\(number)\r\n".utf8)
                let mail = request
                group.addTask { await self.outcome(client, mail) == nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(sent == 60)
        await client.shutdown()
        #expect(Set(server.sessions.compactMap(\.message.first)).count == 60)
    }
}
