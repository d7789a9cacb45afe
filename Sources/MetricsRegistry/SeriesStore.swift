// Weir
// SPDX-License-Identifier: Apache-2.0

/// The series of one family: label texts and values side by side, found by slot.
///
/// Arrays rather than objects, so that a snapshot for a scrape is four retains and the exposition
/// is written without the lock; the first write after that copies one array.
///
/// Invariants: a slot is live if and only if `slots` maps its text to it; `sorted` and `added`
/// together hold every live slot once and may hold retired ones, which leave at the next `settle`.
struct SeriesStore: Sendable {
    private(set) var texts: [LabelText] = []
    /// Of scalar families; nil until a gauge is first set.
    var numbers: [MetricValue?] = []
    /// Of histogram families.
    var histograms: [HistogramValue] = []
    /// Raised when a slot is given up, so that old handles do not write into the next tenant.
    private(set) var generations: [UInt32] = []
    private var occupied: [Bool] = []
    /// The slots that take what is beyond the budget; they do not count against it.
    private(set) var folds: Set<Int32> = []
    private(set) var slots: [LabelText: Int32] = [:]
    /// The length of all live texts, so that the exposition is allotted once.
    private(set) var textBytes = 0
    /// Slots in the order of their texts.
    private(set) var sorted: [Int32] = []
    private var added: [Int32] = []
    private var free: [Int32] = []
    private var retired: [Int32] = []

    let bucketCount: Int?

    /// `bucketCount` is nil for scalar families.
    init(bucketCount: Int?) {
        self.bucketCount = bucketCount
    }

    var count: Int { self.slots.count }

    /// The series that count against the budget.
    var budgeted: Int { self.slots.count - self.folds.count }

    func slot(of text: LabelText) -> Int? {
        self.slots[text].map(Int.init)
    }

    /// Whether `slot` holds the series that a handle of `generation` was made for.
    func isLive(slot: Int, generation: UInt32) -> Bool {
        slot < self.generations.count && self.generations[slot] == generation
    }

    /// Whether `slot` holds a series.
    func isOccupied(_ slot: Int) -> Bool {
        self.occupied[slot]
    }

    /// What a handle made now for `slot` must remember.
    func generation(of slot: Int) -> UInt32 {
        self.generations[slot]
    }

    /// A slot for a text that has none yet; scalars start absent.
    mutating func insert(_ text: LabelText, initial: MetricValue?, fold: Bool = false) -> Int {
        if self.free.isEmpty, self.retired.count > 64, self.retired.count > self.count {
            self.settle()
        }
        let slot: Int
        if let reused = self.free.popLast() {
            slot = Int(reused)
            self.texts[slot] = text
            self.occupied[slot] = true
        } else {
            slot = self.texts.count
            self.texts.append(text)
            self.generations.append(0)
            self.occupied.append(true)
            if self.bucketCount != nil {
                self.histograms.append(HistogramValue(buckets: 0))
            } else {
                self.numbers.append(nil)
            }
        }
        if let bucketCount {
            self.histograms[slot] = HistogramValue(buckets: bucketCount)
        } else {
            self.numbers[slot] = initial
        }
        self.slots[text] = Int32(slot)
        self.textBytes += text.bytes.count
        if fold { self.folds.insert(Int32(slot)) }
        self.added.append(Int32(slot))
        return slot
    }

    mutating func remove(slot: Int) {
        self.slots[self.texts[slot]] = nil
        self.textBytes -= self.texts[slot].bytes.count
        self.generations[slot] &+= 1
        self.occupied[slot] = false
        self.folds.remove(Int32(slot))
        self.retired.append(Int32(slot))
        if self.bucketCount != nil {
            self.histograms[slot] = HistogramValue(buckets: 0)
        } else {
            self.numbers[slot] = nil
        }
    }

    /// Brings `sorted` up to date: retired slots leave it, added ones are merged in.
    mutating func settle() {
        if !self.retired.isEmpty {
            let gone = Set(self.retired)
            self.sorted.removeAll { gone.contains($0) }
            self.added.removeAll { gone.contains($0) }
            self.free.append(contentsOf: self.retired)
            self.retired.removeAll()
        }
        guard !self.added.isEmpty else { return }
        let texts = self.texts
        self.added.sort { texts[Int($0)] < texts[Int($1)] }
        var merged: [Int32] = []
        merged.reserveCapacity(self.sorted.count + self.added.count)
        var rest = self.sorted[...]
        for slot in self.added {
            let text = texts[Int(slot)]
            let end = Self.partition(rest, texts: texts, before: text)
            merged.append(contentsOf: rest[rest.startIndex..<end])
            merged.append(slot)
            rest = rest[end...]
        }
        merged.append(contentsOf: rest)
        self.sorted = merged
        self.added.removeAll()
    }

    /// The first index in `slots` whose text does not stand before `text`.
    private static func partition(
        _ slots: ArraySlice<Int32>, texts: [LabelText], before text: LabelText,
    ) -> Int {
        var low = slots.startIndex
        var high = slots.endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if texts[Int(slots[middle])] < text { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
