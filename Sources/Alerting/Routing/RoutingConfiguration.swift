// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree

/// Who is told of which alerts, when and how often: Alertmanager's configuration as a value.
package struct RoutingConfiguration: Sendable, Hashable {
    package var routes: RouteTree
    package var inhibitRules: [InhibitRule]
    package var intervals: CalendarIntervals
    /// Silences that the configuration itself declares.
    package var silences: [Silence]
    /// The names of all receivers; what was told to others is forgotten.
    package var receivers: Set<String>
    /// How long an alert that says no end is taken to fire after it was last sent; milliseconds.
    package var resolveTimeout: Int64

    package init(
        routes: RouteTree, inhibitRules: [InhibitRule] = [],
        intervals: CalendarIntervals = CalendarIntervals(), silences: [Silence] = [],
        receivers: Set<String>? = nil, resolveTimeout: Int64 = 5 * 60_000
    ) {
        self.routes = routes
        self.inhibitRules = inhibitRules
        self.intervals = intervals
        self.silences = silences
        self.receivers = receivers ?? Set(routes.nodes.map(\.options.receiver))
        self.resolveTimeout = resolveTimeout
    }
}

/// Reads the keys `route`, `inhibit_rules`, `time_intervals`, `silences` and `resolve_timeout` of a
/// section; the files of Alertmanager are such sections.
package struct RoutingReader: Sendable {
    private let receivers: [String]
    private let offset: ZoneOffset

    /// - Parameters:
    ///   - receivers: the names of all receivers, in the order of the file.
    ///   - offset: what tells known time zones from unknown ones.
    package init(receivers: [String], offset: @escaping ZoneOffset) {
        self.receivers = receivers
        self.offset = offset
    }

    /// Nil: there is no usable root of the routes, which has been reported. Anything less than that
    /// is reported, and the rest stands.
    package func read(_ section: ConfigSection) -> RoutingConfiguration? {
        let intervals = CalendarIntervalReader(offset: self.offset).read(section)
        let inhibitRules = InhibitRuleReader.read(section)
        let silences = SilenceReader.read(section)
        let timeouts = [section, section.optionalSection("global")].compactMap { section in
            section?.optionalDuration(
                "resolve_timeout", in: .seconds(1) ... .seconds(365 * 86_400))
        }
        let routes = RouteReader(
            receivers: self.receivers, intervals: intervals.byName.keys.sorted()
        ).read(section)
        guard let routes else { return nil }
        return RoutingConfiguration(
            routes: routes, inhibitRules: inhibitRules, intervals: intervals, silences: silences,
            receivers: Set(self.receivers),
            resolveTimeout: timeouts.first?.wholeMilliseconds ?? 5 * 60_000)
    }

    /// The schema of the keys.
    package static var schema: [SchemaNode.Property] {
        [
            .init("route", RouteReader.schema, "Which alerts go to which receiver."),
            .init("inhibit_rules", InhibitRuleReader.schema, "Alerts that hush others."),
            .init("time_intervals", CalendarIntervalReader.schema, "Times by name."),
            .init("mute_time_intervals", CalendarIntervalReader.schema, "Older name of those."),
            .init("silences", SilenceReader.schema, "Alerts that are not told for a while."),
            .init("resolve_timeout", .duration, "After it an alert is over; 5m if missing."),
            .init(
                "global",
                .object([.init("resolve_timeout", .duration, "As resolve_timeout.")]),
                "As Alertmanager has it."),
        ]
    }
}
