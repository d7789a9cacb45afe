// Weir
// SPDX-License-Identifier: Apache-2.0

package import Alerting
import JSONBytes
import PromQL

/// Version 4 of the payload of Alertmanager's webhooks, for programs: texts are as they are.
///
/// One member is ours: an alert that a reorg took back has `retraction`, with chain, block and hash.
package enum WebhookPayload {
    /// - Parameter alertsMax: how many alerts the message may hold, the rest being counted in
    ///   `truncatedAlerts`; zero: all.
    package static func payload(
        for notification: AlertNotification, externalURL: String = "", alertsMax: Int = 0
    ) -> [UInt8] {
        let all = notification.alerts
        let alerts = alertsMax > 0 ? all.prefix(alertsMax) : all[...]
        let (truncated, overflow) = max(0, notification.truncatedAlerts)
            .addingReportingOverflow(all.count - alerts.count)
        var json = JSONWriter()
        json.beginObject()
        json.key("receiver")
        json.string(notification.receiver)
        json.key("status")
        json.string(all.contains { !$0.isOver(at: notification.time) } ? "firing" : "resolved")
        json.key("alerts")
        json.beginArray()
        for alert in alerts { self.write(alert, at: notification.time, to: &json) }
        json.endArray()
        json.key("groupLabels")
        json.labels(notification.groupLabels)
        json.key("commonLabels")
        json.labels(notification.commonLabels)
        json.key("commonAnnotations")
        json.labels(notification.commonAnnotations)
        json.key("externalURL")
        json.string(externalURL)
        json.key("version")
        json.string("4")
        json.key("groupKey")
        json.string(notification.groupKey)
        json.key("truncatedAlerts")
        json.int(overflow ? Int.max : truncated)
        json.endObject()
        return json.bytes
    }

    private static func write(_ alert: Alert, at time: Timestamp, to json: inout JSONWriter) {
        let isOver = alert.isOver(at: time)
        json.beginObject()
        json.key("status")
        json.string(isOver ? "resolved" : "firing")
        json.key("labels")
        json.labels(alert.labels)
        json.key("annotations")
        json.labels(alert.annotations)
        json.key("startsAt")
        json.string(UniversalTime.text(alert.startsAt))
        json.key("endsAt")
        json.string(isOver ? UniversalTime.text(alert.endsAt ?? time) : UniversalTime.unset)
        json.key("generatorURL")
        json.string(alert.generatorURL)
        json.key("fingerprint")
        json.string("\(alert.fingerprint)")
        if let retraction = alert.retraction {
            json.key("retraction")
            json.beginObject()
            json.key("chain")
            json.string(retraction.chain)
            json.key("block")
            json.uint(retraction.block)
            json.key("blockHash")
            json.string(retraction.blockHash)
            json.endObject()
        }
        json.endObject()
    }
}

extension JSONWriter {
    /// Writes labels as an object.
    mutating func labels(_ labels: Labels) {
        self.beginObject()
        for pair in labels.pairs {
            self.key(pair.name)
            self.string(pair.value)
        }
        self.endObject()
    }
}
