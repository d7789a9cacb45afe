// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Foundation
import Testing
import WeirTestSupport

/// Certificates are checked, against `openssl s_server` and `nginx` where these are installed.
@Suite(.timeLimit(.minutes(2)))
struct TLSTests {
    private static func find(_ name: String) -> String? {
        ["/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/opt/homebrew/bin/"].map { $0 + name }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// A child inherits the blocked signals of the test's thread, so nothing gentler would reach it.
    private static func end(_ process: Process) {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    static let openssl = find("openssl")
    static let nginx = find("nginx")

    /// A folder with a key and a self-signed certificate for `name`.
    private final class Certificate {
        let folder: URL
        var pem: String { self.folder.appending(path: "cert.pem").path }
        var key: String { self.folder.appending(path: "key.pem").path }

        init(for name: String) throws {
            self.folder = FileManager.default.temporaryDirectory
                .appending(path: "weir-tls-\(UUID().uuidString)")
            try FileManager.default.createDirectory(
                at: self.folder, withIntermediateDirectories: true)
            let process = Process()
            process.executableURL = URL(filePath: try #require(TLSTests.openssl))
            process.arguments =
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                    "-nodes",
                ]
                + ["-keyout", self.key, "-out", self.pem, "-days", "2", "-subj", "/CN=weir-test"]
                + ["-addext", "subjectAltName=\(name)"]
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0)
        }

        deinit {
            try? FileManager.default.removeItem(at: self.folder)
        }
    }

    /// `openssl s_server -www` on a port that the system chose.
    private final class TLSServer {
        let port: Int
        private let process = Process()

        init(_ certificate: Certificate) throws {
            self.process.executableURL = URL(filePath: try #require(TLSTests.openssl))
            self.process.arguments =
                ["s_server", "-accept", "127.0.0.1:0", "-www"]
                + ["-cert", certificate.pem, "-key", certificate.key]
            let output = Pipe()
            self.process.standardOutput = output
            self.process.standardError = FileHandle.nullDevice
            try self.process.run()
            var text = ""
            var port: Int?
            while port == nil {
                let data = output.fileHandleForReading.availableData
                guard !data.isEmpty else { break }
                text += String(decoding: data, as: UTF8.self)
                port = text.firstMatch(of: /ACCEPT [0-9.]+:([0-9]+)\n/).flatMap { Int($0.1) }
            }
            self.port = try #require(port)
        }

        deinit {
            TLSTests.end(self.process)
        }
    }

    @Test(.enabled(if: openssl != nil, "openssl is not installed"))
    func selfSignedCertificateIsRefusedUnlessItsIssuerIsGiven() async throws {
        let certificate = try Certificate(for: "IP:127.0.0.1")
        let server = try TLSServer(certificate)
        let client = directClient()
        let plain = try HTTPRequest.loopback(server.port, scheme: "https")
        let trusting = try HTTPRequest.loopback(
            server.port, scheme: "https", caFile: certificate.pem)
        let refused = await failure(client, plain)
        guard case .tls(.untrusted) = refused else {
            Issue.record("not refused: \(String(describing: refused))")
            return
        }
        #expect(refused?.isRetryable == false)
        #expect(try await client.send(trusting).status == 200)
        // The handle and its connections must forget the file again.
        #expect(await failure(client, plain) == refused)
        #expect(try await client.send(trusting).status == 200)
        await client.shutdown()
    }

    @Test(.enabled(if: openssl != nil, "openssl is not installed"))
    func certificateForAnotherHostIsRefused() async throws {
        let certificate = try Certificate(for: "DNS:other.invalid")
        let server = try TLSServer(certificate)
        let client = directClient()
        let request = try HTTPRequest.loopback(
            server.port, scheme: "https", caFile: certificate.pem)
        let error = await failure(client, request)
        #expect(error == .tls(.wrongHost))
        await client.shutdown()
    }

    @Test(.enabled(if: openssl != nil, "openssl is not installed"))
    func certificateFileThatIsMissingOrNoCertificateIsToldAsSuch() async throws {
        let certificate = try Certificate(for: "IP:127.0.0.1")
        let server = try TLSServer(certificate)
        let client = directClient()
        for path in ["/nonexistent/\(canary).pem", "/dev/null"] {
            let request = try HTTPRequest.loopback(server.port, scheme: "https", caFile: path)
            #expect(await failure(client, request) == .tls(.badCAFile))
        }
        let request = try HTTPRequest.loopback(server.port, scheme: "https", caFile: "a\0b")
        #expect(await failure(client, request) == .invalidRequest(.filePath))
        await client.shutdown()
    }

    @Test func plainServerBehindHTTPSFailsTheHandshake() async throws {
        let server = try LoopbackServer { connection in
            connection.write("HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.waitForEnd()
        }
        let client = directClient()
        let error = await failure(client, try .loopback(server.port, scheme: "https"))
        #expect(error == .tls(.handshake))
        #expect(error?.isRetryable == true)
        await client.shutdown()
    }

    @Test(.enabled(if: openssl != nil && nginx != nil, "openssl or nginx is not installed"))
    func http2CarriesManyRequestsInOneConnection() async throws {
        let certificate = try Certificate(for: "IP:127.0.0.1")
        let origin = try LoopbackServer(answering: { answer($0.body + [9]) })
        // nginx cannot choose a port itself: take one that was free a moment ago.
        var probe: LoopbackServer? = try LoopbackServer { _ in }
        let port = try #require(probe?.port)
        probe = nil
        let folder = certificate.folder.path
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(folder)/\($0);" }.joined(separator: " ")
        let configuration = """
            daemon off; master_process off; pid \(folder)/pid; error_log \(folder)/error.log;
            events { worker_connections 256; }
            http { access_log off; \(temporary)
              server { listen 127.0.0.1:\(port) ssl http2;
                ssl_certificate \(certificate.pem); ssl_certificate_key \(certificate.key);
                location / { proxy_pass http://127.0.0.1:\(origin.port); } } }
            """
        try Data(configuration.utf8).write(to: certificate.folder.appending(path: "nginx.conf"))
        let process = Process()
        process.executableURL = URL(filePath: try #require(Self.nginx))
        process.arguments = ["-c", "\(folder)/nginx.conf", "-e", "\(folder)/start.log"]
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer {
            Self.end(process)
        }
        let client = directClient()
        func request(_ number: Int) throws -> HTTPRequest {
            try .loopback(
                port, scheme: "https", body: Array("\(number)".utf8), caFile: certificate.pem)
        }
        let first = try request(0)
        var response: HTTPResponse?
        // Until nginx listens, connecting is refused at once.
        while response == nil, process.isRunning { response = try? await client.send(first) }
        #expect(response?.version == .http2)
        #expect(response?.status == 200)
        let opened = client.statistics.connectionsOpened
        let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 1...100 {
                let request = try request(number)
                group.addTask { try await client.send(request).body == request.body + [9] }
            }
            var good = 0
            for try await isGood in group { good += isGood ? 1 : 0 }
            return good
        }
        #expect(answers == 100)
        #expect(client.statistics.connectionsOpened == opened)
        var old = first
        old.version = .http1
        #expect(try await client.send(old).version == .http11)
        await client.shutdown()
    }
}
