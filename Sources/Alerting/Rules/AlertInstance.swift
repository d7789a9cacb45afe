// Weir
// SPDX-License-Identifier: Apache-2.0

package import PromQL

/// One alert of a rule, and what became of it so far (`rules.Alert` of Prometheus).
package struct AlertInstance: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, Codable {
        /// It has ended, and is kept so that its end is told.
        case inactive
        /// It has not been there for as long as `for` asks.
        case pending
        case firing
    }

    package var labels: Labels
    package var annotations: Labels
    /// The expression's value at the last evaluation that gave one.
    package var value: Double
    package var state: State
    /// Since when the expression gives it without a break, moved by the time that the program was away.
    package var activeAt: Timestamp
    package var firedAt: Timestamp?
    package var resolvedAt: Timestamp?
    package var lastSentAt: Timestamp?
    /// Since when only `keep_firing_for` keeps it.
    package var keepFiringSince: Timestamp?
    /// Until when it counts as firing if nothing more is heard.
    package var validUntil: Timestamp?

    package init(labels: Labels, annotations: Labels, value: Double, activeAt: Timestamp) {
        self.labels = labels
        self.annotations = annotations
        self.value = value
        self.state = .pending
        self.activeAt = activeAt
    }

    package var isActive: Bool { self.state != .inactive }

    /// Whether somebody has to be told: never while it is pending, at once when it ended, and again
    /// each `resendDelay`.
    func needsSending(at time: Timestamp, resendDelay: Int64) -> Bool {
        if self.state == .pending { return false }
        guard let lastSentAt = self.lastSentAt else { return true }
        if let resolvedAt = self.resolvedAt, resolvedAt > lastSentAt { return true }
        return lastSentAt &+ resendDelay < time
    }

    /// What is told of it.
    func alert(generatorURL: String) -> Alert {
        Alert(
            labels: self.labels, annotations: self.annotations,
            startsAt: self.firedAt ?? self.activeAt, endsAt: self.resolvedAt,
            generatorURL: generatorURL)
    }

    /// `ALERTS`: 1 while it is pending or firing.
    var alertsLabels: Labels {
        self.labels.setting("alertstate", to: self.state.rawValue)
            .setting(Labels.metricName, to: "ALERTS")
    }

    /// `ALERTS_FOR_STATE`: the second since which it is active.
    var forStateLabels: Labels {
        self.labels.setting(Labels.metricName, to: "ALERTS_FOR_STATE")
    }
}

/// The value is kept as its bits: a state is often kept as JSON, which has no NaN.
extension AlertInstance: Codable {
    private enum CodingKeys: String, CodingKey {
        case labels, annotations, bits, state, activeAt, firedAt, resolvedAt, lastSentAt
        case keepFiringSince, validUntil
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.labels = try values.decode(Labels.self, forKey: .labels)
        self.annotations = try values.decode(Labels.self, forKey: .annotations)
        self.value = Double(bitPattern: try values.decode(UInt64.self, forKey: .bits))
        self.state = try values.decode(State.self, forKey: .state)
        self.activeAt = try values.decode(Timestamp.self, forKey: .activeAt)
        self.firedAt = try values.decodeIfPresent(Timestamp.self, forKey: .firedAt)
        self.resolvedAt = try values.decodeIfPresent(Timestamp.self, forKey: .resolvedAt)
        self.lastSentAt = try values.decodeIfPresent(Timestamp.self, forKey: .lastSentAt)
        self.keepFiringSince = try values.decodeIfPresent(Timestamp.self, forKey: .keepFiringSince)
        self.validUntil = try values.decodeIfPresent(Timestamp.self, forKey: .validUntil)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(self.labels, forKey: .labels)
        try values.encode(self.annotations, forKey: .annotations)
        try values.encode(self.value.bitPattern, forKey: .bits)
        try values.encode(self.state, forKey: .state)
        try values.encode(self.activeAt, forKey: .activeAt)
        try values.encodeIfPresent(self.firedAt, forKey: .firedAt)
        try values.encodeIfPresent(self.resolvedAt, forKey: .resolvedAt)
        try values.encodeIfPresent(self.lastSentAt, forKey: .lastSentAt)
        try values.encodeIfPresent(self.keepFiringSince, forKey: .keepFiringSince)
        try values.encodeIfPresent(self.validUntil, forKey: .validUntil)
    }
}
