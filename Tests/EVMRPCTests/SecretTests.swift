// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
import Testing
import WeirPorts

@testable import EVMRPC

/// No key, no URL: whatever a server says, and whatever is printed.
@Suite struct SecretTests {
    static let scrubber = SecretScrubber(
        url: "https://me:pass%21word@rpc.example:8443/v3/\(canary)/eth?apiKey=Q9z&x=y",
        headers: [("X-Api-Key", "hdr-\(canary)"), ("Authorization", "Bearer tok-12345")])

    static let echoes: [(text: String, clean: String)] = [
        ("nothing special", "nothing special"),
        ("bad key \(canary)", "bad key <secret>"),
        ("bad key \(canary.lowercased())!", "bad key <secret>!"),
        ("key Q9z is over", "key <secret> is over"),
        ("pass!word or pass%21word", "<secret> or <secret>"),
        ("header hdr-\(canary)", "header <secret>"),
        ("token tok-12345 expired", "token <secret> expired"),
        ("path /v3/\(canary)/eth?apiKey=Q9z&x=y", "path <secret>"),
        ("see https://docs.example/a?b=c for help", "see <url> for help"),
        ("see (wss://docs.example/a)", "see (<url>"),
        ("line one\nline\u{0}two\u{1b}[31m", "line one line two [31m"),
        ("bidi \u{202e}evil\u{200b}", "bidi evil"),
        ("  \t ", ""),
    ]

    @Test(arguments: echoes.indices)
    func echoedSecretsAreTakenOut(row: Int) {
        let (text, clean) = Self.echoes[row]
        #expect(Self.scrubber.clean(text) == clean)
    }

    @Test func longTextIsCutButNoSecretInHalf() {
        for offset in stride(from: 4000, to: 4120, by: 1) {
            let text = String(repeating: "x", count: offset) + canary + canary
            let clean = Self.scrubber.clean(text, limit: 10_000)
            #expect(!clean.contains("CANARY"), "offset \(offset)")
        }
        #expect(Self.scrubber.clean(String(repeating: "é", count: 500)).count == 160)
    }

    /// Servers that put our own secrets into every place that is shown.
    static let shouts: [(status: Int, body: String)] = [
        (
            200,
            #"{"id":1,"error":{"code":-32000,"message":"no \#(canary) at https://x/\#(canary)"}}"#
        ),
        (200, #"{"id":1,"error":{"code":-32601,"message":"\#(canary)"}}"#),
        (200, #"{"id":1,"error":{"code":-32001,"message":"\#(canary)","data":"\#(canary)"}}"#),
        (200, #"{"id":1,"error":"unauthorized \#(canary.lowercased())"}"#),
        (200, #"{"id":"\#(canary)","result":"0x1"}"#),
        (200, #"{"id":1,"result":"\#(canary)"}"#),
        (200, "<html>\(canary)</html>"),
        (200, "\(canary)"),
        (401, #"{"error":"invalid key \#(canary)"}"#),
        (403, "<html>\(canary)</html>"),
        (404, "\(canary)"),
        (429, #"{"error":"slow \#(canary)"}"#),
        (500, #"{"id":1,"error":{"code":1,"message":"\#(canary)"}}"#),
        (502, canary),
        (418, canary),
    ]

    @Test(arguments: shouts.indices)
    func noErrorShowsASecret(row: Int) async throws {
        let (status, body) = Self.shouts[row]
        let client = try JSONRPCClient.test(ScriptedTransport(status: status, body))
        do throws(ChainClientError) {
            _ = try await client.chainID()
            Issue.record("answered")
        } catch {
            #expect(!isLeaking(error), "\(error)")
        }
    }

    @Test func noMemberNameOfABlockShowsASecret() async throws {
        let client = try JSONRPCClient.test(
            .answering { _ in .result(#"{"\#(canary)":tru}"#) })
        do throws(ChainClientError) {
            _ = try await client.header(hash(1))
            Issue.record("answered")
        } catch {
            #expect(!isLeaking(error), "\(error)")
        }
    }

    @Test func anEndpointPrintsItsNameOnly() throws {
        let endpoint = try RPCEndpoint(
            url: "https://\(canary)@rpc.example/\(canary)", headers: [("K", canary)])
        #expect(endpoint.name == "rpc.example")
        var text = "\(endpoint) \(String(reflecting: endpoint)) \([endpoint])"
        dump(endpoint, to: &text)
        #expect(!text.contains(canary))
        for url in ["", "rpc.example", "ftp://x", "http://", "http://a b/"] {
            #expect(throws: TransportError.self) { try RPCEndpoint(url: url) }
        }
    }
}
