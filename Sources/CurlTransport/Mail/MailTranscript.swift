// Weir
// SPDX-License-Identifier: Apache-2.0

/// What was said between us and a mail server, as far as it decides what became of the mail: the
/// replies, each with the command that it answers.
///
/// Pure: it is fed the commands that libcurl sends and the lines that it receives. libcurl itself keeps
/// the last code only, and that is the one of the farewell.
struct MailTranscript {
    /// What a reply answers.
    enum Verb: Equatable {
        case greeting, hello, startTLS, authentication, sender, recipient, data, quit

        /// The first word of a command; all that is none is part of logging in.
        init(_ command: some Collection<UInt8>) {
            switch String(decoding: command.prefix(4), as: UTF8.self).uppercased() {
            case "EHLO", "HELO": self = .hello
            case "STAR": self = .startTLS
            case "MAIL": self = .sender
            case "RCPT": self = .recipient
            case "DATA": self = .data
            case "QUIT": self = .quit
            default: self = .authentication
            }
        }
    }

    struct Reply: Equatable {
        let verb: Verb
        let status: MailStatus
    }

    /// In order, each once it was complete.
    private(set) var replies: [Reply] = []
    /// Set once the server says more than anybody needs; the transfer is then given up.
    private(set) var isTooLong = false

    private var verb = Verb.greeting
    private var bytes = 0

    private static let bytesMax = 64 << 10
    private static let repliesMax = 1024

    /// Takes a command that goes out. Only its first word is looked at: others hold passwords.
    mutating func command(_ text: some Collection<UInt8>) {
        self.verb = Verb(text)
    }

    /// Takes one line, its end included; false where libcurl shall give up.
    mutating func line(_ line: some Collection<UInt8>) -> Bool {
        self.bytes += line.count
        guard self.bytes <= Self.bytesMax, self.replies.count < Self.repliesMax else {
            self.isTooLong = true
            return false
        }
        let line = Array(line.prefix(64))
        guard line.count >= 3, line[..<3].allSatisfy({ (0x30...0x39).contains($0) }) else {
            return true
        }
        // `250-` goes on; `250 ` and a bare `250` end the reply.
        guard line.count == 3 || line[3] != UInt8(ascii: "-") else { return true }
        let code = line[..<3].reduce(0) { $0 * 10 + Int($1 - 0x30) }
        let status = MailStatus(code: code, enhanced: Self.enhanced(line.dropFirst(4)))
        self.replies.append(Reply(verb: self.verb, status: status))
        return true
    }

    /// The reply to the message itself: the second one to `DATA`, behind the 354.
    var final: MailStatus? {
        let answers = self.replies.filter { $0.verb == .data }
        guard answers.count >= 2, answers[0].status.code == 354 else { return nil }
        return answers[1].status
    }

    /// The replies to the recipients, in order.
    var recipients: [MailStatus] {
        self.replies.filter { $0.verb == .recipient }.map(\.status)
    }

    /// The last reply but the farewell, if it says no; of several recipients one that may be taken
    /// later, if there is one.
    var refusal: Reply? {
        guard let last = self.replies.last(where: { $0.verb != .quit }), last.status.code >= 400
        else { return nil }
        guard last.verb == .recipient else { return last }
        let later = self.recipients.last { $0.isTransient }
        return Reply(verb: .recipient, status: later ?? last.status)
    }

    /// `5.7.1` at the start of a reply's text: class, subject and detail (RFC 2034).
    private static func enhanced(_ text: ArraySlice<UInt8>) -> String? {
        let word = text.prefix { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }
        let parts = word.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ (1...3).contains($0.count) }),
            parts.first?.count == 1
        else { return nil }
        return String(decoding: word, as: UTF8.self)
    }
}
