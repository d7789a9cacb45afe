// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
import MetricsRegistry

/// A second name of a metric: an entry of `aliases`.
package struct MetricAlias: Sendable, Equatable {
    /// The further name, in full.
    package var name: String
    /// The metric's own name, in full. That it exists is for the registry to say.
    package var target: String
    /// Where the target stands in the file.
    package var place: ConfigPlace

    static func readAll(_ root: ConfigSection, metrics: [String]) -> [MetricAlias] {
        root.entries("aliases").compactMap { entry in
            guard let scalar = entry.value.scalar(expected: "the name of a metric") else {
                return nil
            }
            guard MetricName.isValid(entry.name) else {
                scalar.fail(
                    "\(entry.name.quoted) is no name of a metric",
                    advice: "use letters, digits and _")
                return nil
            }
            guard MetricName.isValid(scalar.text) else {
                scalar.fail(ConfigFault(), expected: "the name of a metric")
                return nil
            }
            guard !metrics.contains(entry.name), entry.name != scalar.text else {
                scalar.fail(
                    "there is already a metric \(entry.name.quoted)",
                    advice: "choose another alias")
                return nil
            }
            return MetricAlias(name: entry.name, target: scalar.text, place: scalar.place)
        }
    }
}
