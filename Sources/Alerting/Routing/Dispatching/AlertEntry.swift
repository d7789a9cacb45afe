// Weir
// SPDX-License-Identifier: Apache-2.0

/// An alert as the dispatcher keeps it, and as a store keeps it by its fingerprint.
///
/// Its annotations are those of its last change of state: new ones alone do not make it change.
package struct AlertEntry: Sendable, Hashable, Codable {
    /// `endsAt` is nil while it fires, and never in the future.
    package var alert: Alert
    /// When it was last sent.
    package var updatedAt: Timestamp
    /// When it is over unless it is sent again.
    package var validUntil: Timestamp
    /// When it changed between firing and resolved, as far as a route's `flap` looks back; ascending.
    package var changes: [Timestamp] = []

    package var fingerprint: Fingerprint { self.alert.fingerprint }
    var isFiring: Bool { self.alert.endsAt == nil }
}

/// An entry with the groups that hold it.
struct HeldAlert: Sendable {
    var entry: AlertEntry
    /// The groups of which it is a member.
    var homes: [GroupID] = []
    /// Whether there was no room for one of its groups.
    var isHomeless = false
    /// Whether its groups began anew and it was not sent since.
    var isRestored = false

    var isFiring: Bool { self.entry.isFiring }
}
