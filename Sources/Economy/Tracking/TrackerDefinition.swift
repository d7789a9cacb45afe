// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry

/// A tracker as the configuration asks for it, before any block.
package struct TrackerDefinition: Sendable {
    package let kind: TrackerKind
    /// What the operator called it: the label of its series.
    package let name: String
    /// The events that it takes in.
    package let bindings: [RoleBinding]
    /// How it takes vouchers in; nil where it takes none.
    package let vouchers: VoucherIntake?
    let make: @Sendable (TokenTable) -> any Tracker
    /// What makes its state, as text.
    let fingerprint: String
    /// What it is called in the store; made once, for each event is told it.
    let storeName: String

    init<T: Tracker>(
        _ type: T.Type, name: String, bindings: [RoleBinding], settings: T.Settings,
        vouchers: VoucherIntake? = nil
    ) {
        self.vouchers = vouchers
        self.kind = T.kind
        self.name = name
        self.bindings = bindings
        self.make = { T(name, settings, tokens: $0) }
        self.storeName = "\(T.kind.rawValue)/\(name)"
        self.fingerprint =
            "\(T.kind) \(name) v\(T.version) \(StableText.of(bindings)) \(StableText.of(settings))"
    }
}

extension SeriesFamily {
    /// What every tracker counts besides its own: its events that it took no notice of.
    static let skipped = SeriesFamily(
        "tracker_skipped_total", .count, labels: ["tracker", "name", "reason"],
        "Events of a tracker that changed nothing, by reason.")
}

/// The events that a tracker skipped, by reason, as of a block.
struct SkipCounts: Sendable, Equatable {
    private(set) var counts: [UInt64] = Array(repeating: 0, count: SkipReason.allCases.count)

    mutating func count(_ reason: SkipReason) {
        self.counts[Self.index(reason)] &+= 1
    }

    subscript(reason: SkipReason) -> UInt64 {
        get { self.counts[Self.index(reason)] }
        set { self.counts[Self.index(reason)] = newValue }
    }

    private static func index(_ reason: SkipReason) -> Int {
        SkipReason.allCases.firstIndex(of: reason) ?? 0
    }
}
