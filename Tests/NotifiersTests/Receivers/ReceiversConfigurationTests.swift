// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import CurlTransport
import Testing
import WeirPorts

@testable import Notifiers

@Suite struct ReceiversConfigurationTests {
    static let key = "CANARY5up3r5ecretCANARY5up3r5ecr"

    static func read(
        _ text: String, environment: [String: String] = [:]
    ) throws -> (receivers: [Receiver], faults: [String]) {
        let tree = try ConfigLoader(
            surroundings: ConfigSurroundings(variables: environment)
        ).load(text: text)
        let (receivers, faults) = ReceiversConfiguration.read(tree)
        return (receivers, faults.map(\.description))
    }

    @Test func allKindsAreRead() throws {
        let (receivers, faults) = try Self.read(
            """
            receivers:
              - name: ops
                discord:
                  - webhook_url: ${env:DISCORD}
                    username: Weir
                    timeout: 5s
                slack:
                  - webhook_url: https://hooks.slack.com/services/T/B/X
                    send_resolved: false
                  - { token: "${env:SLACK}", channel: C0123 }
                telegram: { token: "42:abc", chat_id: -100123, message_thread_id: 7 }
                pagerduty: { routing_key: "\(Self.key)", severities: { high: critical } }
                webhook:
                  - url: https://example.org/hook
                    secrets: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
                    headers: { X-Key: abc }
                    max_alerts: 50
                alertmanager:
                  - urls: [http://a:9093, http://b:9093/prefix/]
                    resend: 30s
              - name: nobody
            """,
            environment: [
                "DISCORD": "https://discord.com/api/webhooks/1/token", "SLACK": "xoxb-1-2-abc",
            ])
        #expect(faults == [])
        #expect(receivers.map(\.name) == ["ops", "nobody"])
        let channels = receivers[0].channels
        #expect(
            channels.map(\.kind)
                == [
                    "discord", "slack", "slack", "telegram", "pagerduty", "webhook", "alertmanager",
                ])
        #expect(channels.map(\.sendsResolved) == [true, false, true, true, true, true, true])
        #expect(channels.map(\.timeout).prefix(2) == [.seconds(5), .seconds(20)])

