// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree

extension StakingTracker: ConfiguredTracker {
    static func settings(_ section: TrackerSection) -> Settings? {
        let token = section.token("token")
        let operators = section.accounts("operators")
        let reconciliation = Reconciliation(section, gauge: "staked")
        guard let token else { return nil }
        return Settings(token: token, operators: operators, reconciliation: reconciliation)
    }

    static let settingsSchema: [SchemaNode.Property] = [
        .init("token", .anything, "The token that is staked.", isRequired: true),
        .init("operators", .anything, "Accounts with series of their own, with or without names."),
        .init(
            "reconcile", Reconciliation.schema, "The view that the sum of stakes is compared with."),
    ]
}
