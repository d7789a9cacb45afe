// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

extension SampleWindow {
    /// What was restored, and what not.
    package struct Restored: Sendable, Hashable {
        package var series = 0
        package var points = 0
        /// Chunks that are damaged, or overlap with others of their series.
        package var refusedChunks = 0
        /// Series that nobody needs any more, or that there is no room for.
        package var droppedSeries = 0
    }

    /// The samples for a store.
    ///
    /// - Parameter time: only chunks that hold a point after it; the store has the others already.
    package func stored(after time: Int64 = .min) -> [StoredSamples] {
        self.places.compactMap { one in
            guard let one else { return nil }
            let chunks = one.chunks.filter { $0.last > time || time == .min }
            guard !chunks.isEmpty else { return nil }
            let origin = one.origin.map { self.origins[$0].name } ?? ""
            return StoredSamples(
                origin: origin, labels: one.labels, chunks: chunks.map(StoredChunk.init))
        }
    }

    /// Takes samples that were stored, before the first take. A series goes on where its origin shows
    /// it again, and has ended where it does not.
    ///
    /// - Parameter now: chunks that reach far beyond it are refused: they were written under another
    ///   clock.
    package mutating func restore(
        _ samples: some Sequence<StoredSamples>, now: Int64
    ) -> Restored {
        var result = Restored()
        for stored in samples {
            let chunks = stored.chunks.map(\.chunk)
            let good = chunks.compactMap { $0 }
                .filter { $0.last <= now.clampedAdding(Self.backwardsMax) }
                .sorted { $0.first < $1.first }
            result.refusedChunks += chunks.count - good.count
            guard !good.isEmpty else { continue }
            let origin = self.open(stored.origin)
            let candidates = self.candidates(stored.labels[Labels.metricName])
            let size = good.reduce(0) { $0 + $1.bytes.count }
            guard self.statistics.bytes + size <= self.limits.bytes,
                let place = self.place(of: stored.labels, among: candidates, origin: origin)
            else {
                result.droppedSeries += 1
                continue
            }
            guard let taken = self.places[Int(place)]?.restore(good) else { continue }
            result.refusedChunks += taken.refused
            result.points += taken.points
            result.series += 1
            self.statistics.points += taken.points
            self.statistics.pointBytes += taken.bytes
            self.statistics.bytes += taken.bytes
            if !stored.origin.isEmpty, self.places[Int(place)]?.origin == nil {
                self.places[Int(place)]?.origin = origin
                self.origins[origin].live.append(place)
            }
        }
        return result
    }

    /// An origin's index, without a new round.
    private mutating func open(_ name: String) -> Int {
        if let known = self.origins.firstIndex(where: { $0.name == name }) { return known }
        self.origins.append(Origin(name: name))
        return self.origins.count - 1
    }
}
