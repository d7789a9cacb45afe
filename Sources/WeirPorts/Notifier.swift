// Weir
// SPDX-License-Identifier: Apache-2.0

package import Alerting

/// A channel: one notification in, and what became of it out.
///
/// A notifier tries once. Whether and when it is tried again is for the dispatcher, which keeps the
/// outbox; a notifier says what would help. No text that it gives holds a secret or a full URL.
package protocol Notifier: Sendable {
    /// The receiver's name in the configuration.
    var receiver: String { get }
    /// What kind of channel it is, as metrics name it: `discord`, `slack`, `telegram`, `pagerduty`, `email`,
    /// `webhook`, `alertmanager`.
    var channel: String { get }

    /// Tells the channel. `handle` is what the channel gave when the group was last told, where the
    /// group is still the same one: a message that can be edited.
    func deliver(_ notification: AlertNotification, handle: String?) async -> DeliveryOutcome
}

/// What became of a try.
package enum DeliveryOutcome: Sendable, Hashable {
    /// The channel has it. A handle names the message, where it can be edited later.
    case delivered(handle: String?)
    /// Trying again helps, not before the wait where the channel named one.
    case retry(after: Duration?, DeliveryFault)
    /// This notification will never be taken; others may.
    case refused(DeliveryFault)
    /// The channel takes nothing any more (410, a revoked key): stop until the configuration changes.
    case disabled(DeliveryFault)
}

/// Why a try failed: a reason for metrics, and a sentence for people.
package struct DeliveryFault: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Reason: String, Sendable, Hashable, CaseIterable {
        case timeout, connection, tls, dns, redirect
        case rateLimited = "rate_limited"
        case serverError = "server_error"
        case clientError = "client_error"
        case unauthorized, malformed, gone, forbiddenAddress = "forbidden_address"
    }

    package let reason: Reason
    /// What happened and what to do; without secrets.
    package let description: String

    package init(_ reason: Reason, _ description: String) {
        self.reason = reason
        self.description = description
    }
}
