// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree

extension ReputationTracker: ConfiguredTracker {
    static func settings(_ section: TrackerSection) -> Settings? {
        let keys = section.section
        var settings = Settings()
        settings.subjects = section.accounts("subjects")
        settings.historyMax = keys.int("history_max", in: 8...10_000, default: settings.historyMax)
        settings.blacklistMax = keys.int(
            "blacklist_max", in: 1...1_000_000, default: settings.blacklistMax)
        var isWhole = true
        if keys.has("windows") {
            let windows = Self.windows(keys)
            settings.windows = windows ?? []
            isWhole = windows != nil
        }
        let names = Self.shape.roles.map(\.name)
        if !names.contains(where: { keys.has($0) }) {
            keys.fail(
                "no event is named",
                advice: "name one for at least one of " + names.joined(separator: ", "))
            isWhole = false
        }
        for binding in section.bindings where binding.role == Role.updated.rawValue {
            guard binding.fields[Field.score.rawValue] == nil,
                binding.fields[Field.delta.rawValue] == nil
            else { continue }
            keys.fail(
                at: "updated", "updated tells neither a score nor a delta",
                advice: "name the argument with the new score as score, or with the change as delta"
            )
            isWhole = false
        }
        return isWhole ? settings : nil
    }

    /// `windows: [1h, 7d]`. Nil: a fault has been reported.
    private static func windows(_ keys: ConfigSection) -> [Window]? {
        guard let items = keys.value("windows")?.items() else { return nil }
        guard items.count <= 8 else {
            keys.fail(
                at: "windows", "\(items.count) windows are too many", advice: "write 8 at most")
            return nil
        }
        var windows: [Window] = []
        for item in items {
            guard let scalar = item.scalar(expected: "a duration such as 24h"),
                let duration = ConfigType<Duration>
                    .duration(in: .seconds(60) ... .seconds(366 * 86_400)).read(item)
            else { return nil }
            guard !windows.contains(where: { $0.name == scalar.text }) else {
                scalar.fail("\(scalar.shown) stands there twice", advice: "remove one")
                return nil
            }
            windows.append(
                Window(
                    name: scalar.text,
                    seconds: UInt64(clamping: duration.components.seconds)))
        }
        return windows
    }

    static let settingsSchema: [SchemaNode.Property] = [
        .init("subjects", .anything, "Accounts with series of their own, with or without names."),
        .init(
            "windows", .list(of: .duration),
            "Times over which changes of scores are told; 1h, 24h and 7d if missing."),
        .init(
            "history_max", .integer(8...10_000),
            "How many changes of each listed subject are remembered; 256 if missing."),
        .init(
            "blacklist_max", .integer(1...1_000_000),
            "How many subjects may be on the blacklist; 100000 if missing."),
    ]
}
