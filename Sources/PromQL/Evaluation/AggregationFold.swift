// Weir
// SPDX-License-Identifier: Apache-2.0

/// What is known of one group while its values come: enough for each operator that needs no list.
struct AggregationFold {
    private var count = 1.0
    /// The sum, the extreme, or the sum of squared deviations.
    private var value: Double
    private var mean: Double
    private var compensation = 0.0
    private var isIncremental = false

    /// Starts with the first value of a group.
    init(_ value: Double) {
        self.value = value
        self.mean = value
    }

    /// Makes the fold one of deviations.
    mutating func startVariance(dialect: Dialect) {
        self.value = dialect.version == .three && !self.value.isFinite ? .nan : 0
    }

    mutating func add(_ next: Double, operation: AggregationOperator) {
        switch operation {
        case .sum:
            (self.value, self.compensation) = CompensatedSum.adding(
                next, to: self.value, self.compensation)
        case .avg:
            self.count += 1
            self.addToMean(next)
        case .min: if self.value > next || self.value.isNaN { self.value = next }
        case .max: if self.value < next || self.value.isNaN { self.value = next }
        case .count: self.count += 1
        case .stddev, .stdvar:
            self.count += 1
            let delta = next - self.mean
            self.mean += delta / self.count
            self.value += delta * (next - self.mean)
        case .group, .quantile, .topk, .bottomk, .countValues: break
        }
    }

    func result(of operation: AggregationOperator) -> Double {
        switch operation {
        case .sum: self.value + self.compensation
        case .avg:
            self.isIncremental
                ? self.mean + self.compensation
                : self.value / self.count + self.compensation / self.count
        case .count: self.count
        case .stdvar: self.value / self.count
        case .stddev: (self.value / self.count).squareRoot()
        case .group: 1
        case .min, .max, .quantile, .topk, .bottomk, .countValues: self.value
        }
    }

    /// Sums up while the sum is finite, and goes over to a running mean before it is not.
    private mutating func addToMean(_ next: Double) {
        if !self.isIncremental {
            let (sum, compensation) = CompensatedSum.adding(
                next, to: self.value, self.compensation)
            if !sum.isInfinite {
                (self.value, self.compensation) = (sum, compensation)
                return
            }
            self.isIncremental = true
            self.mean = self.value / (self.count - 1)
            self.compensation /= self.count - 1
        }
        let share = (self.count - 1) / self.count
        (self.mean, self.compensation) = CompensatedSum.adding(
            next / self.count, to: share * self.mean, share * self.compensation)
    }
}

/// The `k` greatest or least of the values that come, of equal ones the first.
struct ExtremeValues {
    private struct Entry {
        let value: Double
        let position: Int
    }

    private let count: Int
    private let takesGreatest: Bool
    /// A heap with the entry that goes first at its top.
    private var heap: [Entry] = []

    init(count: Int, takesGreatest: Bool) {
        self.count = count
        self.takesGreatest = takesGreatest
    }

    /// Where the chosen values stood, the most extreme first.
    var positions: [Int] {
        self.heap.sorted { self.isBetter($0, $1) }.map(\.position)
    }

    mutating func add(_ value: Double, position: Int) {
        let entry = Entry(value: value, position: position)
        if self.heap.count < self.count {
            self.heap.append(entry)
            self.siftUp()
        } else if self.isBetter(entry, self.heap[0]) {
            self.heap[0] = entry
            self.siftDown()
        }
    }

    private func isBetter(_ one: Entry, _ other: Entry) -> Bool {
        if one.value.isNaN || other.value.isNaN {
            guard one.value.isNaN == other.value.isNaN else { return other.value.isNaN }
            return one.position < other.position
        }
        if one.value == other.value { return one.position < other.position }
        return self.takesGreatest ? one.value > other.value : one.value < other.value
    }

    private mutating func siftUp() {
        var child = self.heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard self.isBetter(self.heap[parent], self.heap[child]) else { return }
            self.heap.swapAt(parent, child)
            child = parent
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var worst = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < self.heap.count && self.isBetter(self.heap[worst], self.heap[child]) {
                worst = child
            }
            guard worst != parent else { return }
            self.heap.swapAt(parent, worst)
            parent = worst
        }
    }
}
