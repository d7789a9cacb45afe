// Weir
// SPDX-License-Identifier: Apache-2.0

package import MetricsRegistry

/// The kinds of trackers: the keys under `trackers` in the configuration.
package enum TrackerKind: String, Sendable, Hashable, CaseIterable {
    case staking, treasury, fees, gas, reputation, jobs, channels, governance, registry
}

/// Every tracker there is, one line each.
package enum TrackerCatalog {
    static let all: [any ConfiguredTracker.Type] = [
        ChannelsTracker.self,
        FeesTracker.self,
        GasTracker.self,
        GovernanceTracker.self,
        JobsTracker.self,
        RegistryTracker.self,
        ReputationTracker.self,
        StakingTracker.self,
        TreasuryTracker.self,
    ]

    static func type(_ kind: TrackerKind) -> (any ConfiguredTracker.Type)? {
        self.all.first { $0.kind == kind }
    }

    /// The families of all trackers of these kinds, each once.
    package static func descriptors(
        _ kinds: [TrackerKind], namespace: String
    ) -> [MetricDescriptor] {
        guard !kinds.isEmpty else { return [] }
        var names: Set<String> = []
        let families =
            self.all.filter { kinds.contains($0.kind) }
            .flatMap { $0.families + $0.derivedFamilies } + [.skipped]
        return families.flatMap { $0.descriptors(namespace: namespace) }
            .filter { names.insert($0.name).inserted }
    }
}
