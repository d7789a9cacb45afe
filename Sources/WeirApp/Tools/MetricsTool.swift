// Weir
// SPDX-License-Identifier: Apache-2.0

import Economy
import MetricsRegistry
package import Tabular

/// `weir metrics`: the metric catalogue as a table.
package enum MetricsTool {
    /// The metrics of any instance, and those of a configuration where one is given.
    package static func catalogue(config: String?) throws -> Table {
        var descriptors: [MetricDescriptor]
        if let config {
            let configuration = try WeirConfiguration.load(path: config).configuration
            descriptors =
                MetricCatalogue.builtIn(namespace: configuration.namespace)
                + MetricCatalogue.configured(
                    configuration.chains.map(\.economy), namespace: configuration.namespace)
        } else {
            descriptors =
                MetricCatalogue.builtIn()
                + TrackerCatalog.descriptors(
                    TrackerKind.allCases, namespace: "weir")
                + Economy.proxyDescriptors(namespace: "weir")
        }
        descriptors.sort { $0.name < $1.name }
        var table = Table(columns: [
            Column("name", "Name"), Column("type", "Type"), Column("unit", "Unit"),
            Column("labels", "Labels"), Column("help", "Help"),
        ])
        for descriptor in descriptors {
            table.append([
                .text(descriptor.name), .text(descriptor.type.rawValue),
                .text(descriptor.unit ?? ""),
                .text(descriptor.labelNames.joined(separator: ", ")), .text(descriptor.help),
            ])
        }
        return table
    }
}
