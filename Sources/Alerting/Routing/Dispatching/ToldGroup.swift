// Weir
// SPDX-License-Identifier: Apache-2.0

package import PromQL

/// Which receiver, and which of its groups.
package struct ToldKey: Sendable, Hashable, Comparable, Codable {
    package let receiver: String
    /// As ``AlertNotification/groupKey``.
    package let groupKey: String

    package init(receiver: String, groupKey: String) {
        self.receiver = receiver
        self.groupKey = groupKey
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.receiver, left.groupKey) < (right.receiver, right.groupKey)
    }
}

/// What a receiver was last told of one alert.
package struct ToldAlert: Sendable, Hashable, Codable {
    package let fingerprint: Fingerprint
    /// Whether it was told as firing, and its end was not told since.
    package var isFiring: Bool
    /// Since when it fired as it was told.
    package var startsAt: Timestamp
    /// When it was last told as firing.
    package var firedAt: Timestamp
    /// Whether it was told that it flaps.
    package var isFlapping: Bool
    /// How long this is remembered where no alert asks for it.
    package var keepUntil: Timestamp
}

/// What a receiver was told of a group; a store keeps it by its key.
package struct ToldGroup: Sendable, Hashable {
    package let key: ToldKey
    package let groupLabels: Labels
    /// When the group was last told.
    package var time: Timestamp
    /// How many notifications there were.
    package var sequence: UInt64 = 0
    package var told: [Fingerprint: ToldAlert] = [:]
    /// What is to be taken back, and was not yet.
    package var retractions: [Alert] = []

    init(key: ToldKey, groupLabels: Labels, time: Timestamp) {
        self.key = key
        self.groupLabels = groupLabels
        self.time = time
    }
}

extension ToldGroup: Codable {
    private enum CodingKeys: String, CodingKey {
        case key, groupLabels, time, sequence, told, retractions
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.key = try container.decode(ToldKey.self, forKey: .key)
        self.groupLabels = try container.decode(Labels.self, forKey: .groupLabels)
        self.time = try container.decode(Timestamp.self, forKey: .time)
        self.sequence = try container.decode(UInt64.self, forKey: .sequence)
        for told in try container.decode([ToldAlert].self, forKey: .told) {
            self.told[told.fingerprint] = told
        }
        self.retractions = try container.decode([Alert].self, forKey: .retractions)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.key, forKey: .key)
        try container.encode(self.groupLabels, forKey: .groupLabels)
        try container.encode(self.time, forKey: .time)
        try container.encode(self.sequence, forKey: .sequence)
        let told = self.told.values.sorted { $0.fingerprint < $1.fingerprint }
        try container.encode(told, forKey: .told)
        try container.encode(self.retractions, forKey: .retractions)
    }
}
