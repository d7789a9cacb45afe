// Weir
// SPDX-License-Identifier: Apache-2.0

package import Alerting
import JSONBytes

/// The body of `POST /api/v2/alerts`: the alerts as they are, without the group.
package enum AlertmanagerPayload {
    /// - Parameters:
    ///   - now: the time of the try; a firing alert ends four times `resend` later, unless it is sent
    ///     again until then (as Prometheus' `sendAlerts`).
    ///   - resend: how often a firing alert is sent.
    package static func payload(
        for notification: AlertNotification, now: Timestamp, resend: Duration
    ) -> [UInt8] {
        let end = self.end(now: now, resend: resend)
        var json = JSONWriter()
        json.beginArray()
        for alert in notification.alerts {
            json.beginObject()
            json.key("labels")
            json.labels(alert.labels)
            json.key("annotations")
            json.labels(alert.annotations)
            json.key("startsAt")
            json.string(UniversalTime.text(alert.startsAt))
            json.key("endsAt")
            let isOver = alert.isOver(at: notification.time)
            json.string(UniversalTime.text(isOver ? alert.endsAt ?? notification.time : end))
            if !alert.generatorURL.isEmpty {
                json.key("generatorURL")
                json.string(alert.generatorURL)
            }
            json.endObject()
        }
        json.endArray()
        return json.bytes
    }

    private static func end(now: Timestamp, resend: Duration) -> Timestamp {
        let (seconds, attoseconds) = resend.components
        let (whole, over) = seconds.multipliedReportingOverflow(by: 4000)
        let part = attoseconds / 250_000_000_000_000
        let (wait, carry) = whole.addingReportingOverflow(part)
        let (end, late) = now.addingReportingOverflow(wait)
        return over || carry || late ? .max : end
    }
}
