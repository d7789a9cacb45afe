// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry

/// Series of the registry that are not to be judged now: those of some families with a label that has
/// one of some values.
package struct HushedSeries: Sendable, Hashable {
    /// Full names of families.
    package var families: Set<String>
    /// A label that each of them has.
    package var label: String
    package var values: Set<String>

    package init(families: Set<String> = [], label: String = "", values: Set<String> = []) {
        self.families = families
        self.label = label
        self.values = values
    }

    func holds(_ text: LabelText) -> Bool {
        text.pairs.contains { $0.name == self.label && self.values.contains($0.value) }
    }

    var isEmpty: Bool { self.families.isEmpty || self.values.isEmpty }
}
