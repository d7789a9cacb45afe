// Weir
// SPDX-License-Identifier: Apache-2.0

package import Alerting
package import ConfigTree
import CurlTransport
package import WeirPorts

/// Posts the payload of Alertmanager's webhooks to any address, signed as Standard Webhooks asks.
package struct WebhookNotifier: Notifier {
    package let receiver: String
    package var channel: String { Configuration.channel }
    let configuration: Configuration
    let traffic: ChannelTraffic

    package func deliver(
        _ notification: AlertNotification, handle: String?
    ) async -> DeliveryOutcome {
        let body = WebhookPayload.payload(
            for: notification, externalURL: self.traffic.externalURL,
            alertsMax: self.configuration.alertsMax)
        let signature = WebhookSignature.headers(
            id: notification.id, unixSeconds: self.traffic.now() / 1000, body: body,
            secrets: self.configuration.secrets)
        guard let signature else {
            return .retry(
                after: nil, DeliveryFault(.malformed, "webhook: the message cannot be signed"))
        }
        do throws(Undelivered) {
            let answer = try await self.traffic.send(
                body, to: self.configuration.url, headers: signature + self.configuration.headers,
                channel: self.channel)
            return Self.judge(answer)
        } catch {
            return error.outcome
        }
    }

    /// Any 2xx is an answer, whatever is in it.
    static func judge(_ answer: ChannelAnswer) -> DeliveryOutcome {
        answer.isSuccess ? .delivered(handle: nil) : StatusJudgement.outcome(answer)
    }

    /// What stands under `webhook:`.
    package struct Configuration: ChannelConfiguration {
        package static let channel = "webhook"

        let url: EndpointURL
        let secrets: [WebhookSecret]
        let headers: [RequestHeader]
        /// Zero: all.
        let alertsMax: Int

        package static let schema: [SchemaNode.Property] = [
            .init("url", .string, "Where to; a secret.", isRequired: true),
            .init(
                "secrets", .list(of: .string),
                "whsec_…; several while one is changed for another. Without one nothing is signed."),
            .init("headers", .map(of: .string), "Further header lines; secrets."),
            .init("max_alerts", .integer(0...), "Alerts in one message. Default 0: all."),
        ]

        package init?(_ section: ConfigSection) {
            let url = section.required("url", .endpoint())
            let texts = section.optional("secrets", .list(.secret))
            let headers = section.requestHeaders()
            self.alertsMax = section.int("max_alerts", in: 0 ... .max, default: 0)
            let secrets = (texts ?? []).map(WebhookSecret.init)
            for (index, secret) in secrets.enumerated() where secret == nil {
                section.fail(
                    at: "secrets", "number \(index + 1) is no secret of Standard Webhooks",
                    advice: "whsec_ and the base64 of 24 to 64 random bytes, as in"
                        + " whsec_$(openssl rand -base64 32)")
            }
            let isMissing = texts == nil && section.value("secrets").map { !$0.isNull } ?? false
            guard let url, let headers, !isMissing, !secrets.contains(where: { $0 == nil }) else {
                return nil
            }
            self.url = url
            self.secrets = secrets.compactMap { $0 }
            self.headers = headers
        }

        package func notifiers(receiver: String, traffic: ChannelTraffic) -> [any Notifier] {
            [WebhookNotifier(receiver: receiver, configuration: self, traffic: traffic)]
        }
    }
}
