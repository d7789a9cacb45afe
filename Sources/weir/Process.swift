// Weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WeirApp

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How the process speaks and ends. The one place that prints errors.
enum Process {
    /// A closed pipe shall be an error of `write`, not the end of the process.
    static func prepare() {
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Says what went wrong on standard error and ends with the code of ``ExitStatus``.
    static func end(_ error: any Error) -> Never {
        if let code = error as? ExitCode { exit(code.rawValue) }
        if case ToolError.outputClosed = error { exit(ExitStatus.ok.rawValue) }
        if !self.isOurs(error) { self.endParsing(error) }
        self.say("\(error)")
        exit(ExitStatus(error).rawValue)
    }

    /// One message on standard error, each line after `weir:`; red where a terminal reads it.
    static func say(_ message: String) {
        let prefix =
            self.isColorful(STDERR_FILENO) ? "\u{1b}[31mweir:\u{1b}[0m " : "weir: "
        let lines = message.split(separator: "\n", omittingEmptySubsequences: true)
        self.note(lines.map { prefix + self.printable($0) }.joined(separator: "\n"))
    }

    /// One message on standard error as it is.
    static func note(_ message: String) {
        try? ByteOutput.write(Array("\(message)\n".utf8), to: STDERR_FILENO)
    }

    /// Whether somebody watches standard error.
    static var isWatched: Bool { isatty(STDERR_FILENO) == 1 }

    /// Shows a line on the terminal in place of the one before.
    static func showProgress(_ line: String) {
        try? ByteOutput.write(Array("\r\u{1b}[K\(line)".utf8), to: STDERR_FILENO)
    }

    /// Whether a terminal reads the stream and the user did not ask for no colour.
    static func isColorful(_ descriptor: Int32) -> Bool {
        guard isatty(descriptor) == 1 else { return false }
        return unsafe getenv("NO_COLOR").map { unsafe $0.pointee == 0 } ?? true
    }

    /// Whether somebody can be asked.
    static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// Puts a question on the terminal; everything but yes is no.
    static func asks(_ question: String) -> Bool {
        try? ByteOutput.write(Array(question.utf8), to: STDERR_FILENO)
        return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
    }

    /// Errors of the argument parser, help and version among them.
    private static func endParsing(_ error: any Error) -> Never {
        let code = WeirCommand.exitCode(for: error)
        let message = WeirCommand.fullMessage(for: error)
        if code.isSuccess {
            try? ByteOutput.write(Array("\(message)\n".utf8))
            exit(ExitStatus.ok.rawValue)
        }
        let text = message.hasPrefix("Error: ") ? String(message.dropFirst(7)) : message
        self.note("weir: \(text)")
        exit(ExitStatus.usage.rawValue)
    }

    /// Errors that the parser's functions do not know are ours; theirs are told by their code.
    private static func isOurs(_ error: any Error) -> Bool {
        WeirCommand.exitCode(for: error) == .failure
    }

    /// Without control characters: messages may quote what a node or a file says.
    private static func printable(_ text: Substring) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
                        ? "\u{fffd}" : scalar
                }))
    }
}
