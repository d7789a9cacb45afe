// Weir
// SPDX-License-Identifier: Apache-2.0

package import Alerting
package import CurlTransport
import WeirPorts

/// What all channels share for their way out: the client, the clock, and how long they wait.
package struct ChannelTraffic: Sendable {
    package let client: CurlClient
    package let mail: MailClient
    /// The time now; for `webhook-timestamp`, dates in `Retry-After`, and `endsAt` at Alertmanagers.
    package let now: @Sendable () -> Timestamp
    /// Where this process can be looked at from outside; empty where nowhere.
    package var externalURL: String
    package var timeouts: HTTPTimeouts
    /// Takes what an operator should know of a message that was delivered all the same.
    package var notice: @Sendable (String) -> Void = { _ in }

    /// Answers larger than this are not read: Slack's and Telegram's repeat the message.
    package static let answerBytesMax = 1 << 20

    package init(
        client: CurlClient, mail: MailClient = MailClient(), externalURL: String = "",
        timeouts: HTTPTimeouts = HTTPTimeouts(
            connect: .seconds(10), total: .seconds(20), stall: nil),
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.client = client
        self.mail = mail
        self.externalURL = externalURL
        self.timeouts = timeouts
        self.now = now
    }

    /// Sends JSON once: no redirect is followed, no answer is waited for longer than the timeout.
    ///
    /// - Parameter channel: as metrics name it, for what is said of a failure.
    /// - Throws: the outcome, where no answer came.
    func send(
        _ body: [UInt8], to url: EndpointURL, by method: HTTPRequest.Method = .post,
        headers: [RequestHeader] = [], channel: String
    ) async throws(Undelivered) -> ChannelAnswer {
        let request = HTTPRequest(
            method: method, url: url,
            headers: [RequestHeader("Content-Type", "application/json")] + headers, body: body,
            timeouts: self.timeouts, maxResponseBytes: Self.answerBytesMax)
        do throws(TransportError) {
            let response = try await self.client.send(request)
            return ChannelAnswer(
                channel: channel, host: url.authority, status: response.status,
                headers: response.headers, body: response.body,
                unixSeconds: self.now() / 1000)
        } catch {
            throw Undelivered(outcome: TransportJudgement.outcome(error, channel: channel))
        }
    }
}

/// What became of a try that brought no answer.
struct Undelivered: Error {
    let outcome: DeliveryOutcome
}
