// Weir
// SPDX-License-Identifier: Apache-2.0

/// One mail to hand to a mail server (SMTP, RFC 5321): where, as whom, to whom, and the message.
///
/// The message is whole already: header lines, an empty line and the body, lines ended by CR LF, none
/// longer than 998 bytes. Doubling the dot at the start of a line is libcurl's work.
package struct MailRequest: Sendable {
    /// How the way to the server is protected. Certificates are always checked.
    package enum Encryption: Sendable, Hashable {
        /// TLS from the first byte (`smtps`, port 465).
        case implicit
        /// `STARTTLS`; a server that does not offer it gets nothing.
        case startTLS
        /// `STARTTLS` where the server offers it, else in the clear.
        case opportunistic
    }

    /// What a server wants to be shown: PLAIN, LOGIN or CRAM-MD5, whichever it offers.
    package struct Credentials: Sendable, CustomStringConvertible, CustomReflectable {
        let username: String
        let password: String

        package init(username: String, password: String) {
            self.username = username
            self.password = password
        }

        package var description: String { "<secret>" }
        package var customMirror: Mirror { Mirror(self, children: []) }
    }

    /// A name or an address; an IPv6 address in brackets.
    package var host: String
    package var port: Int
    package var encryption: Encryption
    package var credentials: Credentials?
    /// What this side calls itself in `EHLO`.
    package var hello: String
    /// The envelope's sender, as a bare address.
    package var sender: String
    /// The envelope's recipients, as bare addresses.
    package var recipients: [String]
    package var message: [UInt8]
    /// Resolving, connecting, the greeting, TLS and logging in together.
    package var connectTimeout: Duration
    /// The whole exchange.
    package var totalTimeout: Duration
    /// A PEM file of trusted roots in place of the system's.
    package var caFile: String?
    /// Which addresses the server may have.
    package var reach: AddressReach

    package init(
        host: String, port: Int, encryption: Encryption, credentials: Credentials? = nil,
        hello: String = "localhost", sender: String, recipients: [String], message: [UInt8],
        connectTimeout: Duration = .seconds(30), totalTimeout: Duration = .seconds(60),
        caFile: String? = nil, reach: AddressReach = .operatorChosen
    ) {
        self.host = host
        self.port = port
        self.encryption = encryption
        self.credentials = credentials
        self.hello = hello
        self.sender = sender
        self.recipients = recipients
        self.message = message
        self.connectTimeout = connectTimeout
        self.totalTimeout = totalTimeout
        self.caFile = caFile
        self.reach = reach
    }

    /// As many are taken for one mail; RFC 5321 §4.5.3.1.8 asks servers for no more.
    package static let recipientsMax = 100

    /// What is wrong with the request before anything is sent; nil if nothing is.
    ///
    /// libcurl puts addresses and names into commands as they are: a line break in one of them would
    /// be a command of its own.
    var fault: MailError.InvalidMail? {
        guard Self.isHost(self.host), (1...65_535).contains(self.port) else { return .host }
        guard Self.isHelloName(self.hello) else { return .hello }
        guard MailAddress.isBare(self.sender) else { return .sender }
        guard (1...Self.recipientsMax).contains(self.recipients.count) else { return .recipients }
        guard self.recipients.allSatisfy(MailAddress.isBare) else { return .recipients }
        if let credentials = self.credentials {
            let texts = [credentials.username, credentials.password]
            guard texts.allSatisfy({ !$0.isEmpty && !$0.utf8.contains(0) }) else {
                return .credentials
            }
        }
        if let path = self.caFile, path.utf8.contains(0) { return .caFile }
        return MailLines.fault(self.message).map { .message($0) }
    }

    /// Host and port for messages.
    var authority: String { "\(self.host):\(self.port)" }

    /// The address as libcurl takes it; its path is the name for `EHLO`.
    var url: String {
        let scheme = self.encryption == .implicit ? "smtps" : "smtp"
        return "\(scheme)://\(self.authority)/\(self.hello)"
    }

    /// A host that cannot be taken for anything else in a URL.
    package static func isHost(_ text: String) -> Bool {
        text.hasPrefix("[") ? IPAddress(host: text) != nil : self.isHelloName(text)
    }

    /// A domain of letters, digits, dots, dashes and underscores.
    package static func isHelloName(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count) && MailAddress.isDomain(text)
    }
}
