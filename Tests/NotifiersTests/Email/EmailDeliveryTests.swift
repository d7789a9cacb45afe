// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import CurlTransport
import Foundation
import PromQL
import Testing
import WeirPorts
import WeirTestSupport

@testable import Notifiers

/// From a section of the configuration to a mail in the hands of a true server, and all that a server
/// may have against it.
@Suite(
    .enabled(if: MailServerProcess.python != nil, MailServerProcess.absence),
    .enabled(if: TestCertificate.program != nil, "openssl is not installed"),
    .timeLimit(.minutes(3)))
struct EmailDeliveryTests {
    static let password = "CANARY5up3r5ecret"
    static let certificate = Result { try TestCertificate(for: "IP:127.0.0.1") }
    static let foreign = Result { try TestCertificate(for: "DNS:other.example") }

    private func notifier(
        _ port: Int, _ lines: [String] = [], timeout: Duration = .seconds(30)
    ) throws -> EmailNotifier {
        let yaml = """
            to: [ops@example.org, good@example.org]
            from: Weir <weir@monitor.example>
            smarthost: 127.0.0.1:\(port)

            """ + lines.joined(separator: "\n")
        let (configuration, faults) = EmailConfigurationTests.read(yaml)
        #expect(faults == [])
        let traffic = ChannelTraffic(
            client: CurlClient(configuration: CurlConfiguration(proxy: .direct)),
            timeouts: HTTPTimeouts(connect: timeout, total: timeout, stall: nil), now: { 0 })
        return EmailNotifier(
            receiver: "ops", configuration: try #require(configuration), traffic: traffic)
    }

    private static func trust(_ certificate: Result<TestCertificate, any Error>) throws -> String {
        "ca_file: \(try certificate.get().path)"
    }

    private static let login = ["username: weir", "password: \(password)"]

    private func starttls() throws -> [String] {
        let certificate = try Self.certificate.get()
        return ["--starttls", certificate.path, certificate.keyPath]
    }

    private let notification = EmailMessageTests.notification([
        EmailMessageTests.alert([("chain", "base")], [("summary", "gekürzt\n.\n.")])
    ])

    /// The fault of a mail that must not be delivered; it tells no secret.
    private func fault(
        _ notifier: EmailNotifier
    ) async -> (isRetried: Bool, reason: DeliveryFault.Reason)? {
        let outcome = await notifier.deliver(self.notification, handle: nil)
        #expect(!"\(outcome)".contains("CANARY"))
        switch outcome {
        case .retry(_, let fault): return (true, fault.reason)
        case .refused(let fault): return (false, fault.reason)
        default:
            Issue.record("\(outcome)")
            return nil
        }
    }

    private func expect(
        _ notifier: EmailNotifier, isRetried: Bool, _ reason: DeliveryFault.Reason,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        let fault = await self.fault(notifier)
        #expect(fault?.isRetried == isRetried, sourceLocation: sourceLocation)
        #expect(fault?.reason == reason, sourceLocation: sourceLocation)
    }

    // MARK: - Delivered

    @Test(arguments: ["PLAIN", "LOGIN", "CRAM-MD5"])
    func mailGoesThroughSTARTTLSAndLogin(mechanism: String) async throws {
        let server = try MailServerProcess(
            try self.starttls() + ["--user", "weir", Self.password, "--mechanism", mechanism])
        let notifier = try self.notifier(
            server.port, [Self.trust(Self.certificate)] + Self.login)
        #expect(
            await notifier.deliver(self.notification, handle: nil) == .delivered(handle: nil))
        let messages = try server.messages()
        let message = try #require(messages.first)
        #expect(messages.count == 1)
        #expect(message.tls)
        #expect(message.from == "weir@monitor.example")
        #expect(message.to == ["ops@example.org", "good@example.org"])
        #expect(message.hello == "monitor.example")
        // Byte by byte what was written, with the dots at the start of lines.
        #expect(message.bytes == notifier.request(self.notification).message)
        let mail = try ParsedMail.parse(message.bytes)
        #expect(mail.defects == [])
        #expect(mail.text.contains("gekürzt"))
    }

