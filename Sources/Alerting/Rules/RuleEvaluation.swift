// Weir
// SPDX-License-Identifier: Apache-2.0

import GoTemplate
import PromQL

/// One evaluation of a group: its time, and the samples that grow with each rule.
struct RuleEvaluation {
    private let group: RuleGroup
    private let settings: RuleSettings
    private let time: Timestamp
    private var source: RuleSource

    init(group: RuleGroup, settings: RuleSettings, time: Timestamp, source: any SampleSource) {
        self.group = group
        self.settings = settings
        self.time = time
        self.source = RuleSource(base: source)
    }

    /// When the expressions are evaluated, and of which time the samples are.
    private var sampleTime: Timestamp { self.time &- self.group.queryOffset }

    /// The mark that a series ends.
    func end(of labels: Labels) -> VectorSample {
        VectorSample(labels: labels, time: self.sampleTime, value: StaleMarker.value)
    }

    /// Where an expression can be looked at; empty where this program is reached nowhere.
    static func generatorURL(_ rule: AlertingRule, _ settings: RuleSettings) -> String {
        guard !settings.externalURL.isEmpty else { return "" }
        let query = GoText.queryEscaped(rule.expression.description)
        return "\(settings.externalURL)/graph?g0.expr=\(query)&g0.tab=1"
    }

    /// Evaluates a rule, changes its state, and gives the samples to keep. When it throws, the state is
    /// as before, but for a limit that was exceeded: then the alerts are forgotten.
    mutating func run(
        _ rule: Rule, _ state: inout RuleState
    ) throws(RuleFault) -> [VectorSample] {
        let vector = try self.vector(rule.expression)
        var samples: [VectorSample]
        let before: [Labels]
        switch rule {
        case .recording(let recording):
            samples = try self.record(recording, vector)
            before = state.series
            state.series = samples.map(\.labels)
        case .alerting(let alerting):
            before = state.series + state.alertSeries
            try self.advance(alerting, vector, &state)
            samples = self.samples(of: state)
            state.series = []
        }
        let written = samples.map(\.labels)
        // Mostly the same series in the same order, which is seen without hashing them.
        if !before.isEmpty, before != written {
            let written = Set(written)
            for labels in before where !written.contains(labels) {
                samples.append(self.end(of: labels))
            }
        }
        for sample in samples { self.source.add(sample) }
        return samples
    }

    // MARK: - Expressions

    private var evaluator: Evaluator {
        Evaluator(
            source: self.source, lookback: self.settings.lookback,
            defaultSubqueryStep: self.settings.subqueryStep, dialect: self.settings.dialect,
            maxSamples: self.settings.maxSamples)
    }

    private func vector(_ expression: Expression) throws(RuleFault) -> [VectorSample] {
        do throws(EvaluationError) {
            switch try self.evaluator.instant(expression, at: self.sampleTime) {
            case .vector(let samples): return samples
            case .scalar(let value):
                return [VectorSample(labels: .empty, time: self.sampleTime, value: value)]
            case .string, .matrix:
                throw EvaluationError(.notEvaluated(Self.notVector), at: expression.place)
            }
        } catch {
            if case .notEvaluated(Self.notVector) = error.reason {
                throw RuleFault.notVectorOrScalar
            }
            throw RuleFault.expression(error.description)
        }
    }

    private static let notVector = "a string or a range"

    private func record(
        _ rule: RecordingRule, _ vector: [VectorSample]
    ) throws(RuleFault) -> [VectorSample] {
        var seen: Set<Labels> = []
        var samples: [VectorSample] = []
        for sample in vector {
            var labels = sample.labels.setting(Labels.metricName, to: rule.name)
            for pair in rule.labels.pairs { labels = labels.setting(pair.name, to: pair.value) }
            guard seen.insert(labels).inserted else { throw RuleFault.sameLabels(kind: "rule") }
            samples.append(
                VectorSample(labels: labels, time: self.sampleTime, value: sample.value))
        }
        if self.group.limit > 0, samples.count > self.group.limit {
            throw RuleFault.limit(self.group.limit, count: samples.count, kind: "series")
        }
        return samples
    }

