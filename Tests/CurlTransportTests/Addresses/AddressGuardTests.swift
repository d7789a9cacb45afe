// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Testing

/// The table of hosts that somebody may name to make this program knock inside its own network.
@Suite struct AddressGuardTests {
    /// One address or more of every closed range, its edges among them.
    static let closed: [(UInt32, AddressRefusal)] = [
        (0x0000_0000, .thisNetwork), (0x00ff_ffff, .thisNetwork),
        (0x0a00_0000, .privateNetwork), (0x0aff_ffff, .privateNetwork),
        (0x6440_0000, .sharedNetwork), (0x647f_ffff, .sharedNetwork),
        (0x6464_64c8, .metadata), (0xc000_00c0, .metadata),
        (0x7f00_0001, .loopback), (0x7fff_ffff, .loopback),
        (0xa9fe_0000, .linkLocal), (0xa9fe_a9fe, .linkLocal), (0xa9fe_ffff, .linkLocal),
        (0xac10_0000, .privateNetwork), (0xac1f_ffff, .privateNetwork),
        (0xc000_0001, .reserved), (0xc000_0201, .documentation), (0xc058_6301, .reserved),
        (0xc0a8_0000, .privateNetwork), (0xc0a8_ffff, .privateNetwork),
        (0xc612_0000, .documentation), (0xc613_ffff, .documentation),
        (0xc633_6401, .documentation), (0xcb00_7101, .documentation),
        (0xe000_0001, .multicast), (0xefff_ffff, .multicast),
        (0xf000_0000, .reserved), (0xffff_ffff, .reserved),
    ]

    /// Neighbours of the closed ranges, and well-known public addresses.
    static let open: [UInt32] = [
        0x0100_0000, 0x09ff_ffff, 0x0b00_0000, 0x643f_ffff, 0x6480_0000, 0x7eff_ffff, 0x8000_0000,
        0xa9fd_ffff, 0xa9ff_0000, 0xac0f_ffff, 0xac20_0000, 0xc000_0100, 0xc0a7_ffff, 0xc0a9_0000,
        0xc611_ffff, 0xc614_0000, 0xdfff_ffff, 0x0808_0808, 0x0101_0101, 0x5db8_d822,
    ]