    @Test func mailGoesThroughTLSFromTheStart() async throws {
        let certificate = try Self.certificate.get()
        let server = try MailServerProcess([
            "--tls", certificate.path, certificate.keyPath, "--user", "weir", Self.password,
        ])
        let notifier = try self.notifier(
            server.port,
            [Self.trust(Self.certificate), "implicit_tls: true"] + Self.login)
        #expect(
            await notifier.deliver(self.notification, handle: nil) == .delivered(handle: nil))
        let messages = try server.messages()
        #expect(messages.map(\.tls) == [true])
    }

    @Test func mailGoesInTheClearWhereThatWasAllowed() async throws {
        let server = try MailServerProcess()
        let notifier = try self.notifier(server.port, ["require_tls: false"])
        #expect(
            await notifier.deliver(self.notification, handle: nil) == .delivered(handle: nil))
        #expect(try server.messages().map(\.tls) == [false])
    }

    @Test func secondTryIsTheSameMail() async throws {
        let server = try MailServerProcess(try self.starttls())
        let notifier = try self.notifier(server.port, [Self.trust(Self.certificate)])
        for _ in 0..<2 { _ = await notifier.deliver(self.notification, handle: nil) }
        let messages = try server.messages()
        #expect(messages.count == 2)
        #expect(messages.first?.bytes == messages.last?.bytes)
    }

    // MARK: - Not delivered

    @Test func wrongPasswordIsNotAuthorised() async throws {
        let server = try MailServerProcess(
            try self.starttls() + ["--user", "weir", "another"])
        let notifier = try self.notifier(
            server.port, [Self.trust(Self.certificate)] + Self.login)
        await self.expect(notifier, isRetried: false, .unauthorized)
        #expect(try server.messages().isEmpty)
    }

    @Test func serverThatAsksForAPasswordIsNotAuthorised() async throws {
        let server = try MailServerProcess(
            try self.starttls() + ["--user", "weir", Self.password])
        await self.expect(
            try self.notifier(server.port, [Self.trust(Self.certificate)]), isRetried: false,
            .unauthorized)
    }

    @Test func withoutSTARTTLSNothingIsSent() async throws {
        let server = try MailServerProcess()
        await self.expect(try self.notifier(server.port), isRetried: true, .tls)
        #expect(try server.messages().isEmpty)
    }

    @Test func certificatesAreChecked() async throws {
        let server = try MailServerProcess(try self.starttls())
        await self.expect(try self.notifier(server.port), isRetried: true, .tls)
        await self.expect(
            try self.notifier(server.port, [Self.trust(Self.foreign)]), isRetried: true, .tls)
        let foreign = try Self.foreign.get()
        let other = try MailServerProcess(["--starttls", foreign.path, foreign.keyPath])
        await self.expect(
            try self.notifier(other.port, [Self.trust(Self.foreign)]), isRetried: true, .tls)
        #expect(try server.messages().isEmpty)
        #expect(try other.messages().isEmpty)
    }

    @Test(arguments: [
        (["--reply", "MAIL", "451 4.7.1 greylisted"], true, DeliveryFault.Reason.rateLimited),
        (["--reply", "DATA", "552 5.2.2 mailbox full"], false, .clientError),
        (["--reply", "DATA", "451 4.3.0 try later"], true, .serverError),
        (["--reply", "MAIL", "550 5.7.1 not you"], false, .clientError),
        (["--size", "1000"], false, .clientError),
        // One of the two recipients is taken all the same.
        (["--reply", "RCPT", "450 4.2.1 later"], true, .serverError),
    ])
    func refusalsAreJudged(
        arguments: [String], isRetried: Bool, reason: DeliveryFault.Reason
    ) async throws {
        let server = try MailServerProcess(arguments)
        await self.expect(
            try self.notifier(server.port, ["require_tls: false"]), isRetried: isRetried, reason)
    }

    @Test func oneRecipientWithoutAMailboxDoesNotHoldUpTheOthers() async throws {
        let server = try MailServerProcess(["--reply", "RCPT", "550 5.1.1 nobody"])
        let notifier = try self.notifier(server.port, ["require_tls: false"])
        #expect(
            await notifier.deliver(self.notification, handle: nil) == .delivered(handle: nil))
        #expect(try server.messages().map(\.to) == [["good@example.org"]])
    }

    @Test(arguments: ["MAIL", "DATA"])
    func silenceIsATimeoutAndAResetALostConnection(verb: String) async throws {
        let silent = try MailServerProcess(["--deed", verb, "hang"])
        await self.expect(
            try self.notifier(
                silent.port, ["require_tls: false"], timeout: .milliseconds(700)),
            isRetried: true, .timeout)
        let broken = try MailServerProcess(["--deed", verb, "reset"])
        await self.expect(
            try self.notifier(broken.port, ["require_tls: false"]), isRetried: true, .connection)
    }
}
