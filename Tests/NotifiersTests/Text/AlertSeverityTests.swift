// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Notifiers

@Suite struct AlertSeverityTests {
    @Test(arguments: [
        ("critical", AlertSeverity.critical), ("CRITICAL", .critical), ("page", .critical),
        ("high", .high), ("error", .high), ("medium", .medium), ("warning", .medium),
        ("Warn", .medium), ("low", .low), ("info", .info), ("none", .info), ("", .unknown),
        ("<b>", .unknown), (String(repeating: "x", count: 1_000_000), .unknown),
    ])
    func wordsOfRules(label: String, expected: AlertSeverity) {
        #expect(AlertSeverity(label: label) == expected)
    }

    @Test func graverComesFirstAndEachHasItsOwnColour() {
        #expect(AlertSeverity.critical < .high)
        #expect(AlertSeverity.unknown < .medium)
        #expect(Set(AlertSeverity.allCases.map(\.colour)).count == AlertSeverity.allCases.count)
    }

    @Test func namesAreRead() {
        for severity in AlertSeverity.allCases {
            #expect(AlertSeverity(name: "\(severity)") == severity)
        }
        #expect(AlertSeverity(name: "Critical") == nil)
    }
}
