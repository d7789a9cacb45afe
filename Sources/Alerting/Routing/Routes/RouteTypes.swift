// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree

extension ConfigType where Value == CooldownRule {
    /// One duration for all alerts, or a map from severity to duration, where `default` stands for
    /// those it does not name.
    static var cooldown: ConfigType {
        ConfigType("a duration such as 30m, or one for each severity") { value in
            let duration = ConfigType<Duration>.duration()
            guard value.isSection else {
                return duration.read(value).map { CooldownRule(standard: $0.wholeMilliseconds) }
            }
            var rule: CooldownRule? = CooldownRule()
            for entry in value.entries() ?? [] {
                guard let time = duration.read(entry.value)?.wholeMilliseconds else {
                    rule = nil
                    continue
                }
                if entry.name == "default" {
                    rule?.standard = time
                } else {
                    rule?.bySeverity[entry.name] = time
                }
            }
            return rule
        }
    }
}

/// What a route says of flapping: a rule, or that there is none.
struct FlapSetting {
    let rule: FlapRule?
}

extension ConfigType where Value == FlapSetting {
    /// `{ changes: 5, window: 1h }`, or `off`.
    static var flap: ConfigType {
        ConfigType("{ changes: 5, window: 1h }, or off") { value in
            if !value.isSection {
                guard let scalar = value.scalar(expected: "{ changes: 5, window: 1h }, or off")
                else { return nil }
                if scalar.text == "off" { return FlapSetting(rule: nil) }
                scalar.fail(ConfigFault(), expected: "{ changes: 5, window: 1h }, or off")
                return nil
            }
            guard let section = value.section() else { return nil }
            let changes = section.int("changes", in: 1...100)
            let window = section.duration("window", in: .seconds(1) ... .seconds(30 * 86_400))
            guard let changes, let window else { return nil }
            return FlapSetting(
                rule: FlapRule(changesMax: changes, window: window.wholeMilliseconds))
        }
    }
}
