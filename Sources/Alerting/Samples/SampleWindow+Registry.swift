// Weir
// SPDX-License-Identifier: Apache-2.0

package import MetricsRegistry
import PromQL

/// What is known of a family of the registry: for each of its slots the places of its samples, so that
/// no label is written or compared while the series stay what they are.
struct FamilyTrack: Sendable {
    struct Slot: Sendable {
        var text: LabelText
        /// A place for each part; negative where there is none.
        var places: [Int32]
        /// The generations of the places' tenants.
        var generations: [UInt32]
        /// When places were last looked for.
        var epoch: UInt32
    }

    static let unwanted: Int32 = -1
    static let refused: Int32 = -2

    let name: String
    let parts: [SamplePart]
    /// The selectors that may select each part; the family is passed over where there are none.
    let candidates: [[Int32]]
    let isWanted: Bool
    let isHistogram: Bool
    var slots: [Slot?] = []

    init(_ family: FamilySnapshot, _ window: SampleWindow) {
        self.name = family.descriptor.name
        self.parts = family.parts
        self.candidates = self.parts.map { window.candidates($0.name) }
        self.isWanted = self.candidates.contains { !$0.isEmpty }
        self.isHistogram = family.descriptor.type == .histogram
    }
}

extension SampleWindow {
    /// The origin that the registry is.
    package static let registryOrigin = "registry"

    /// Takes the values of a registry, as a scrape would see them at a time.
    ///
    /// - Parameter hushed: series that are passed over; those that were taken before neither get a point
    ///   nor end.
    package mutating func take(
        _ snapshot: RegistrySnapshot, at time: Int64,
        leavingOut hushed: HushedSeries = HushedSeries()
    ) {
        let origin = self.begin(Self.registryOrigin, at: time)
        self.match(snapshot.families)
        for (index, family) in snapshot.families.enumerated() where self.tracks[index].isWanted {
            // Taken out meanwhile: two owners would make a copy of it.
            var slots: [FamilyTrack.Slot?] = []
            swap(&slots, &self.tracks[index].slots)
            let track = self.tracks[index]
            let isHushed = !hushed.isEmpty && hushed.families.contains(family.descriptor.name)
            self.take(
                family, track, &slots, origin: origin, at: time,
                leavingOut: isHushed ? hushed : nil)
            swap(&slots, &self.tracks[index].slots)
        }
        self.end(origin, at: time)
    }

    /// Brings the tracks into the order of the families, which changes only when one is registered.
    private mutating func match(_ families: [FamilySnapshot]) {
        let isSame =
            self.tracks.count == families.count
            && zip(self.tracks, families).allSatisfy { $0.name == $1.descriptor.name }
        guard !isSame else { return }
        var known: [String: FamilyTrack] = [:]
        for track in self.tracks { known[track.name] = track }
        self.tracks = families.map { known[$0.descriptor.name] ?? FamilyTrack($0, self) }
    }

    private mutating func take(
        _ family: FamilySnapshot, _ track: FamilyTrack, _ slots: inout [FamilyTrack.Slot?],
        origin: Int, at time: Int64, leavingOut hushed: HushedSeries?
    ) {
        for slot in family.slots.lazy.map(Int.init) {
            if let hushed, hushed.holds(family.labelText(slot: slot)) {
                self.keep(slots.indices.contains(slot) ? slots[slot] : nil, origin: origin)
                continue
            }
            if track.isHistogram {
                let values = family.histogramValues(slot: slot)
                self.look(for: slot, of: family, track, &slots, origin: origin)
                for (part, value) in values.enumerated() {
                    self.append(value, part, of: slots[slot], origin: origin, at: time)
                }
            } else if let value = family.number(slot: slot) {
                self.look(for: slot, of: family, track, &slots, origin: origin)
                self.append(value, 0, of: slots[slot], origin: origin, at: time)
            }
        }
    }

    private mutating func append(
        _ value: Double, _ part: Int, of slot: FamilyTrack.Slot?, origin: Int, at time: Int64
    ) {
        guard let slot, part < slot.places.count else { return }
        let place = slot.places[part]
        switch place {
        case FamilyTrack.unwanted: break
        case FamilyTrack.refused: self.origins[origin].refusedSeries += 1
        default: self.append(value, at: time, to: place, origin: origin)
        }
    }

    /// Lets the series of a slot go on without a point.
    private mutating func keep(_ slot: FamilyTrack.Slot?, origin: Int) {
        guard let slot else { return }
        for (place, generation) in zip(slot.places, slot.generations)
        where place >= 0 && self.places[Int(place)]?.generation == generation {
            self.places[Int(place)]?.round = self.origins[origin].round
        }
    }

    /// Makes sure that a slot knows the places of its samples.
    private mutating func look(
        for slot: Int, of family: FamilySnapshot, _ track: FamilyTrack,
        _ slots: inout [FamilyTrack.Slot?], origin: Int
    ) {
        let text = family.labelText(slot: slot)
        if slot < slots.count, let known = slots[slot], known.text == text,
            self.isCurrent(known)
        {
            return
        }
        while slots.count <= slot { slots.append(nil) }
        let pairs = text.pairs
        var found = FamilyTrack.Slot(text: text, places: [], generations: [], epoch: self.epoch)
        for (part, candidates) in zip(track.parts, track.candidates) {
            var place = FamilyTrack.unwanted
            if !candidates.isEmpty {
                let refusedBefore = self.origins[origin].refusedSeries
                let labels = Labels(
                    pairs.map { ($0.name, $0.value) } + [(Labels.metricName, part.name)]
                        + (part.bound.map { [("le", $0)] } ?? []))
                if let known = self.place(of: labels, among: candidates, origin: origin) {
                    place = known
                } else if self.origins[origin].refusedSeries > refusedBefore {
                    // Counted when its value comes.
                    self.origins[origin].refusedSeries = refusedBefore
                    place = FamilyTrack.refused
                }
            }
            found.places.append(place)
            found.generations.append(place >= 0 ? self.places[Int(place)]?.generation ?? 0 : 0)
        }
        slots[slot] = found
    }

    /// Whether places still belong to the series that they were found for, and refused ones need not
    /// be looked for again.
    private func isCurrent(_ slot: FamilyTrack.Slot) -> Bool {
        for (place, generation) in zip(slot.places, slot.generations) {
            if place >= 0 {
                guard self.places[Int(place)]?.generation == generation else { return false }
            } else if place == FamilyTrack.refused, slot.epoch != self.epoch {
                return false
            }
        }
        return true
    }
}
