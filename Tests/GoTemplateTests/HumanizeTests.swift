// Weir
// SPDX-License-Identifier: Apache-2.0

import GoTemplate
import Testing

/// The figures of Prometheus' own tests (`template/template_test.go`).
@Suite struct HumanizeTests {
    @Test func numbers() {
        #expect(
            [0, 1, 1_234_567, 0.12, -1].map(Humanize.number) == ["0", "1", "1.235M", "120m", "-1"])
        #expect(
            [0, 1, 1_048_576, 0.12, 9.223372036854775807e18].map(Humanize.binary) == [
                "0", "1", "1Mi", "0.12", "8Ei",
            ])
        #expect(
            [-0.22222, 0, 0.1234567, 1.23456, 1_234_567].map(Humanize.percentage) == [
                "-22.22%", "0%", "12.35%", "123.5%", "1.235e+08%",
            ])
        #expect([1e30, 1e-30].map(Humanize.number) == ["1e+06Y", "1e-06y"])
    }

    @Test func durations() {
        let seconds: [Double] = [
            0, 1, 60, 3600, 86_400, 90_000, -183_845, 899.99, 0.1, 0.0001, 0.12345, 60.5, 1.2345,
            12.345, 1_234_567,
        ]
        #expect(
            seconds.map(Humanize.duration) == [
                "0s", "1s", "1m 0s", "1h 0m 0s", "1d 0h 0m 0s", "1d 1h 0m 0s", "-2d 3h 4m 5s",
                "14m 59s", "100ms",
                "100us", "123.5ms", "1m 0s", "1.234s", "12.35s", "14d 6h 56m 7s",
            ])
    }

    @Test func specialValues() throws {
        for (value, text) in [(Double.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN")] {
            #expect(Humanize.number(value) == text)
            #expect(Humanize.binary(value) == text)
            #expect(Humanize.duration(value) == text)
            #expect(try Humanize.timestamp(value) == text)
        }
        #expect(!Humanize.duration(1e300).isEmpty)
    }

    @Test(arguments: [
        (0.0, "1970-01-01 00:00:00 +0000 UTC"), (-1, "1969-12-31 23:59:59 +0000 UTC"),
        (1_234_567, "1970-01-15 06:56:07 +0000 UTC"),
        (9_223_372_036, "2262-04-11 23:47:16 +0000 UTC"),
        (1_435_065_584.128, "2015-06-23 13:19:44.128 +0000 UTC"),
        (951_782_400, "2000-02-29 00:00:00 +0000 UTC"),
        (1_709_164_799.5, "2024-02-28 23:59:59.5 +0000 UTC"),
    ])
    func timestamps(_ value: Double, _ text: String) throws {
        #expect(try Humanize.timestamp(value) == text)
    }

    @Test func timestampsBeyondGo() {
        for value in [1e10, -1e10, 1e300] {
            #expect(throws: TemplateFault.self) { try Humanize.timestamp(value) }
        }
    }

    @Test func parsedDurations() throws {
        #expect(
            try Humanize.seconds(of: "1y1w1d1h1m1s1ms") == 31_536_000 + 604_800 + 86_400 + 3600
                + 61.001)
        #expect(try Humanize.seconds(of: "0") == 0)
        for text in [
            "", "1", "m", "1m1h", "1m1m", "1.5h", "-1m", "99999999999999999999s", "9999999999y",
        ] {
            #expect(throws: TemplateFault.self, "\(text)") { try Humanize.seconds(of: text) }
        }
    }
}
