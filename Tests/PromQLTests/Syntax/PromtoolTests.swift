// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WeirTestSupport

@testable import PromQL

/// Our parser and our regular expressions beside those of Prometheus, as `promtool` has them.
@Suite struct PromtoolTests {
    private static let promtool: String? =
        ((ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin")
        .split(separator: ":").map { "\($0)/promtool" }
        + [Vectors.projectRoot.appendingPathComponent(".build/tools/promtool").path])
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// What promtool prints about a file.
    private static func run(_ command: [String], on text: String) throws -> String {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("weir-promtool-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("file.yaml")
        try Data(text.utf8).write(to: file)
        let printed = folder.appendingPathComponent("printed")
        try Data().write(to: printed)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(self.promtool))
        process.arguments = command + [file.path]
        process.currentDirectoryURL = folder
        // A file rather than a pipe, which would fill up.
        let handle = try FileHandle(forWritingTo: printed)
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        process.waitUntilExit()
        return try String(contentsOf: printed, encoding: .utf8)
    }

    private static func quoted(_ text: String) throws -> String {
        String(
            decoding: try JSONSerialization.data(
                withJSONObject: text,
                options: [.fragmentsAllowed, .withoutEscapingSlashes]),
            as: UTF8.self)
    }

    // MARK: Parsing

    private static let seeds = [
        #"sum by (job, le) (rate(http_requests_total{status=~"5..", path!="/x"}[5m] offset 1m))"#,
        "a + on (x, y) group_left (z) b * 2 ^ -3 > bool c", "-a ^ 2 and (b or c) unless d",
        "max_over_time(rate(a[5m])[1h:1m] @ end())", "topk(3, a) by (x)", "a[5m:] offset -1h @ 1.5",
        #"label_replace(a, "x", "$1", "y", "(.*)")"#, "count_values without (x) ('v', a == 1)",
        "histogram_quantile(0.9, sum(rate(a_bucket[5m])) by (le))", "1 + 2 * 3 / 4 % 5 - -6",
        "absent(a{b='c'}) or vector(1) atan2 b", "day_of_week() + round(a, 0.5) + time()",
        #"{__name__=~"a|b", c!~"d.*"} <= scalar(sum(x))"#, "sum without () (a) / ignoring (x) b",
        "holt_winters(a[1d], 0.5, 0.1) != bool NaN", "by + sum + offset{on='x'}",
    ]

    /// Texts with tokens left out, doubled, changed for others.
    private static func texts(_ count: Int) -> [String] {
        var random = SeededRandom(seed: 0x5eed_0004)
        let pool = Self.seeds.map { Lexer.tokens(of: $0).dropLast().map(\.text) }
        let all = pool.flatMap { $0 }
        return (0..<count).map { index in
            var tokens = pool[index % pool.count]
            for _ in 0..<Int.random(in: 0..<4, using: &random) where !tokens.isEmpty {
                let place = Int.random(in: 0..<tokens.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: tokens.remove(at: place)
                case 1: tokens.insert(tokens[place], at: place)
                case 2: tokens[place] = all.randomElement(using: &random) ?? ""
                default: tokens.insert(all.randomElement(using: &random) ?? "", at: place)
                }
            }
            return tokens.joined(separator: " ")
        }
    }

    /// Whether a text has what Prometheus 2 does not read: durations as numbers and the other way
    /// round, names in quotes.
    private static func isOfPrometheus3(_ text: String) -> Bool {
        let tokens = Lexer.tokens(of: text)
        for (index, token) in tokens.enumerated() {
            let before = index > 0 ? tokens[index - 1] : nil
            let beforeSign =
                before?.text == "-" || before?.text == "+"
                ? (index > 1 ? tokens[index - 2] : nil) : before
            let isDurationPlace =
                before?.kind == .leftBracket || before?.kind == .colon
                || beforeSign?.kind == .keyword("offset")
            switch token.kind {
            case .duration where !isDurationPlace: return true
            case .number where isDurationPlace: return true
            case .string:
                if [.leftBrace, .comma].contains(before?.kind),
                    tokens[..<index].last(where: {
                        [.leftBrace, .leftParenthesis].contains($0.kind)
                    })?
                    .kind == .leftBrace
                {
                    return true
                }
                if before?.kind == .leftParenthesis, index > 1,
                    [.keyword("by"), .keyword("without"), .keyword("on"), .keyword("ignoring")]
                        .contains(tokens[index - 2].kind)
                {
                    return true
                }
            case .identifier
            where FunctionSignatures.named(token.text) != nil
                && ["start", "end", "range", "step", "min_of", "max_of"].contains(token.text):
                return true
            default: break
            }
        }
        return false
    }

    @Test(.enabled(if: promtool != nil, "promtool is not installed"))
    func verdictsOnTextsAreThoseOfPrometheus() throws {
        let texts = Self.texts(1_500).filter { !$0.isEmpty && !Self.isOfPrometheus3($0) }
        var file = "groups:\n- name: g\n  rules:\n"
        for (index, text) in texts.enumerated() {
            file += "  - record: r\(index + 1)\n    expr: \(try Self.quoted(text))\n"
        }
        let printed = try Self.run(["check", "rules"], on: file)
        var refused: [Int: String] = [:]
        for line in printed.split(separator: "\n") {
            guard let mark = line.range(of: ", \"r"), line.contains("could not parse") else {
                continue
            }
            let digits = line[mark.upperBound...].prefix { $0.isNumber }
            if let number = Int(digits) { refused[number] = String(line) }
        }
        let enough = refused.count > 300 && refused.count < texts.count - 300
        #expect(enough, "\(refused.count) of \(texts.count) refused: \(printed.prefix(300))")
        for (index, text) in texts.enumerated() {
            let theirs = refused[index + 1]
            do {
                _ = try PromQLParser.parse(text)
                #expect(theirs == nil, "we read \(text)")
            } catch {
                #expect(theirs != nil, "we refuse \(text): \(error)")
            }
        }
    }

    // MARK: Regular expressions

    private static func pattern(_ random: inout SeededRandom) -> String {
        let atoms = [
            "a", "b", "ab", "é", ".", "[ab]", "[^a]", "\\d", "\\w", "(a|b)", "(?:ab|é)", "(a)",
            "\\.",
            "[[:alpha:]]", "(?i:A)", "\\b", "^", "$", "\\pL", "(|a)", "[é-ü]", "\\S", "\\Qa.\\E",
            "\\x61",
        ]
        let repeats = ["", "", "", "*", "+", "?", "*?", "+?", "{2}", "{1,2}", "{0,1}?", "{2,}"]
        var text = ""
        for _ in 0..<Int.random(in: 1..<5, using: &random) {
            text += atoms.randomElement(using: &random) ?? ""
            text += repeats.randomElement(using: &random) ?? ""
            if Int.random(in: 0..<6, using: &random) == 0 { text += "|" }
        }
        return text
    }

    @Test(.enabled(if: promtool != nil, "promtool is not installed"))
    func matchesAreThoseOfGo() throws {
        var random = SeededRandom(seed: 0x5eed_0005)
        let values = [
            "a", "b", "aa", "ab", "ba", "aba", "abab", "é", "éa", "a.", "a.a", "1", "a1", "_", "A",
            "aA",
            "a b", "bb", "aaa", "ü", "ab é", "-", "aab", "AB",
        ]
        var file = "evaluation_interval: 1m\ntests:\n- interval: 1m\n  input_series:\n"
        for value in values {
            file +=
                "  - series: \(try Self.quoted("x{v=\(Labels.quoted(value))}"))\n    values: '1'\n"
        }
        file += "  promql_expr_test:\n"
        var count = 0
        for _ in 0..<600 {
            let pattern = Self.pattern(&random)
            guard let matcher = try? LabelMatcher("v", .matches, pattern) else { continue }
            count += 1
            file += "  - expr: \(try Self.quoted("x{\(matcher)}"))\n    eval_time: 0\n"
            let found = values.filter { matcher.matches($0) }
            if !found.isEmpty { file += "    exp_samples:\n" }
            for value in found {
                let labels = try Self.quoted("x{v=\(Labels.quoted(value))}")
                file += "    - labels: \(labels)\n      value: 1\n"
            }
        }
        #expect(count > 500)
        let printed = try Self.run(["test", "rules"], on: file)
        #expect(printed.contains("SUCCESS"), "\(printed.prefix(3_000))")
    }
}
