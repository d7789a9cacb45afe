// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import Foundation
import PromQL

@testable import Alerting

/// What the tests of routing share.
enum RoutingLab {
    static let second: Int64 = 1000
    static let minute: Int64 = 60_000
    static let hour: Int64 = 3_600_000

    /// The system's own time zones.
    static let zones: ZoneOffset = { zone, time in
        guard let zone = TimeZone(identifier: zone) else { return nil }
        return zone.secondsFromGMT(
            for: Date(timeIntervalSince1970: TimeInterval(time) / 1000))
    }

    /// Reads a configuration and gives it with the lines of its faults.
    static func read(
        _ text: String, receivers: [String] = ["default", "ops", "pager"]
    ) -> (configuration: RoutingConfiguration?, faults: [String]) {
        let loader = ConfigLoader(surroundings: ConfigSurroundings())
        do throws(ConfigDiagnostics) {
            let tree = try loader.load(text: text, name: "weir.yaml")
            var configuration: RoutingConfiguration?
            if let section = tree.value.section() {
                configuration = RoutingReader(receivers: receivers, offset: Self.zones)
                    .read(section)
            }
            return (configuration, tree.diagnostics().map(\.description))
        } catch {
            return (nil, error.list.map(\.description))
        }
    }

    /// A configuration without faults.
    static func configuration(
        _ text: String, receivers: [String] = ["default", "ops", "pager"]
    ) throws -> RoutingConfiguration {
        let (configuration, faults) = Self.read(text, receivers: receivers)
        guard let configuration, faults.isEmpty else { throw LabError.faults(faults) }
        return configuration
    }

    static func dispatcher(
        _ text: String, at time: Timestamp = 0, limits: DispatcherLimits = DispatcherLimits()
    ) throws -> Dispatcher {
        Dispatcher(try Self.configuration(text), limits: limits, at: time, offset: Self.zones)
    }

    /// An alert from words such as `A severity=critical node=1`.
    static func alert(
        _ words: String, startsAt: Timestamp = 0, endsAt: Timestamp? = nil
    ) -> Alert {
        Alert(labels: Self.labels(words), startsAt: startsAt, endsAt: endsAt)
    }

    /// Labels from words such as `A severity=critical`; one without a sign is the name.
    static func labels(_ words: String) -> Labels {
        Labels(
            words.split(separator: " ").map { word in
                let parts = word.split(separator: "=", maxSplits: 1)
                return parts.count == 2
                    ? (String(parts[0]), String(parts[1])) : ("alertname", String(word))
            })
    }
}

enum LabError: Error {
    case faults([String])
}

extension Dispatcher {
    /// Sends alerts and tells what is due.
    mutating func send(_ alerts: [Alert], at time: Timestamp) -> [AlertNotification] {
        self.receive(alerts, at: time)
        return self.advance(to: time)
    }

    /// Advances as a driver does: to each deadline up to a time, and to the time.
    mutating func run(to time: Timestamp) -> [AlertNotification] {
        var told: [AlertNotification] = []
        while let deadline = self.nextDeadline, deadline < time {
            told += self.advance(to: deadline)
        }
        return told + self.advance(to: time)
    }
}

extension AlertNotification {
    /// `ops firing +A +B -C`: receiver, cause, names of firing and resolved alerts.
    var summary: String {
        let alerts = self.alerts.map { alert in
            let rest = alert.labels.pairs.filter { $0.name == "node" }.map(\.value)
            return (alert.isResolved(at: self.time) ? "-" : "+") + alert.name + rest.joined()
        }
        return ([self.receiver, self.cause.rawValue] + alerts.sorted()).joined(separator: " ")
    }
}

/// A store that takes what a dispatcher says has changed, each part as JSON under its key.
struct MemoryStore {
    private var alerts: [Fingerprint: Data] = [:]
    private var log: [ToldKey: Data] = [:]
    private var silences: [String: Data] = [:]
    private(set) var writes = 0

    mutating func apply(_ changes: DispatcherChanges) throws {
        let encoder = JSONEncoder()
        for (key, value) in changes.alerts { self.alerts[key] = try value.map(encoder.encode) }
        for (key, value) in changes.log { self.log[key] = try value.map(encoder.encode) }
        for (key, value) in changes.silences {
            self.silences[key] = try value.map(encoder.encode)
        }
        self.writes += changes.alerts.count + changes.log.count + changes.silences.count
    }

    func state() throws -> DispatcherState {
        let decoder = JSONDecoder()
        var state = DispatcherState()
        state.alerts = try self.alerts.values.map { try decoder.decode(AlertEntry.self, from: $0) }
        state.log = try self.log.values.map { try decoder.decode(ToldGroup.self, from: $0) }
        state.silences = try self.silences.values.map {
            try decoder.decode(Silence.self, from: $0)
        }
        return state
    }
}