    @Test func everyFormOfEveryClosedAddressIsRefused() {
        var forms = 0
        for (address, refusal) in Self.closed {
            for form in AddressForms.ipv4(address) {
                #expect(
                    AddressGuard.refusal(ofHost: form, reach: .publicOnly) == refusal, "\(form)")
            }
            for form in AddressForms.ipv6(address) {
                #expect(AddressGuard.refusal(ofHost: form, reach: .publicOnly) != nil, "\(form)")
            }
            forms += AddressForms.all(address).count
        }
        #expect(forms >= 200)
    }

    @Test func publicAddressesAreReached() {
        for address in Self.open {
            for form in AddressForms.ipv4(address) {
                #expect(AddressGuard.refusal(ofHost: form, reach: .publicOnly) == nil, "\(form)")
            }
        }
    }

    @Test func onlyThePlacesOfCredentialsAreClosedToTheOperator() {
        for (address, refusal) in Self.closed {
            let isClosed = refusal == .metadata || refusal == .linkLocal
            for form in AddressForms.all(address) where isClosed {
                #expect(
                    AddressGuard.refusal(ofHost: form, reach: .operatorChosen) == refusal,
                    "\(form)")
            }
            guard !isClosed else { continue }
            for form in AddressForms.ipv4(address) {
                #expect(
                    AddressGuard.refusal(ofHost: form, reach: .operatorChosen) == nil, "\(form)")
            }
        }
        for host in ["[fe80::1]", "[febf::1]", "[fd00:ec2::254]", "[fd20:ce::254]"] {
            #expect(AddressGuard.refusal(ofHost: host, reach: .operatorChosen) != nil, "\(host)")
        }
        for host in ["localhost", "alertmanager", "[::1]", "[fd12::1]", "db.internal", "0x7f.1"] {
            #expect(AddressGuard.refusal(ofHost: host, reach: .operatorChosen) == nil, "\(host)")
        }
        #expect(
            AddressGuard.refusal(ofHost: "Metadata.Google.Internal.", reach: .operatorChosen)
                == .metadata)
    }

    @Test(arguments: [
        ("[::]", AddressRefusal.thisNetwork), ("[::1]", .loopback),
        ("[0:0:0:0:0:0:0:1]", .loopback),
        ("[::1%25lo]", .loopback), ("[fc00::1]", .privateNetwork), ("[fdff::1]", .privateNetwork),
        ("[fe80::1]", .linkLocal), ("[fe80::1%25eth0]", .linkLocal), ("[febf::1]", .linkLocal),
        ("[fec0::1]", .reserved), ("[ff02::1]", .multicast), ("[100::1]", .reserved),
        ("[2001:db8::1]", .documentation), ("[3fff::1]", .documentation),
        ("[2001:2::1]", .reserved),
        ("[2001:20::1]", .reserved), ("[4000::1]", .reserved), ("[::2]", .embedded),
        ("[64:ff9b::8.8.8.8]", .embedded), ("[::ffff:8.8.8.8]", .embedded),
        ("[2002:7f00:1::]", .embedded), ("[fd00:ec2::254]", .metadata),
        ("localhost", .localName), ("LOCALHOST", .localName), ("localhost.", .localName),
        ("a.localhost", .localName), ("printer.local", .localName), ("db.internal", .localName),
        ("router.lan", .localName), ("x.home.arpa", .localName),
        ("1.0.0.127.in-addr.arpa", .localName),
        ("ip6-localhost", .localName), ("metadata.google.internal", .metadata),
        ("127.0.0.1.1", .ambiguous), ("127.0.0.256", .ambiguous), ("1.2.3.08", .ambiguous),
        ("foo.0x7f", .ambiguous), ("4294967296", .ambiguous), ("example.0", .ambiguous),
        ("[v1.fe80]", .ambiguous), (".", .ambiguous), ("", .ambiguous),
        ("１２７.０.０.１", .notASCII), ("①②⑦.⓪.⓪.①", .notASCII), ("127。0。0。1", .notASCII),
        ("ｌocalhost", .notASCII), ("bücher.example", .notASCII), ("exаmple.org", .notASCII),
    ])
    func otherHostsAreRefused(host: String, refusal: AddressRefusal) {
        #expect(AddressGuard.refusal(ofHost: host, reach: .publicOnly) == refusal)
    }

    @Test(arguments: [
        "example.org", "hooks.slack.com", "a-b.example", "xn--bcher-kva.example", "3com.com",
        "0xdead.example", "127.0.0.1.nip.io", "example.org.", "[2606:4700:4700::1111]",
        "[2a00:1450:4001:82a::200e]", "[2002:808:808::1]",
    ])
    func publicHostsAreReached(host: String) {
        #expect(AddressGuard.refusal(ofHost: host, reach: .publicOnly) == nil)
    }

    @Test(arguments: [
        ("http://example.org@127.0.0.1/", AddressRefusal?.some(.loopback)),
        ("http://127.0.0.1@example.org/", .userPart), ("http://a:b@example.org/", .userPart),
        ("http://@example.org/", .userPart), ("http://[::1]@example.org/", .userPart),
        ("http://example.org:80@127.0.0.1:80/", .loopback), ("http://a@b@127.1/", .loopback),
        ("http://127.0.0.1#@example.org/", .loopback),
        ("http://127.0.0.1?@example.org/", .loopback),
        ("http://example.org#@127.0.0.1/", nil), ("http://example.org/@127.0.0.1", nil),
        ("http://example.org?u=http://127.0.0.1@x/", nil), ("https://example.org:8443/a", nil),
    ])
    func userPartsHideNothing(text: String, refusal: AddressRefusal?) throws {
        #expect(AddressGuard.refusal(of: try EndpointURL(text), reach: .publicOnly) == refusal)
        if refusal == .userPart {
            #expect(AddressGuard.refusal(of: try EndpointURL(text), reach: .operatorChosen) == nil)
        }
    }
}
