// Weir
// SPDX-License-Identifier: Apache-2.0

package import Alerting
package import ConfigTree
import CurlTransport
package import WeirPorts

/// Opens and resolves an incident of PagerDuty for each group, through Events API v2.
package struct PagerDutyNotifier: Notifier {
    package let receiver: String
    package var channel: String { Configuration.channel }
    let configuration: Configuration
    let traffic: ChannelTraffic

    package func deliver(
        _ notification: AlertNotification, handle: String?
    ) async -> DeliveryOutcome {
        let event = PagerDutyEvent(
            routingKey: self.configuration.routingKey.reveal(), source: self.configuration.source,
            clientURL: self.traffic.externalURL, severities: self.configuration.severities)
        do throws(Undelivered) {
            let answer = try await self.traffic.send(
                event.payload(for: notification), to: self.configuration.url, channel: self.channel)
            return Self.judge(answer)
        } catch {
            return error.outcome
        }
    }

    /// 202 is the one answer that says that an event was taken.
    static func judge(_ answer: ChannelAnswer) -> DeliveryOutcome {
        if answer.status == 202 { return .delivered(handle: nil) }
        if answer.isSuccess { return StatusJudgement.unexpected(answer) }
        if answer.status == 400 {
            return .refused(
                answer.fault(.clientError, "it does not take the event; check routing_key"))
        }
        return StatusJudgement.outcome(answer)
    }

    /// What stands under `pagerduty:`.
    package struct Configuration: ChannelConfiguration {
        package static let channel = "pagerduty"

        let routingKey: Secret
        let url: EndpointURL
        /// What PagerDuty shows as the place where it happened.
        let source: String
        /// Words for severities that are not those of the table.
        let severities: [AlertSeverity: PagerDutyEvent.Severity]

        package static let schema: [SchemaNode.Property] = [
            .init(
                "routing_key", .string, "Of an Events API v2 integration; a secret.",
                isRequired: true),
            .init("source", .string, "What is shown as the place. Default weir."),
            .init(
                "severities", .map(of: .choice(of: PagerDutyEvent.Severity.self)),
                "PagerDuty's word for critical, high, medium, low, info, unknown."),
            .init("url", .string, "In place of https://events.pagerduty.com/v2/enqueue."),
        ]

        package init?(_ section: ConfigSection) {
            let key = section.secret("routing_key")
            let url = section.endpoint("url", default: "https://events.pagerduty.com/v2/enqueue")
            self.source = section.string("source", default: "weir")
            let severities = section.map(
                "severities", ConfigType<PagerDutyEvent.Severity>.enumeration)
            var isGood = true
            if let key, !Self.isKey(key.reveal()) {
                section.fail(
                    at: "routing_key", "is no integration key",
                    advice: "it has 32 letters and digits; see Events API v2 in the service's"
                        + " integrations")
                isGood = false
            }
            var table: [AlertSeverity: PagerDutyEvent.Severity] = [:]
            for (name, value) in severities ?? [] {
                guard let severity = AlertSeverity(name: name) else {
                    section.fail(
                        at: "severities", "there is no severity \(name.quoted)",
                        advice: "one of \(AlertSeverity.names.joined(separator: ", "))")
                    isGood = false
                    continue
                }
                table[severity] = value
            }
            guard let key, let url, severities != nil, isGood else { return nil }
            self.routingKey = key
            self.url = url
            self.severities = table
        }

        private static func isKey(_ text: String) -> Bool {
            text.utf8.count == 32
                && text.utf8.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20)
                }
        }

        package func notifiers(receiver: String, traffic: ChannelTraffic) -> [any Notifier] {
            [PagerDutyNotifier(receiver: receiver, configuration: self, traffic: traffic)]
        }
    }
}
