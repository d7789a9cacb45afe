// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ConfigTree
import CurlTransport
import Foundation
import JSONBytes
import Synchronization
import Testing
import WeirPorts
import WeirTestSupport

@testable import Notifiers

/// One way of one channel, with a canary in every place where a secret stands, and what it must say.
struct ChannelLab: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let channel: String
    /// The channel's section in flow style; the address of the server stands for `$`.
    let yaml: String
    /// What a server of this channel answers when all is well.
    let welcome: [UInt8]
    /// The request line of a first message.
    let line: String
    /// What the answer gives to edit the message by.
    let handle: String?

    static let canary = "CANARY5up3r5ecret"
    private static let key = "CANARY5up3r5ecretCANARY5up3r5ecr"
    /// `CANARY5up3r5ecret` and more, as a secret of webhooks.
    private static let webhookSecrets = [
        "whsec_Q0FOQVJZNXVwM3I1ZWNyZXRDQU5BUlk1dXA=", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ]
    /// What must not be found in anything that a notifier says.
    static let secrets = [canary, "CANARY", "Q0FOQVJZ", "MfKQ9r8G"]

    static let all: [ChannelLab] = [
        ChannelLab(
            testDescription: "discord", channel: "discord",
            yaml: "webhook_url: \"$/api/webhooks/1/\(canary)?wait=false&thread_id=\(canary)\"",
            welcome: answer(Array(#"{"id":"1234567890123456789"}"#.utf8)),
            line: "POST /api/webhooks/1/\(canary)?thread_id=\(canary)&wait=true HTTP/1.1",
            handle: "1234567890123456789"),
        ChannelLab(
            testDescription: "slack webhook", channel: "slack",
            yaml: "webhook_url: \"$/services/T0/B0/\(canary)\"", welcome: answer(Array("ok".utf8)),
            line: "POST /services/T0/B0/\(canary) HTTP/1.1", handle: nil),
        ChannelLab(
            testDescription: "slack bot", channel: "slack",
            yaml: "token: xoxb-\(canary), channel: C0123, api_url: \"$/api/\"",
            welcome: answer(Array(#"{"ok":true,"channel":"C0123","ts":"1700.01"}"#.utf8)),
            line: "POST /api/chat.postMessage HTTP/1.1", handle: "C0123/1700.01"),
        ChannelLab(
            testDescription: "telegram", channel: "telegram",
            yaml: "token: \"42:\(canary)\", chat_id: -100123, api_url: \"$\"",
            welcome: answer(Array(#"{"ok":true,"result":{"message_id":7}}"#.utf8)),
            line: "POST /bot42:\(canary)/sendMessage HTTP/1.1", handle: "-100123/7"),
        ChannelLab(
            testDescription: "pagerduty", channel: "pagerduty",
            yaml: "routing_key: \(key), url: \"$/v2/enqueue\"",
            welcome: answer(
                Array(#"{"status":"success","dedup_key":"x"}"#.utf8), status: "202 Accepted"),
            line: "POST /v2/enqueue HTTP/1.1", handle: nil),
        ChannelLab(
            testDescription: "webhook", channel: "webhook",
            yaml: "url: \"$/hook/\(canary)\", secrets: [\(webhookSecrets.joined(separator: ", "))],"
                + " headers: { Authorization: \"Bearer \(canary)\" }",
            welcome: answer([]), line: "POST /hook/\(canary) HTTP/1.1", handle: nil),
        ChannelLab(
            testDescription: "alertmanager", channel: "alertmanager",
            yaml: "urls: [\"$/\(canary)/\"], headers: { X-Key: \(canary) }", welcome: answer([]),
            line: "POST /\(canary)/api/v2/alerts HTTP/1.1", handle: nil),
    ]

    /// The notifier as the configuration makes it.
    func notifier(
        _ address: String, client: CurlClient, timeout: Duration = .seconds(20)
    ) throws -> any Notifier {
        let section = self.yaml.replacingOccurrences(
            of: "$", with: address.replacingOccurrences(of: "://", with: "://user:\(Self.canary)@"))
        let text = "receivers:\n  - { name: ops, \(self.channel): [{ \(section) }] }\n"
        let tree = try ConfigLoader(surroundings: ConfigSurroundings()).load(text: text)
        let (receivers, faults) = ReceiversConfiguration.read(tree)
        try #require(faults.isEmpty, "\(faults)")
        let traffic = ChannelTraffic(client: client, externalURL: "https://weir.example") {
            Samples.time
        }
        var outlets = try #require(receivers.first).outlets(traffic: traffic)
        if timeout < .seconds(20) {
            let channel = try #require(receivers.first?.channels.first)
            let hasty = Receiver.Channel(
                configuration: channel.configuration, sendsResolved: true, timeout: timeout)
            outlets = Receiver(name: "ops", channels: [hasty]).outlets(traffic: traffic)
        }
        try #require(outlets.count == 1)
        return outlets[0].notifier
    }
}

/// A client that knows no proxy.
func directClient() -> CurlClient {
    CurlClient(configuration: CurlConfiguration(proxy: .direct))
}

/// Requests that a server saw, in order.
final class Requests: Sendable {
    private let list = Mutex<[Connection.Request]>([])

    func add(_ request: Connection.Request) { self.list.withLock { $0.append(request) } }
    var all: [Connection.Request] { self.list.withLock { $0 } }
}
