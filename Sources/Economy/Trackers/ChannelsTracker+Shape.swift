// Weir
// SPDX-License-Identifier: Apache-2.0

extension ChannelsTracker {
    private static func places(_ fields: [Field]) -> [Int] { fields.map(\.rawValue) }

    private static let funding: [Field] = [
        .peer, .via, .payer, .payee, .party, .amount, .total, .balance,
    ]

    static let shape = TrackerShape(
        fields: [
            .init("channel", .key, "Which channel it is."),
            .init("peer", .key, "A second word of the channel's name."),
            .init("via", .key, "A third word of the channel's name."),
            .init("payer", .address, "The one who pays, or the first party."),
            .init("payee", .address, "The one who is paid, or the second party."),
            .init("party", .address, "Whose deposit or withdrawal it is; else the payer's."),
            .init(
                "amount", .amount,
                "How much, in the token's smallest unit; of a payment as amounts says, of a state "
                    + "the sum of all payments so far."),
            .init(
                "total", .amount,
                "All that the party has put in, or taken out; at the end all that the payee got."),
            .init("balance", .amount, "What is in the channel after the event."),
            .init("paid", .amount, "What left the channel by this payment."),
            .init("sequence", .amount, "The number of the payment or state."),
            .init("by", .address, "Who closes or disputes."),
            .init("signer", .address, "Who signed the state that is presented."),
            .init("deadline", .amount, "Unix time at which the challenge period ends."),
            .init("period", .amount, "The challenge period in seconds."),
            .init("to_payer", .amount, "What the payer gets at the end."),
            .init("to_payee", .amount, "What the payee gets at the end."),
        ],
        roles: [
            .init(
                "opened", required: Self.places([.payer, .payee]),
                optional: Self.places([.channel, .peer, .via, .amount, .period]),
                "A channel is opened."),
            .init(
                "deposit", required: Self.places([.channel]),
                optional: Self.places(Self.funding), "Money comes in."),
            .init(
                "withdraw", required: Self.places([.channel]),
                optional: Self.places([.peer, .via, .party, .amount, .total, .balance]),
                "A party takes money out before the end."),
            .init(
                "payment", required: Self.places([.channel]),
                optional: Self.places([.peer, .via, .amount, .paid, .balance, .sequence]),
                "The payee is paid, or redeems a voucher."),
            .init(
                "failed", required: Self.places([.channel]),
                optional: Self.places([.peer, .via, .amount]), "A payment failed."),
            .init(
                "closing", required: Self.places([.channel]),
                optional: Self.places([
                    .peer, .via, .amount, .sequence, .by, .signer, .deadline, .period,
                ]), "A party closes it: the challenge period begins."),
            .init(
                "updated", required: Self.places([.channel]),
                optional: Self.places([
                    .peer, .via, .amount, .sequence, .by, .signer, .deadline,
                ]), "A state is presented; during the challenge period, a dispute."),
            .init(
                "resumed", required: Self.places([.channel]),
                optional: Self.places([.peer, .via]), "A closing is called off."),
            .init(
                "settled", required: Self.places([.channel]),
                optional: Self.places([
                    .peer, .via, .amount, .total, .sequence, .by, .signer, .toPayer, .toPayee,
                ]), "It ends: everything left is paid out."),
        ])

    enum Family: Int, CaseIterable {
        case channels, opened, closed, locked, balance, deposits, withdrawals, payments,
            paymentTokens, paymentAmount, sequence, gaps, disputes, staleCloses, settled,
            settlementAmount, settlementDuration, lifetime, drift, driftBlock, readingFailures
    }

    static let families: [SeriesFamily] = [
        SeriesFamily(
            "channels", .gauge, labels: ["network", "state"],
            "Channels by state; those that are closed since the beginning."),
        SeriesFamily("channels_opened_total", .count, labels: ["network"], "Channels opened."),
        SeriesFamily("channels_closed_total", .count, labels: ["network"], "Channels ended."),
        SeriesFamily(
            "channel_locked_tokens", .gauge, labels: ["network", "token"],
            scale: .token(label: 1), "What all channels hold."),
        SeriesFamily(
            "channel_balance_tokens", .gauge, labels: ["network", "token", "channel", "party"],
            scale: .token(label: 1), "What belongs to the parties of channels as of their states."),
        SeriesFamily(
            "channel_deposits_tokens_total", .sum, labels: ["network", "token", "party"],
            scale: .token(label: 1), "Money put into channels."),
        SeriesFamily(
            "channel_withdrawals_tokens_total", .sum, labels: ["network", "token", "party"],
            scale: .token(label: 1), "Money taken out before the end."),
        SeriesFamily(
            "channel_payments_total", .count, labels: ["network", "status"],
            "Payments that the chain knows of."),
        SeriesFamily(
            "channel_payments_tokens_total", .sum, labels: ["network", "token"],
            scale: .token(label: 1), "Payments that the chain knows of, in tokens."),
        SeriesFamily(
            "channel_payment_amount_tokens", .histogram(SeriesFamily.tokenBuckets),
            labels: ["network", "token"], scale: .token(label: 1), "The size of payments."),
        SeriesFamily(
            "channel_sequence", .gauge, labels: ["network", "channel"],
            "The number of the last payment or state of a listed channel."),
        SeriesFamily(
            "channel_sequence_gaps_total", .count, labels: ["network"],
            "Payments whose number does not follow the one before."),
        SeriesFamily(
            "channel_disputes_total", .count, labels: ["network"],
            "Channels whose closing was answered with another state."),
        SeriesFamily(
            "channel_stale_closes_total", .count, labels: ["network"],
            "Closings and settlements with an older state than the best voucher."),
        SeriesFamily(
            "channel_settled_tokens_total", .sum, labels: ["network", "token", "party"],
            scale: .token(label: 1), "What parties got at the end of channels."),
        SeriesFamily(
            "channel_settlement_amount_tokens", .histogram(SeriesFamily.tokenBuckets),
            labels: ["network", "token"], scale: .token(label: 1),
            "What the payee got over the whole life of a channel, at its end."),
        SeriesFamily(
            "channel_settlement_duration_seconds", .histogram(SeriesFamily.durationBuckets),
            labels: ["network"], "From the closing of a channel to its end."),
        SeriesFamily(
            "channel_lifetime_seconds", .histogram(SeriesFamily.durationBuckets),
            labels: ["network"], "From the opening of a channel to its end."),
        .drift, .driftBlock, .readingFailures,
    ]

    enum Derived: Int, CaseIterable {
        case deadline, staleOpen, overdue
    }

    static let derivedFamilies: [SeriesFamily] = [
        SeriesFamily(
            "channel_deadline_timestamp_seconds", .gauge, labels: ["network", "channel"],
            "When the challenge period ends: of listed channels, and the earliest of all others."),
        SeriesFamily(
            "channel_stale_closes_open", .gauge, labels: ["network"],
            "Channels closing with an older state than the best voucher, while it can be answered."),
        SeriesFamily(
            "channels_overdue", .gauge, labels: ["network"],
            "Closing channels whose challenge period is over: they can be settled."),
    ]
}
