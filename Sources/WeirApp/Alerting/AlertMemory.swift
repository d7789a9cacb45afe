// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Foundation
import Logging
import WeirStore

/// What rules, routing and silences keep in the store, and how: JSON under a part and a key.
struct AlertMemory {
    private enum Part: String {
        case group, alert, log, silence, sample
    }

    private(set) var groups: [String: RuleGroupState] = [:]
    private(set) var dispatcher = DispatcherState()
    /// Samples of the window, by key.
    private(set) var samples: [(key: String, value: [UInt8])] = []

    /// Reads what was kept. What is damaged is left out, and said: an alert that is told twice is
    /// better than a monitor that does not start.
    init(_ entries: [AlertStateEntry], logger: Logger) {
        var damaged = 0
        func read<T: Decodable>(_ type: T.Type, _ bytes: [UInt8]) -> T? {
            let value = try? JSONDecoder().decode(type, from: Data(bytes))
            if value == nil { damaged += 1 }
            return value
        }
        for entry in entries {
            guard let value = entry.value else { continue }
            switch Part(rawValue: entry.part) {
            case .group:
                if let state = read(RuleGroupState.self, value) { self.groups[entry.key] = state }
            case .alert:
                if let alert = read(AlertEntry.self, value) {
                    self.dispatcher.alerts.append(alert)
                }
            case .log:
                if let log = read(ToldGroup.self, value) { self.dispatcher.log.append(log) }
            case .silence:
                if let silence = read(Silence.self, value) {
                    self.dispatcher.silences.append(silence)
                }
            case .sample: self.samples.append((entry.key, value))
            case nil: break
            }
        }
        if damaged > 0 {
            logger.error(
                "some of what is stored of alerts cannot be read and is left out",
                metadata: ["entries": .stringConvertible(damaged)])
        }
    }

    /// What is stored of a group; nil: it is gone.
    static func entry(ofGroup key: String, _ state: RuleGroupState?) -> AlertStateEntry {
        self.entry(.group, key, state)
    }

    static func entry(ofSample key: String, _ bytes: [UInt8]?) -> AlertStateEntry {
        AlertStateEntry(part: Part.sample.rawValue, key: key, value: bytes)
    }

    static func entries(of changes: DispatcherChanges) -> [AlertStateEntry] {
        changes.alerts.map { Self.entry(.alert, $0.fingerprint.description, $0.entry) }
            + changes.log.map { Self.entry(.log, Self.text(of: $0.key), $0.entry) }
            + changes.silences.map { Self.entry(.silence, $0.id, $0.silence) }
    }

    /// A notification as the outbox keeps it.
    static func document(_ notification: AlertNotification) -> String {
        String(decoding: self.json(notification), as: UTF8.self)
    }

    /// Nil: the document is damaged.
    static func notification(_ document: String) -> AlertNotification? {
        try? JSONDecoder().decode(AlertNotification.self, from: Data(document.utf8))
    }

    /// An alert of an event as the inbox keeps it.
    static func document(_ alert: Alert) -> String {
        String(decoding: self.json(alert), as: UTF8.self)
    }

    static func alert(_ document: String) -> Alert? {
        try? JSONDecoder().decode(Alert.self, from: Data(document.utf8))
    }

    static func change(_ alert: Alert, _ change: String, at time: Timestamp) -> AlertChange {
        AlertChange(
            time: time, name: alert.name, fingerprint: alert.fingerprint.description,
            change: change, labels: String(decoding: self.json(alert.labels), as: UTF8.self))
    }

    private static func entry(
        _ part: Part, _ key: String, _ value: (some Encodable)?
    ) -> AlertStateEntry {
        var bytes: [UInt8]?
        if let value { bytes = Self.json(value) }
        return AlertStateEntry(part: part.rawValue, key: key, value: bytes)
    }

    private static func text(of key: ToldKey) -> String {
        "\(key.receiver.utf8.count):\(key.receiver)\(key.groupKey)"
    }

    private static func json(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings, integers and their containers always encode.
        return (try? encoder.encode(value)).map(Array.init) ?? []
    }
}
