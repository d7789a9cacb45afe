// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
import CurlTransport
package import WeirPorts

extension EmailNotifier {
    /// What stands under `email:`.
    ///
    /// ```yaml
    /// email:
    ///   - to: [ops@example.org]
    ///     from: Weir <weir@example.org>
    ///     smarthost: smtp.example.org:587
    ///     username: weir@example.org
    ///     password: ${env:SMTP_PASSWORD}
    /// ```
    package struct Configuration: ChannelConfiguration {
        package static let channel = "email"

        let parties: EmailMessage.Parties
        let server: SmartHost
        let encryption: MailRequest.Encryption
        let username: String?
        let password: Secret?
        let hello: String
        let caFile: String?
        let bytesMax: Int

        private static let sizes = (32 << 10)...(10 << 20)
        /// Where TLS begins with the first byte, by custom and RFC 8314.
        private static let implicitPort = 465

        package static let schema: [SchemaNode.Property] = [
            .init("to", .list(of: .string), "Who gets the mail.", isRequired: true),
            .init(
                "from", .text(examples: ["Weir <weir@example.org>"]), "Who it is from.",
                isRequired: true),
            .init("reply_to", .string, "Who gets answers, if not who it is from."),
            .init(
                "smarthost", .text(examples: ["smtp.example.org:587"]),
                "The mail server, with its port.", isRequired: true),
            .init("username", .string, "For servers that want to know who sends."),
            .init("password", .string, "A secret."),
            .init(
                "require_tls", .boolean,
                "Send nothing where the server offers no STARTTLS. Default true."),
            .init(
                "implicit_tls", .boolean,
                "TLS from the first byte. Default true for port 465, else false."),
            .init("ca_file", .string, "Trusted roots (PEM) in place of the system's."),
            .init("hello", .string, "What this side calls itself. Default the domain of from."),
            .init(
                "size_max", .byteSize,
                "Alerts that do not fit into a mail of this size are counted. Default 256 KiB."),
        ]

        package init?(_ section: ConfigSection) {
            let from = section.required("from", .mailAddress)
            let to = section.required("to", .mailAddresses)
            let replyTo = section.optional("reply_to", .mailAddress)
            let server = section.required("smarthost", .smartHost)
            let username = section.optionalString("username")
            let password = section.optionalSecret("password")
            let requiresTLS = section.bool("require_tls", default: true)
            let isImplicit = section.bool(
                "implicit_tls", default: server?.port == Self.implicitPort)
            let caFile = section.optional("ca_file", .path)
            let hello = section.string("hello", default: from?.domain ?? "localhost")
            self.bytesMax = section.byteSize(
                "size_max", in: Self.sizes, default: EmailMessage.bytesMaxStandard)

            var isGood = true
            if !MailRequest.isHelloName(hello) {
                section.fail(at: "hello", "is no domain", advice: "such as monitor.example.org")
                isGood = false
            }
            if (username == nil) != (password == nil) {
                section.fail(
                    at: username == nil ? "password" : "username",
                    "user name and password go together",
                    advice: username == nil ? "add username" : "add password: ${env:NAME}")
                isGood = false
            }
            if let server, username != nil, !requiresTLS, !isImplicit, !server.isLoopback {
                section.fail(
                    at: "require_tls", "the password could go out in the clear",
                    advice: "leave require_tls at true, or send without a password")
                isGood = false
            }
            guard isGood, let from, let to, let server else { return nil }
            self.parties = EmailMessage.Parties(from: from, to: to, replyTo: replyTo)
            self.server = server
            self.encryption = isImplicit ? .implicit : requiresTLS ? .startTLS : .opportunistic
            self.username = username
            self.password = password
            self.caFile = caFile
            self.hello = hello
        }

        package func notifiers(
            receiver: String, traffic: ChannelTraffic
        ) -> [any Notifier] {
            [EmailNotifier(receiver: receiver, configuration: self, traffic: traffic)]
        }
    }
}

extension ConfigType where Value == MailAddress {
    /// A mailbox.
    fileprivate static var mailAddress: ConfigType {
        .parsed("an address such as Weir <weir@example.org>", show: { $0.address }) {
            MailAddress($0)
        }
    }
}

extension ConfigType where Value == [MailAddress] {
    /// One or more mailboxes: a list, or a text with commas between them.
    fileprivate static var mailAddresses: ConfigType {
        let expected = "1 to \(MailRequest.recipientsMax) addresses such as ops@example.org"
        return ConfigType(expected, show: { $0.map(\.address).joined(separator: ", ") }) { value in
            guard let items = value.items() else { return nil }
            var addresses: [MailAddress] = []
            for item in items {
                guard let scalar = item.scalar(expected: expected) else { return nil }
                for text in scalar.text.split(separator: ",", omittingEmptySubsequences: false) {
                    guard let address = MailAddress(String(text)) else {
                        scalar.fail(ConfigFault(), expected: expected)
                        return nil
                    }
                    addresses.append(address)
                }
            }
            guard (1...MailRequest.recipientsMax).contains(addresses.count) else {
                value.fail("holds \(addresses.count) addresses", advice: "expected \(expected)")
                return nil
            }
            return addresses
        }
    }
}

extension ConfigType where Value == SmartHost {
    fileprivate static var smartHost: ConfigType {
        .parsed(
            "host:port such as smtp.example.org:587",
            advice: "587 for STARTTLS, 465 for TLS from the start",
            show: { "\($0.host):\($0.port)" }
        ) { SmartHost($0) }
    }
}
