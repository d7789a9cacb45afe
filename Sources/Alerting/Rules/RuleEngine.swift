// Weir
// SPDX-License-Identifier: Apache-2.0

package import PromQL

/// Evaluates the rules of one group, and knows what became of their alerts.
///
/// The life of an alert is that of Prometheus (`rules/alerting.go`): pending while `for` lasts, firing, kept
/// by `keep_firing_for`, and for 15 minutes after its end. Rules are evaluated in order, and each sees what
/// the earlier ones gave. The engine is a value: it looks at no clock and at no store. Whoever drives it
/// keeps ``RuleOutcome/samples`` and ``state``, hands ``RuleOutcome/alerts`` on, and gives the state back
/// after a restart (``resume(_:at:)``).
///
/// Different from Prometheus: a label whose template comes to nothing is not there in `ALERTS` either
/// (there it shows the template's text); and see ``resume(_:at:)``.
package struct RuleEngine: Sendable {
    package let group: RuleGroup
    package let settings: RuleSettings
    package private(set) var state: RuleGroupState

    package init(group: RuleGroup, settings: RuleSettings = RuleSettings()) {
        self.group = group
        self.settings = settings
        self.state = RuleGroupState(rules: group.rules.map { RuleState(key: $0.key) })
    }

    /// Milliseconds between two evaluations.
    package var interval: Int64 { self.group.interval ?? self.settings.interval }

    /// Evaluates all rules at a time. A rule that fails leaves its alerts as they are, and the others
    /// are evaluated all the same.
    package mutating func evaluate(at time: Timestamp, source: some SampleSource) -> RuleOutcome {
        let lasting = 4 * max(self.interval, self.settings.resendDelay)
        var outcome = RuleOutcome(validUntil: time &+ lasting)
        var evaluation = RuleEvaluation(
            group: self.group, settings: self.settings, time: time, source: source)
        for (index, rule) in self.group.rules.enumerated() {
            var health = RuleHealth(name: rule.name)
            do throws(RuleFault) {
                let samples = try evaluation.run(rule, &self.state.rules[index])
                health.samples = samples.count { !StaleMarker.marks($0.value) }
                outcome.samples += samples
                if case .alerting(let alerting) = rule {
                    outcome.alerts += self.alertsToSend(
                        alerting, index, at: time, validUntil: outcome.validUntil)
                }
            } catch {
                health.error = error.description
            }
            outcome.health.append(health)
        }
        if !self.state.orphans.isEmpty {
            let written = Set(outcome.samples.map(\.labels))
            for labels in self.state.orphans where !written.contains(labels) {
                outcome.samples.append(evaluation.end(of: labels))
            }
            self.state.orphans = []
        }
        self.state.evaluatedAt = time
        return outcome
    }

    private mutating func alertsToSend(
        _ rule: AlertingRule, _ index: Int, at time: Timestamp, validUntil: Timestamp
    ) -> [Alert] {
        var alerts: [Alert] = []
        let url = self.generatorURL(rule)
        for place in self.state.rules[index].instances.indices {
            guard
                self.state.rules[index].instances[place].needsSending(
                    at: time, resendDelay: self.settings.resendDelay)
            else { continue }
            self.state.rules[index].instances[place].lastSentAt = time
            self.state.rules[index].instances[place].validUntil = validUntil
            alerts.append(self.state.rules[index].instances[place].alert(generatorURL: url))
        }
        return alerts
    }

    private func generatorURL(_ rule: AlertingRule) -> String {
        RuleEvaluation.generatorURL(rule, self.settings)
    }

    // MARK: - Over a restart

    /// Takes over what an engine knew before: after a restart, or when the file was read again.
    ///
    /// Rules are matched by name and labels; series of rules that are gone are marked as ended at the
    /// next evaluation. If the program was away for longer than an interval, time that nobody watched
    /// counts for nothing:
    ///
    /// - a pending alert waits for what was left of its `for`, and, where `for` is not shorter than the
    ///   grace period, for the grace period at least. (Prometheus, which finds only `ALERTS_FOR_STATE`,
    ///   lets a shorter `for` begin anew.)
    /// - a firing one goes on firing.
    /// - after more than the outage tolerance pending alerts are forgotten, and firing ones end.
    ///
    /// - Returns: the alerts that ended by this, which have to be told.
    package mutating func resume(_ earlier: RuleGroupState, at time: Timestamp) -> [Alert] {
        var byKey: [String: [RuleState]] = [:]
        for rule in earlier.rules { byKey[rule.key, default: []].append(rule) }
        for index in self.state.rules.indices {
            let key = self.state.rules[index].key
            guard let found = byKey[key]?.first else { continue }
            byKey[key]?.removeFirst()
            self.state.rules[index] = found
            if case .recording = self.group.rules[index] {
                self.state.rules[index].instances = []
            }
        }
        let gone = earlier.rules.filter { rule in byKey[rule.key]?.contains(rule) ?? false }
        self.state.orphans = earlier.orphans + gone.flatMap { $0.series + $0.alertSeries }
        self.state.evaluatedAt = earlier.evaluatedAt
        guard let downAt = earlier.evaluatedAt, time &- downAt > self.interval else { return [] }
        if time &- downAt > self.settings.outageTolerance { return self.endAll(at: time) }
        self.shiftPending(from: downAt, to: time)
        return []
    }

    private mutating func endAll(at time: Timestamp) -> [Alert] {
        var ended: [Alert] = []
        for (index, rule) in self.group.rules.enumerated() {
            guard case .alerting(let alerting) = rule else { continue }
            self.state.rules[index].series += self.state.rules[index].alertSeries
            self.state.rules[index].instances.removeAll { $0.state == .pending }
            for place in self.state.rules[index].instances.indices {
                guard self.state.rules[index].instances[place].state == .firing else { continue }
                self.state.rules[index].instances[place].state = .inactive
                self.state.rules[index].instances[place].resolvedAt = time
                self.state.rules[index].instances[place].lastSentAt = time
                ended.append(
                    self.state.rules[index].instances[place].alert(
                        generatorURL: self.generatorURL(alerting)))
            }
        }
        return ended
    }

    private mutating func shiftPending(from downAt: Timestamp, to time: Timestamp) {
        for (index, rule) in self.group.rules.enumerated() {
            guard case .alerting(let alerting) = rule else { continue }
            for place in self.state.rules[index].instances.indices {
                let instance = self.state.rules[index].instances[place]
                guard instance.state == .pending else { continue }
                let left = alerting.hold &- (downAt &- instance.activeAt)
                let grace = self.settings.forGracePeriod
                let waits = alerting.hold >= grace ? max(left, grace) : max(left, 0)
                self.state.rules[index].instances[place].activeAt = time &+ waits &- alerting.hold
            }
        }
    }
}
