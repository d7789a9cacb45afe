// Weir
// SPDX-License-Identifier: Apache-2.0

package import HTTPFront

/// What the alerts of the shipped rules mean and what to do about them, one entry each.
package enum Runbooks {
    package static let all: [Runbook] = self.instance + self.economy
    /// The alerts that have one.
    package static var alerts: [String] { self.all.map(\.alert) }

    private static let instance: [Runbook] = [
        Runbook(
            "WeirChainDown", "No endpoint of the chain answers. Nothing new is seen.",
            [
                "weir doctor --rpc URL tells what each endpoint answers.",
                "Look at weir_rpc_errors_total by reason: a key, a quota, a network.",
                "Add an endpoint of another provider under chains.",
            ]),
        Runbook(
            "WeirChainHalted",
            "The chain went back below what counted as final, or an endpoint serves another chain. Weir "
                + "does not guess and stands still.",
            [
                "The log and weir status tell the reason and the block.",
                "Compare the block's hash with a block explorer.",
                "If the chain is right, go back: weir rewind --chain NAME --to BLOCK.",
            ]),
        Runbook(
            "WeirChainBehind", "More than 50 blocks are waiting to be read for ten minutes.",
            [
                "After a start this is the past that is read: wait, see weir status.",
                "Look at weir_rpc_errors_total for rate limits; raise the budget or add an endpoint.",
                "Look at weir_store_errors_total: a full disk stops reading.",
            ]),
        Runbook(
            "WeirHeadStalled", "The chain's newest block is older than ten minutes.",
            [
                "Compare with a block explorer: does the chain stand still?",
                "If not, the endpoints are stuck: restart the node, or add another provider.",
            ]),
        Runbook(
            "WeirDeepReorg", "More than 8 blocks were dropped at once; all was counted anew.",
            [
                "Nothing is to be done in Weir: counters have their …_reverted_total twins.",
                "On an L1, look for news of a consensus fault; on an L2, for its sequencer.",
                "Endpoints that disagree look the same: set quorum: 2.",
            ]),
        Runbook(
            "WeirEndpointDown", "An endpoint failed and rests; it is tried again by itself.",
            ["weir status shows its last error.", "weir doctor --rpc URL asks it all it must do."]),
        Runbook(
            "WeirRPCErrors", "More than a tenth of the calls to an endpoint fail.",
            [
                "Look at weir_rpc_errors_total by reason.",
                "For rate_limited lower the budget of the endpoint, or raise the plan.",
            ]),
        Runbook(
            "WeirLogsMissing", "A proof showed that an endpoint left out logs.",
            [
                "They were fetched elsewhere: nothing is missing.",
                "Tell the provider, with block and endpoint from the log; use another one.",
            ]),
        Runbook(
            "WeirVerificationFails", "An answer did not hash to what the chain says.",
            [
                "It was thrown away. The log names endpoint and reason.",
                "If every endpoint fails, the chain may have forked to rules that this version does not "
                    + "know: look for a newer one.",
            ]),
        Runbook(
            "WeirVerificationOff", "Nothing is proven, though the configuration wants it.",
            [
                "The log tells at the start why the level fell back.",
                "Use an endpoint that offers eth_getBlockReceipts, or write the level that is true.",
            ]),
        Runbook(
            "WeirStoreFails", "The store cannot be written; Weir tries again and loses nothing.",
            [
                "Look for room on its disk: df, and weir store stats.",
                "Look for another process that holds the file.",
            ]),
        Runbook(
            "WeirNotificationsDropped", "Notifications were given up.",
            [
                "weir_notifications_dropped_total tells the reason: refused, expired, full, damaged.",
                "weir alert test RECEIVER -c weir.yaml shows what the channel answers.",
                "What fired is at /api/v1/alerts.",
            ]),
        Runbook(
            "WeirNotificationsWait", "More than 50 notifications wait for a channel.",
            [
                "weir_notifications_failed_total tells what hinders it.",
                "Group by fewer labels, so that one message says more.",
            ]),
        Runbook(
            "WeirChannelDisabled", "The channel said that it will never take anything again.",
            [
                "The webhook was deleted or the key revoked: make a new one.",
                "Put it into the configuration and start again; what waited is sent then.",
            ]),
        Runbook(
            "WeirRuleFails", "A rule gives an error, so nobody watches what it watches.",
            [
                "/api/v1/rules shows the error.",
                "weir rules lint -c weir.yaml finds the common causes.",
            ]),
        Runbook(
            "WeirRuleGroupLate", "Evaluating a group takes longer than its interval.",
            ["Raise its interval or split it.", "weir_rule_group_duration_seconds tells how long."]),
        Runbook(
            "WeirAlertsDropped", "More alerts fire than routing holds.",
            [
                "Look at ALERTS for the rule that gives so many.",
                "Aggregate in its expression: one alert a chain, not one an address.",
            ]),
    ]

    private static let economy: [Runbook] = [
        Runbook(
            "WeirReconciliationDrift",
            "A gauge made of events and the contract's own view differ at the same block.",
            [
                "weir explain metric weir_reconciliation_drift_tokens shows tracker and last change.",
                "Was reading begun at the contract's first block? Set start: and weir rewind.",
                "Is an event missing in the mapping? weir_tracker_skipped_total tells which were skipped.",
                "Set verify: receipts to exclude that an endpoint leaves out logs.",
            ]),
        Runbook(
            "WeirReadingFails", "A view that a tracker reads reverts or is not available.",
            [
                "weir check --online -c weir.yaml asks each view and shows the answer.",
                "Reason unavailable: the endpoint keeps no state of the block.",
            ]),
        Runbook(
            "WeirEventsSkipped", "Events came that cannot be right in the state that is known.",
            [
                "The reason is a label; what each means stands on the page Mapping.",
                "Mostly reading began in the middle of the contract's life: set start:.",
            ]),
        Runbook(
            "WeirUnknownImplementation", "A proxy runs code whose ABI is not configured.",
            [
                "Look at the address in an explorer: was the upgrade meant?",
                "Add it with its ABI under implementations of the contract and start again.",
            ]),
        Runbook(
            "WeirSlashed", "A listed operator was slashed, net of dropped blocks.",
            [
                "weir explain metric 'weir_slashed_tokens_total{…}' shows block and transaction.",
                "The fact stake_change has the reason if the event tells one.",
            ]),
        Runbook(
            "WeirStakeFell", "An operator's stake is more than a tenth below that of yesterday.",
            ["/api/v1/facts?tracker=staking/NAME&account=0x… lists each change with its block."]),
        Runbook(
            "WeirReputationFell", "A score fell by more than 10 within a day.",
            ["/api/v1/facts?tracker=reputation/NAME&account=0x… lists the changes."]),
        Runbook(
            "WeirTreasuryRunwayShort",
            "At the outflow of the last 30 days the treasury is empty within 90.",
            ["weir_treasury_outflow_tokens_total by counterparty tells where it goes."]),
        Runbook(
            "WeirTreasuryOutflowLarge", "More than a tenth of what is left went out in an hour.",
            [
                "/api/v1/facts?tracker=treasury/NAME shows who was paid, in which transaction.",
                "If nobody meant it: pause the contract, call the signers.",
            ]),
        Runbook(
            "WeirPriceFeedStale", "A price feed has not been renewed within its heartbeat.",
            ["Look at the feed's page; no value in USD is shown until it is renewed."]),
        Runbook(
            "WeirChannelClosedStale",
            "A payment channel was closed with an older state than the voucher in hand.",
            [
                "The fact channel_stale_close has channel, deadline and voucher.",
                "Send the voucher to the contract before the deadline.",
            ]),
        Runbook(
            "WeirChannelDeadline", "A challenge period ends within an hour.",
            ["Compare the state that was handed in with your own; answer if it is older."]),
        Runbook(
            "WeirHighGasPrice", "Gas has cost more than 100 gwei for half an hour.",
            ["Put off what can wait; weir_priority_fee_wei tells what tips are paid."]),
        Runbook(
            "WeirTransactionsFail", "Transactions to a contract's method fail again and again.",
            ["weir_transactions_failed_total has the decoded reason of the revert."]),
        Runbook(
            "WeirProposalEndsSoon", "A vote ends within a day.",
            [
                "/api/v1/facts?tracker=governance/NAME has the calls as text.",
                "weir_quorum_ratio tells what is missing.",
            ]),
        Runbook(
            "WeirTimelockReady", "A queued proposal can be executed within a day.",
            ["Read its calls; if they are not meant, cancel it while there is time."]),
    ]
}
