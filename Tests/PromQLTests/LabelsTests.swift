// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import PromQL

@Suite struct LabelsTests {
    @Test func emptyValuesAreNoLabels() {
        let labels = Labels([("b", "2"), ("a", "1"), ("c", "")])
        #expect(labels.description == #"{a="1", b="2"}"#)
        #expect(labels["c"].isEmpty)
        #expect(labels.setting("a", to: "") == Labels([("b", "2")]))
    }

    @Test func orderIsThatOfPrometheus() {
        let sets = [
            Labels(), Labels([("a", "1")]), Labels([("a", "1"), ("b", "1")]), Labels([("a", "2")]),
            Labels([("b", "0")]),
        ]
        #expect(sets.reversed().sorted() == sets)
    }
}
