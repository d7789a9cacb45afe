// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import Testing

@Suite struct LabelMatcherTests {
    @Test func anAbsentLabelIsEmpty() throws {
        let labels = Labels([("job", "node")])
        #expect(LabelMatcher("zone", equals: "").matches(labels))
        #expect(try LabelMatcher("zone", .notEqual, "x").matches(labels))
        #expect(try LabelMatcher("zone", .matches, ".*").matches(labels))
        #expect(try !LabelMatcher("zone", .matches, ".+").matches(labels))
        #expect(try LabelMatcher("zone", .matchesNot, ".+").matches(labels))
        #expect(try LabelMatcher("job", .matches, "no.e").matches(labels))
        #expect(try !LabelMatcher("job", .matches, "no").matches(labels))
        #expect(throws: RegularExpressionError.self) { try LabelMatcher("job", .matches, "(") }
    }
}
