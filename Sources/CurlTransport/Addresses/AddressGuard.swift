// Weir
// SPDX-License-Identifier: Apache-2.0

/// How far a request may reach.
package enum AddressReach: Sendable, Hashable {
    /// Whoever runs the program wrote the address into the configuration: private networks are theirs
    /// to name. Only the places where clouds hand out credentials stay closed.
    case operatorChosen
    /// Somebody set the address over the network: only what the whole internet can reach anyway.
    ///
    /// Such a request goes through no proxy (which would resolve the name out of our sight), over a
    /// connection of its own (a kept one was made under another's rules).
    case publicOnly
}

/// Why an address is not reached.
package enum AddressRefusal: String, Sendable, Hashable, CaseIterable {
    case thisNetwork = "this network (0.0.0.0/8, ::)"
    case loopback = "loopback"
    case privateNetwork = "a private network"
    case sharedNetwork = "a carrier's shared network (100.64.0.0/10)"
    case linkLocal = "link-local, where clouds hand out credentials"
    case metadata = "a cloud's metadata service"
    case multicast = "multicast"
    case reserved = "reserved, not on the public internet"
    case documentation = "set aside for documentation or measurements"
    case embedded = "an IPv4 address in the clothes of an IPv6 one"
    case localName = "a name of the local network"
    case ambiguous = "neither a name nor an address"
    case notASCII = "not ASCII; write the name in its xn-- form"
    case userPart = "behind a user part (user@host), which hides where the URL goes"
}

/// Decides which addresses a request may go to, so that nobody can make this program knock on doors
/// inside its own network (server-side request forgery).
///
/// The decision falls twice. ``refusal(of:reach:)`` of a URL comes before anything is sent, and gives
/// an early, clear answer. What holds is the second one: at each socket that libcurl opens, on the
/// address that it is about to connect to. A name that resolves to something else the second time
/// (DNS rebinding) gains nothing by it. Redirects are never followed.
///
/// Sources: OWASP SSRF prevention cheat sheet; IANA special-purpose address registries.
package enum AddressGuard {
    /// Why the URL is not asked for; nil if it may be, as far as can be seen without resolving.
    package static func refusal(of url: EndpointURL, reach: AddressReach) -> AddressRefusal? {
        if let refusal = self.refusal(ofHost: url.host, reach: reach) { return refusal }
        return reach == .publicOnly && url.hasUserPart ? .userPart : nil
    }

    /// Why a host is not asked; nil if it may be, as far as can be seen without resolving.
    package static func refusal(ofHost host: String, reach: AddressReach) -> AddressRefusal? {
        if let address = IPAddress(host: host) { return self.refusal(of: address, reach: reach) }
        let labels = host.lowercased().split(separator: ".").map(String.init)
        if labels.joined(separator: ".") == "metadata.google.internal" { return .metadata }
        guard reach == .publicOnly else { return nil }
        guard host.utf8.allSatisfy({ $0 < 0x80 }) else { return .notASCII }
        guard !host.hasPrefix("["), let last = labels.last else { return .ambiguous }
        // WHATWG URL §3.5: a name does not end in a number, so that this was meant as an address.
        if last.utf8.allSatisfy({ (0x30...0x39).contains($0) }) || last.hasPrefix("0x") {
            return .ambiguous
        }
        return self.localNames.contains(last) ? .localName : nil
    }

    /// The last labels of names that only the local network knows (RFC 6761, RFC 6762, RFC 8375, and
    /// `.internal`, which ICANN set aside).
    private static let localNames: Set<String> = [
        "localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp",
        "arpa", "ip6-localhost", "ip6-loopback",
    ]

    /// Why an address is not connected to; nil if it may be.
    package static func refusal(of address: IPAddress, reach: AddressReach) -> AddressRefusal? {
        if let inner = address.embedded {
            let refusal = self.refusal(of: inner, reach: reach)
            switch reach {
            case .operatorChosen: return refusal
            case .publicOnly:
                // 6to4 is the one form under global unicast addresses; all others are closed whole.
                guard case .v6(let high, _) = address, high >> 48 == 0x2002 else {
                    return .embedded
                }
                return refusal.map { _ in .embedded }
            }
        }
        switch address {
        case .v4(let value): return self.refusal(v4: value, reach: reach)
        case .v6(let high, let low): return self.refusal(v6: high, low, reach: reach)
        }
    }

    // MARK: - The tables

    private struct Range4: Sendable {
        let base: UInt32
        let bits: UInt32
        let refusal: AddressRefusal

        init(_ base: UInt32, _ bits: UInt32, _ refusal: AddressRefusal) {
            self.base = base
            self.bits = bits
            self.refusal = refusal
        }

        func holds(_ value: UInt32) -> Bool { (value ^ self.base) >> (32 - self.bits) == 0 }
    }

    /// Single addresses first: they stand within ranges that have other names.
    private static let metadata4: [Range4] = [
        // Alibaba Cloud, Oracle Cloud.
        Range4(0x6464_64c8, 32, .metadata), Range4(0xc000_00c0, 32, .metadata),
        Range4(0xa9fe_0000, 16, .linkLocal),
    ]

    private static let closed4: [Range4] = [
        Range4(0x0000_0000, 8, .thisNetwork),
        Range4(0x0a00_0000, 8, .privateNetwork),
        Range4(0x6440_0000, 10, .sharedNetwork),
        Range4(0x7f00_0000, 8, .loopback),
        Range4(0xac10_0000, 12, .privateNetwork),
        Range4(0xc000_0000, 24, .reserved),
        Range4(0xc000_0200, 24, .documentation),
        Range4(0xc058_6300, 24, .reserved),
        Range4(0xc0a8_0000, 16, .privateNetwork),
        Range4(0xc612_0000, 15, .documentation),
        Range4(0xc633_6400, 24, .documentation),
        Range4(0xcb00_7100, 24, .documentation),
        Range4(0xe000_0000, 4, .multicast),
        Range4(0xf000_0000, 4, .reserved),
    ]

    private static func refusal(v4 value: UInt32, reach: AddressReach) -> AddressRefusal? {
        if let range = self.metadata4.first(where: { $0.holds(value) }) { return range.refusal }
        guard reach == .publicOnly else { return nil }
        return self.closed4.first { $0.holds(value) }?.refusal
    }

    private static func refusal(
        v6 high: UInt64, _ low: UInt64, reach: AddressReach
    ) -> AddressRefusal? {
        // fe80::/10; and what Amazon (fd00:ec2::254) and Google (fd20:ce::254) keep in private ranges.
        if high >> 54 == 0xfe80 >> 6 { return .linkLocal }
        if high == 0xfd00_0ec2_0000_0000, low == 0x254 { return .metadata }
        if high == 0xfd20_00ce_0000_0000, low == 0x254 { return .metadata }
        guard reach == .publicOnly else { return nil }
        if high >> 56 == 0xff { return .multicast }
        if high >> 57 == 0xfc >> 1 { return .privateNetwork }
        if high == 0 {
            switch low {
            case 0: return .thisNetwork
            case 1: return .loopback
            default: return .reserved
            }
        }
        // Global unicast is 2000::/3; all else is not given out.
        guard high >> 61 == 1 else { return .reserved }
        // 2001::/23 are protocols, 2001:db8::/32 and 3fff::/20 examples.
        if high >> 32 == 0x2001_0db8 || high >> 44 == 0x3fff0 { return .documentation }
        if high >> 41 == 0x2001_0000 >> 9 { return .reserved }
        return nil
    }
}
