// Weir
// SPDX-License-Identifier: Apache-2.0

/// Decides who is told of which alerts and when, as Alertmanager does: a value that takes alerts and
/// times and gives notifications.
///
/// A driver calls ``receive(_:at:)`` with what rules fire, then ``advance(to:)`` for what is to be
/// told, and again when ``nextDeadline`` has come. In one transaction it stores the notifications in
/// the outbox and what ``takeChanges()`` gives; a notification counts as told from then on.
///
/// It is that of prometheus/alertmanager (`dispatch`, `notify`, `inhibit`, `silence`), and in these
/// points another:
/// - The end of an alert is told only where its start was. If it is suppressed when it ends, its end
///   is held and told later rather than lost.
/// - `cooldown` and `flap` of a route, which Alertmanager does not know.
/// - An alert with a ``Alert/retraction`` is taken back at once, whatever silences it, exactly where
///   it was told.
/// - Alerts outlive a restart, and are given ``RoutingConfiguration/resolveTimeout`` to be sent again.
package struct Dispatcher: Sendable {
    /// A clock that steps back by less is waited for; by more, all that is under way steps with it.
    static let clockStepMax: Int64 = 10_000
    /// How often what is over is looked for; milliseconds.
    static let sweepInterval: Int64 = 60_000

    package internal(set) var configuration: RoutingConfiguration
    package let limits: DispatcherLimits
    let offset: ZoneOffset
    /// The silences; set and expire them here.
    package var silences: SilenceBook
    package internal(set) var counters = DispatcherCounters()

    var now: Timestamp
    var alerts: [Fingerprint: HeldAlert] = [:]
    var groups: [GroupID: AlertGroup] = [:]
    var inhibitor: Inhibitor
    var log: NotificationLog
    var changedAlerts: Set<Fingerprint> = []
    /// Groups from which something is to be taken back.
    var retracting: Set<ToldKey> = []
    var nextSweep: Timestamp
    /// How many changes of an alert are kept, and for how long.
    var flapChangesMax = 0
    var flapWindow: Int64 = 0

    /// - Parameters:
    ///   - offset: the clocks of time zones.
    ///   - state: what an earlier dispatcher remembered. Its groups wait `group_wait` anew.
    ///   - time: now.
    package init(
        _ configuration: RoutingConfiguration, limits: DispatcherLimits = DispatcherLimits(),
        restoring state: DispatcherState = DispatcherState(), at time: Timestamp,
        offset: @escaping ZoneOffset
    ) {
        self.configuration = configuration
        self.limits = limits
        self.offset = offset
        self.now = time
        self.nextSweep = time
        self.silences = SilenceBook(state.silences, configured: configuration.silences)
        self.inhibitor = Inhibitor(configuration.inhibitRules)
        self.log = NotificationLog(state.log, at: time)
        for entry in state.alerts { self.restore(entry) }
        self.retracting = Set(
            self.log.entries.values.filter { !$0.retractions.isEmpty }.map(\.key))
        self.adopt(configuration)
    }

    /// Takes another configuration. As in Alertmanager all groups begin anew, and what was told stays
    /// told; the ends of what was told are told where it was, as long as that receiver exists.
    package mutating func adopt(_ configuration: RoutingConfiguration, at time: Timestamp) {
        self.turn(to: time)
        self.adopt(configuration)
    }

    private mutating func adopt(_ configuration: RoutingConfiguration) {
        self.configuration = configuration
        self.silences.configure(configuration.silences)
        self.inhibitor = Inhibitor(configuration.inhibitRules)
        let flaps = configuration.routes.nodes.compactMap(\.options.flap)
        self.flapChangesMax = flaps.map(\.changesMax).max() ?? 0
        self.flapWindow = flaps.map(\.window).max() ?? 0
        self.groups = [:]
        for fingerprint in self.alerts.keys.sorted() {
            self.alerts[fingerprint]?.homes = []
            guard let held = self.alerts[fingerprint] else { continue }
            self.inhibitor.set(
                held.entry.alert.labels, fingerprint, isFiring: held.isFiring)
            if held.isFiring || self.log.awaitsEndAnywhere(fingerprint) {
                self.place(fingerprint, isFresh: false)
            }
        }
        self.nextSweep = self.now
    }

    /// Takes over an alert of an earlier dispatcher.
    private mutating func restore(_ entry: AlertEntry) {
        var entry = entry
        entry.updatedAt = min(entry.updatedAt, self.now)
        entry.changes = entry.changes.filter { $0 <= self.now }
        if let endsAt = entry.alert.endsAt {
            entry.alert.endsAt = min(endsAt, self.now)
        } else {
            // Nobody could send it while we were away.
            let grace = Saturating.sum(self.now, self.configuration.resolveTimeout)
            entry.validUntil = max(entry.validUntil, grace)
        }
        self.alerts[entry.fingerprint] = HeldAlert(entry: entry)
    }

    /// When ``advance(to:)`` has something to do; nil: not before an alert comes.
    package var nextDeadline: Timestamp? {
        self.retracting.isEmpty ? self.groups.values.map(\.next).min() : self.now
    }

    /// Tells what is due at a time. Which of an alert's changes in the meantime are told is what its
    /// group sees now.
    ///
    /// Call ``receive(_:at:)`` of the same time first: an alert whose time is over has ended here.
    package mutating func advance(to time: Timestamp) -> [AlertNotification] {
        self.turn(to: time)
        var told = self.retract()
        if self.now >= self.nextSweep { self.sweep() }
        let due = self.groups.filter { $0.value.next <= self.now }
            .sorted { left, right in
                (left.value.next, left.key.key, left.key.route ?? .max)
                    < (right.value.next, right.key.key, right.key.route ?? .max)
            }
        for (id, _) in due {
            if let notification = self.flush(id) { told.append(notification) }
        }
        return told
    }

    /// What a store has to write: all that changed since the last call.
    package mutating func takeChanges() -> DispatcherChanges {
        let alerts = self.changedAlerts.sorted().map { ($0, self.alerts[$0]?.entry) }
        self.changedAlerts = []
        return DispatcherChanges(
            alerts: alerts, log: self.log.takeChanges(), silences: self.silences.takeChanges())
    }
}
