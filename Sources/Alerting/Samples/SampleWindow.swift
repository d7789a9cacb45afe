// Weir
// SPDX-License-Identifier: Apache-2.0

package import PromQL

/// The samples that rules look at, in memory: of the series that some rule selects, for as long as a
/// rule looks back, packed.
///
/// At each evaluation the window takes what there is to see at that time, from one or more *origins*:
/// the registry, the outputs of a group of rules. A series that its origin does not show any more gets
/// the mark of its end (``StaleMarker``), as with Prometheus. Only newer points are taken; others are
/// counted. Nothing grows beyond ``Limits``.
///
/// ```swift
/// var window = SampleWindow(needs: SampleNeeds(rules.map(\.expression)))
/// window.take(registry.snapshot(), at: now)
/// let series = window.series(matching: matchers, from: now - 300_000, through: now)
/// ```
package struct SampleWindow: SampleSource, Sendable {
    /// What a window may grow to. Beyond it new series and new points are refused and counted.
    package struct Limits: Sendable, Hashable {
        package var series: Int
        /// Packed points, labels and what is needed to find them, reckoned.
        package var bytes: Int

        package init(series: Int = 200_000, bytes: Int = 256 << 20) {
            self.series = series
            self.bytes = bytes
        }
    }

    /// What is in a window, and what was not let in since it was made.
    package struct Statistics: Sendable, Hashable {
        package var series = 0
        package var points = 0
        /// Of the packed points alone.
        package var pointBytes = 0
        /// With labels and places, as ``Limits`` reckons.
        package var bytes = 0
        /// Series that were refused at the last take of their origin, since there is no room.
        package var refusedSeries = 0
        /// Points that were refused since there is no room, ever since.
        package var refusedPoints: UInt64 = 0
        /// Points older than the last one of their series.
        package var outOfOrderPoints: UInt64 = 0
        /// Points with another value at the time of the last one.
        package var duplicatePoints: UInt64 = 0
        /// Points that lay in the future once the clock had been set back.
        package var forgottenPoints: UInt64 = 0
    }

    /// Who shows series: they end when their origin shows them no more.
    struct Origin: Sendable {
        let name: String
        var lastTime: Int64?
        var round: UInt32 = 0
        var live: [Int32] = []
        var refusedSeries = 0
    }

    package let limits: Limits
    package private(set) var needs: SampleNeeds
    package internal(set) var statistics = Statistics()

    var places: [WindowSeries?] = []
    var origins: [Origin] = []
    var tracks: [FamilyTrack] = []
    /// Raised when the limits may have room again, or the needs have changed.
    private(set) var epoch: UInt32 = 0

    private var freePlaces: [Int32] = []
    private var byLabels: [Labels: Int32] = [:]
    private var byName: [String: Set<Int32>] = [:]
    private var generation: UInt32 = 0
    private var selection = SelectorIndex(SampleNeeds([]))
    private var nextPrune = Int64.min

    /// Evaluations may be a little behind the last take.
    static let slack: Int64 = 60_000
    /// Smaller steps of the clock backwards are sat out, as Prometheus does.
    static let backwardsMax: Int64 = 600_000
    private static let pruneInterval: Int64 = 15_000
    /// What a series costs beside its labels and points: its place, indices, chunks' frames.
    private static let seriesBytes = 400

    package init(needs: SampleNeeds, limits: Limits = Limits()) {
        self.limits = Limits(
            series: min(max(0, limits.series), 10_000_000), bytes: max(0, limits.bytes))
        self.needs = needs
        self.selection = SelectorIndex(needs)
    }

    /// Goes on with other needs: what nobody needs any more is dropped, what is needed for longer is
    /// kept for longer from now on.
    package mutating func adopt(_ needs: SampleNeeds) {
        self.needs = needs
        self.selection = SelectorIndex(needs)
        self.tracks = []
        self.epoch &+= 1
        for place in self.places.indices {
            guard let labels = self.places[place]?.labels else { continue }
            let chosen = self.selection.matching(
                labels, among: self.selection.candidates(labels[Labels.metricName]))
            if chosen.isEmpty {
                self.drop(Int32(place))
            } else {
                self.places[place]?.span = self.selection.span(chosen)
                self.selection.add(Int32(place), to: chosen)
            }
        }
        for origin in self.origins.indices {
            self.origins[origin].live.removeAll { self.places[Int($0)] == nil }
        }
    }

    // MARK: - Taking

    /// Takes all that an origin shows at a time; what it showed before and does not now has ended.
    package mutating func take(
        _ samples: some Sequence<(labels: Labels, value: Double)>, from origin: String,
        at time: Int64
    ) {
        let origin = self.begin(origin, at: time)
        for (labels, value) in samples {
            let candidates = self.selection.candidates(labels[Labels.metricName])
            guard !candidates.isEmpty else { continue }
            if let place = self.place(of: labels, among: candidates, origin: origin) {
                self.append(value, at: time, to: place, origin: origin)
            }
        }
        self.end(origin, at: time)
    }

    /// Opens a round of an origin.
    ///
    /// Where the clock was set back a good deal, what was seen at times that are yet to come is
    /// forgotten: else nothing would be taken until they have come.
    mutating func begin(_ name: String, at time: Int64) -> Int {
        let index: Int
        if let known = self.origins.firstIndex(where: { $0.name == name }) {
            index = known
        } else {
            index = self.origins.count
            self.origins.append(Origin(name: name))
        }
        if let last = self.origins[index].lastTime,
            time < last.clampedAdding(-Self.backwardsMax)
        {
            for place in self.origins[index].live { self.forget(place, after: time) }
            self.nextPrune = .min
        }
        self.origins[index].lastTime = time
        self.origins[index].round &+= 1
        self.origins[index].refusedSeries = 0
        return index
    }

    /// Ends the series that the origin did not show in this round, and drops what is too old.
    mutating func end(_ origin: Int, at time: Int64) {
        let round = self.origins[origin].round
        let live = self.origins[origin].live
        var kept: [Int32] = []
        kept.reserveCapacity(live.count)
        for place in live where self.places[Int(place)]?.origin == origin {
            if self.places[Int(place)]?.round == round {
                kept.append(place)
            } else {
                self.places[Int(place)]?.origin = nil
                self.write(StaleMarker.value, at: time, to: place)
            }
        }
        self.origins[origin].live = kept
        self.statistics.refusedSeries = self.origins.reduce(0) { $0 + $1.refusedSeries }
        if time >= self.nextPrune { self.prune(at: time) }
    }

    /// Which selectors may select series of a name.
    func candidates(_ name: String) -> [Int32] { self.selection.candidates(name) }

    /// The place of a series, a new one where it has none; nil where no selector selects it.
    ///
    /// - Parameter candidates: the selectors that may select its name.
    mutating func place(of labels: Labels, among candidates: [Int32], origin: Int) -> Int32? {
        if let known = self.byLabels[labels] { return known }
        let chosen = self.selection.matching(labels, among: candidates)
        guard !chosen.isEmpty else { return nil }
        guard let place = self.makePlace(labels, chosen) else {
            self.origins[origin].refusedSeries += 1
            return nil
        }
        return place
    }

    private mutating func makePlace(_ labels: Labels, _ chosen: [Int32]) -> Int32? {
        let cost = Self.cost(of: labels)
        // The last tenth of the room is for the points of the series that are there.
        guard self.statistics.series < self.limits.series,
            self.statistics.bytes + cost <= self.limits.bytes - self.limits.bytes / 10
        else { return nil }
        self.generation &+= 1
        let one = WindowSeries(
            labels: labels, generation: self.generation, span: self.selection.span(chosen))
        let place: Int32
        if let free = self.freePlaces.popLast() {
            place = free
            self.places[Int(free)] = one
        } else {
            place = Int32(truncatingIfNeeded: self.places.count)
            self.places.append(one)
        }
        self.byLabels[labels] = place
        self.byName[labels[Labels.metricName], default: []].insert(place)
        self.selection.add(place, to: chosen)
        self.statistics.series += 1
        self.statistics.bytes += cost
        return place
    }

    /// Takes a point of a series that its origin shows; one series belongs to one origin at a time.
    mutating func append(_ value: Double, at time: Int64, to place: Int32, origin: Int) {
        let index = Int(place)
        let owner = self.places[index]?.origin
        if owner == nil {
            self.places[index]?.origin = origin
            self.origins[origin].live.append(place)
        }
        if owner == nil || owner == origin {
            self.places[index]?.round = self.origins[origin].round
        }
        self.write(value, at: time, to: place)
    }

    private mutating func write(_ value: Double, at time: Int64, to place: Int32) {
        // A point takes at most 19 bytes.
        guard self.statistics.bytes + 20 <= self.limits.bytes else {
            self.statistics.refusedPoints += 1
            return
        }
        switch self.places[Int(place)]?.append(time, value) {
        case .taken(let bytes):
            self.statistics.points += 1
            self.statistics.pointBytes += bytes
            self.statistics.bytes += bytes
        case .outOfOrder: self.statistics.outOfOrderPoints += 1
        case .duplicate: self.statistics.duplicatePoints += 1
        case .known, nil: break
        }
    }

    private mutating func forget(_ place: Int32, after time: Int64) {
        guard let gone = self.places[Int(place)]?.forget(after: time) else { return }
        self.statistics.points -= gone.points
        self.statistics.pointBytes -= gone.bytes
        self.statistics.bytes -= gone.bytes
        self.statistics.forgottenPoints += UInt64(gone.points)
    }

    // MARK: - Dropping

    private mutating func prune(at time: Int64) {
        self.nextPrune = time.clampedAdding(Self.pruneInterval)
        var dropped = false
        for index in self.places.indices {
            guard let span = self.places[index]?.span else { continue }
            let oldest = time.clampedAdding(-Self.slack).clampedAdding(-max(0, span))
            if let (bytes, points) = self.places[index]?.prune(before: oldest), points > 0 {
                self.statistics.pointBytes -= bytes
                self.statistics.bytes -= bytes
                self.statistics.points -= points
            }
            if self.places[index]?.origin == nil, self.places[index]?.isOver(before: oldest) == true
            {
                self.drop(Int32(index))
                dropped = true
            }
        }
        if dropped { self.selection.sweep { self.places[Int($0)] != nil } }
        // What was refused may find room now.
        if self.statistics.series < self.limits.series,
            self.statistics.bytes < self.limits.bytes - self.limits.bytes / 10
        {
            self.epoch &+= 1
        }
    }

    private mutating func drop(_ place: Int32) {
        guard let one = self.places[Int(place)] else { return }
        self.places[Int(place)] = nil
        self.freePlaces.append(place)
        self.byLabels[one.labels] = nil
        let name = one.labels[Labels.metricName]
        self.byName[name]?.remove(place)
        if self.byName[name]?.isEmpty == true { self.byName[name] = nil }
        self.statistics.series -= 1
        self.statistics.points -= one.pointCount
        self.statistics.pointBytes -= one.byteCount
        self.statistics.bytes -= one.byteCount + Self.cost(of: one.labels)
    }

    private static func cost(of labels: Labels) -> Int {
        labels.pairs.reduce(self.seriesBytes) {
            $0 + 32 + $1.name.utf8.count + $1.value.utf8.count
        }
    }

    // MARK: - Reading

    package func series(
        matching matchers: [LabelMatcher], from: Int64, through: Int64
    ) -> [Series] {
        self.found(matchers).compactMap { one in
            let points = one.points(from: from, through: through)
            return points.isEmpty ? nil : Series(labels: one.labels, points: points)
        }
    }

    /// The last point of each series in a range; marks of an end come along.
    package func latest(
        matching matchers: [LabelMatcher], from: Int64, through: Int64
    ) -> [VectorSample] {
        self.found(matchers).compactMap { one in
            one.lastPoint(from: from, through: through).map {
                VectorSample(labels: one.labels, time: $0.time, value: $0.value)
            }
        }
    }

    /// The series that satisfy matchers: known ones for those of the needs, else by name.
    private func found(_ matchers: [LabelMatcher]) -> [WindowSeries] {
        if let members = self.selection.members(of: matchers) {
            return members.compactMap { self.places[Int($0)] }
        }
        let name = matchers.first {
            $0.name == Labels.metricName && $0.operation == .equal && !$0.value.isEmpty
        }
        let places =
            name.map { Array(self.byName[$0.value] ?? []) }
            ?? self.byName.values.flatMap { Array($0) }
        return places.sorted().compactMap { place in
            guard let one = self.places[Int(place)],
                matchers.allSatisfy({ $0.matches(one.labels) })
            else { return nil }
            return one
        }
    }
}

extension Int64 {
    /// The sum, cut to what an `Int64` holds.
    func clampedAdding(_ other: Int64) -> Int64 {
        let (sum, overflow) = self.addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
