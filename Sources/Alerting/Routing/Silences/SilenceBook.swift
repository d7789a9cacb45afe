// Weir
// SPDX-License-Identifier: Apache-2.0

package import PromQL

/// All silences: those that people set, which are kept, and those of the configuration.
///
/// Source: prometheus/alertmanager `silence/silence.go`.
package struct SilenceBook: Sendable {
    package static let matchersMax = 100
    package static let textBytesMax = 4096
    /// The most silences that people may have set, expired ones counted in.
    package static let countMax = 10_000
    /// How long an expired silence is shown: five days, as Alertmanager keeps it; milliseconds.
    package static let retention: Int64 = 120 * 3_600_000

    private var byID: [String: Silence] = [:]
    private var configured: [String: Silence] = [:]
    private var changed: Set<String> = []

    package init(_ silences: [Silence] = [], configured: [Silence] = []) {
        for silence in silences { self.byID[silence.id] = silence }
        self.configure(configured)
    }

    /// Takes the silences of a configuration in place of those before.
    package mutating func configure(_ silences: [Silence]) {
        self.configured = Dictionary(silences.map { ($0.id, $0) }) { first, _ in first }
    }

    package subscript(_ id: String) -> Silence? { self.byID[id] ?? self.configured[id] }

    /// The silences that hold at a time and fit, by id.
    package func silences(_ labels: Labels, at time: Timestamp) -> [String] {
        self.fitting(labels, time).map(\.id).sorted()
    }

    package func isSilenced(_ labels: Labels, at time: Timestamp) -> Bool {
        self.configured.values.contains { $0.state(at: time) == .active && $0.matches(labels) }
            || self.byID.values.contains { $0.state(at: time) == .active && $0.matches(labels) }
    }

    private func fitting(_ labels: Labels, _ time: Timestamp) -> [Silence] {
        (Array(self.byID.values) + Array(self.configured.values)).filter {
            $0.state(at: time) == .active && $0.matches(labels)
        }
    }

    /// Adds a silence, or changes the one with its id, and gives the id under which it stands.
    ///
    /// Where the change would rewrite what was silent before (other matchers, another start of an
    /// active one), the old one expires and a new one is made, as in Alertmanager.
    ///
    /// - Parameter newID: taken for a new one, such as a random UUID.
    package mutating func set(
        _ silence: Silence, newID: String, at time: Timestamp
    ) throws(SilenceError) -> String {
        var silence = silence
        try Self.check(silence, at: time)
        silence.updatedAt = time
        var isReplaced = false
        if !silence.id.isEmpty {
            guard let before = self.byID[silence.id] else {
                throw self.configured[silence.id] == nil
                    ? .notFound(silence.id) : .configured(silence.id)
            }
            if Self.mayChange(before, to: silence, at: time) {
                self.store(silence)
                return silence.id
            }
            isReplaced = before.state(at: time) != .expired
        }
        guard self.byID.count < Self.countMax else { throw .tooManySilences(self.byID.count) }
        if isReplaced { try self.expire(silence.id, at: time) }
        silence.id = newID
        silence.startsAt = max(silence.startsAt, time)
        self.store(silence)
        return newID
    }

    /// Ends a silence now; one that has ended stays as it is.
    package mutating func expire(_ id: String, at time: Timestamp) throws(SilenceError) {
        guard var silence = self.byID[id] else {
            throw self.configured[id] == nil ? .notFound(id) : .configured(id)
        }
        switch silence.state(at: time) {
        case .expired: return
        case .pending: silence.startsAt = time
        case .active: break
        }
        silence.endsAt = time
        silence.updatedAt = time
        self.store(silence)
    }

    /// The silences that a filter fits: active ones first, the next to end at the front; then pending
    /// ones by their start; then expired ones, the last to end at the front.
    ///
    /// A matcher of the filter fits a silence where it fits the value of the silence's own matcher of
    /// that label.
    package func list(
        filter: [LabelMatcher] = [], at time: Timestamp
    ) -> [Silence] {
        let all = (Array(self.byID.values) + Array(self.configured.values))
            .filter { silence in filter.allSatisfy { Self.fits($0, silence) } }
        func rank(_ silence: Silence) -> (Int, Timestamp, String) {
            switch silence.state(at: time) {
            case .active: (0, silence.endsAt, silence.id)
            case .pending: (1, silence.startsAt, silence.id)
            case .expired: (2, Saturating.difference(0, silence.endsAt), silence.id)
            }
        }
        return all.sorted { rank($0) < rank($1) }
    }

    /// Forgets silences that expired long ago.
    mutating func prune(at time: Timestamp) {
        for (id, silence) in self.byID
        where Saturating.sum(silence.endsAt, Self.retention) <= time {
            self.byID[id] = nil
            self.changed.insert(id)
        }
    }

    /// The silences that changed since the last call, nil where one is gone.
    mutating func takeChanges() -> [(id: String, silence: Silence?)] {
        defer { self.changed = [] }
        return self.changed.sorted().map { ($0, self.byID[$0]) }
    }

    private mutating func store(_ silence: Silence) {
        self.byID[silence.id] = silence
        self.changed.insert(silence.id)
    }

    private static func check(_ silence: Silence, at time: Timestamp) throws(SilenceError) {
        guard !silence.matchers.isEmpty else { throw .noMatchers }
        guard silence.matchers.count <= Self.matchersMax else { throw .tooManyMatchers }
        for matcher in silence.matchers {
            guard LabelName.isValid(matcher.name) else { throw .invalidName(matcher.name) }
            if matcher.value.utf8.count > Self.textBytesMax { throw .textTooLong("a value") }
        }
        if silence.comment.utf8.count > Self.textBytesMax { throw .textTooLong("the comment") }
        if silence.createdBy.utf8.count > Self.textBytesMax { throw .textTooLong("createdBy") }
        let fitsEmpty = silence.matchers.allSatisfy { matcher in
            switch matcher.operation {
            case .equal, .matches: matcher.matches("")
            case .notEqual, .matchesNot: false
            }
        }
        guard !fitsEmpty else { throw .matchesEverything }
        guard silence.endsAt > silence.startsAt else { throw .endsBeforeStart }
        guard silence.endsAt > time else { throw .endsInThePast }
    }

    private static func mayChange(_ old: Silence, to new: Silence, at time: Timestamp) -> Bool {
        guard old.matchers == new.matchers else { return false }
        return switch old.state(at: time) {
        // The API's times may be cut to seconds.
        case .active: old.startsAt / 1000 == new.startsAt / 1000
        case .pending: new.startsAt >= time
        case .expired: false
        }
    }

    private static func fits(_ filter: LabelMatcher, _ silence: Silence) -> Bool {
        let own = silence.matchers.last { $0.name == filter.name }
        switch filter.operation {
        case .equal, .matches:
            if filter.value.isEmpty, own == nil { return true }
        case .notEqual, .matchesNot:
            if filter.value.isEmpty, own != nil { return true }
        }
        return filter.matches(own?.value ?? "")
    }
}
