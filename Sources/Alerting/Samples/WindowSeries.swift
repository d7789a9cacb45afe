// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

/// One series of a window: its points in chunks, the last of them still open.
struct WindowSeries: Sendable {
    let labels: Labels
    /// Raised with every new tenant of the place, so that who remembers the last one can tell.
    let generation: UInt32
    /// How far back its points are needed, in milliseconds.
    var span: Int64
    /// Who gives its points now; nil once it has ended.
    var origin: Int?
    /// The round of its origin that it was last seen in.
    var round: UInt32 = 0

    private(set) var sealed: [SampleChunk] = []
    private(set) var open = ChunkWriter()
    private(set) var last: Point?

    /// A chunk is closed at this count, which costs a series in even steps about its 20th part.
    private static let pointsMax = 120
    /// A shorter one is closed once it is longer than what is needed.
    private static let pointsMin = 24

    init(labels: Labels, generation: UInt32, span: Int64) {
        self.labels = labels
        self.generation = generation
        self.span = span
    }

    /// What became of a point.
    enum Appended {
        /// Taken; so many bytes more are in use.
        case taken(bytes: Int)
        /// The same point is there already.
        case known
        /// Older than the last one.
        case outOfOrder
        /// Another value at the time of the last one.
        case duplicate
    }

    /// Takes a point as Prometheus does: only newer ones.
    mutating func append(_ time: Int64, _ value: Double) -> Appended {
        if let last = self.last, time <= last.time {
            guard time == last.time else { return .outOfOrder }
            return last.value.bitPattern == value.bitPattern ? .known : .duplicate
        }
        if self.open.count >= Self.pointsMax
            || self.open.count >= Self.pointsMin
                && time &- self.open.first > max(0, self.span)
        {
            self.seal()
        }
        let before = self.open.byteCount
        self.open.append(time, value)
        self.last = Point(time: time, value: value)
        return .taken(bytes: self.open.byteCount - before)
    }

    private mutating func seal() {
        guard let chunk = self.open.chunk else { return }
        self.sealed.append(chunk)
        self.open = ChunkWriter()
    }

    /// Takes chunks that were kept, where they are newer than what is there.
    ///
    /// - Returns: how many bytes and points came in, and how many chunks did not.
    mutating func restore(_ chunks: [SampleChunk]) -> (bytes: Int, points: Int, refused: Int) {
        var result = (bytes: 0, points: 0, refused: 0)
        for chunk in chunks {
            guard chunk.first > self.last?.time ?? .min || self.last == nil,
                let value = chunk.lastValue
            else {
                result.refused += 1
                continue
            }
            self.seal()
            self.sealed.append(chunk)
            self.last = Point(time: chunk.last, value: value)
            result.bytes += chunk.bytes.count
            result.points += chunk.count
        }
        return result
    }

    /// Drops the points after a time.
    ///
    /// - Returns: how many bytes and points went.
    mutating func forget(after time: Int64) -> (bytes: Int, points: Int) {
        guard let last = self.last, last.time > time else { return (0, 0) }
        let before = (self.byteCount, self.pointCount)
        let kept = self.points(from: .min, through: time)
        self.sealed = []
        self.open = ChunkWriter()
        self.last = nil
        for point in kept { _ = self.append(point.time, point.value) }
        return (before.0 - self.byteCount, before.1 - self.pointCount)
    }

    /// Drops whole chunks that end before a time.
    ///
    /// - Returns: how many bytes and points went.
    mutating func prune(before time: Int64) -> (bytes: Int, points: Int) {
        let old = self.sealed.prefix { $0.last < time }
        guard !old.isEmpty else { return (0, 0) }
        let gone = (old.reduce(0) { $0 + $1.bytes.count }, old.reduce(0) { $0 + $1.count })
        self.sealed.removeFirst(old.count)
        return gone
    }

    /// Whether nothing is left that anybody may ask for.
    func isOver(before time: Int64) -> Bool {
        self.sealed.isEmpty && (self.last?.time ?? .min) < time
    }

    var byteCount: Int { self.sealed.reduce(self.open.byteCount) { $0 + $1.bytes.count } }
    var pointCount: Int { self.sealed.reduce(self.open.count) { $0 + $1.count } }

    /// All chunks, the open one as it is now.
    var chunks: [SampleChunk] { self.sealed + (self.open.chunk.map { [$0] } ?? []) }

    /// The points in a range, both ends in it.
    func points(from: Int64, through: Int64) -> [Point] {
        guard from <= through, let last = self.last, last.time >= from else { return [] }
        if last.time == from { return [last] }
        var points: [Point] = []
        func take(_ chunk: SampleChunk) {
            guard chunk.last >= from, chunk.first <= through else { return }
            var reader = ChunkReader(chunk.bytes, count: chunk.count)
            while let point = reader.next(), point.time <= through {
                if point.time >= from { points.append(point) }
            }
        }
        for chunk in self.sealed { take(chunk) }
        if let chunk = self.open.chunk { take(chunk) }
        return points
    }

    /// The last point of a range; without unpacking anything while it is the last of all.
    func lastPoint(from: Int64, through: Int64) -> Point? {
        guard let last = self.last, last.time >= from else { return nil }
        if last.time <= through { return last }
        return self.points(from: from, through: through).last
    }
}

extension SampleChunk {
    fileprivate var lastValue: Double? {
        var reader = ChunkReader(self.bytes, count: self.count)
        var value: Double?
        while let point = reader.next() { value = point.value }
        return value
    }
}
