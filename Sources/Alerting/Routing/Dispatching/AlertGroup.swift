// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

/// What a group is known by: a route and, within it, the group's labels.
struct GroupID: Sendable, Hashable {
    /// The route's place in its tree; nil for a group that no route makes any more, from which only
    /// the ends of what was told are awaited.
    let route: Int?
    let key: ToldKey
}

/// Alerts that are told together.
struct AlertGroup: Sendable {
    let labels: Labels
    var members: Set<Fingerprint> = []
    /// When it is looked at next.
    var next: Timestamp
    var hasFlushed = false
}
