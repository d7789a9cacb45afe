// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree

/// The kinds of channels that a receiver may have: one line each.
package enum NotifierCatalog {
    package static let kinds: [any ChannelConfiguration.Type] = [
        DiscordNotifier.Configuration.self,
        SlackNotifier.Configuration.self,
        TelegramNotifier.Configuration.self,
        PagerDutyNotifier.Configuration.self,
        EmailNotifier.Configuration.self,
        WebhookNotifier.Configuration.self,
        AlertmanagerNotifier.Configuration.self,
    ]

    /// What may stand under `receivers`.
    package static var schema: SchemaNode {
        .list(
            of: .object(
                [.init("name", .string, "What routes call it.", isRequired: true)]
                    + self.kinds.map { kind in
                        .init(kind.channel, .list(of: .object(kind.schema + self.common)))
                    }))
    }

    private static var common: [SchemaNode.Property] {
        [
            .init("send_resolved", .boolean, "Tell that alerts have ended. Default true."),
            .init("timeout", .duration, "The longest that one try may take. Default 20s."),
        ]
    }
}
