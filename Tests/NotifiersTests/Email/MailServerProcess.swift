// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WeirTestSupport

/// A true mail server (aiosmtpd, by `Tests/Devnet/mailserver.py`) as a process of its own.
final class MailServerProcess: Sendable {
    /// One message that it took.
    struct Message: Decodable, Sendable {
        let from: String
        let to: [String]
        let message: String
        let tls: Bool
        let user: String?
        let hello: String

        var bytes: [UInt8] { Data(base64Encoded: self.message).map { [UInt8]($0) } ?? [] }
    }

    /// A python with aiosmtpd: that of the devnet.
    static let python: String? = {
        guard let path = ProcessInfo.processInfo.environment["WEIR_DEVNET_PYTHON"] else {
            return nil
        }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = ["-c", "import aiosmtpd"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        process.waitUntilExit()
        return process.terminationStatus == 0 ? path : nil
    }()
    static let absence: Comment = "WEIR_DEVNET_PYTHON names no python with aiosmtpd"

    let port: Int
    private let process: Process
    private let input: Pipe
    private let output: Pipe

    init(_ arguments: [String] = []) throws {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: try #require(Self.python))
        let script = Vectors.projectRoot.appendingPathComponent("Tests/Devnet/mailserver.py").path
        process.arguments = [script] + arguments
        process.standardInput = input
        process.standardOutput = output
        // aiosmtpd warns of what the tests want: passwords in the clear, its own upgrade of a connection.
        process.standardError = FileHandle.nullDevice
        try process.run()
        var text = ""
        while !text.contains("\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            text += String(decoding: data, as: UTF8.self)
        }
        let port = text.split(separator: "\n").first.flatMap { Int($0.dropFirst(5)) }
        self.process = process
        self.input = input
        self.output = output
        self.port = try #require(port)
    }

    /// Ends the server and gives the messages that it took.
    func messages() throws -> [Message] {
        try self.input.fileHandleForWriting.close()
        let data = self.output.fileHandleForReading.readDataToEndOfFile()
        self.process.waitUntilExit()
        return try data.split(separator: 10)
            .map { try JSONDecoder().decode(Message.self, from: Data($0)) }
    }

    deinit {
        guard self.process.isRunning else { return }
        // A child inherits the blocked signals of the test's thread, so nothing gentler would reach it.
        kill(self.process.processIdentifier, SIGKILL)
        self.process.waitUntilExit()
    }
}
