// Weir
// SPDX-License-Identifier: Apache-2.0

import CurlTransport
package import WeirPorts

/// Somebody to be told, under the name that routes give, through any number of channels.
///
/// A receiver without channels is one: what is routed there is told to nobody.
package struct Receiver: Sendable {
    package let name: String
    package let channels: [Channel]

    /// One entry of the configuration under a receiver.
    package struct Channel: Sendable {
        package let configuration: any ChannelConfiguration
        /// Whether the channel is told that alerts have ended. Retractions are told in any case.
        package let sendsResolved: Bool
        /// The longest that one try may take.
        package let timeout: Duration

        /// The kind, as metrics name it.
        package var kind: String { type(of: self.configuration).channel }
    }

    /// A notifier that is ready, and what it wants to be told.
    package struct Outlet: Sendable {
        package let notifier: any Notifier
        package let sendsResolved: Bool
    }

    package init(name: String, channels: [Channel]) {
        self.name = name
        self.channels = channels
    }

    /// What there is to be told, in the order of the configuration. Each is told on its own: one that
    /// fails holds up no other.
    package func outlets(traffic: ChannelTraffic) -> [Outlet] {
        self.channels.flatMap { channel in
            var traffic = traffic
            traffic.timeouts.total = channel.timeout
            traffic.timeouts.connect = min(traffic.timeouts.connect, channel.timeout)
            return channel.configuration.notifiers(receiver: self.name, traffic: traffic).map {
                Outlet(notifier: $0, sendsResolved: channel.sendsResolved)
            }
        }
    }
}
