// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import Testing

@testable import Notifiers

@Suite struct DiscordWebhookTests {
    @Test func messageIdsAreDigitsOnly() throws {
        let webhook = try #require(
            DiscordWebhook(Secret("https://discord.com/api/webhooks/1/CANARY/#x")))
        #expect(webhook.editURL(message: "1234567890123456789") != nil)
        for id in ["", "12/../34", "1 ", "x", "1?x=y", String(repeating: "1", count: 21)] {
            #expect(webhook.editURL(message: id) == nil, "\(id)")
        }
        var text = "\(webhook)"
        dump(webhook, to: &text)
        #expect(!text.contains("CANARY"))
    }

    @Test(arguments: ["https://discord.com/", "https://discord.com/api?x=/webhooks/1/t", "nothing"])
    func otherAddressesAreNone(text: String) {
        #expect(DiscordWebhook(Secret(text)) == nil)
    }
}
