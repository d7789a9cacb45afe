// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import PromQL
import Testing
import WeirTestSupport

@testable import Alerting

/// The same file and the same labels, asked of `amtool config routes test`.
@Suite struct AmtoolTests {
    /// The program: in `AMTOOL`, among the tools of the build, or on the path.
    static let path: String? = {
        let environment = ProcessInfo.processInfo.environment
        let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let places =
            [environment["AMTOOL"] ?? ""]
            + [Vectors.projectRoot.appendingPathComponent(".build/tools/amtool").path]
            + folders.map { "\($0)/amtool" }
        return places.first { !$0.isEmpty && FileManager.default.isExecutableFile(atPath: $0) }
    }()

    private static let routes = """
        route:
          receiver: default
          group_by: [alertname]
          routes:
            - match: { owner: team-A }
              receiver: ops
              continue: true
              routes:
                - { match: { env: testing }, receiver: test }
                - { match_re: { env: "produ.*", job: ".*" }, receiver: pager, continue: true }
                - { matchers: ['env!~"x|y"', 'job=~".+"'], receiver: staging }
            - matchers: ['owner=~"team-(B|C)"', 'env != testing']
              receiver: bc
            - matchers: ['{severity="critical",absent=""}']
              receiver: pager
              routes:
                - matchers: [alertname=~"A.*"]
                  routes:
                    - { matchers: ['note="a, b"'], receiver: test }
                    - { matchers: ['note=~"[0-9]{2}"'], receiver: staging, continue: true }
                    - { matchers: ['note!~"[a-z]+"'], receiver: bc }
            - { matchers: [quoted="with \\"quotes\\""], receiver: test }

        """
    private static let receivers = ["default", "ops", "pager", "test", "staging", "bc"]

    private static func ask(_ arguments: [String]) throws -> (code: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.path))
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    @Test(.enabled(if: path != nil, "amtool is not installed (Debian: prometheus-alertmanager)"))
    func sameReceivers() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("weir-amtool-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("alertmanager.yml")
        let declared = "receivers:\n" + Self.receivers.map { "  - name: \($0)\n" }.joined()
        try Data((Self.routes + declared).utf8).write(to: file)
        let (code, output) = try Self.ask(["check-config", file.path])
        try #require(code == 0, "\(output)")

        let tree = try RoutingLab.configuration(Self.routes, receivers: Self.receivers).routes
        var random = SeededRandom(seed: 3)
        let values: [(String, [String])] = [
            ("alertname", ["A", "AB", "C", ""]), ("owner", ["team-A", "team-B", "team-D", ""]),
            ("env", ["testing", "production", "x", ""]), ("job", ["j", ""]),
            ("severity", ["critical", "warning", ""]), ("absent", ["", "", "1"]),
            ("note", ["a, b", "12", "123", "ab", ""]), ("quoted", [#"with "quotes""#, "", ""]),
        ]
        for _ in 0..<200 {
            let labels = Labels(
                values.map { ($0.0, $0.1.randomElement(using: &random) ?? "") })
            let words = labels.pairs.map { "\($0.name)=\(Labels.quoted($0.value))" }
            let (code, output) = try Self.ask(
                ["config", "routes", "test", "--config.file=\(file.path)"] + words)
            #expect(code == 0, "\(output)")
            let expected = output.trimmingCharacters(in: .whitespacesAndNewlines)
                .split(separator: ",").map(String.init)
            var seen: [String] = []
            for receiver in expected where !seen.contains(receiver) { seen.append(receiver) }
            #expect(tree.receivers(labels) == seen, "\(labels)")
        }
    }
}
