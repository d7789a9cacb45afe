// Weir
// SPDX-License-Identifier: Apache-2.0

/// What the registry's lock guards: the families, and the names under which they are exposed.
struct RegistryState: ~Copyable, Sendable {
    /// One name in the exposition: a family's own or an alias.
    private struct Entry: Sendable {
        let descriptor: MetricDescriptor
        let family: Int
        let isAlias: Bool
        var openMetricsName = ""
        var openMetricsType = MetricType.unknown
    }

    var transaction: MetricsTransaction
    /// By name. Their OpenMetrics names are settled when a scrape first needs them.
    private var entries: [Entry] = []
    private var isSettled = true
    /// Every name of a family or sample in text 0.0.4, with the metric that it belongs to.
    private var owners: [String: String] = [:]

    init(constantText: [UInt8]) {
        self.transaction = MetricsTransaction(constantText: constantText)
    }

    mutating func add(_ descriptor: MetricDescriptor) throws(MetricsError) -> Int {
        let index = self.transaction.families.count
        try self.expose(descriptor, family: index, isAlias: false)
        let isHistogram = descriptor.type == .histogram
        self.transaction.families.append(
            .init(
                descriptor: descriptor,
                store: SeriesStore(bucketCount: isHistogram ? descriptor.buckets.count : nil),
            ))
        return index
    }

    mutating func addAlias(_ alias: String, of target: String) throws(MetricsError) {
        let families = self.transaction.families
        guard let family = families.firstIndex(where: { $0.descriptor.name == target }) else {
            throw .unknownMetric(name: target, alias: alias)
        }
        try self.expose(families[family].descriptor.renamed(alias), family: family, isAlias: true)
    }

    private mutating func expose(
        _ descriptor: MetricDescriptor, family: Int, isAlias: Bool,
    ) throws(MetricsError) {
        let names = [descriptor.name] + descriptor.sampleNames
        for name in names {
            if let owner = self.owners[name] {
                throw .nameTaken(metric: descriptor.name, by: owner)
            }
        }
        for name in names { self.owners[name] = descriptor.name }
        let entry = Entry(descriptor: descriptor, family: family, isAlias: isAlias)
        let position = self.entries.firstIndex { $0.descriptor.name > descriptor.name }
        self.entries.insert(entry, at: position ?? self.entries.endIndex)
        self.isSettled = false
    }

    /// Gives each entry its name and type in OpenMetrics.
    ///
    /// There the family of `weir_jobs_total` is `weir_jobs`, which may be a gauge's name too. Such
    /// a counter is exposed as `unknown` under its full name: the same sample for every reader.
    /// So is a counter whose name (an alias) does not end in `_total`.
    private mutating func settleNames() {
        var used: Set<String> = []
        for index in self.entries.indices {
            let descriptor = self.entries[index].descriptor
            let base = descriptor.familyName
            let needsSuffix = descriptor.type == .counter || descriptor.type == .info
            let isPlain =
                needsSuffix
                && (base == descriptor.name || self.owners[base] != nil || used.contains(base))
            let plainType: MetricType = descriptor.type == .info ? .gauge : .unknown
            self.entries[index].openMetricsName = isPlain ? descriptor.name : base
            self.entries[index].openMetricsType = isPlain ? plainType : descriptor.type
            used.insert(base)
        }
        self.isSettled = true
    }

    mutating func snapshot() -> RegistrySnapshot {
        if !self.isSettled { self.settleNames() }
        for index in self.transaction.families.indices {
            self.transaction.families[index].store.settle()
        }
        let families = self.entries.map { entry in
            let store = self.transaction.families[entry.family].store
            return FamilySnapshot(
                descriptor: entry.descriptor,
                isAlias: entry.isAlias,
                openMetricsName: entry.openMetricsName,
                openMetricsType: entry.openMetricsType,
                textBytes: store.textBytes,
                order: store.sorted,
                texts: store.texts,
                numbers: store.numbers,
                histograms: store.histograms,
            )
        }
        return RegistrySnapshot(families: families)
    }
}