        let traffic = ChannelTraffic(client: CurlClient()) { 0 }
        let outlets = receivers[0].outlets(traffic: traffic)
        // Both instances of Alertmanager are told, each on its own.
        #expect(outlets.count == 8)
        #expect(outlets.map(\.notifier.channel).suffix(2) == ["alertmanager", "alertmanager"])
        #expect(outlets.allSatisfy { $0.notifier.receiver == "ops" })
        #expect((outlets[0].notifier as? DiscordNotifier)?.traffic.timeouts.total == .seconds(5))
        #expect(receivers[1].outlets(traffic: traffic).isEmpty)
    }

    /// Each with a piece of what is said, the rest of the receiver being kept.
    @Test(arguments: [
        ("discord: { }", "missing key \"webhook_url\""),
        ("discord: { webhook_url: \"ftp://CANARY\" }", "https:// or http://"),
        ("discord: { webhook_url: \"https://discord.com/CANARY\" }", "/api/webhooks/ID/TOKEN"),
        ("discord: { webhook_url: \"${env:MISSING}\" }", "MISSING"),
        (
            "discord: { webhook_url: \"https://d.example/api/webhooks/1/CANARY\", colour: red }",
            "colour"
        ),
        (
            "discord: { webhook_url: \"https://d.example/webhooks/1/x\", avatar_url: \"javascript:x\" }",
            "avatar_url"
        ),
        (
            "discord: { webhook_url: \"https://d.example/webhooks/1/x\", send_resolved: 7 }",
            "true or false"
        ),
        ("discord: { webhook_url: \"https://d.example/webhooks/1/x\", timeout: 7 }", "duration"),
        ("discord: text", "expected a section"),
        ("slack: { }", "set webhook_url, or token and channel"),
        ("slack: { webhook_url: \"https://s.example/CANARY\", token: xoxb-CANARY }", "both"),
        ("slack: { webhook_url: \"https://s.example/CANARY\", channel: C1 }", "its own channel"),
        ("slack: { token: CANARY, channel: C1 }", "xoxb-"),
        ("slack: { token: xoxb-CANARY }", "missing key \"channel\""),
        ("slack: { token: xoxb-CANARY, channel: C1, api_url: \"CANARY\" }", "api_url"),
        ("telegram: { chat_id: 1 }", "missing key \"token\""),
        ("telegram: { token: CANARY, chat_id: 1 }", "@BotFather"),
        ("telegram: { token: \"1:CANARY/../x\", chat_id: 1 }", "@BotFather"),
        ("telegram: { token: \"1:CANARY\" }", "missing key \"chat_id\""),
        ("telegram: { token: \"1:CANARY\", chat_id: ops }", "begins with @"),
        (
            "telegram: { token: \"1:CANARY\", chat_id: 1, message_thread_id: 0 }",
            "message_thread_id"
        ),
        ("pagerduty: { routing_key: CANARY }", "32 letters and digits"),
        ("pagerduty: { routing_key: \"\(key)\", severities: { worst: error } }", "worst"),
        (
            "pagerduty: { routing_key: \"\(key)\", severities: { high: bad } }",
            "one of critical, error"
        ),
        ("webhook: { secrets: [] }", "missing key \"url\""),
        ("webhook: { url: \"https://w.example/CANARY\", secrets: [whsec_CANARY] }", "openssl rand"),
        (
            "webhook: { url: \"https://w.example\", headers: { \"X Y\": CANARY } }",
            "cannot be sent as a header"
        ),
        (
            "webhook: { url: \"https://w.example\", headers: { X: \"CANARY\\r\\nY: 1\" } }",
            "cannot be sent"
        ),
        (
            "webhook: { url: \"https://w.example\", headers: { Content-Length: \"1\" } }",
            "cannot be sent"
        ),
        ("webhook: { url: \"https://w.example\", max_alerts: -1 }", "max_alerts"),
        ("alertmanager: { }", "missing key \"urls\""), ("alertmanager: { urls: [] }", "is empty"),
        ("alertmanager: { urls: [\"http://a:9093/?key=CANARY\"] }", "without a query"),
        ("alertmanager: { urls: [\"http://a:9093\"], resend: 1 }", "resend"),
        ("alertmanager: { urls: [\"http://a:99999/CANARY\"] }", "https:// or http://"),
        ("carrier_pigeon: { }", "carrier_pigeon"),
    ])
    func faultsAreToldAndTakeNothingElseDown(channel: String, expected: String) throws {
        let (receivers, faults) = try Self.read(
            """
            receivers:
              - name: ops
                \(channel)
              - name: good
                telegram: { token: "1:a", chat_id: 1 }
            """)
        #expect(faults.count == 1, "\(faults)")
        #expect(faults.first?.contains(expected) == true, "\(faults)")
        #expect(faults.first?.hasPrefix("weir.yaml:") == true)
        #expect(!faults.joined().contains("CANARY"))
        #expect(receivers.map(\.name) == ["ops", "good"])
        #expect(receivers.last?.channels.count == 1)
    }

    @Test func secondNameAndNoNameAreFaults() throws {
        let (receivers, faults) = try Self.read(
            """
            receivers:
              - { name: ops }
              - { name: ops }
              - { telegram: { token: "1:a", chat_id: 1 } }
            """)
        #expect(receivers.map(\.name) == ["ops"])
        #expect(faults.count == 2)
        #expect(faults.first?.contains("a second receiver \"ops\"") == true)
        #expect(faults.last?.contains("missing key \"name\"") == true)
    }

    @Test func nothingIsNoReceiver() throws {
        #expect(try Self.read("{}").receivers.isEmpty)
        #expect(try Self.read("receivers: []").faults == [])
    }

    /// What is shown of the configuration in force holds no secret.
    @Test func secretsAreNotShown() throws {
        let tree = try ConfigLoader(surroundings: ConfigSurroundings()).load(
            text: "receivers:\n"
                + ChannelLab.all.map { lab in
                    let section = lab.yaml.split(separator: "$").joined(
                        separator: "https://h.example")
                    return "  - { name: \(lab.testDescription), \(lab.channel): { \(section) } }\n"
                }.joined())
        let (receivers, faults) = ReceiversConfiguration.read(tree)
        #expect(faults.isEmpty, "\(faults)")
        #expect(receivers.count == ChannelLab.all.count)
        var text = tree.render() + "\(receivers)" + String(reflecting: receivers)
        dump(receivers, to: &text)
        for secret in ChannelLab.secrets {
            #expect(!text.contains(secret))
        }
    }
}
