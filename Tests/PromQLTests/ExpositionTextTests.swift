// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import PromQL

@Suite struct ExpositionTextTests {
    @Test func samplesAreRead() throws {
        let samples = try ExpositionText.samples(
            """
            # HELP up Whether it is up.
            # TYPE up gauge
            up 1
            http_total{code="200", path="a\\"b\\\\c\\n" ,} 1.5e3 1700000000000
              spaced  { a="b" }   +Inf\t
            nan NaN

            """, at: 7)
        #expect(samples.count == 4)
        #expect(
            samples[0]
                == VectorSample(labels: Labels([("__name__", "up")]), time: 7, value: 1))
        #expect(samples[1].labels["path"] == "a\"b\\c\n")
        #expect(samples[1].time == 1_700_000_000_000)
        #expect(samples[1].value == 1_500)
        #expect(samples[2].value == .infinity)
        #expect(samples[3].value.isNaN)
    }

    @Test(arguments: [
        ("a 1\n{x=\"y\"} 1", 2, "the name of a metric"), ("a{x=y} 1", 1, "a value in quotes"),
        ("a{x=\"y} 1", 1, "not closed"), ("a{x=\"y\"", 1, "expected , or }"),
        ("a", 1, "expected a number"), ("a one", 1, "expected a number"),
        ("a 1 soon", 1, "a time in milliseconds"), ("a 1 2 3", 1, "more behind"),
        ("a{=\"y\"} 1", 1, "expected a label"),
    ])
    func faultsAreNamed(text: String, line: Int, reason: String) {
        do throws(ExpositionText.Fault) {
            _ = try ExpositionText.samples(text, at: 0)
            Issue.record("was read: \(text)")
        } catch {
            #expect(error.line == line)
            #expect(error.reason.contains(reason), "\(error)")
        }
    }
}
