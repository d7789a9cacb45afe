// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import Foundation
import Testing
import WeirTestSupport

@testable import Notifiers

@Suite struct WebhookSignatureTests {
    /// The example of the Standard Webhooks libraries.
    @Test func vector() throws {
        let secret = try #require(WebhookSecret(Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")))
        let signature = secret.signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", unixSeconds: 1_614_265_330,
            body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        #expect("\(secret)" == "<secret>")
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test(arguments: [
        "", "whsec_", "whsec_c2hvcnQ=", "whsec_****", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_" + Base64.encode([UInt8](repeating: 1, count: 23)),
        "whsec_" + Base64.encode([UInt8](repeating: 1, count: 65)),
    ])
    func secretsThatAreNone(text: String) {
        #expect(WebhookSecret(Secret(text)) == nil)
    }

    @Test func idsThatNoHeaderCarriesAreNamedByTheirHash() {
        #expect(WebhookSignature.plain("5f3e-1") == "5f3e-1")
        for id in ["", "a.b", "a b", "a\r\nX: 1", "é", String(repeating: "a", count: 300)] {
            #expect(WebhookSignature.plain(id)?.count == 64)
        }
    }

    static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Python's hmac signs the same.
    @Test(.enabled(if: python != nil, "python3 is not installed"))
    func agreesWithPython() throws {
        let seed: UInt64 = 0x5167
        var random = SeededRandom(seed: seed)
        for _ in 0..<5 {
            let key = random.bytes(Int.random(in: 24...64, using: &random))
            let body = random.bytes(Int.random(in: 0...5000, using: &random))
            let secret = "whsec_" + Base64.encode(key)
            let ours = try #require(WebhookSecret(Secret(secret))).signature(
                id: "msg_1", unixSeconds: 1_700_000_000, body: body)
            let script = """
                import base64, hashlib, hmac, sys
                body = sys.stdin.buffer.read()
                key = base64.b64decode(sys.argv[1][6:])
                text = b'msg_1.1700000000.' + body
                print('v1,' + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode(), end='')
                """
            let theirs = try Self.run(script, secret, input: body)
            #expect(ours == theirs, "seed \(seed)")
        }
    }

    static func run(_ script: String, _ argument: String, input: [UInt8]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(self.python))
        process.arguments = ["-c", script, argument]
        let (standardInput, output) = (Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = output
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input))
        try standardInput.fileHandleForWriting.close()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
