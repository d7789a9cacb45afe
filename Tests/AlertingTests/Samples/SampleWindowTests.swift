// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import Testing
import WeirTestSupport

@testable import Alerting

@Suite struct SampleWindowTests {
    static func needs(_ spans: [(String, Int64)]) -> SampleNeeds {
        let place = SourceRange(0, 0)
        return SampleNeeds(
            spans.map { name, span in
                let selector = VectorSelector(
                    name: name, matchers: [LabelMatcher(Labels.metricName, equals: name)],
                    place: place)
                return .range(selector, milliseconds: span, place)
            })
    }

    static func labels(_ name: String, _ pairs: [(String, String)] = []) -> Labels {
        Labels(pairs + [(Labels.metricName, name)])
    }

    static func matcher(_ name: String) -> [LabelMatcher] {
        [LabelMatcher(Labels.metricName, equals: name)]
    }

    private func points(
        _ window: SampleWindow, _ name: String, from: Int64 = .min, through: Int64 = .max
    ) -> [Point] {
        window.series(matching: Self.matcher(name), from: from, through: through).first?.points
            ?? []
    }

    // MARK: - The same as the naive one

    @Test(arguments: 0..<10)
    func windowIsTheNaiveListOfPoints(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let needs = Self.needs([("a", 60_000), ("b", 600_000), ("c", 3_600_000)])
        var window = SampleWindow(needs: needs)
        var naive = NaiveWindow(needs: needs)
        let all = ["a", "b", "c", "unwanted"].flatMap { name in
            (0..<4).map { Self.labels(name, [("n", "\($0)")]) }
        }
        var values: [Labels: Double] = [:]
        var time: Int64 = 1_700_000_000_000
        for round in 0..<300 {
            // Now and then the clock stands, or goes back a little.
            time +=
                Int.random(in: 0..<20, using: &random) == 0
                ? Int64.random(in: -30_000...0, using: &random)
                : 15_000 + Int64.random(in: -40...40, using: &random)
            var shown: [(labels: Labels, value: Double)] = []
            for labels in all where Int.random(in: 0..<12, using: &random) > 0 {
                let value = SampleChunkTests.value(after: values[labels] ?? 0, &random)
                values[labels] = value
                shown.append((labels, value))
            }
            window.take(shown, from: "test", at: time)
            naive.take(shown, at: time)
            guard round % 10 == 9 else { continue }
            for (name, span) in [("a", Int64(60_000)), ("b", 600_000), ("c", 3_600_000)] {
                let from = time - Int64.random(in: 0...span, using: &random)
                let through = time - Int64.random(in: -10...5000, using: &random)
                let matchers = Self.matcher(name)
                let expected = naive.series(matching: matchers, from: from, through: through)
                #expect(
                    exact(window.series(matching: matchers, from: from, through: through))
                        == exact(expected), "seed \(seed)")
                let latest = window.latest(matching: matchers, from: from, through: through)
                #expect(
                    exact(
                        latest.map {
                            Series(
                                labels: $0.labels, points: [Point(time: $0.time, value: $0.value)])
                        })
                        == exact(
                            expected.map {
                                Series(labels: $0.labels, points: [$0.points[$0.points.count - 1]])
                            }), "seed \(seed)")
            }
        }
        #expect(
            window.series(matching: Self.matcher("unwanted"), from: .min, through: .max).isEmpty)
        self.checkStatistics(window, seed)
    }

    /// What is counted as it comes and goes is what is there.
    private func checkStatistics(_ window: SampleWindow, _ seed: Int) {
        let places = window.places.compactMap { $0 }
        #expect(window.statistics.series == places.count, "seed \(seed)")
        #expect(window.statistics.points == places.reduce(0) { $0 + $1.pointCount }, "seed \(seed)")
        #expect(
            window.statistics.pointBytes == places.reduce(0) { $0 + $1.byteCount }, "seed \(seed)")
        #expect(window.statistics.bytes >= window.statistics.pointBytes)
    }

    @Test(arguments: 0..<5)
    func restoredWindowGoesOnAsIfNothingHadBeen(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let needs = Self.needs([("a", 600_000)])
        var window = SampleWindow(needs: needs)
        let all = (0..<5).map { Self.labels("a", [("n", "\($0)")]) }
        func shown() -> [(labels: Labels, value: Double)] {
            all.filter { _ in Int.random(in: 0..<4, using: &random) > 0 }
                .map { ($0, SampleChunkTests.value(after: 1, &random)) }
        }
        var time: Int64 = 0
        for _ in 0..<150 {
            time += 10_000
            window.take(shown(), from: "r", at: time)
        }
        var other = SampleWindow(needs: needs)
        let restored = other.restore(window.stored(), now: time)
        #expect(restored.refusedChunks == 0 && restored.droppedSeries == 0)
        #expect(restored.points == window.statistics.points)
        self.checkStatistics(other, seed)
        for step in 0..<60 {
            time += 10_000
            let now = shown()
            window.take(now, from: "r", at: time)
            other.take(now, from: "r", at: time)
            guard step % 8 == 7 else { continue }
            let (one, two) = (
                window.series(matching: Self.matcher("a"), from: time - 600_000, through: time),
                other.series(matching: Self.matcher("a"), from: time - 600_000, through: time)
            )
            #expect(exact(one) == exact(two), "seed \(seed)")
        }
        self.checkStatistics(other, seed)
    }

    // MARK: - Ends

    @Test func seriesThatIsNotShownAnyMoreHasEnded() {
        var window = SampleWindow(needs: Self.needs([("a", 60_000)]))
        window.take([(Self.labels("a"), 1)], from: "r", at: 1000)
        window.take([], from: "other", at: 2000)
        #expect(self.points(window, "a").count == 1)
        window.take([], from: "r", at: 3000)
        window.take([], from: "r", at: 4000)
        let points = self.points(window, "a")
        #expect(points.map(\.time) == [1000, 3000])
        #expect(points.last.map { StaleMarker.marks($0.value) } == true)
        window.take([(Self.labels("a"), 2)], from: "r", at: 5000)
        #expect(self.points(window, "a").map(\.time) == [1000, 3000, 5000])
    }

    @Test func seriesOfTwoOriginsEndsWithTheFirst() {
        var window = SampleWindow(needs: Self.needs([("a", 60_000)]))
        window.take([(Self.labels("a"), 1)], from: "one", at: 1000)
        window.take([(Self.labels("a"), 2)], from: "two", at: 1000)
        #expect(window.statistics.duplicatePoints == 1)
        window.take([], from: "two", at: 2000)
        #expect(self.points(window, "a").map(\.value) == [1])
        window.take([], from: "one", at: 3000)
        #expect(self.points(window, "a").count == 2)
        window.take([(Self.labels("a"), 3)], from: "two", at: 4000)
        window.take([], from: "one", at: 5000)
        #expect(self.points(window, "a").last?.value == 3)
    }

    @Test func whatIsTooOldIsDroppedAndItsPlaceUsedAgain() {
        var window = SampleWindow(needs: Self.needs([("a", 60_000)]))
        for step in 0..<1000 {
            let labels = Self.labels("a", [("n", "\(step / 10)")])
            window.take([(labels, Double(step))], from: "r", at: Int64(step) * 5000)
        }
        // Two minutes of ten series each, the slack and a pruning's interval on top.
        #expect(window.statistics.series <= 12)
        #expect(window.places.count <= 12)
        #expect(window.origins[0].live.count == 1)
        self.checkStatistics(window, 0)
    }

    // MARK: - Clocks

    @Test func olderAndDoublePointsAreCounted() {
        var window = SampleWindow(needs: Self.needs([("a", 60_000)]))
        let labels = Self.labels("a")
        window.take([(labels, 1)], from: "r", at: 10_000)
        window.take([(labels, 1)], from: "r", at: 10_000)
        #expect(window.statistics.duplicatePoints == 0)
        window.take([(labels, 2)], from: "r", at: 10_000)
        #expect(window.statistics.duplicatePoints == 1)
        window.take([(labels, 2)], from: "r", at: 9000)
        #expect(window.statistics.outOfOrderPoints == 1)
        window.take([(labels, .nan)], from: "r", at: 11_000)
        window.take([(labels, .nan)], from: "r", at: 11_000)
        #expect(window.statistics.duplicatePoints == 1)
        #expect(self.points(window, "a").count == 2)
    }

    @Test func clockSetBackFarDoesNotBlindTheRules() {
        var window = SampleWindow(needs: Self.needs([("a", 60_000)]))
        let labels = Self.labels("a")
        for step in 0..<200 { window.take([(labels, 1)], from: "r", at: Int64(step) * 10_000) }
        // A year ahead for one moment.
        window.take([(labels, 2)], from: "r", at: 31_536_000_000)
        window.take([(labels, 3)], from: "r", at: 2_000_000)
        #expect(self.points(window, "a").last == Point(time: 2_000_000, value: 3))
        #expect(window.statistics.forgottenPoints == 1)
        window.take([(labels, 4)], from: "r", at: 2_010_000)
        #expect(self.points(window, "a").last == Point(time: 2_010_000, value: 4))
        self.checkStatistics(window, 0)
    }

    @Test func timesAtTheEndsOfTimeDoNoHarm() {
        var window = SampleWindow(needs: Self.needs([("a", .max), ("b", 0)]))
        for time in [Int64.min, -1, 0, 1, .max - 1, .max, .min, 0] {
            window.take(
                [(Self.labels("a"), 1), (Self.labels("b"), 1)], from: "r", at: time)
            _ = window.series(matching: Self.matcher("a"), from: .min, through: .max)
            _ = window.latest(matching: Self.matcher("b"), from: .max, through: .min)
        }
        self.checkStatistics(window, 0)
    }

    // MARK: - Limits

    @Test func tooManySeriesAreRefusedAndCounted() {
        var window = SampleWindow(
            needs: Self.needs([("a", 60_000)]), limits: .init(series: 10, bytes: 1 << 20))
        let all = (0..<25).map { (Self.labels("a", [("n", "\($0)")]), 1.0) }
        window.take(all.map { (labels: $0.0, value: $0.1) }, from: "r", at: 1000)
        #expect(window.statistics.series == 10)
        #expect(window.statistics.refusedSeries == 15)
        window.take([(Self.labels("a", [("n", "0")]), 1)], from: "r", at: 2000)
        #expect(window.statistics.refusedSeries == 0)
        // Room again, once the others are forgotten.
        for step in 3..<100 {
            window.take([(Self.labels("a", [("n", "0")]), 1)], from: "r", at: Int64(step) * 10_000)
        }
        window.take(all.map { (labels: $0.0, value: $0.1) }, from: "r", at: 2_000_000)
        #expect(window.statistics.series == 10)
    }

    @Test func bytesStayWithinTheLimit() {
        var window = SampleWindow(
            needs: Self.needs([("a", .max)]), limits: .init(series: 1000, bytes: 60_000))
        var random = SeededRandom(seed: 1)
        for step in 0..<150 {
            let shown = (0..<150).map {
                (labels: Self.labels("a", [("n", "\($0)")]), value: Double(random.next() >> 12))
            }
            window.take(shown, from: "r", at: Int64(step) * 1000)
            #expect(window.statistics.bytes <= 60_000)
        }
        #expect(window.statistics.refusedSeries > 0)
        #expect(window.statistics.refusedPoints > 0)
        #expect(window.statistics.series > 50)
        self.checkStatistics(window, 1)
    }

    // MARK: - Selection

    @Test func selectorsThatNoRuleHasAreAnsweredToo() {
        var window = SampleWindow(needs: Self.needs([("a", 60_000), ("b", 60_000)]))
        window.take(
            [
                (Self.labels("a", [("x", "1")]), 1), (Self.labels("a", [("x", "2")]), 2),
                (Self.labels("b", [("x", "1")]), 3),
            ], from: "r", at: 1000)
        func values(_ matchers: [LabelMatcher]) -> Set<Double> {
            Set(window.latest(matching: matchers, from: 0, through: 1000).map(\.value))
        }
        #expect(values(Self.matcher("a") + [LabelMatcher("x", equals: "2")]) == [2])
        #expect(values([LabelMatcher("x", equals: "1")]) == [1, 3])
        #expect(values([LabelMatcher("y", equals: "")]) == [1, 2, 3])
        #expect(values(Self.matcher("c")) == [])
        #expect(values([]) == [1, 2, 3])
    }

    @Test func otherNeedsDropAndKeep() {
        var window = SampleWindow(needs: Self.needs([("a", 60_000), ("b", 60_000)]))
        let shown = [
            (labels: Self.labels("a"), value: 1.0), (labels: Self.labels("b"), value: 2.0),
        ]
        window.take(shown, from: "r", at: 1000)
        window.adopt(Self.needs([("b", 3_600_000), ("c", 1000)]))
        #expect(window.statistics.series == 1)
        #expect(self.points(window, "a").isEmpty)
        #expect(self.points(window, "b").count == 1)
        window.take(shown + [(Self.labels("c"), 3)], from: "r", at: 2000)
        #expect(self.points(window, "b").count == 2)
        #expect(self.points(window, "c").count == 1)
        #expect(window.places.compactMap { $0 }.map(\.span).max() == 3_600_000)
        self.checkStatistics(window, 0)
    }

    // MARK: - Stored samples

    @Test func damagedAndOverlappingChunksAreRefused() throws {
        let needs = Self.needs([("a", 6_000_000)])
        var window = SampleWindow(needs: needs)
        for step in 0..<500 {
            window.take([(Self.labels("a"), Double(step))], from: "r", at: Int64(step) * 1000)
        }
        let stored = try #require(window.stored().first)
        #expect(stored.chunks.count == 5)
        #expect(window.stored(after: 400_000).first?.chunks.count == 2)
        #expect(window.stored(after: 499_000).isEmpty)
        var bytes = stored.chunks[1].bytes
        bytes[20] ^= 4
        let damaged = StoredChunk(first: 0, last: 0, bytes: bytes)
        let list = StoredSamples(
            origin: "r", labels: stored.labels,
            chunks: [stored.chunks[4], damaged, stored.chunks[0], stored.chunks[0]])
        var other = SampleWindow(needs: needs)
        let result = other.restore([list], now: 500_000)
        #expect(result.refusedChunks == 2)
        #expect(result.points == 120 + 20)
        var strange = SampleWindow(needs: Self.needs([("z", 1)]))
        let dropped = strange.restore([list], now: 500_000).droppedSeries
        #expect(dropped == 1)
        var past = SampleWindow(needs: needs)
        let points = past.restore(window.stored(), now: -1_000_000).points
        #expect(points == 0)
    }
}
