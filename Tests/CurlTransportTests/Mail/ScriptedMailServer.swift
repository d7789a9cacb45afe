// Weir
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import WeirTestSupport

/// A mail server in the clear that answers each command as a test says, and keeps what it was told.
final class ScriptedMailServer: Sendable {
    /// What to do in place of the usual answer.
    enum Deed: Sendable {
        case say(String)
        case hang, reset, close
    }

    struct Session: Sendable {
        var commands: [String] = []
        /// The message as it came over the wire, dots doubled, without the last one.
        var message: [String] = []
        var count: Int { self.commands.count }
    }

    private final class Record: Sendable {
        let sessions = Mutex<[Session]>([])
    }

    private let record = Record()
    private let server: LoopbackServer

    var port: Int { self.server.port }
    var sessions: [Session] { self.record.sessions.withLock { $0 } }

    /// - Parameters:
    ///   - offers: what `EHLO` is answered with beside the name.
    ///   - deeds: by command (`""` is the greeting, `.` the end of the message); of several for one
    ///     command each is used once, the last again and again.
    init(offers: [String] = ["8BITMIME"], _ deeds: [String: [Deed]] = [:]) throws {
        let record = self.record
        self.server = try LoopbackServer { connection in
            var session = Session()
            defer {
                let ended = session
                record.sessions.withLock { $0.append(ended) }
            }
            var uses: [String: Int] = [:]
            /// Whether the session goes on.
            func answer(_ command: String, _ usual: String) -> Bool {
                guard let list = deeds[command], !list.isEmpty else {
                    return connection.write(usual + "\r\n")
                }
                let index = uses[command, default: 0]
                uses[command] = index + 1
                switch list[min(index, list.count - 1)] {
                case .say(let text): return connection.write(text + "\r\n")
                case .hang:
                    connection.waitForEnd()
                    return false
                case .reset:
                    connection.reset()
                    return false
                case .close: return false
                }
            }
            guard answer("", "220 mail.example ESMTP") else { return }
            while let line = connection.readLine() {
                session.commands.append(line)
                let verb = String(line.prefix(4)).uppercased()
                switch verb {
                case "EHLO":
                    let lines = ["mail.example"] + offers
                    let text = lines.dropLast().map { "250-\($0)\r\n" }.joined()
                    guard answer(verb, text + "250 \(lines.last ?? "")") else { return }
                case "DATA":
                    guard answer(verb, "354 go ahead") else { return }
                    if let list = deeds[verb], case .say(let text)? = list.first,
                        !text.hasPrefix("354")
                    {
                        continue
                    }
                    while let line = connection.readLine(), line != "." {
                        session.message.append(line)
                    }
                    guard answer(".", "250 2.0.0 queued") else { return }
                case "AUTH":
                    guard answer(verb, "235 2.7.0 welcome") else { return }
                case "QUIT":
                    guard answer(verb, "221 bye") else { return }
                    return
                default:
                    guard answer(verb, "250 2.1.0 fine") else { return }
                }
            }
        }
    }
}
