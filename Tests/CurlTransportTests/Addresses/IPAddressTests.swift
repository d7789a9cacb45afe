// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Foundation
import Testing
import WeirTestSupport

@Suite struct IPAddressTests {
    static let samples: [UInt32] = [
        0x7f00_0001, 0xa9fe_a9fe, 0x0a01_0203, 0, 0xffff_ffff, 0x0102_0304, 0x0808_0808,
    ]

    @Test(arguments: samples)
    func everyFormIsTheSameAddress(value: UInt32) {
        for form in AddressForms.ipv4(value) {
            #expect(IPAddress(host: form) == .v4(value), "\(form)")
        }
    }

    @Test(arguments: samples.filter { $0 > 1 })
    func everyEmbeddingGivesTheAddressBack(value: UInt32) {
        for form in AddressForms.ipv6(value) {
            #expect(IPAddress(host: form)?.embedded == .v4(value), "\(form)")
        }
    }

    @Test(arguments: [
        "", ".", "..", "1.2.3.4.5", "256.1.1.1", "1.256.1.1", "1.2.65536", "1.16777216",
        "4294967296", "0x100000000", "00000000000000000000400000000000", "1.2.3..", "1..2.3",
        ".1.2.3",
        "08.1.1.1", "0x7g.1", "1.2.3.4x", "-1", "+1", "1e3", "١٢٧.٠.٠.١", "１２７.０.０.１", "a.b.c.d",
        "example.org", "[127.0.0.1]", "[]", "[", "]", "[:]", "[:::]", "[1::2::3]",
        "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[1:2:3:4:5:6:7:8::]", "[::12345]", "[::g]",
        "[::1.2.3]", "[::1.2.3.256]", "[::01.2.3.0004]", "[1.2.3.4::]", "[::1.2.3.4:1]", "::1]",
    ])
    func whatIsNoAddressIsNone(text: String) {
        #expect(IPAddress(host: text) == nil)
    }

    @Test(arguments: [
        ("[::]", UInt64(0), UInt64(0)), ("[::1]", 0, 1), ("::1", 0, 1),
        ("[fe80::1%25eth0]", 0xfe80_0000_0000_0000, 1),
        ("[1:2:3:4:5:6:7:8]", 0x0001_0002_0003_0004, 0x0005_0006_0007_0008),
        ("[1::8]", 0x0001_0000_0000_0000, 8),
        ("[1:2:3:4:5:6:7::]", 0x0001_0002_0003_0004, 0x0005_0006_0007_0000),
        ("[::2:3:4:5:6:7:8]", 0x0000_0002_0003_0004, 0x0005_0006_0007_0008),
        ("[1:2:3:4:5:6:1.2.3.4]", 0x0001_0002_0003_0004, 0x0005_0006_0102_0304),
    ])
    func ipv6IsRead(text: String, high: UInt64, low: UInt64) {
        #expect(IPAddress(host: text) == .v6(high, low))
    }

    /// The C library is the judge: what it reads is read the same.
    @Test func agreesWithTheCLibrary() {
        var random = SeededRandom(seed: 7)
        var read = 0
        for _ in 0..<30_000 {
            let alphabet = Array(Bool.random(using: &random) ? "0123456789." : "0127x9afX.8")
            let text = String(
                (0..<Int.random(in: 1...14, using: &random)).map { _ in
                    alphabet.randomElement(using: &random) ?? "0"
                })
            guard !text.hasSuffix(".") else { continue }
            var address = in_addr()
            let isRead = unsafe inet_aton(text, &address) != 0
            let ours = IPAddress(host: text)
            if isRead {
                read += 1
                #expect(ours == .v4(UInt32(bigEndian: address.s_addr)), "\(text), seed 7")
            } else if let ours {
                // `0x` without digits: nobody reads it, and it does no harm to take it for zero.
                #expect(
                    text.lowercased().split(separator: ".").contains("0x"), "\(text): \(ours)")
            }
        }
        #expect(read > 200)
    }

    @Test func agreesWithTheCLibraryOnIPv6() {
        var random = SeededRandom(seed: 8)
        let alphabet = Array("01af::::.2")
        var read = 0
        for round in 0..<30_000 {
            var text = String(
                (0..<Int.random(in: 2...24, using: &random)).map { _ in
                    alphabet.randomElement(using: &random) ?? ":"
                })
            if round % 4 == 0 {
                let groups = (0..<8).map { _ in String(random.next() & 0xffff, radix: 16) }
                text = groups.joined(separator: ":")
                if round % 8 == 0 { text = text.replacing(":0", with: ":") }
            }
            guard text.contains(":") else { continue }
            var address = in6_addr()
            let isRead = unsafe inet_pton(AF_INET6, text, &address) == 1
            let bytes = unsafe withUnsafeBytes(of: &address) { unsafe Array($0) }
            let expected = isRead ? IPAddress(bytes: bytes) : nil
            read += isRead ? 1 : 0
            #expect(IPAddress(host: text) == expected, "\(text), seed 8")
        }
        #expect(read > 2000)
    }
}
