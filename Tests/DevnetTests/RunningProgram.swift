// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSONBytes
import Testing
import WeirTestSupport

enum ProgramError: Error {
    case ended(String)
    case tooLate(String)
}

/// A program under test that runs beside the test; its output goes to files, so that no pipe fills up.
final class RunningProgram {
    let process = Process()
    private let output: URL
    private let message: URL
    /// The program ends with the test, however that ends: `--until-stdin-closes`.
    private let input = Pipe()

    init(_ executable: String, _ arguments: [String], folder: URL, name: String) throws {
        self.output = folder.appendingPathComponent("\(name).out")
        self.message = folder.appendingPathComponent("\(name).err")
        for file in [self.output, self.message] { try Data().write(to: file) }
        self.process.executableURL = URL(fileURLWithPath: executable)
        self.process.arguments = arguments
        self.process.standardInput = self.input
        self.process.standardOutput = try FileHandle(forWritingTo: self.output)
        self.process.standardError = try FileHandle(forWritingTo: self.message)
        try self.process.run()
    }

    deinit { self.kill() }

    var outputText: String { Self.text(self.output) }
    var messages: String { Self.text(self.message) }

    private static func text(_ file: URL) -> String {
        String(decoding: (try? Data(contentsOf: file)) ?? Data(), as: UTF8.self)
    }

    /// SIGKILL, and waits until it is gone.
    func kill() {
        guard self.process.isRunning else { return }
        Glibc.kill(self.process.processIdentifier, SIGKILL)
        self.process.waitUntilExit()
    }

    /// SIGTERM; answers how it ended.
    func terminate() -> Int32 {
        if self.process.isRunning { self.process.terminate() }
        self.process.waitUntilExit()
        return self.process.terminationStatus
    }

    /// What `find` finds in the output, once it finds it.
    func wait<T>(_ what: String, _ find: (RunningProgram) -> T?) async throws -> T {
        try await Deadline.wait(for: what, log: { self.messages }) {
            if let found = find(self) { return found }
            if !self.process.isRunning { throw ProgramError.ended(self.messages) }
            return nil
        }
    }
}

enum Deadline {
    /// Asks until there is an answer, at most a minute.
    static func wait<T>(
        for what: String, log: () -> String = { "" }, _ find: () async throws -> T?
    ) async throws -> T {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            if let found = try await find() { return found }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw ProgramError.tooLate("\(what)\n\(log())")
    }
}

/// Folders that a test removes again.
enum Scratch {
    static func folder() throws -> URL {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("weir-devnet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }
}
