// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree

/// A second name of a metric: an entry of `aliases`.
package struct MetricAlias: Sendable, Equatable {
    /// The further name, in full.
    package var name: String
    /// The metric's own name, in full.
    package var target: String
    /// Where the target stands in the file.
    package var place: ConfigPlace

    static func readAll(_ root: ConfigSection, names: MetricNames) -> [MetricAlias] {
        root.entries("aliases").compactMap { entry in
            guard let scalar = entry.value.scalar(expected: "the name of a metric"),
                names.addAlias(entry.name, of: scalar)
            else { return nil }
            return MetricAlias(name: entry.name, target: scalar.text, place: scalar.place)
        }
    }
}
