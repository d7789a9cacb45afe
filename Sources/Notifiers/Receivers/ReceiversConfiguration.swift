// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree

/// Reads `receivers:`.
///
/// ```yaml
/// receivers:
///   - name: ops
///     discord:
///       - webhook_url: ${env:DISCORD_WEBHOOK_URL}
///     pagerduty: { routing_key: "${file:/run/secrets/pagerduty}", send_resolved: true }
/// ```
///
/// A faulty channel is reported and left out; all others are kept.
package enum ReceiversConfiguration {
    private static let timeouts = Duration.milliseconds(100) ... .seconds(300)

    /// The receivers of a document, in the order of the file, with all of its faults. For a document
    /// that holds nothing but receivers.
    package static func read(
        _ tree: ConfigTree
    ) -> (receivers: [Receiver], faults: [ConfigDiagnostic]) {
        let receivers = tree.value.section().map(self.read) ?? []
        return (receivers, tree.diagnostics())
    }

    /// The receivers of a section that holds the key `receivers`, in the order of the file; faults
    /// are found in the section's tree.
    package static func read(_ section: ConfigSection) -> [Receiver] {
        var receivers: [Receiver] = []
        for entry in section.sectionList("receivers") {
            let name = entry.string("name")
            let channels = NotifierCatalog.kinds.flatMap { self.channels(kind: $0, in: entry) }
            guard let name else { continue }
            guard !receivers.contains(where: { $0.name == name }) else {
                entry.fail(
                    at: "name", "a second receiver \(name.quoted)",
                    advice: "give each its own name, or put the channels of both under one")
                continue
            }
            receivers.append(Receiver(name: name, channels: channels))
        }
        return receivers
    }

    private static func channels(
        kind: any ChannelConfiguration.Type, in receiver: ConfigSection
    ) -> [Receiver.Channel] {
        guard let items = receiver.value(kind.channel)?.items() else { return [] }
        return items.compactMap { item in
            guard let section = item.section() else { return nil }
            let sendsResolved = section.bool("send_resolved", default: true)
            let timeout = section.duration("timeout", in: self.timeouts, default: .seconds(20))
            guard let configuration = kind.init(section) else { return nil }
            return Receiver.Channel(
                configuration: configuration, sendsResolved: sendsResolved, timeout: timeout)
        }
    }
}
