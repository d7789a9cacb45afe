// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import Testing

@testable import Alerting

@Suite struct AlertTests {
    /// FNV-1a of nothing is its offset basis; the other value is what `model.LabelSet.Fingerprint` gives.
    @Test func fingerprintIsThatOfPrometheus() {
        #expect(Fingerprint(Labels()).description == "cbf29ce484222325")
    }

    @Test func resolvedFromItsEndOn() {
        let alert = Alert(labels: Labels([("alertname", "A")]), startsAt: 0, endsAt: 10)
        #expect(!alert.isResolved(at: 9))
        #expect(alert.isResolved(at: 10))
    }
}
