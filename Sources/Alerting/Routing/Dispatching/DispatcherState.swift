// Weir
// SPDX-License-Identifier: Apache-2.0

/// Everything that a dispatcher remembers, as a store gives it back. The parts have keys of their own,
/// so that a store writes only those that changed.
package struct DispatcherState: Sendable, Hashable, Codable {
    /// By fingerprint.
    package var alerts: [AlertEntry] = []
    /// By receiver and group.
    package var log: [ToldGroup] = []
    /// By id; those of the configuration are not among them.
    package var silences: [Silence] = []

    package init() {}
}

/// What changed in a dispatcher since it was last asked; nil where a part is gone.
package struct DispatcherChanges: Sendable {
    package var alerts: [(fingerprint: Fingerprint, entry: AlertEntry?)]
    package var log: [(key: ToldKey, entry: ToldGroup?)]
    package var silences: [(id: String, silence: Silence?)]

    package var isEmpty: Bool {
        self.alerts.isEmpty && self.log.isEmpty && self.silences.isEmpty
    }
}

/// How much a dispatcher holds.
package struct DispatcherLimits: Sendable, Hashable {
    /// Alerts that are known at once; further ones are refused until some are over.
    package var alerts = 100_000
    package var groups = 20_000
    /// Alerts that one notification names; the others are counted.
    package var alertsPerNotification = 200
    /// Groups of which is remembered what was told.
    package var logEntries = 50_000

    package init() {}
}

/// What a dispatcher could not hold, counted since its start.
package struct DispatcherCounters: Sendable, Hashable {
    /// Firing alerts that came while there was no room. Who sends them again finds room later.
    package var alertsRefused: UInt64 = 0
    /// Times that an alert found no room for its group.
    package var groupsRefused: UInt64 = 0
    /// Groups whose notifications were forgotten early; nothing was awaited from them.
    package var logEntriesDropped: UInt64 = 0

    package init() {}
}
