// Weir
// SPDX-License-Identifier: Apache-2.0

package import Alerting
package import ConfigTree
import EVMABI
import Economy
import Foundation
package import Notifiers

/// Who is told of what: rules, rules on events, routes and receivers.
package struct AlertingConfiguration: Sendable {
    /// All groups of all rule files, those of the thresholds first.
    package var groups: [RuleGroup] = []
    package var settings = RuleSettings()
    package var eventRules: [EventRuleDefinition] = []
    package var sources = EventSources(chains: [])
    package var routing: RoutingConfiguration
    package var receivers: [Receiver] = []
    /// What is wrong in rule files: such rules are left out, all others work.
    package var faults: [ConfigDiagnostic] = []
    /// What is hardly meant in rule files.
    package var warnings: [ConfigDiagnostic] = []

    /// Whether there is nothing to watch and nobody to tell.
    package var isEmpty: Bool {
        self.groups.isEmpty && self.eventRules.isEmpty && self.receivers.isEmpty
    }

    /// No rules, nobody to tell.
    package init() {
        self.routing = RoutingConfiguration(routes: RouteTree(RouteOptions(receiver: "")))
    }

    /// Reads all keys of a configuration that are about alerts. Faults are reported at their places; a
    /// faulty rule or receiver takes no other one down with it.
    init(
        _ root: ConfigSection, document: ConfigValue, sources: EventSources,
        surroundings: ConfigSurroundings
    ) {
        self.init()
        self.sources = sources
        self.receivers = ReceiversConfiguration.read(root)
        if let section = root.optionalSection("rule_settings") {
            self.settings.interval = section.milliseconds("interval", default: 60_000)
            self.settings.resendDelay = section.milliseconds("resend_delay", default: 60_000)
            self.settings.externalURL =
                section.optionalString("external_url") ?? self.settings.externalURL
            self.settings.externalLabels = Dictionary(
                (section.map("external_labels", .string) ?? []).map { ($0.name, $0.value) },
                uniquingKeysWith: { $1 })
        }
        self.readRules(root, document, surroundings)
        self.eventRules = EventRuleReader(sources).read(root)
        self.readRouting(root)
    }

    private mutating func readRules(
        _ root: ConfigSection, _ document: ConfigValue, _ surroundings: ConfigSurroundings
    ) {
        self.groups = ThresholdRule.group(root).map { [$0] } ?? []
        for value in root.value("rules")?.items() ?? [] {
            guard let scalar = value.scalar(expected: "the path of rule files") else { continue }
            guard let pattern = FilePattern(value.absolute(scalar.text)) else {
                scalar.fail(
                    "\(scalar.shown) names no rule files",
                    advice: "only the file's name may hold * and ?, as in config/rules/*.yaml")
                continue
            }
            let files = pattern.files(in: surroundings)
            if files.isEmpty {
                scalar.fail(
                    "no file is there for \(scalar.shown)",
                    advice: "paths count from the configuration file's folder")
            }
            for path in files {
                let file = RuleFile.load(path: path, surroundings: surroundings)
                self.faults += file.faults
                self.warnings += file.warnings
                self.groups += file.groups
            }
        }
    }

    private mutating func readRouting(_ root: ConfigSection) {
        let names = self.receivers.map(\.name)
        if root.value("route") == nil {
            // One receiver needs no route; of several nobody knows which is meant.
            if names.count > 1 {
                root.fail(
                    "missing key \"route\": there are \(names.count) receivers",
                    advice: "write route: { receiver: \(names[0]) } at least")
            }
            for key in RoutingReader.schema.map(\.key) where key != "route" && root.has(key) {
                root.fail(at: key, "is of no use without a route", advice: "write route: too")
            }
            self.routing.routes = RouteTree(RouteOptions(receiver: names.first ?? ""))
            self.routing.receivers = Set(names)
            return
        }
        let reader = RoutingReader(receivers: names, offset: Self.zoneOffset)
        if let routing = reader.read(root) { self.routing = routing }
    }

    /// The clocks of the system's time zones.
    static let zoneOffset: ZoneOffset = { zone, time in
        TimeZone(identifier: zone)?.secondsFromGMT(
            for: Date(timeIntervalSince1970: Double(time) / 1000))
    }

    /// The schema of the keys.
    package static var schema: [SchemaNode.Property] {
        [
            .init(
                "rules", .list(of: .string),
                "Rule files as Prometheus has them; the name may hold * and ?."),
            .init(
                "rule_settings",
                .object([
                    .init("interval", .duration, "Between evaluations; 1m if missing."),
                    .init("resend_delay", .duration, "Between two tellings; 1m if missing."),
                    .init("external_url", .string, "Where this instance is looked at."),
                    .init("external_labels", .map(of: .string), "Names this instance."),
                ]), "What holds for all rules."),
            .init("thresholds", ThresholdRule.schema, "Rules with two bounds."),
            .init("event_rules", EventRuleReader.schema, "What is told when it happens."),
            .init("lists", EventListReader.schema, "Lists that conditions look into."),
            .init("receivers", NotifierCatalog.schema, "Who is told, through which channels."),
        ] + RoutingReader.schema
    }
}

extension ConfigSection {
    fileprivate func milliseconds(_ key: String, default standard: Int64) -> Int64 {
        guard let value = self.value(key), !value.isNull else { return standard }
        let read = value.read(.prometheusDuration)
        guard let read, read < 1000 else { return read ?? standard }
        value.fail("is shorter than a second", advice: "write 1s or more")
        return standard
    }
}
