// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport

/// The mail server to hand mails to: `smtp.example.org:587`.
package struct SmartHost: Sendable, Hashable {
    /// A name or an address; an IPv6 address in brackets.
    package let host: String
    package let port: Int

    /// Nil without a port, or where the host is no name and no address.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let host = text[..<colon].lowercased()
        let digits = text[text.index(after: colon)...]
        guard MailRequest.isHost(host), (1...5).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), (1...65_535).contains(port)
        else { return nil }
        self.host = host
        self.port = port
    }

    /// Whether nothing on the way to it leaves this machine.
    var isLoopback: Bool {
        if self.host == "localhost" { return true }
        guard let address = IPAddress(host: self.host) else { return false }
        return AddressGuard.refusal(of: address, reach: .publicOnly) == .loopback
    }
}
