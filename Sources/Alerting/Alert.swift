// Weir
// SPDX-License-Identifier: Apache-2.0

package import PromQL

/// A time: milliseconds since 1970 (UTC), as PromQL has it.
package typealias Timestamp = Int64

/// One thing that somebody should know: a rule's instance, as Alertmanager has it.
///
/// Labels identify it; annotations explain it and may change. An alert whose `endsAt` has passed is
/// resolved.
package struct Alert: Sendable, Hashable, Codable {
    /// Identify the alert; `alertname` is one of them.
    package var labels: Labels
    /// Texts by name (`summary`, `description`, `runbook_url`), sorted by name.
    package var annotations: Labels
    package var startsAt: Timestamp
    /// When it ended; nil while it fires.
    package var endsAt: Timestamp?
    /// Where the expression can be looked at; empty where there is no such place.
    package var generatorURL: String
    /// Said where the alert rested on a block that the chain dropped: it never was true.
    package var retraction: Retraction?

    package init(
        labels: Labels, annotations: Labels = .empty, startsAt: Timestamp,
        endsAt: Timestamp? = nil, generatorURL: String = "", retraction: Retraction? = nil
    ) {
        self.labels = labels
        self.annotations = annotations
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.generatorURL = generatorURL
        self.retraction = retraction
    }

    /// The `alertname` label.
    package var name: String { self.labels["alertname"] }

    /// Whether the alert has ended at a time.
    package func isResolved(at time: Timestamp) -> Bool {
        guard let endsAt = self.endsAt else { return false }
        return endsAt <= time
    }

    /// What the labels hash to: the fingerprint of Prometheus' `model.LabelSet` (FNV-1a, 64 bits, each
    /// name and value followed by the byte 0xff), so that it is the one that Alertmanager shows.
    package var fingerprint: Fingerprint { Fingerprint(self.labels) }
}

/// Why an alert is taken back.
package struct Retraction: Sendable, Hashable, Codable {
    package var chain: String
    package var block: UInt64
    /// `0x…` of the block that was dropped.
    package var blockHash: String

    package init(chain: String, block: UInt64, blockHash: String) {
        self.chain = chain
        self.block = block
        self.blockHash = blockHash
    }
}

/// The identity of a label set, written as 16 hex digits.
package struct Fingerprint: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    package let value: UInt64

    package init(value: UInt64) {
        self.value = value
    }

    package init(_ labels: Labels) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ byte: UInt8) {
            hash ^= UInt64(byte)
            hash = hash &* 0x100_0000_01b3
        }
        for pair in labels.pairs {
            for byte in pair.name.utf8 { add(byte) }
            add(0xff)
            for byte in pair.value.utf8 { add(byte) }
            add(0xff)
        }
        self.value = hash
    }

    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }

    package var description: String {
        let digits = String(self.value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
