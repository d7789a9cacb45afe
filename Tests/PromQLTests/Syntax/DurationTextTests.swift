// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL
import Testing

@Suite struct DurationTextTests {
    static let texts: [(String, Int64, String)] = [
        ("0", 0, "0s"), ("0s", 0, "0s"), ("5m", 300_000, "5m"), ("90s", 90_000, "1m30s"),
        ("1h30m", 5_400_000, "1h30m"), ("1d", 86_400_000, "1d"), ("25h", 90_000_000, "25h"),
        ("7d", 604_800_000, "1w"), ("8d", 691_200_000, "8d"), ("365d", 31_536_000_000, "1y"),
        ("1ms", 1, "1ms"), ("10s53ms", 10_053, "10s53ms"),
        ("1y2w3d4h5m6s7ms", 33_019_506_007, "9172h5m6s7ms"),
        ("292y", 9_208_512_000_000, "292y"),
    ]

    @Test(arguments: texts) func durationsAreReadAndWritten(
        text: String, milliseconds: Int64, form: String
    ) {
        #expect(DurationText.parse(text) == milliseconds)
        #expect(DurationText.text(milliseconds) == form)
        #expect(DurationText.parse(form) == milliseconds)
        #expect(DurationText.text(-milliseconds) == (milliseconds == 0 ? form : "-" + form))
    }

    static let otherTextsAreNoneCases: [String] = [
        "", "5", "m", "5x", "5m3h", "5m5m", "-5m", "+5m", "1.5h", "5 m", "5M", "1h-1m", "300y",
        "99999999999999999999s", "9223372036855s", "٣m",
    ]

    @Test(arguments: otherTextsAreNoneCases)
    func otherTextsAreNone(text: String) {
        #expect(DurationText.parse(text) == nil)
    }
}
