// Weir
// SPDX-License-Identifier: Apache-2.0

extension MetricsTransaction {
    /// Sets the series of `family` to exactly `samples`: known ones get their new value, missing
    /// ones vanish, new ones appear. Nothing changes if it throws.
    ///
    /// Label sets that occur twice, and those that are folded into `other` beyond the budget, are
    /// added up. A counter or histogram that would go down keeps its value and is counted in the
    /// outcome. Order does not matter, but handing the same order over each time is faster.
    @discardableResult
    package mutating func replace(
        _ family: MetricFamily, with samples: [Sample],
    ) throws(MetricsError) -> UpdateOutcome {
        try self.check(samples, for: family.descriptor)
        return self.apply(samples, to: family.index)
    }

    /// Replaces the series of several families; nothing changes if one update is wrong.
    @discardableResult
    package mutating func replace(
        _ updates: [FamilyUpdate],
    ) throws(MetricsError) -> UpdateOutcome {
        for update in updates { try self.check(update.samples, for: update.family.descriptor) }
        var outcome = UpdateOutcome()
        for update in updates {
            outcome.add(self.apply(update.samples, to: update.family.index))
        }
        return outcome
    }

    /// Sets the series of a family without label names of its own to exactly these, each with any
    /// labels: what rules make (`ALERTS`) has those of the alert.
    ///
    /// Labels come in the order given; of equal label sets the last counts. Names that are no label
    /// names, and what is beyond the family's budget, are left out.
    ///
    /// - Returns: how many were left out.
    @discardableResult
    package mutating func replace(
        _ family: MetricFamily, withFree samples: [(labels: [LabelPair], value: MetricValue)]
    ) -> Int {
        var store = SeriesStore(bucketCount: nil)
        var refused = 0
        for sample in samples {
            guard sample.labels.allSatisfy({ MetricName.isValidLabel($0.name) }) else {
                refused += 1
                continue
            }
            var bytes: [UInt8] = self.constantText
            for label in sample.labels {
                LabelText.append(name: label.name, value: label.value, to: &bytes)
            }
            let text = LabelText(bytes: bytes)
            if let slot = store.slot(of: text) {
                store.numbers[slot] = sample.value
            } else if store.count < family.descriptor.maxSeries {
                _ = store.insert(text, initial: sample.value)
            } else {
                refused += 1
            }
        }
        self.families[family.index].store = store
        return refused
    }

    private func check(
        _ samples: [Sample], for descriptor: MetricDescriptor,
    ) throws(MetricsError) {
        for sample in samples {
            guard sample.labelValues.count == descriptor.labelNames.count else {
                throw .labelCount(
                    metric: descriptor.name,
                    expected: descriptor.labelNames.count,
                    found: sample.labelValues.count,
                )
            }
            let fits =
                switch (descriptor.type, sample.value) {
                case (.histogram, .histogram(let value)):
                    value.cumulativeCounts.count == descriptor.buckets.count && value.isConsistent
                case (.histogram, .number), (_, .histogram): false
                case (.counter, .number(let value)): value.isCounterTotal
                case (_, .number): true
                }
            guard fits else {
                throw .unfitValue(metric: descriptor.name, type: descriptor.type)
            }
        }
    }

    private mutating func apply(_ samples: [Sample], to family: Int) -> UpdateOutcome {
        var pending: [SampleValue?] = Array(
            repeating: nil, count: self.families[family].store.texts.count)
        var missing: [(index: Int, text: LabelText)] = []
        self.matchKnown(samples, of: family, pending: &pending, missing: &missing)
        self.removeUnnamed(family, pending: pending, keepFolds: true)

        var outcome = UpdateOutcome()
        for (index, text) in missing {
            let sample = samples[index]
            // An equal label set may have been placed a moment ago.
            var slot = self.families[family].store.slot(of: text)
            if slot == nil,
                let placed = self.place(
                    text, sample.labelValues, of: family, mayFold: true)
            {
                slot = placed.slot
                if placed.folded { outcome.folded += 1 }
            }
            guard let slot else { continue }
            let size = self.families[family].store.texts.count
            while pending.count < size { pending.append(nil) }
            Self.accumulate(sample.value, into: &pending[slot])
        }
        self.removeUnnamed(family, pending: pending, keepFolds: false)
        outcome.refusedDecreases = self.write(pending, to: family)
        outcome.series = self.families[family].store.count
        return outcome
    }

    /// Finds the slots of samples whose series exist, guessing first that the order is the last
    /// one's.
    private func matchKnown(
        _ samples: [Sample],
        of family: Int,
        pending: inout [SampleValue?],
        missing: inout [(index: Int, text: LabelText)],
    ) {
        let store = self.families[family].store
        var scratch: [UInt8] = []
        var guess = 0
        for (index, sample) in samples.enumerated() {
            scratch.removeAll(keepingCapacity: true)
            self.write(sample.labelValues, of: family, to: &scratch)
            var slot: Int?
            if guess < store.texts.count, store.isOccupied(guess),
                store.texts[guess].bytes == scratch
            {
                slot = guess
            } else {
                let text = LabelText(bytes: Array(scratch))
                slot = store.slot(of: text)
                if slot == nil { missing.append((index, text)) }
            }
            guard let slot else { continue }
            Self.accumulate(sample.value, into: &pending[slot])
            guess = slot + 1
        }
    }

    /// Takes out the live series that no sample named; the folded ones only when all samples have
    /// found their place, lest a folded counter begin again at each update.
    private mutating func removeUnnamed(
        _ family: Int, pending: [SampleValue?], keepFolds: Bool,
    ) {
        for slot in pending.indices where pending[slot] == nil {
            guard self.families[family].store.isOccupied(slot) else { continue }
            if keepFolds, self.families[family].store.folds.contains(Int32(slot)) { continue }
            self.families[family].store.remove(slot: slot)
        }
    }

    /// Writes the new values, and says how many would have gone down.
    private mutating func write(_ pending: [SampleValue?], to family: Int) -> Int {
        let isCounter = self.families[family].descriptor.type == .counter
        var refused = 0
        for (slot, value) in pending.enumerated() {
            switch value {
            case .number(let number):
                let old = self.families[family].store.numbers[slot]
                if isCounter, let old, number.isLess(than: old) {
                    refused += 1
                } else {
                    self.families[family].store.numbers[slot] = number
                }
            case .histogram(let histogram):
                if histogram.isBelow(self.families[family].store.histograms[slot]) {
                    refused += 1
                } else {
                    self.families[family].store.histograms[slot] = histogram
                }
            case nil: break
            }
        }
        return refused
    }

    private static func accumulate(_ value: SampleValue, into slot: inout SampleValue?) {
        switch (slot, value) {
        case (.number(let old), .number(let new)): slot = .number(old.adding(new))
        case (.histogram(var old), .histogram(let new)):
            old.add(new)
            slot = .histogram(old)
        default: slot = value
        }
    }
}
