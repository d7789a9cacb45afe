// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

extension ReputationTracker {
    /// Since when a subject is on the blacklist.
    struct Listing: Entity {
        var since: BlockTime

        init(since: BlockTime) { self.since = since }

        func write(to writer: inout StateWriter) { writer.write(self.since) }

        init(from reader: inout StateReader) throws(StateReader.Damage) {
            self.since = try reader.time()
        }
    }

    /// The last scores of a subject, with the times from which on they held.
    struct ScoreHistory: Entity {
        /// What held before the first point.
        private(set) var origin: I256
        /// Rising in time.
        private(set) var points: [Point] = []

        struct Point: Sendable, Equatable {
            var time: BlockTime
            var score: I256
        }

        init(origin: I256) { self.origin = origin }

        /// The last score.
        var score: I256 { self.points.last?.score ?? self.origin }

        /// The score that held at a time; where the history does not reach so far back, the first
        /// that is known.
        func score(at time: BlockTime) -> I256 {
            self.points.last { $0.time <= time }?.score ?? self.origin
        }

        /// Adds a score and forgets what no window needs.
        ///
        /// - Parameters:
        ///   - memory: how many seconds are remembered.
        ///   - max: how many points; of more, every other one of the older half is forgotten, so
        ///     that what lies further back is told more coarsely.
        mutating func add(_ score: I256, at time: BlockTime, memory: UInt64, max: Int) {
            // Changes of one block are one; a clock that goes back cannot change what was.
            if let last = self.points.last, last.time >= time {
                self.points[self.points.count - 1].score = score
                return
            }
            self.points.append(Point(time: time, score: score))
            let end = time.rawValue > memory ? time.rawValue - memory : 0
            let old = self.points.prefix { $0.time.rawValue <= end }.count
            if old > 0 {
                self.origin = self.points[old - 1].score
                self.points.removeFirst(old)
            }
            guard self.points.count > max else { return }
            let half = self.points.count / 2
            self.points = self.points.enumerated()
                .filter { $0.offset >= half || $0.offset % 2 == 1 }.map(\.element)
        }

        func write(to writer: inout StateWriter) {
            writer.write(self.origin)
            writer.write(UInt64(self.points.count))
            for point in self.points {
                writer.write(point.time)
                writer.write(point.score)
            }
        }

        init(from reader: inout StateReader) throws(StateReader.Damage) {
            self.origin = try reader.signed()
            let count = try reader.number()
            // A damaged count ends at the end of the bytes.
            for _ in 0..<Int(clamping: count) {
                self.points.append(
                    Point(time: try reader.time(), score: try reader.signed()))
            }
        }
    }
}
