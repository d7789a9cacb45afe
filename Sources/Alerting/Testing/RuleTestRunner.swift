// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
import PromQL

/// Runs files of rule tests: the same verdicts as `promtool test rules`.
///
/// A test starts with an empty store at time 0. At each step the samples up to it are added, all groups
/// are evaluated, whatever interval they have themselves, and alerts are compared; expressions are
/// compared at the end.
package struct RuleTestRunner {
    /// Evaluations of one test: what a slip such as `eval_time: 100y` would cost.
    private static let stepsMax: Int64 = 1_000_000

    private let surroundings: ConfigSurroundings
    private let glob: (String) -> [String]

    /// - Parameter glob: the files that fit a pattern with `*`, `?` or `[`, sorted.
    package init(
        surroundings: ConfigSurroundings, glob: @escaping (String) -> [String] = { _ in [] }
    ) {
        self.surroundings = surroundings
        self.glob = glob
    }

    /// Runs a file.
    package func run(path: String) -> RuleTestReport {
        var report = RuleTestReport(file: path)
        let file = RuleTestFile.load(path: path, surroundings: self.surroundings)
        guard file.faults.isEmpty else {
            report.failures = file.faults.map { RuleTestFailure($0) }
            return report
        }
        var groups: [RuleGroup] = []
        for path in self.ruleFiles(of: file, &report) {
            let rules = RuleFile.load(path: path, surroundings: self.surroundings)
            groups += rules.groups
            report.failures += rules.faults.map { RuleTestFailure($0) }
        }
        guard report.failures.isEmpty else { return report }
        let order = Dictionary(
            zip(file.groupOrder, 0...), uniquingKeysWith: { first, _ in first })
        let ordered = groups.enumerated().sorted { left, right in
            let (one, other) = (order[left.element.name] ?? 0, order[right.element.name] ?? 0)
            return one == other ? left.offset < right.offset : one < other
        }
        for test in file.tests {
            Self.run(test, ordered.map(\.element), file, &report)
        }
        return report
    }

    private func ruleFiles(of file: RuleTestFile, _ report: inout RuleTestReport) -> [String] {
        let folder = file.name.lastIndex(of: "/").map { String(file.name[...$0]) } ?? ""
        var paths: [String] = []
        for name in file.ruleFiles {
            let path = name.hasPrefix("/") ? name : folder + name
            guard path.contains(where: { "*?[".contains($0) }) else {
                paths.append(path)
                continue
            }
            let found = self.glob(path)
            if found.isEmpty { report.warnings.append("no file match pattern \(path)") }
            paths += found
        }
        return paths
    }

    // MARK: - One test

    private static func run(
        _ test: RuleTestGroup, _ groups: [RuleGroup], _ file: RuleTestFile,
        _ report: inout RuleTestReport
    ) {
        guard test.end / file.evaluationInterval < Self.stepsMax else {
            report.failures.append(
                RuleTestFailure(
                    ConfigPlace(file: file.name),
                    "    test \(test.name): more than \(Self.stepsMax) evaluations up to "
                        + "\(DurationText.text(test.end)); use a longer evaluation_interval"))
            return
        }
        var settings = RuleSettings()
        settings.interval = test.interval
        settings.externalLabels = test.externalLabels
        settings.externalURL = test.externalURL
        settings.subqueryStep = file.evaluationInterval
        var lab = RuleTestLab(test: test)
        var engines = groups.map { RuleEngine(group: $0, settings: settings) }
        var time: Int64 = 0
        while time <= test.end {
            lab.addSamples(through: time)
            var failed = false
            for index in engines.indices {
                let outcome = engines[index].evaluate(at: time, source: lab.source)
                lab.add(outcome.samples)
                for (rule, health) in zip(engines[index].group.rules, outcome.health) {
                    guard let reason = health.error else { continue }
                    report.failures.append(.rule(rule, at: time, reason: reason))
                    failed = true
                }
            }
            if failed { return }
            for alert in test.alerts
            where time <= alert.time && alert.time - time < file.evaluationInterval {
                report.cases += 1
                Self.compare(alert, engines, test, &report)
            }
            time += file.evaluationInterval
        }
        for expression in test.expressions {
            report.cases += 1
            Self.compare(expression, lab, settings, &report)
        }
    }

    private static func compare(
        _ alert: RuleTestGroup.AlertCase, _ engines: [RuleEngine], _ test: RuleTestGroup,
        _ report: inout RuleTestReport
    ) {
        var got: [RuleTestAlert] = []
        for engine in engines {
            for (rule, state) in zip(engine.group.rules, engine.state.rules) {
                guard case .alerting(let alerting) = rule, alerting.name == alert.name else {
                    continue
                }
                got += state.instances.filter { $0.state == .firing }
                    .map { RuleTestAlert(labels: $0.labels, annotations: $0.annotations) }
            }
        }
        let expected = alert.expected.sorted()
        got.sort()
        guard got != expected else { return }
        report.failures.append(.alerts(alert, of: test, expected: expected, got: got))
    }

    private static func compare(
        _ test: RuleTestGroup.ExpressionCase, _ lab: RuleTestLab, _ settings: RuleSettings,
        _ report: inout RuleTestReport
    ) {
        var got: [(labels: Labels, value: Double)] = []
        do {
            let expression = try PromQLParser.parse(test.text)
            let evaluator = Evaluator(
                source: lab.source, lookback: settings.lookback,
                defaultSubqueryStep: settings.subqueryStep, dialect: settings.dialect)
            switch try evaluator.instant(expression, at: test.time) {
            case .vector(let samples): got = samples.map { ($0.labels, $0.value) }
            case .scalar(let value): got = [(.empty, value)]
            case .string, .matrix:
                report.failures.append(
                    .expression(test, reason: "rule result is not a vector or scalar"))
                return
            }
        } catch {
            report.failures.append(.expression(test, reason: "\(error)"))
            return
        }
        got.sort { $0.labels < $1.labels }
        let expected = test.expected.sorted { $0.labels < $1.labels }
        // NaN is not even equal to itself, as with promtool.
        let isSame =
            got.count == expected.count
            && zip(got, expected).allSatisfy { $0.labels == $1.labels && $0.value == $1.value }
        if !isSame { report.failures.append(.expression(test, expected: expected, got: got)) }
    }
}

/// The store of one test: its series grow as time goes on, so that no rule looks ahead.
private struct RuleTestLab {
    private(set) var source = MemorySource()
    private let inputs: [(labels: Labels, points: [Point])]
    private var places: [Int]

    init(test: RuleTestGroup) {
        self.inputs = test.inputs.map {
            ($0.labels, SeriesNotation.points($0.values, interval: test.interval))
        }
        self.places = Array(repeating: 0, count: self.inputs.count)
    }

    mutating func addSamples(through time: Int64) {
        for (index, input) in self.inputs.enumerated() {
            while self.places[index] < input.points.count,
                input.points[self.places[index]].time <= time
            {
                self.source.add(input.points[self.places[index]], to: input.labels)
                self.places[index] += 1
            }
        }
    }

    mutating func add(_ samples: [VectorSample]) {
        for sample in samples {
            self.source.add(Point(time: sample.time, value: sample.value), to: sample.labels)
        }
    }
}
