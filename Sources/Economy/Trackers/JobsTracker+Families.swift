// Weir
// SPDX-License-Identifier: Apache-2.0

extension JobsTracker {
    enum Family: Int, CaseIterable {
        case jobs, events, duration, wait, value, payment, unknownTokens, operatorJobs
        case escrow, deposits, refunds, earnings, fees, profit, gas
    }

    static let families: [SeriesFamily] = [
        SeriesFamily("jobs", .gauge, labels: ["market", "state", "model"], "Jobs by state."),
        SeriesFamily(
            "jobs_total", .count, labels: ["market", "status", "model"],
            "What happened to jobs."),
        SeriesFamily(
            "job_duration_seconds", .histogram(SeriesFamily.durationBuckets),
            labels: ["market", "model"], "From the posting to the completion of a job."),
        SeriesFamily(
            "job_claim_duration_seconds", .histogram(SeriesFamily.durationBuckets),
            labels: ["market", "model"], "From the posting to the claim of a job."),
        SeriesFamily(
            "job_value_tokens", .histogram(SeriesFamily.tokenBuckets),
            labels: ["market", "token", "model"], scale: .token(label: 1),
            "What posted jobs are worth."),
        SeriesFamily(
            "job_payment_tokens", .histogram(SeriesFamily.tokenBuckets),
            labels: ["market", "token"], scale: .token(label: 1),
            "What single payments for jobs were, without fees."),
        SeriesFamily(
            "jobs_unknown_token_total", .count, labels: ["market"],
            "Posted jobs in a token that the configuration does not name: their value is left out."),
        SeriesFamily(
            "operator_jobs_total", .count, labels: ["market", "operator", "status"],
            "What happened to jobs of the listed operators, and of all others."),
        SeriesFamily(
            "escrow_tokens", .gauge, labels: ["market", "token"], scale: .token(label: 1),
            "What escrow holds for jobs."),
        SeriesFamily(
            "escrow_deposits_tokens_total", .sum, labels: ["market", "token"],
            scale: .token(label: 1), "What escrow took for jobs."),
        SeriesFamily(
            "escrow_refunds_tokens_total", .sum, labels: ["market", "token"],
            scale: .token(label: 1), "What went back to who paid."),
        SeriesFamily(
            "earnings_tokens_total", .sum, labels: ["market", "token", "operator"],
            scale: .token(label: 1), "What was paid for jobs, without fees."),
        SeriesFamily(
            "job_fees_tokens_total", .sum, labels: ["market", "token"], scale: .token(label: 1),
            "What the market kept."),
        SeriesFamily(
            "job_profit_ether", .signedGauge, labels: ["market", "operator"], scale: .decimals(18),
            "Earnings of an operator in the chain's own coin, less the gas of its transactions."),
        SeriesFamily(
            "job_gas_ether_total", .sum, labels: ["market", "operator"], scale: .decimals(18),
            "What an operator's transactions cost."),
    ]

    enum Derived: Int { case overdue }

    static let derivedFamilies: [SeriesFamily] = [
        SeriesFamily(
            "jobs_overdue", .gauge, labels: ["market"],
            "Open and claimed jobs whose deadline has passed.")
    ]
}
