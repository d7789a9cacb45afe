// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WeirTestSupport

@testable import PromQL

/// Values of our evaluator against those of Prometheus 2's own, which `promtool test rules` shows.
@Suite struct PromtoolEvaluationTests {
    private static let promtool: String? =
        ((ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin")
        .split(separator: ":").map { "\($0)/promtool" }
        + [Vectors.projectRoot.appendingPathComponent(".build/tools/promtool").path])
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    private struct Case {
        let text: String
        let minute: Int
    }

    /// What promtool says of each case: `{labels} value, …`, or why there is no value.
    private static func answers(
        _ cases: [Case], series: [(name: String, values: String)]
    ) throws -> [String] {
        func quoted(_ text: String) -> String {
            "'" + text.replacingOccurrences(of: "'", with: "''") + "'"
        }
        var yaml = "tests:\n- interval: 1m\n  input_series:\n"
        for one in series {
            yaml += "  - { series: \(quoted(one.name)), values: \(quoted(one.values)) }\n"
        }
        yaml += "  promql_expr_test:\n"
        for one in cases {
            // What never comes out makes it show what did.
            yaml += "  - expr: \(quoted(one.text))\n    eval_time: \(one.minute)m\n"
            yaml += "    exp_samples: [ { labels: 'never', value: 1 } ]\n"
        }
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("weir-promql-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(yaml.utf8).write(to: folder.appendingPathComponent("t.yaml"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.promtool))
        process.arguments = ["test", "rules", "t.yaml"]
        process.currentDirectoryURL = folder
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        var answers: [String] = []
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
            let line = line.drop { $0 == " " }
            if line.hasPrefix("expr: ") {
                let error = line.range(of: ", err: ").map { "error: \(line[$0.upperBound...])" }
                answers.append(error ?? "")
            } else if line.hasPrefix("got:"), !answers.isEmpty {
                answers[answers.count - 1] = line.dropFirst(4).trimmingCharacters(in: .whitespaces)
            }
        }
        return answers
    }

    /// `{labels}` → value of promtool's text.
    private static func samples(_ text: String) -> [String: Double]? {
        if text.hasPrefix("error") { return nil }
        let text = text.trimmingCharacters(in: CharacterSet(charactersIn: "\""))
        if text == "nil" || text.isEmpty { return [:] }
        var result: [String: Double] = [:]
        for piece in text.components(separatedBy: ", {") {
            guard let end = piece.range(of: "} ", options: .backwards) else { continue }
            let labels = (piece.hasPrefix("{") ? "" : "{") + piece[..<end.lowerBound] + "}"
            result[labels] = Double(piece[end.upperBound...])
        }
        return result
    }

    private static func ours(_ one: Case, _ source: MemorySource) -> [String: Double]? {
        do {
            let value = try Evaluator(source: source, dialect: .prometheus2)
                .instant(try PromQLParser.parse(one.text), at: Int64(one.minute) * 60_000)
            switch value {
            case .scalar(let number): return ["{}": number]
            case .vector(let samples):
                return Dictionary(
                    samples.map { ("\($0.labels)", $0.value) }, uniquingKeysWith: { $1 })
            case .string, .matrix: return nil
            }
        } catch {
            return nil
        }
    }

    private static func close(_ one: Double, _ other: Double) -> Bool {
        if one.isNaN || other.isNaN { return one.isNaN && other.isNaN }
        return one == other || abs(one - other) <= 1e-9 * max(abs(one), abs(other), 1e-3)
    }

    @Test(
        .enabled(if: promtool != nil, "promtool is not installed"),
        arguments: [1, 2, 3, 4, 5] as [UInt64])
    func valuesAreThoseOfPrometheus(seed: UInt64) throws {
        var generator = ExpressionGenerator(seed: seed)
        let series = generator.series(minutes: 20)
        var source = MemorySource()
        for one in series {
            let labels = try SeriesNotation.labels(one.name)
            for point in SeriesNotation.points(
                try SeriesNotation.values(one.values), interval: 60_000)
            {
                source.add(point, to: labels)
            }
        }
        let cases = (0..<400).map { _ in
            Case(
                text: generator.vector(Int.random(in: 0...3, using: &generator.random)),
                minute: Int.random(in: 0...30, using: &generator.random))
        }
        let answers = try Self.answers(cases, series: series)
        try #require(answers.count == cases.count, "promtool gave \(answers.count) answers")
        var withValues = 0
        for (one, answer) in zip(cases, answers) {
            let theirs = Self.samples(answer)
            let ours = Self.ours(one, source)
            let agrees: Bool =
                switch (theirs, ours) {
                case (nil, nil): true
                case (let theirs?, let ours?):
                    theirs.count == ours.count
                        && theirs.allSatisfy { key, value in
                            ours[key].map { Self.close($0, value) } ?? false
                        }
                default: false
                }
            if !(ours ?? [:]).isEmpty { withValues += 1 }
            #expect(
                agrees,
                """
                seed \(seed), at \(one.minute)m: \(one.text)
                theirs: \(answer)
                ours: \(ours.map { "\($0)" } ?? "error")
                """)
        }
        #expect(withValues > 150, "seed \(seed)")
    }
}
