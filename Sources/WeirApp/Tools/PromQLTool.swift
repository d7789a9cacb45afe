// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Foundation
import PromQL
package import Tabular

/// `weir promql`: evaluates an expression, and runs Prometheus' own test scripts.
package enum PromQLTool {
    /// What an expression gave.
    package struct Evaluation: Sendable {
        package var table: Table
        /// In the shape of Prometheus' `/api/v1/query`.
        package var json: [UInt8]
    }

    /// Evaluates an expression on an exposition.
    ///
    /// - Parameters:
    ///   - source: a file, `-` for standard input, or the address of an instance.
    ///   - moment: when; nil: now.
    package static func evaluate(
        _ text: String, on source: String, at moment: String?
    ) async throws -> Evaluation {
        let expression: Expression
        do throws(PromQLError) {
            expression = try PromQLParser.parse(text)
        } catch {
            throw ToolError.refused("\(error)")
        }
        var time = Int64(Date().timeIntervalSince1970 * 1000)
        if let moment {
            guard let seconds = Moment(moment)?.unixSeconds else {
                throw ToolError.usage("--time: write 2026-11-01T12:00:00Z or Unix seconds")
            }
            time = Int64(seconds) * 1000
        }
        let samples: [VectorSample]
        do throws(ExpositionText.Fault) {
            samples = try ExpositionText.samples(try await Self.exposition(source), at: time)
        } catch let fault as ExpositionText.Fault {
            throw ToolError.refused("\(source) is no exposition: \(fault)")
        }
        var memory = MemorySource()
        for sample in samples {
            memory.add(Point(time: sample.time, value: sample.value), to: sample.labels)
        }
        do throws(EvaluationError) {
            let value = try Evaluator(source: memory).instant(expression, at: time).sorted()
            let json =
                "{\"status\":\"success\",\"data\":" + value.json(at: time) + "}"
            return Evaluation(table: Self.table(value), json: Array(json.utf8))
        } catch {
            throw ToolError.refused("\(error)")
        }
    }

    private static func exposition(_ source: String) async throws(ToolError) -> String {
        if source.hasPrefix("http://") || source.hasPrefix("https://") {
            let path = source.hasSuffix("/metrics") ? "" : "/metrics"
            return String(
                decoding: try await InstanceClient(address: source).get(path), as: UTF8.self)
        }
        return String(decoding: try Self.bytes(source), as: UTF8.self)
    }

    private static func table(_ value: QueryValue) -> Table {
        var table = Table(columns: [
            Column("series", "Series"), Column("value", "Value", alignment: .right),
        ])
        switch value {
        case .scalar(let number): table.append([.text("scalar"), .number(Self.text(number))])
        case .string(let text): table.append([.text("string"), .text(text)])
        case .vector(let samples):
            for sample in samples {
                table.append([
                    .text(Self.text(sample.labels)), .number(Self.text(sample.value)),
                ])
            }
        case .matrix(let series):
            for one in series {
                for point in one.points {
                    table.append([
                        .text("\(Self.text(one.labels)) @ \(point.time)"),
                        .number(Self.text(point.value)),
                    ])
                }
            }
        }
        return table
    }

    /// `name{label="value"}`, as people write a series.
    private static func text(_ labels: Labels) -> String {
        let name = labels[Labels.metricName]
        let rest = labels.withoutMetricName
        return name + (rest.isEmpty && !name.isEmpty ? "" : rest.description)
    }

    private static func text(_ value: Double) -> String {
        value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Inf" : "+Inf") : "\(value)"
    }

    // MARK: Scripts

    /// What the scripts came to.
    package struct Scripts: Sendable {
        /// What did not pass, one a line.
        package var lines: [String] = []
        package var passed = 0
        package var failed = 0
        /// `N passed, M failed`.
        package var summary: String { "\(self.passed) passed, \(self.failed) failed" }
    }

    /// Runs test scripts of Prometheus.
    package static func test(_ paths: [String]) throws(ToolError) -> Scripts {
        var scripts = Scripts()
        for path in paths {
            let text = String(decoding: try Self.bytes(path), as: UTF8.self)
            let script: PromQLScript
            do throws(ScriptError) {
                script = try PromQLScript.parse(text)
            } catch {
                scripts.failed += 1
                scripts.lines.append("\(path): \(error)")
                continue
            }
            for outcome in script.run(evaluate: Self.evaluate) {
                switch outcome.verdict {
                case .passed: scripts.passed += 1
                case .failed:
                    scripts.failed += 1
                    scripts.lines.append("\(path): \(outcome)")
                case .unfounded: scripts.lines.append("\(path): \(outcome)")
                }
            }
        }
        return scripts
    }

    private static func evaluate(
        _ expression: Expression, _ times: ScriptTimes, _ series: [Series]
    ) throws -> QueryValue {
        let evaluator = Evaluator(source: MemorySource(series), dialect: .scripts)
        switch times {
        case .instant(let time): return try evaluator.instant(expression, at: time)
        case .range(let from, let through, let step):
            return .matrix(
                try evaluator.range(expression, from: from, through: through, step: step))
        }
    }

    private static func bytes(_ path: String) throws(ToolError) -> [UInt8] {
        var input = try ByteInput(
            path: path == "-" ? nil : path, boundary: .line, limitBytes: 64 << 20)
        var all: [UInt8] = []
        while try input.next({ piece throws(ToolError) in
            unsafe piece.withUnsafeBytes { unsafe all.append(contentsOf: $0) }
        }) {}
        return all
    }
}
