// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ConfigTree
import CurlTransport
import Foundation
import PromQL
import Testing
import WeirPorts
import WeirTestSupport

@testable import Notifiers

/// A real Alertmanager takes our alerts, and its own tool sees them.
@Suite(.timeLimit(.minutes(5)))
struct AlertmanagerLiveTests {
    static func program(_ names: String...) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
        let folders =
            path.split(separator: ":").map(String.init) + [
                Vectors.projectRoot.appendingPathComponent(".build/tools").path
            ]
        return folders.flatMap { folder in names.map { "\(folder)/\($0)" } }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    static let alertmanager = program("prometheus-alertmanager", "alertmanager")
    static let amtool = program("amtool")
    /// Debian's needs its templates in their place.
    static let isThere =
        alertmanager != nil && amtool != nil
        && (alertmanager?.hasSuffix("prometheus-alertmanager") == false
            || FileManager.default.fileExists(
                atPath: "/usr/share/prometheus/alertmanager/default.tmpl"))
    static let absence: Comment =
        "alertmanager and amtool are not installed: scripts/test gets them"

    /// One that runs on a free port until it is let go.
    final class Server {
        let port: Int
        let folder: URL
        private let process = Process()

        init() throws {
            self.folder = FileManager.default.temporaryDirectory
                .appendingPathComponent("weir-alertmanager-\(UUID().uuidString)")
            try FileManager.default.createDirectory(
                at: self.folder, withIntermediateDirectories: true)
            let file = self.folder.appendingPathComponent("alertmanager.yml")
            try Data("route: { receiver: none }\nreceivers: [{ name: none }]\n".utf8).write(
                to: file)
            self.process.executableURL = URL(
                fileURLWithPath: try #require(AlertmanagerLiveTests.alertmanager))
            self.process.arguments = [
                "--config.file=\(file.path)", "--storage.path=\(self.folder.path)/data",
                "--web.listen-address=127.0.0.1:0", "--cluster.listen-address=",
            ]
            let output = Pipe()
            self.process.standardError = output
            self.process.standardOutput = FileHandle.nullDevice
            try self.process.run()
            var text = ""
            var port: Int?
            while port == nil {
                let data = output.fileHandleForReading.availableData
                guard !data.isEmpty else { break }
                text += String(decoding: data, as: UTF8.self)
                port = text.firstMatch(of: /Listening on.*address=127\.0\.0\.1:([0-9]+)/)
                    .flatMap { Int($0.1) }
            }
            // What it says later must go somewhere, or it stops at a full pipe.
            output.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
            self.port = try #require(port, "\(text)")
        }

        deinit {
            self.process.terminate()
            self.process.waitUntilExit()
            try? FileManager.default.removeItem(at: self.folder)
        }
    }

    /// The names of the alerts that `amtool` shows.
    static func query(_ server: Server, _ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(self.amtool))
        process.arguments =
            [
                "alert", "query", "--alertmanager.url=http://127.0.0.1:\(server.port)", "-o",
                "extended",
            ]
            + arguments
        process.environment = ["HOME": server.folder.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: data, as: UTF8.self)
    }

    @Test(.enabled(if: isThere, absence))
    func realAlertmanagerSeesFiringAndThenResolved() async throws {
        let server = try Server()
        let now = Timestamp(Date().timeIntervalSince1970 * 1000)
        let tree = try ConfigLoader(surroundings: ConfigSurroundings()).load(
            text:
                "receivers: [{ name: ops, alertmanager: { urls: [\"http://127.0.0.1:\(server.port)\"] } }]"
        )
        let client = directClient()
        let traffic = ChannelTraffic(client: client) { now }
        let notifier = try #require(
            ReceiversConfiguration.read(tree).receivers.first?.outlets(traffic: traffic).first?
                .notifier)

        var alerts = HostileCorpus.strings(120, seed: 0xa1e7).enumerated().map { index, text in
            Samples.alert(
                labels: ["index": "\(index)", "text": String(text.prefix(1000))],
                annotations: ["summary": String(text.prefix(1000))], startsAt: now - 60_000,
                generatorURL: "http://127.0.0.1/graph?g0.expr=up")
        }
        var notification = Samples.notification(alerts)
        notification.time = now
        let firing = await notifier.deliver(notification, handle: nil)
        #expect(firing == .delivered(handle: nil))
        let seen = try Self.query(server, "alertname=NodeSlashed")
        for index in alerts.indices {
            #expect(seen.contains("index=\"\(index)\""))
        }
        #expect(try Self.query(server, "alertname=Other").contains("index=") == false)

        for index in alerts.indices { alerts[index].endsAt = now - 1000 }
        notification.alerts = alerts
        notification.cause = .resolved
        let resolved = await notifier.deliver(notification, handle: nil)
        #expect(resolved == .delivered(handle: nil))
        #expect(try Self.query(server, "alertname=NodeSlashed").contains("index=") == false)
        await client.shutdown()
    }

    @Test(.enabled(if: isThere, absence))
    func alertThatItDoesNotTakeIsRefused() async throws {
        let server = try Server()
        let client = directClient()
        let url = try EndpointURL("http://127.0.0.1:\(server.port)/api/v2/alerts")
        let notifier = AlertmanagerNotifier(
            receiver: "ops", url: url, headers: [], resend: .seconds(60),
            traffic: ChannelTraffic(client: client) { Samples.time })
        let alert = Alert(labels: Labels(["bad-name": "x"]), startsAt: Samples.time)
        let outcome = await notifier.deliver(Samples.notification([alert]), handle: nil)
        #expect(StatusJudgementTests.Verdict(outcome) == .refused(.clientError))
        await client.shutdown()
    }
}
