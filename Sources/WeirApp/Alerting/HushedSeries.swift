// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting

extension HushedSeries {
    /// Nothing of what trackers say of chains whose past is read for the first time: half-read sums would
    /// be judged as if they were true. What the chain itself says is always judged.
    static func ofTrackers(_ families: Set<String>, chains: [String]) -> HushedSeries {
        HushedSeries(families: chains.isEmpty ? [] : families, label: "chain", values: Set(chains))
    }
}
