// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import CurlTransport
import EVMRPC
import Notifiers
import PromQL
package import Tabular
import WeirPorts

/// `weir alert test`: fires and resolves a made-up alert through every channel of a receiver.
package struct AlertTestTool: Sendable {
    /// One row a channel and step.
    package let table: Table
    /// How many tries were not taken.
    package let failures: Int

    /// - Parameter receiver: its name in the configuration.
    package static func run(config: String, receiver name: String) async throws -> AlertTestTool {
        let configuration = try WeirConfiguration.load(path: config).configuration.alerting
        guard let receiver = configuration.receivers.first(where: { $0.name == name }) else {
            let known = configuration.receivers.map(\.name)
            throw ToolError.usage(
                "there is no receiver \(name.debugDescription) in the configuration; "
                    + (known.isEmpty
                        ? "write receivers:" : "there is: \(known.joined(separator: ", "))"))
        }
        let curl = CurlClient()
        let outlets = receiver.outlets(
            traffic: ChannelTraffic(
                client: curl, externalURL: configuration.settings.externalURL,
                now: { RPCClock.system.unixMilliseconds }))
        let result = await Self.tell(outlets, of: name, startsAt: RPCClock.system.unixMilliseconds)
        await curl.shutdown()
        return result
    }

    private static func tell(
        _ outlets: [Receiver.Outlet], of receiver: String, startsAt: Timestamp
    ) async -> AlertTestTool {
        var table = Table(columns: [
            Column("channel", "Channel"), Column("step", "Step"), Column("outcome", "Outcome"),
            Column("detail", "Detail"),
        ])
        var failures = 0
        for (index, outlet) in outlets.enumerated() {
            var handle: String?
            for step in ["firing", "resolved"] {
                if step == "resolved", !outlet.sendsResolved {
                    table.append([
                        .text(outlet.notifier.channel), .text(step), .text("not sent"),
                        .text("send_resolved is false"),
                    ])
                    continue
                }
                let notification = Self.notification(
                    receiver, index, startsAt: startsAt, isResolved: step == "resolved")
                let outcome = await outlet.notifier.deliver(notification, handle: handle)
                let (word, detail) = Self.words(outcome)
                if case .delivered(let given) = outcome { handle = given } else { failures += 1 }
                table.append([
                    .text(outlet.notifier.channel), .text(step), .text(word), .text(detail),
                ])
            }
        }
        return AlertTestTool(table: table, failures: failures)
    }

    private static func notification(
        _ receiver: String, _ channel: Int, startsAt: Timestamp, isResolved: Bool
    ) -> AlertNotification {
        let labels = Labels([
            ("alertname", "WeirTest"), ("severity", "info"), ("receiver", receiver),
        ])
        var alert = Alert(
            labels: labels,
            annotations: Labels([
                ("summary", "This is a test of the channel; nothing happened."),
                ("description", "Somebody ran: weir alert test \(receiver)"),
            ]), startsAt: startsAt)
        let time = startsAt + (isResolved ? 1 : 0)
        if isResolved { alert.endsAt = time }
        return AlertNotification(
            id: "test-\(startsAt)-\(channel)-\(isResolved ? 1 : 0)", receiver: receiver,
            groupKey: "{}:{alertname=\"WeirTest\", started=\"\(startsAt)\"}",
            groupLabels: labels.keeping(["alertname"]), alerts: [alert], cause: .test, time: time)
    }

    private static func words(_ outcome: DeliveryOutcome) -> (String, String) {
        switch outcome {
        case .delivered: ("delivered", "")
        case .retry(let after, let fault):
            (
                "would be tried again",
                "\(fault)" + (after.map { "; after \($0)" } ?? "")
            )
        case .refused(let fault): ("refused", "\(fault)")
        case .disabled(let fault): ("channel is closed", "\(fault)")
        }
    }
}
