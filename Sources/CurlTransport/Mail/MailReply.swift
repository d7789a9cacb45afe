// Weir
// SPDX-License-Identifier: Apache-2.0

/// What a mail server answered to a command (RFC 5321 §4.2, RFC 3463). Its text is not kept: it is
/// the server's to choose, and may hold anything that it was told.
package struct MailStatus: Sendable, Hashable, CustomStringConvertible {
    /// Three digits: 250, 451, 550.
    package let code: Int
    /// `5.7.1`, where the server gave one.
    package let enhanced: String?

    package init(code: Int, enhanced: String? = nil) {
        self.code = code
        self.enhanced = enhanced
    }

    /// 2xx and 3xx.
    package var isPositive: Bool { (200..<400).contains(self.code) }
    /// 4xx: the same may succeed later.
    package var isTransient: Bool { (400..<500).contains(self.code) }

    package var description: String {
        self.enhanced.map { "\(self.code) \($0)" } ?? "\(self.code)"
    }
}

/// The server has the mail, for at least one of its recipients.
package struct MailReply: Sendable, Hashable {
    /// What it said after the message.
    package let status: MailStatus
    /// The recipients that it did not take, by their place among the request's.
    package let refused: [Int: MailStatus]

    package init(status: MailStatus, refused: [Int: MailStatus] = [:]) {
        self.status = status
        self.refused = refused
    }
}

/// Why a mail was not taken. No case carries a text of the server, an address or a password.
package enum MailError: Error, Equatable, Sendable {
    /// The request itself cannot be sent.
    case invalid(InvalidMail)
    /// The server was not reached, or the way to it broke or is not to be trusted.
    case transport(TransportError)
    /// The server offers no STARTTLS, or refused it.
    case notEncrypted(host: String, MailStatus?)
    /// The server did not take user name and password; without a status it offers no way that we know.
    case notAuthenticated(host: String, MailStatus?)
    /// What came back is not SMTP, or has no end.
    case unintelligible(host: String)
    /// The server said no.
    case refused(host: String, Stage, MailStatus)

    package enum InvalidMail: Equatable, Sendable {
        case host, hello, sender, recipients, credentials, caFile
        case message(MailLines.Fault)
    }

    /// What the server said no to.
    package enum Stage: String, Equatable, Sendable {
        case greeting = "the connection"
        case sender = "the sender"
        case recipients = "all recipients"
        case message = "the message"
    }
}

extension MailError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalid(let fault): "the mail cannot be sent: \(fault)"
        case .transport(let error): "\(error)"
        case .notEncrypted(let host, let status):
            status.map { "\(host) refused STARTTLS (\($0)); try again later" }
                ?? """
                \(host) offers no STARTTLS, and nothing is sent in the clear; use its TLS port (465) \
                or set require_tls to false
                """
        case .notAuthenticated(let host, let status):
            status.map { "\(host) did not take user name and password (\($0)); check both" }
                ?? """
                \(host) offers none of the ways to log in that are known here (PLAIN, LOGIN, CRAM-MD5)
                """
        case .unintelligible(let host):
            "\(host) answered something that is not SMTP; check address and port"
        case .refused(let host, let stage, let status):
            "\(host) refused \(stage.rawValue) with \(status)"
        }
    }
}

extension MailError.InvalidMail: CustomStringConvertible {
    package var description: String {
        switch self {
        case .host: "the server has no valid name or port"
        case .hello: "the name for EHLO is no domain"
        case .sender: "the sender is no address of the form name@domain"
        case .recipients:
            "there are no recipients, more than \(MailRequest.recipientsMax), "
                + "or one is no address of the form name@domain"
        case .credentials: "user name or password is empty or holds a NUL"
        case .caFile: "the path of the CA file holds a NUL"
        case .message(let fault): "the message holds \(fault.rawValue)"
        }
    }
}
