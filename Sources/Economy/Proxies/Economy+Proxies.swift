// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
package import MetricsRegistry

extension Economy {
    /// What the operator should do something about, as of the last block: in the order of the
    /// contracts, the same as long as nothing changes.
    package var notices: [EconomyNotice] {
        let catalog = self.definition.catalog
        guard catalog.hasProxies else { return [] }
        let proxies = self.current.proxies
        return catalog.contracts.indices.compactMap { index in
            let contract = catalog.contracts[index]
            guard !contract.implementations.isEmpty, proxies.running[index] < 0,
                let address = contract.address
            else { return nil }
            if let implementation = proxies.implementation(of: index, catalog) {
                return .unknownImplementation(
                    contract: contract.alias, proxy: address, implementation: implementation)
            }
            return proxies.links[index].beacon.map {
                .unknownBeacon(contract: contract.alias, proxy: address, beacon: $0)
            }
        }
    }

    /// The families of proxies, for a chain that has some.
    package static func proxyDescriptors(namespace: String) -> [MetricDescriptor] {
        func gauge(_ name: String, _ help: String) -> MetricDescriptor {
            MetricDescriptor(
                name: "\(namespace)_\(name)", help: help, type: .gauge,
                labelNames: ["chain", "contract", "implementation"], maxSeries: 20_000)
        }
        return [
            gauge(
                "proxy_implementation_info",
                "The implementation that runs behind a proxy, whose ABI is in force."),
            gauge(
                "unknown_implementation",
                "1 for an implementation that runs and whose ABI is not in the configuration."),
        ]
    }

    func proxySamples(_ set: TrackerSet, _ namespace: String) -> [FamilySamples] {
        let catalog = self.definition.catalog
        guard catalog.hasProxies else { return [] }
        var running: [Sample] = []
        var unknown: [Sample] = []
        for (index, contract) in catalog.contracts.enumerated()
        where !contract.implementations.isEmpty && contract.address != nil {
            let implementation = set.proxies.implementation(of: index, catalog)
            let labels = [
                self.definition.chain, contract.alias, implementation?.description ?? "",
            ]
            if implementation != nil { running.append(Sample(labels, integer: 1)) }
            if set.proxies.running[index] < 0 { unknown.append(Sample(labels, integer: 1)) }
        }
        return [
            FamilySamples(family: "\(namespace)_proxy_implementation_info", samples: running),
            FamilySamples(family: "\(namespace)_unknown_implementation", samples: unknown),
        ]
    }

    /// The entries of what is known of proxies: those that differ from another state.
    func proxyEntries(_ set: TrackerSet, since other: ProxySet) -> [StateEntry] {
        if set.proxies == other { return [] }
        return set.proxies.links.indices.filter { set.proxies.links[$0] != other.links[$0] }
            .map { contract in
                StateEntry(
                    tracker: ProxySet.name, key: self.definition.catalog.contracts[contract].alias,
                    value: set.proxies.bytes(contract))
            }
    }
}
