// Weir
// SPDX-License-Identifier: Apache-2.0

import Economy
import Foundation
import MetricsRegistry
import Testing
import WeirApp
import WeirTestSupport

/// Shows that the shipped alert rules load in Prometheus, fire when they should, and speak of
/// metrics that there are.
@Suite struct ShippedRulesTests {
    private static let folder = Vectors.projectRoot.appendingPathComponent("config/rules")
    private static let promtool: String? =
        ((ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin")
        .split(separator: ":").map { "\($0)/promtool" }
        + [Vectors.projectRoot.appendingPathComponent(".build/tools/promtool").path])
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    private static func files(_ path: String) -> [URL] {
        let found = try? FileManager.default.contentsOfDirectory(
            at: self.folder.appendingPathComponent(path), includingPropertiesForKeys: nil)
        return (found ?? []).filter { $0.pathExtension == "yaml" }.sorted { $0.path < $1.path }
    }

    private static func run(_ arguments: [String]) throws -> (status: Int32, printed: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(self.promtool))
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    @Test(.enabled(if: promtool != nil, "promtool is not installed"))
    func promtoolTakesTheRulesAndTheirTests() throws {
        let rules = Self.files("").map(\.path)
        let tests = Self.files("tests").map(\.path)
        #expect(!rules.isEmpty && !tests.isEmpty)
        let check = try Self.run(["check", "rules"] + rules)
        #expect(check.status == 0, "\(check.printed)")
        let test = try Self.run(["test", "rules"] + tests)
        #expect(test.status == 0, "\(test.printed)")
    }

    /// A rule on a metric that does not exist never fires, and nobody notices.
    @Test func rulesSpeakOfMetricsThatThereAre() throws {
        var known: Set<String> = []
        for descriptor in MetricCatalogue.builtIn()
            + TrackerCatalog.descriptors(TrackerKind.allCases, namespace: "weir")
            + Economy.proxyDescriptors(namespace: "weir")
        {
            known.formUnion(descriptor.sampleNames)
        }
        var mentioned = 0
        for file in Self.files("") {
            let text = try String(contentsOf: file, encoding: .utf8)
            for line in text.split(separator: "\n") where line.contains("expr:") {
                for match in line.matches(of: /weir_[a-z0-9_]+/) {
                    mentioned += 1
                    #expect(known.contains(String(match.0)), "\(match.0) in \(file.path)")
                }
            }
        }
        #expect(mentioned > 10)
    }

    /// Each alert is shown to fire and not to fire, and its link leads to a runbook.
    @Test func everyAlertIsTestedAndHasARunbook() throws {
        var tests = ""
        for file in Self.files("tests") { tests += try String(contentsOf: file, encoding: .utf8) }
        let runbooks = Set(Runbooks.alerts)
        var alerts: Set<String> = []
        for file in Self.files("") {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /- alert: (\w+)/) {
                let name = String(match.1)
                alerts.insert(name)
                #expect(text.contains("/runbooks#\(name.lowercased())\""), "\(name)")
                #expect(tests.contains("alertname: \(name)\n        exp_alerts:"), "\(name)")
                #expect(tests.contains(", alertname: \(name) }"), "\(name)")
            }
        }
        #expect(runbooks == alerts)
    }

    @Test func everyTrackersMetricIsLintCleanAndNamedOnce() {
        let descriptors =
            TrackerCatalog.descriptors(TrackerKind.allCases, namespace: "weir")
            + Economy.proxyDescriptors(namespace: "weir")
        let findings = MetricLint.findings(descriptors)
        #expect(findings.isEmpty, "\(findings)")
        let all = (MetricCatalogue.builtIn() + descriptors).map(\.name)
        #expect(Set(all).count == all.count)
    }
}
