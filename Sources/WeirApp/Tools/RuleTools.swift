// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ConfigTree
import Economy
import GoTemplate
import MetricsRegistry
import PromQL
package import Tabular

/// `weir rules`: what is wrong with rules, whether their tests pass, and all of them as a file for
/// Prometheus.
package enum RuleTools {
    /// What ``lint(_:config:)`` found.
    package struct Lint: Sendable {
        /// One row a finding.
        package var table: Table
        package var rules: Int
        package var errors: Int
        package var warnings: Int
    }

    /// Checks rule files, or the rules of a configuration; with it the metrics that there are.
    ///
    /// - Parameter prefixes: beginnings of names of which the catalogue is complete, besides our own.
    package static func lint(_ paths: [String], config: String?) throws -> Lint {
        var files = paths.map { RuleFile.load(path: $0, surroundings: .process) }
        var catalogue = LintCatalogue(Self.ours(namespace: "weir"), completePrefixes: [])
        var lint = Lint(table: Self.lintTable, rules: 0, errors: 0, warnings: 0)
        var groups = files.flatMap(\.groups)
        if let config {
            let configuration = try WeirConfiguration.load(path: config).configuration
            catalogue = Self.catalogue(configuration)
            if paths.isEmpty {
                groups = configuration.alerting.groups
                files = []
                for fault in configuration.alerting.faults { lint.add(fault) }
                for warning in configuration.alerting.warnings { lint.add(warning, isError: false) }
            }
        } else if paths.isEmpty {
            throw ToolError.usage("name rule files, or a configuration with -c")
        }
        for file in files {
            for fault in file.faults { lint.add(fault) }
            for warning in file.warnings { lint.add(warning, isError: false) }
        }
        let rules = groups.flatMap(\.rules)
        let recorded = rules.compactMap { rule in
            if case .recording(let recording) = rule { recording.name } else { nil }
        }
        let checker = RuleLint(catalogue: catalogue, recorded: Set(recorded))
        for rule in rules {
            for finding in checker.findings(in: Self.subject(rule)) {
                lint.add(finding, at: rule.place)
            }
        }
        lint.rules = rules.count
        return lint
    }

    private static func subject(_ rule: Rule) -> RuleLint.Subject {
        var texts: [String] = []
        if case .alerting(let alerting) = rule {
            texts = (alerting.annotations + alerting.labels).map(\.template.source)
        }
        return RuleLint.Subject(name: rule.name, expression: rule.expression, texts: texts)
    }

    /// Everything that Weir exposes under any configuration. `ALERTS` is not among it: its labels are
    /// those of alerts, which nobody knows.
    private static func ours(namespace: String) -> [MetricDescriptor] {
        MetricCatalogue.builtIn(namespace: namespace)
            + TrackerCatalog.descriptors(TrackerKind.allCases, namespace: namespace)
            + Economy.proxyDescriptors(namespace: namespace)
            + Economy.valueDescriptors(namespace: namespace, buckets: [])
    }

    /// Everything that an instance with this configuration exposes, and what it would expose with other
    /// trackers: a rule on a tracker that is not configured is not wrong, only quiet.
    static func catalogue(_ configuration: WeirConfiguration) -> LintCatalogue {
        let namespace = configuration.namespace
        var descriptors =
            Self.ours(namespace: namespace)
            + MetricCatalogue.configured(
                configuration.chains.map(\.economy), namespace: namespace)
        for alias in configuration.aliases {
            guard let target = descriptors.first(where: { $0.name == alias.target }) else {
                continue
            }
            descriptors.append(
                MetricDescriptor(
                    name: alias.name, help: target.help, type: target.type,
                    labelNames: target.labelNames, buckets: target.buckets))
        }
        return LintCatalogue(descriptors, completePrefixes: [namespace + "_"])
    }

    private static let lintTable = Table(columns: [
        Column("severity", "Severity"), Column("place", "Place"), Column("rule", "Rule"),
        Column("check", "Check"), Column("reason", "Reason"), Column("advice", "What to do"),
    ])

    /// What ``test(_:)`` came to.
    package struct Tests: Sendable {
        /// As `promtool test rules` prints it.
        package var text: String
        package var failures: Int
    }

    /// Runs files of tests in the format of `promtool test rules`.
    package static func test(_ paths: [String]) -> Tests {
        let runner = RuleTestRunner(
            surroundings: .process,
            glob: { FilePattern($0)?.files(in: .process) ?? [] })
        let reports = paths.map { runner.run(path: $0) }
        return Tests(
            text: reports.map(\.text).joined(separator: "\n\n"),
            failures: reports.count { !$0.hasPassed })
    }

    /// All rules of a configuration, thresholds written out, as one file for Prometheus.
    package static func export(config: String) throws -> String {
        let alerting = try WeirConfiguration.load(path: config).configuration.alerting
        return RuleFileText.text(alerting.groups)
    }
}

extension RuleTools.Lint {
    fileprivate mutating func add(_ fault: ConfigDiagnostic, isError: Bool = true) {
        self.count(isError)
        self.table.append([
            .text(isError ? "error" : "warning"), .text("\(fault.place)"), .text(""),
            .text("syntax"), .text(fault.message), .text(fault.advice ?? ""),
        ])
    }

    fileprivate mutating func add(_ finding: RuleLintFinding, at place: ConfigPlace) {
        let isError = finding.severity == .error
        self.count(isError)
        self.table.append([
            .text(isError ? "error" : "warning"), .text("\(place)"), .text(finding.rule),
            .text(finding.kind.rawValue), .text(finding.reason), .text(finding.advice),
        ])
    }

    private mutating func count(_ isError: Bool) {
        if isError { self.errors += 1 } else { self.warnings += 1 }
    }
}
