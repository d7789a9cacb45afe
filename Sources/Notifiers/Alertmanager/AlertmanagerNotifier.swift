// Weir
// SPDX-License-Identifier: Apache-2.0

package import Alerting
package import ConfigTree
import CurlTransport
package import WeirPorts

/// Hands alerts to one Alertmanager (API v2), which does the telling.
///
/// Of a cluster every instance has to have every alert (docs/high_availability.md), so each address
/// of the configuration is a notifier of its own: told at least once, and one that is down holds up
/// no other. Alertmanager takes an alert that it has again, and takes one as ended that is not sent
/// again in time: the alerts have to be handed over again every `resend`.
package struct AlertmanagerNotifier: Notifier {
    package let receiver: String
    package var channel: String { Configuration.channel }
    let url: EndpointURL
    let headers: [RequestHeader]
    let resend: Duration
    let traffic: ChannelTraffic

    package func deliver(
        _ notification: AlertNotification, handle: String?
    ) async -> DeliveryOutcome {
        let body = AlertmanagerPayload.payload(
            for: notification, now: self.traffic.now(), resend: self.resend)
        do throws(Undelivered) {
            let answer = try await self.traffic.send(
                body, to: self.url, headers: self.headers, channel: self.channel)
            return Self.judge(answer)
        } catch {
            return error.outcome
        }
    }

    /// 200 with nothing in it; a page in its place is a proxy's.
    static func judge(_ answer: ChannelAnswer) -> DeliveryOutcome {
        guard answer.isSuccess else { return StatusJudgement.outcome(answer) }
        return answer.looksLikePage
            ? StatusJudgement.unexpected(answer) : .delivered(handle: nil)
    }

    /// What stands under `alertmanager:`.
    package struct Configuration: ChannelConfiguration {
        package static let channel = "alertmanager"

        let urls: [EndpointURL]
        let headers: [RequestHeader]
        let resend: Duration

        package static let schema: [SchemaNode.Property] = [
            .init(
                "urls", .list(of: .string), "All instances of the cluster, never a balancer.",
                isRequired: true),
            .init("headers", .map(of: .string), "Further header lines; secrets."),
            .init("resend", .duration, "How often firing alerts are sent again. Default 1m."),
        ]

        package init?(_ section: ConfigSection) {
            let bases = section.required("urls", .list(.url()))
            let headers = section.requestHeaders()
            self.resend = section.duration(
                "resend", in: .seconds(1) ... .seconds(86_400), default: .seconds(60))
            let urls = (bases ?? []).map { base -> EndpointURL? in
                let text = base.secret.reveal()
                guard !text.contains("?"), !text.contains("#") else { return nil }
                return try? EndpointURL(text.trimmedSlash + "/api/v2/alerts")
            }
            for (index, url) in urls.enumerated() where url == nil {
                section.fail(
                    at: "urls", "number \(index + 1) cannot be used",
                    advice: "the address as in http://alertmanager:9093, without a query")
            }
            if bases?.isEmpty == true {
                section.fail(at: "urls", "is empty", advice: "name each Alertmanager")
            }
            guard let headers, !urls.isEmpty, !urls.contains(where: { $0 == nil }) else {
                return nil
            }
            self.urls = urls.compactMap { $0 }
            self.headers = headers
        }

        package func notifiers(receiver: String, traffic: ChannelTraffic) -> [any Notifier] {
            self.urls.map { url in
                AlertmanagerNotifier(
                    receiver: receiver, url: url, headers: self.headers, resend: self.resend,
                    traffic: traffic)
            }
        }
    }
}
