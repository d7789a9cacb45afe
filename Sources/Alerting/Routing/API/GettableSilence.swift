// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

/// A silence in the shape of Alertmanager's API v2 (`gettableSilence`).
package struct GettableSilence: Sendable, Hashable, Encodable {
    package struct Status: Sendable, Hashable, Encodable {
        package var state: Silence.State
    }

    package var id: String
    package var status: Status
    package var updatedAt: String
    package var matchers: [SilenceMatcher]
    package var startsAt: String
    package var endsAt: String
    package var createdBy: String
    package var comment: String

    package init(_ silence: Silence, at time: Timestamp) {
        self.id = silence.id
        self.status = Status(state: silence.state(at: time))
        self.updatedAt = InternetTime.text(silence.updatedAt)
        self.matchers = silence.matchers.map(SilenceMatcher.init)
        self.startsAt = InternetTime.text(silence.startsAt)
        self.endsAt = InternetTime.text(silence.endsAt)
        self.createdBy = silence.createdBy
        self.comment = silence.comment
    }
}

/// A silence as it is sent to us (`postableSilence`); without an id it is a new one.
package struct PostableSilence: Sendable, Hashable, Codable {
    package var id: String?
    package var matchers: [SilenceMatcher]
    package var startsAt: String
    package var endsAt: String
    package var createdBy: String
    package var comment: String

    package init(
        id: String? = nil, matchers: [SilenceMatcher], startsAt: String, endsAt: String,
        createdBy: String, comment: String
    ) {
        self.id = id
        self.matchers = matchers
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.createdBy = createdBy
        self.comment = comment
    }

    /// What it says, for ``SilenceBook/set(_:newID:at:)``.
    package func silence() throws(SilenceError) -> Silence {
        guard self.matchers.count <= SilenceBook.matchersMax else { throw .tooManyMatchers }
        guard let start = InternetTime.time(self.startsAt) else {
            throw .invalidTime(self.startsAt)
        }
        guard let end = InternetTime.time(self.endsAt) else { throw .invalidTime(self.endsAt) }
        var matchers: [LabelMatcher] = []
        for matcher in self.matchers {
            guard matcher.value.utf8.count <= SilenceBook.textBytesMax else {
                throw .textTooLong("a value")
            }
            do throws(RegularExpressionError) {
                matchers.append(try matcher.matcher())
            } catch {
                throw .pattern(matcher.value, error)
            }
        }
        return Silence(
            id: self.id ?? "", matchers: matchers, startsAt: start, endsAt: end,
            createdBy: self.createdBy, comment: self.comment)
    }
}