    // MARK: - Alerts

    /// The step of `AlertingRule.Eval`.
    private func advance(
        _ rule: AlertingRule, _ vector: [VectorSample], _ state: inout RuleState
    ) throws(RuleFault) {
        var found: [Labels: AlertInstance] = [:]
        for sample in vector {
            let instance = self.instance(rule, sample)
            guard found.updateValue(instance, forKey: instance.labels) == nil else {
                throw RuleFault.sameLabels(kind: "alert")
            }
        }
        var instances: [AlertInstance] = []
        var active = 0
        for old in state.instances {
            guard let new = found[old.labels] else {
                guard let kept = self.absent(old, rule) else { continue }
                instances.append(kept)
                if kept.isActive { active += 1 }
                continue
            }
            guard old.isActive else { continue }
            found[old.labels] = nil
            var instance = old
            instance.value = new.value
            instance.annotations = new.annotations
            instance.keepFiringSince = nil
            instances.append(self.ripened(instance, rule))
            active += 1
        }
        for new in found.values {
            instances.append(self.ripened(new, rule))
            active += 1
        }
        if self.group.limit > 0, active > self.group.limit {
            state.series += state.alertSeries
            state.instances = []
            throw RuleFault.limit(self.group.limit, count: active, kind: "alerts")
        }
        state.instances = instances.sorted { $0.labels < $1.labels }
    }

    /// What becomes of an alert that the expression does not give; nil: it is forgotten.
    private func absent(_ instance: AlertInstance, _ rule: AlertingRule) -> AlertInstance? {
        var instance = instance
        switch instance.state {
        case .pending: return nil
        case .inactive:
            let age = self.time &- (instance.resolvedAt ?? self.time)
            return age > self.settings.resolvedRetention ? nil : instance
        case .firing:
            if rule.keepFiring > 0 {
                let since = instance.keepFiringSince ?? self.time
                instance.keepFiringSince = since
                if self.time &- since < rule.keepFiring { return instance }
            }
            instance.state = .inactive
            instance.resolvedAt = self.time
            return instance
        }
    }

    /// Fires a pending alert whose time has come.
    private func ripened(_ instance: AlertInstance, _ rule: AlertingRule) -> AlertInstance {
        guard instance.state == .pending, self.time &- instance.activeAt >= rule.hold else {
            return instance
        }
        var instance = instance
        instance.state = .firing
        instance.firedAt = self.time
        return instance
    }

    private func samples(of state: RuleState) -> [VectorSample] {
        state.instances.filter(\.isActive).flatMap { instance in
            let since = Double(instance.activeAt / 1000)
            return [
                VectorSample(labels: instance.alertsLabels, time: self.sampleTime, value: 1),
                VectorSample(labels: instance.forStateLabels, time: self.sampleTime, value: since),
            ]
        }
    }

    private func instance(_ rule: AlertingRule, _ sample: VectorSample) -> AlertInstance {
        let texts = RuleTexts(
            sample: sample, settings: self.settings, query: self.query(_:))
        var labels = sample.labels.withoutMetricName
        for text in rule.labels { labels = labels.setting(text.name, to: texts.expand(text)) }
        labels = labels.setting("alertname", to: rule.name)
        let annotations = Labels(rule.annotations.map { ($0.name, texts.expand($0)) })
        return AlertInstance(
            labels: labels, annotations: annotations, value: sample.value, activeAt: self.time)
    }

    private func query(_ text: String) throws(TemplateFault) -> [TemplateSample] {
        let vector: [VectorSample]
        do {
            vector = try self.vector(try PromQLParser.parse(text))
        } catch {
            throw TemplateFault("\(error)")
        }
        return vector.map { sample in
            TemplateSample(labels: RuleTexts.dictionary(sample.labels), value: sample.value)
        }
    }
}
