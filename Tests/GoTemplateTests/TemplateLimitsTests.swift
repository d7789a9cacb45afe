// Weir
// SPDX-License-Identifier: Apache-2.0

import GoTemplate
import Testing
import WeirTestSupport

/// Labels come from a chain: whatever stands in them, a text ends soon and small.
@Suite struct TemplateLimitsTests {
    private static func fault(
        _ text: String, data: TemplateValue = .nothing, samples: Int = 0
    ) -> String {
        do throws(TemplateError) {
            let environment = TemplateEnvironment(
                query: { (_: String) throws(TemplateFault) -> [TemplateSample] in
                    Array(repeating: TemplateSample(labels: ["a": "b"], value: 1), count: samples)
                })
            let result = try Template.parse(text).execute(data: data, environment: environment)
            return "\(result.utf8.count) bytes"
        } catch {
            return error.reason
        }
    }

    @Test func longTextsAreRefused() {
        let long = TemplateValue.string(String(repeating: "x", count: 70_000))
        #expect(Self.fault("{{ . }}", data: long).contains("longer than 65536 bytes"))
        #expect(Self.fault("{{ printf `%s%s` . . }}", data: long).contains("longer than"))
        #expect(Self.fault("{{ printf `%x` . }}", data: long).contains("longer than"))
        #expect(Self.fault("{{ toUpper . }}", data: long).contains("longer than"))
        #expect(Self.fault("{{ html . }}", data: long).contains("longer than"))
        #expect(Self.fault("{{ len . }}", data: long) == "5 bytes")
        #expect(Self.fault("{{ printf `%99999d` 1 }}") == "1 bytes")
        #expect(Self.fault("{{ printf `%.9999999999999999999d` 1 }}") == "1 bytes")
    }

    @Test func loopsEnd() {
        let inner =
            "{{ range query `m` }}{{ range query `m` }}{{ range query `m` }}{{ end }}{{ end }}{{ end }}"
        #expect(Self.fault(inner, samples: 1000).contains("steps"))
        #expect(
            Self.fault("{{ range query `m` }}xxxxxxxxxx{{ end }}", samples: 10_000).contains(
                "longer"))
        let doubling = "{{ $x := `xx` }}{{ range query `m` }}{{ $x = print $x $x }}{{ end }}"
        #expect(Self.fault(doubling, samples: 1000).contains("longer than"))
        let calls =
            "{{ define `a` }}{{ template `a` . }}{{ template `a` . }}{{ end }}{{ template `a` . }}"
        #expect(Self.fault(calls).contains("deep"))
    }

    @Test func deepNestingIsRefused() {
        let parentheses = String(repeating: "(", count: 100_000)
        let closed = String(repeating: ")", count: 100_000)
        #expect(Self.fault("{{ \(parentheses)1\(closed) }}").contains("deep"))
        #expect(Self.fault("{{ \(parentheses) }}").contains("not closed"))
        let branches = String(repeating: "{{ if true }}", count: 50_000)
        #expect(Self.fault(branches).contains("deep"))
        let chain =
            String(repeating: "{{ if false }}{{ else ", count: 1)
            + String(repeating: "if false }}{{ else ", count: 50_000) + "}}{{ end }}"
        #expect(Self.fault(chain).contains("deep"))
        #expect(Self.fault(String(repeating: "x", count: 2 << 20)).contains("larger than"))
    }

    /// Any text is either read or refused, and never more.
    @Test func anyTextEnds() throws {
        let pieces = [
            "{{", "}}", "{{-", "-}}", " ", "\n", "if", "else", "end", "range", "with", "define",
            "template",
            "$x", ":=", "=", "|", "(", ")", ".", ".a", "\"", "`", "'", "1", "0x", "e9", "printf",
            "\"%d%s\"",
            "eq", "and", "/*", "*/", ",", "é", "\u{1f600}", "\u{0}", "nil", "true", "index",
            "break",
        ]
        var random = SeededRandom(seed: 0x7e3b)
        var read = 0
        for _ in 0..<8_000 {
            let count = Int.random(in: 1...14, using: &random)
            let text = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            do throws(TemplateError) {
                _ = try Template.parse(text).execute(data: .map(["a": .number(1)]))
                read += 1
            } catch {
                #expect(error.line >= 1 && error.column >= 1 && !error.reason.isEmpty, "\(text)")
            }
        }
        #expect(read > 40, "seed \(random.seed)")
    }
}
