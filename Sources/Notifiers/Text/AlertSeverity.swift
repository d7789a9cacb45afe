// Weir
// SPDX-License-Identifier: Apache-2.0

/// How grave an alert is, whatever word its `severity` label has for it. The gravest comes first.
///
/// | label | here | colour | PagerDuty |
/// |---|---|---|---|
/// | `critical`, `crit`, `page`, `emergency`, `fatal` | critical | red | critical |
/// | `high`, `error`, `major` | high | orange | error |
/// | none, or another word | unknown | grey | error |
/// | `medium`, `warning`, `warn` | medium | yellow | warning |
/// | `low`, `minor` | low | turquoise | warning |
/// | `info`, `informational`, `notice`, `none`, `debug` | info | blue | info |
package enum AlertSeverity: Int, Sendable, CaseIterable, Comparable {
    case critical, high, unknown, medium, low, info

    /// What a `severity` label says; case does not matter.
    package init(label: String) {
        switch label.utf8.count > 16 ? "" : label.lowercased() {
        case "critical", "crit", "page", "emergency", "fatal": self = .critical
        case "high", "error", "major": self = .high
        case "medium", "warning", "warn": self = .medium
        case "low", "minor": self = .low
        case "info", "informational", "notice", "none", "debug": self = .info
        default: self = .unknown
        }
    }

    /// One of the names of this table, as configurations give them.
    package init?(name: String) {
        guard let severity = Self.allCases.first(where: { "\($0)" == name }) else { return nil }
        self = severity
    }

    package static var names: [String] { self.allCases.map { "\($0)" } }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// Red, green and blue, a byte each.
    package var colour: Int {
        switch self {
        case .critical: 0xff0000
        case .high: 0xff8c00
        case .unknown: 0x808080
        case .medium: 0xffd700
        case .low: 0x00ced1
        case .info: 0x1e90ff
        }
    }
}
