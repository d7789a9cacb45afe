// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
import CurlTransport
package import WeirPorts

/// The settings of one kind of channel, and what is made of them.
///
/// A kind is one file with its notifier and these settings, and one line in ``NotifierCatalog``.
package protocol ChannelConfiguration: Sendable {
    /// The key under a receiver, and the channel's name in metrics.
    static var channel: String { get }
    /// The keys of its section, but for those that all channels have.
    static var schema: [SchemaNode.Property] { get }

    /// Reads all keys; nil where one is faulty, which has been reported.
    init?(_ section: ConfigSection)

    /// One notifier for each place that has to be told; each has its own outcome.
    func notifiers(receiver: String, traffic: ChannelTraffic) -> [any Notifier]
}

extension ConfigSection {
    /// An address, or the one that a service has for all, where another is only for proxies and
    /// tests. Nil: its fault has been reported.
    func endpoint(_ key: String, default standard: String) -> EndpointURL? {
        guard let value = self.value(key), !value.isNull else { return try? EndpointURL(standard) }
        return value.read(.endpoint())
    }

    /// Header lines under `headers`: names and secret values. Nil: a fault has been reported.
    func requestHeaders() -> [RequestHeader]? {
        guard let entries = self.map("headers", .secret) else { return nil }
        var headers: [RequestHeader] = []
        for (name, value) in entries {
            let header = RequestHeader(name, value.reveal())
            guard header.isSendable else {
                self.fail(
                    at: "headers", "\(name.quoted) cannot be sent as a header",
                    advice: "letters, digits and - in its name, no control characters in its value")
                return nil
            }
            headers.append(header)
        }
        return headers
    }
}

extension ConfigType where Value == EndpointURL {
    /// An http or https address, which is taken for a secret.
    ///
    /// - Parameters:
    ///   - rule: what else must hold for its text; `advice` says what to do where it does not.
    static func endpoint(
        advice: String? = nil, where rule: @escaping (String) -> Bool = { _ in true }
    ) -> ConfigType {
        let url = ConfigType<SecretURL>.url()
        return ConfigType(url.expected, show: \.description) { value in
            guard let text = url.read(value)?.secret.reveal() else { return nil }
            guard rule(text) else {
                value.fail("is not the right kind of address", advice: advice)
                return nil
            }
            do throws(TransportError) {
                return try EndpointURL(text)
            } catch {
                value.fail("\(error)")
                return nil
            }
        }
    }
}
