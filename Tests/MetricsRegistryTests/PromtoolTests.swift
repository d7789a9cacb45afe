// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MetricsRegistry
import Testing

/// Prometheus' own tool reads what we write. Skipped where it is not installed.
@Suite struct PromtoolTests {
    static let promtool = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin")
        .split(separator: ":").map { "\($0)/promtool" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// The exit code and what was printed.
    static func check(_ text: [UInt8], with promtool: String) throws -> (Int32, String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: promtool)
        process.arguments = ["check", "metrics"]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(text))
        try input.fileHandleForWriting.close()
        let printed = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: printed, as: UTF8.self))
    }

    @Test(.enabled(if: promtool != nil, "promtool is not installed"))
    func promtoolAcceptsTheExposition() throws {
        let registry = try TextExpositionTests.example()
        try ProcessMetrics(registry: registry).update(ProcessMetricsTests.reading())
        let promtool = try #require(Self.promtool)
        let (code, printed) = try Self.check(registry.render(.text004), with: promtool)
        #expect(code == 0 && printed.isEmpty, "\(printed)")
    }

    /// Shows that the check above can fail.
    @Test(.enabled(if: promtool != nil, "promtool is not installed"))
    func promtoolRefusesABadAlias() throws {
        let registry = try TextExpositionTests.example()
        try registry.addAlias("zerostate_payments", of: "weir_events_total")
        let promtool = try #require(Self.promtool)
        let (code, printed) = try Self.check(registry.render(.text004), with: promtool)
        #expect(code == 3 && printed.contains("zerostate_payments"), "\(printed)")
    }
}
