// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WeirTestSupport

/// The built program, run as a user runs it.
enum WeirBinary {
    /// What one run left behind.
    struct Outcome {
        var status: Int32
        var output: [UInt8]
        var message: String

        var text: String { String(decoding: self.output, as: UTF8.self) }
        /// The lines of the output, without their line feeds.
        var lines: [[UInt8]] {
            var lines = self.output.split(separator: 10, omittingEmptySubsequences: false)
            if lines.last?.isEmpty == true { lines.removeLast() }
            return lines.map(Array.init)
        }
    }

    /// `WEIR_BINARY`, or the program that was built with these tests.
    static let path = BuiltProgram.path
    static let isBuilt = BuiltProgram.isBuilt
    static let absence = BuiltProgram.absence

    /// Runs the program to its end. Input and output are files, so that no pipe can fill up.
    static func run(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:],
    ) throws -> Outcome {
        let folder = try Scratch.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        func file(_ name: String, _ bytes: [UInt8] = []) throws -> URL {
            let url = folder.appendingPathComponent(name)
            try Data(bytes).write(to: url)
            return url
        }
        let (input, output, message) = (
            try file("in", input), try file("out"), try file("err")
        )
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(self.path))
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment
            .merging(["COLUMNS": "80", "NO_COLOR": "1"]) { $1 }.merging(environment) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: message)
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit, "weir \(arguments) was ended by a signal")
        return Outcome(
            status: process.terminationStatus, output: [UInt8](try Data(contentsOf: output)),
            message: String(decoding: try Data(contentsOf: message), as: UTF8.self))
    }
}

/// Folders that a test removes again.
enum Scratch {
    static func folder() throws -> URL {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("weir-commands-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }
}
