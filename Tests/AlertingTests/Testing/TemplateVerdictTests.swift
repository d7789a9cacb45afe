// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import Foundation
import Testing
import WeirTestSupport

@testable import Alerting

/// Texts put together from a seed: Prometheus takes those that we take, and no other.
@Suite struct TemplateVerdictTests {
    private static let pieces = [
        "{{", "}}", "{{", "}}", "{{-", "-}}", " ", " ", "if", "else", "end", "range", "with",
        "define", "template", "break", "$value",
        "$labels.job", "$x", ":=", "=", "|", "(", ")", ".", ".Value", "\"a\"", "`b`", "'c'", "1",
        "0x1f", "1.5e3", "printf \"%d\"", "eq",
        "and", "/* c */", ",", "nil", "true", "index", "humanize", "x", "{{ end }}",
        "{{ if $value }}", "{{ else }}", "{{ $value | humanize }}", "\u{e9}",
        "{{ range $i, $e := query \"m\" }}", "{{ with $labels }}", "{{ $x := 1 }}", "{{ $x }}",
        "{{ .Labels.job }}", "(query \"m\")",
    ]

    @Test(.enabled(if: PromtoolTests.isThere, "promtool is not installed"))
    func sameVerdictOnTexts() throws {
        var random = SeededRandom(seed: 0x7e47)
        var files: [String: String] = [:]
        var texts: [String: String] = [:]
        for index in 0..<1500 {
            let count = Int.random(in: 1...9, using: &random)
            var text = (0..<count).map { _ in Self.pieces.randomElement(using: &random) ?? "" }
                .joined()
            if Bool.random(using: &random) { text = "{{ \(text) }}" }
            let name = "r\(index).yaml"
            texts[name] = text
            let quoted = text.replacingOccurrences(of: "'", with: "''")
            files[name] =
                "groups: [ { name: g, rules: [ { alert: A, expr: m, annotations: { a: '\(quoted)' } } ] } ]\n"
        }
        let names = files.keys.sorted()
        let theirs = try PromtoolTests.run(["check", "rules", "--lint=none"] + names, files: files)
        var taken: Set<String> = []
        var current = ""
        for line in theirs.printed.split(separator: "\n") {
            if line.hasPrefix("Checking ") { current = String(line.dropFirst(9)) }
            if line.hasPrefix("  SUCCESS") { taken.insert(current) }
        }
        #expect(taken.count > 100, "\(theirs.printed.prefix(500))")
        for name in names {
            let ours = RuleFile.read(Array((files[name] ?? "").utf8), name: name)
            #expect(
                ours.faults.isEmpty == taken.contains(name),
                "seed \(random.seed): \(texts[name] ?? "")\n\(ours.faults)")
        }
        print("\(taken.count) of \(names.count) texts taken, seed \(random.seed)")
    }
}
