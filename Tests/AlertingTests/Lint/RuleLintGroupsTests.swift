// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import Foundation
import MetricsRegistry
import Testing
import WeirTestSupport

@testable import Alerting

@Suite struct RuleLintGroupsTests {
    @Test func findingsHaveThePlaceOfTheirRule() {
        let file = RuleFile.read(
            Array(
                """
                groups:
                  - name: protocol_alerts
                    interval: 30s
                    rules:
                      - alert: UnusualTransactionVolume
                        expr: rate(teg_transactions_total[5m]) > 100
                        for: 10m
                        labels: { severity: info }
                        annotations:
                          description: "Transaction rate exceeds 100/minute"
                      - record: teg:rate5m
                        expr: rate(teg_transactions_total[5m])
                      - alert: Fine
                        expr: sum(teg:rate5m) > 100 and on () ALERTS
                      - alert: Unknown
                        expr: teg_rate5m > 100

                """.utf8), name: "rules.yaml")
        #expect(file.faults.isEmpty, "\(file.faults)")
        let catalogue = LintCatalogue(
            metrics: ["teg_transactions_total": .init(type: .counter, labels: ["type"])],
            completePrefixes: ["teg", "ALERTS"])
        let findings = RuleLint.findings(in: file.groups, catalogue: catalogue)
        #expect(findings.map(\.finding.rule) == ["UnusualTransactionVolume", "Unknown"])
        #expect(findings.map(\.finding.kind) == [.unitSlip, .unknownMetric])
        #expect(findings.map(\.place.line) == [5, 15])
        #expect(findings.allSatisfy { $0.group == "protocol_alerts" })
        #expect(findings[0].description.hasPrefix("rules.yaml:5:"))
        #expect(findings[0].description.contains("60 times apart"))
        #expect(findings[1].finding.advice == "did you mean \"teg:rate5m\"?")
    }

    @Test func shippedFilesAreFine() throws {
        let folder = Vectors.projectRoot.appendingPathComponent("config/rules")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".yaml") }
        for name in names {
            let bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
            let file = RuleFile.read(bytes, name: name)
            #expect(file.faults.isEmpty)
            #expect(file.groups.flatMap(\.rules).count > 5)
            let findings = RuleLint.findings(
                in: file.groups, catalogue: LintCatalogue(metrics: [:]))
            #expect(findings.isEmpty, "\(findings)")
        }
    }
}
