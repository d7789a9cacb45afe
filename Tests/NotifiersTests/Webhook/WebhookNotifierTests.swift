// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import CurlTransport
import Foundation
import JSONBytes
import Testing
import WeirPorts
import WeirTestSupport

@testable import Notifiers

@Suite(.timeLimit(.minutes(5)))
struct WebhookNotifierTests {
    /// What a receiver does: takes id and time from the headers, signs the body as it came, compares;
    /// here with Python's hmac.
    @Test(.enabled(if: WebhookSignatureTests.python != nil, "python3 is not installed"))
    func receiverCanProveWhoSentIt() async throws {
        let requests = Requests()
        let server = try LoopbackServer(answering: { request in
            requests.add(request)
            return answer([])
        })
        let client = directClient()
        let lab = try #require(ChannelLab.all.first { $0.channel == "webhook" })
        let notifier = try lab.notifier("http://127.0.0.1:\(server.port)", client: client)
        for _ in 0..<2 { _ = await notifier.deliver(Samples.firing, handle: nil) }
        await client.shutdown()
        let request = try #require(requests.all.first)
        #expect(request.headers["webhook-id"] == Samples.firing.id)
        #expect(request.headers["webhook-timestamp"] == "1700000000")
        #expect(request.headers["authorization"] == "Bearer \(ChannelLab.canary)")
        // Another try has the same id and the same body.
        #expect(requests.all.last?.headers["webhook-id"] == Samples.firing.id)
        #expect(requests.all.last?.body == request.body)

        let signatures = try #require(request.headers["webhook-signature"]).split(separator: " ")
        let script = """
            import base64, hashlib, hmac, sys
            body = sys.stdin.buffer.read()
            for secret in sys.argv[1].split():
                key = base64.b64decode(secret[6:])
                text = b'5f3e-1.1700000000.' + body
                print('v1,' + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode())
            """
        let secrets =
            "whsec_Q0FOQVJZNXVwM3I1ZWNyZXRDQU5BUlk1dXA= whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let theirs = try WebhookSignatureTests.run(script, secrets, input: request.body)
        #expect(signatures == theirs.split(separator: "\n"))
        #expect(signatures.count == 2)
    }
}
