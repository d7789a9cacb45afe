// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree

extension RouteReader {
    /// The schema of `route`; routes within routes are described three deep, and deeper ones are
    /// taken as they are.
    static var schema: SchemaNode {
        .object(
            [.init("receiver", .string, "Gets what no route within takes.", isRequired: true)]
                + Self.shared + [
                    .init("routes", .list(of: Self.route(depth: 3)), "Asked in order.")
                ])
    }

    private static func route(depth: Int) -> SchemaNode {
        let routes: SchemaNode = depth > 1 ? .list(of: Self.route(depth: depth - 1)) : .anything
        let names: SchemaNode = .list(of: .string)
        return .object(
            [.init("receiver", .string, "As the route above if missing.")]
                + MatcherReader.schema() + Self.shared + [
                    .init("mute_time_intervals", names, "When nothing is told."),
                    .init("active_time_intervals", names, "When alone something is told."),
                    .init("routes", routes, "Asked in order."),
                ])
    }

    private static let shared: [SchemaNode.Property] = [
        .init("continue", .boolean, "Whether later routes are asked too."),
        .init(
            "group_by", .list(of: .text(examples: ["alertname", "..."])),
            "Labels that make a group; \"...\" for all."),
        .init("group_wait", .duration, "How long a new group waits for more; 30s if missing."),
        .init("group_interval", .duration, "How long until changes are told; 5m if missing."),
        .init("repeat_interval", .duration, "How long until it is told again; 4h if missing."),
        .init(
            "cooldown", .either([.duration, .map(of: .duration)]),
            "How long an alert that fires anew is not told again; by severity."),
        .init(
            "flap",
            .either([
                .words(["off"]),
                .object([
                    .init(
                        "changes", .integer(1...100), "The most ordinary ones.", isRequired: true),
                    .init("window", .duration, "In which while.", isRequired: true),
                ]),
            ]), "When an alert that comes and goes is told once only."),
    ]
}
