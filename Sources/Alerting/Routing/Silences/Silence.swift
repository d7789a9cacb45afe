// Weir
// SPDX-License-Identifier: Apache-2.0

package import PromQL

/// A while in which some alerts are not told, as somebody asked for it.
package struct Silence: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, Codable, CaseIterable {
        case active, pending, expired
    }

    package var id: String
    /// All have to fit.
    package var matchers: [LabelMatcher]
    package var startsAt: Timestamp
    /// No longer silent from then on.
    package var endsAt: Timestamp
    package var createdBy: String
    package var comment: String
    package var updatedAt: Timestamp

    package init(
        id: String = "", matchers: [LabelMatcher], startsAt: Timestamp, endsAt: Timestamp,
        createdBy: String = "", comment: String = "", updatedAt: Timestamp = 0
    ) {
        self.id = id
        self.matchers = matchers
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.createdBy = createdBy
        self.comment = comment
        self.updatedAt = updatedAt
    }

    package func state(at time: Timestamp) -> State {
        if time >= self.endsAt { return .expired }
        return time < self.startsAt ? .pending : .active
    }

    package func matches(_ labels: Labels) -> Bool {
        self.matchers.allSatisfy { $0.matches(labels) }
    }
}

extension Silence: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, matchers, startsAt, endsAt, createdBy, comment, updatedAt
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try container.decode(String.self, forKey: .id),
            matchers: try container.decode([SilenceMatcher].self, forKey: .matchers)
                .map { try $0.matcher() },
            startsAt: try container.decode(Timestamp.self, forKey: .startsAt),
            endsAt: try container.decode(Timestamp.self, forKey: .endsAt),
            createdBy: try container.decode(String.self, forKey: .createdBy),
            comment: try container.decode(String.self, forKey: .comment),
            updatedAt: try container.decode(Timestamp.self, forKey: .updatedAt))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.id, forKey: .id)
        try container.encode(self.matchers.map(SilenceMatcher.init), forKey: .matchers)
        try container.encode(self.startsAt, forKey: .startsAt)
        try container.encode(self.endsAt, forKey: .endsAt)
        try container.encode(self.createdBy, forKey: .createdBy)
        try container.encode(self.comment, forKey: .comment)
        try container.encode(self.updatedAt, forKey: .updatedAt)
    }
}

/// A matcher as Alertmanager's API v2 has it.
package struct SilenceMatcher: Sendable, Hashable, Codable {
    package var name: String
    package var value: String
    package var isRegex: Bool
    /// Missing in older clients, and then true.
    package var isEqual: Bool?

    package init(name: String, value: String, isRegex: Bool, isEqual: Bool? = nil) {
        self.name = name
        self.value = value
        self.isRegex = isRegex
        self.isEqual = isEqual
    }

    package init(_ matcher: LabelMatcher) {
        self.name = matcher.name
        self.value = matcher.value
        self.isRegex = matcher.operation == .matches || matcher.operation == .matchesNot
        self.isEqual = matcher.operation == .equal || matcher.operation == .matches
    }

    package func matcher() throws(RegularExpressionError) -> LabelMatcher {
        switch (self.isRegex, self.isEqual ?? true) {
        case (false, true): LabelMatcher(self.name, equals: self.value)
        case (false, false): try LabelMatcher(self.name, .notEqual, self.value)
        case (true, true): try LabelMatcher(self.name, .matches, self.value)
        case (true, false): try LabelMatcher(self.name, .matchesNot, self.value)
        }
    }
}
