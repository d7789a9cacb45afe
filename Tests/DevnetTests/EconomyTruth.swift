// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import JSONBytes
import Testing

/// What the contracts' own views, the balances and the receipts of the devnet say that Weir's
/// trackers must show after a block.
struct EconomyTruth {
    /// A series, or the sum over those that have the labels.
    struct Series: Hashable {
        let metric: String
        let labels: [String: String]
        /// How many digits stand behind the point.
        let decimals: UInt8
    }

    private(set) var gauges: [Series: I256] = [:]
    /// What is canonical of counters, from the chain's beginning on.
    private(set) var counters: [Series: U256] = [:]
    private let state: JSONValue

    init(_ truth: JSONValue, _ node: DevnetNode) throws {
        self.state = try #require(truth["state"])
        try self.addNodes(node)
        try self.addJobs(node)
        try self.addChannels()
        try self.addTokens(node)
        try self.addStanding(node)
        try self.addGovernance()
        try self.addCosts(try #require(truth["costs"]), node)
    }

    private func number(_ table: String, _ key: String) throws -> I256 {
        let text = try #require(self.state[table]?[key]?.string, "\(table) \(key)")
        return try #require(I256(text))
    }

    /// A view that is not negative.
    func view(_ name: String) throws -> U256 {
        let text = try #require(self.state["views"]?["\(name)()"]?.string, "\(name)")
        return try #require(U256(text))
    }

    private func word(_ table: String, _ key: String) throws -> U256 {
        let text = try #require(self.state[table]?[key]?.string, "\(table) \(key)")
        return try #require(U256(text))
    }

    private mutating func gauge(_ metric: String, _ value: U256, decimals: UInt8 = 0) throws {
        try self.gauge(metric, [:], value, decimals: decimals)
    }

    private mutating func gauge(
        _ metric: String, _ labels: [String: String], _ value: U256, decimals: UInt8 = 0
    ) throws {
        let exact: I256 = try #require(I256(value))
        self.gauges[Series(metric: metric, labels: labels, decimals: decimals)] = exact
    }

    private mutating func counter(_ metric: String, _ value: U256, decimals: UInt8 = 0) {
        self.counter(metric, [:], value, decimals: decimals)
    }

    private mutating func counter(
        _ metric: String, _ labels: [String: String], _ value: U256, decimals: UInt8 = 0
    ) {
        self.counters[Series(metric: metric, labels: labels, decimals: decimals)] = value
    }

    /// By label: the listed nodes under their names, and the fourth, which is all the others.
    private func nodes(_ node: DevnetNode) throws -> [(label: String, address: String)] {
        try (Array(DevnetNode.operators) + [("other", "node 3")])
            .map { ($0.0, try node.address($0.1)) }
    }

    private mutating func addNodes(_ node: DevnetNode) throws {
        for (label, address) in try self.nodes(node) {
            let labels = ["registry": "nodes", "operator": label]
            try self.gauge(
                "weir_staked_tokens", labels, self.word("stakes", address), decimals: 18)
            self.counter(
                "weir_slashed_tokens_total", labels, try self.word("slashed", address),
                decimals: 18)
        }
        try self.gauge("weir_stakers", try self.view("NodeRegistry.activeNodes"))
        try self.gauge(
            "weir_registered", ["registry": "nodes"], try self.view("NodeRegistry.activeNodes"))
    }

    private mutating func addJobs(_ node: DevnetNode) throws {
        var deposits = try self.view("JobMarket.escrowHeld")
        for part in [
            try self.view("JobMarket.feesPaid"), try self.view("JobMarket.refunded"),
        ] {
            deposits = try #require(deposits.adding(part))
        }
        for (label, address) in try self.nodes(node) {
            let earned = try self.word("earned", address)
            deposits = try #require(deposits.adding(earned))
            self.counter(
                "weir_earnings_tokens_total", ["operator": label], earned, decimals: 18)
        }
        for state in ["open", "claimed", "completed", "failed"] {
            try self.gauge("weir_jobs", ["state": state], try self.word("jobs", state))
        }
        try self.gauge("weir_escrow_tokens", try self.view("JobMarket.escrowHeld"), decimals: 18)
        self.counter(
            "weir_jobs_total", ["status": "posted"], try self.view("JobMarket.jobCount"))
        self.counter("weir_jobs_total", ["status": "failed"], try self.word("jobs", "failed"))
        self.counter("weir_escrow_deposits_tokens_total", deposits, decimals: 18)
        self.counter(
            "weir_escrow_refunds_tokens_total", try self.view("JobMarket.refunded"), decimals: 18)
        for metric in ["weir_job_fees_tokens_total", "weir_fees_collected_tokens_total"] {
            self.counter(metric, try self.view("JobMarket.feesPaid"), decimals: 18)
        }
    }

    private mutating func addChannels() throws {
        let open = try self.view("PaymentChannel.active")
        let opened = try self.view("PaymentChannel.opened")
        let closed = try #require(opened.subtracting(open))
        try self.gauge("weir_channels", ["state": "open"], open)
        try self.gauge("weir_channels", ["state": "closed"], closed)
        try self.gauge(
            "weir_channel_locked_tokens", try self.view("PaymentChannel.locked"), decimals: 18)
        self.counter("weir_channels_opened_total", opened)
        self.counter("weir_channels_closed_total", closed)
        self.counter(
            "weir_channel_payments_total", ["status": "success"],
            try self.view("PaymentChannel.payments"))
        for (metric, view) in [
            ("weir_channel_deposits_tokens_total", "deposited"),
            ("weir_channel_payments_tokens_total", "paid"),
        ] {
            self.counter(metric, try self.view("PaymentChannel.\(view)"), decimals: 18)
        }
        self.counter(
            "weir_channel_settled_tokens_total", ["party": "payer"],
            try self.view("PaymentChannel.refunded"), decimals: 18)
    }

    private mutating func addTokens(_ node: DevnetNode) throws {
        let supply = try self.view("Token.totalSupply")
        let accounts = [
            ("vault", try node.address("Treasury")), ("dao", try node.address("Governor")),
        ]
        var held = U256.zero
        var coins = U256.zero
        for (label, address) in accounts {
            let balance = try self.word("tokenBalances", address)
            held = try #require(held.adding(balance))
            coins = try #require(coins.adding(try self.word("weiBalances", address)))
            try self.gauge("weir_token_locked_tokens", ["account": label], balance, decimals: 18)
        }
        try self.gauge("weir_token_supply_tokens", supply, decimals: 18)
        try self.gauge(
            "weir_token_circulating_tokens", try #require(supply.subtracting(held)), decimals: 18)
        let holders = self.state["tokenBalances"]?.object?.members.filter {
            $0.value != .string("0")
        }
        try self.gauge("weir_token_holders", U256(UInt64(try #require(holders).count)))
        let admin = try node.address("admin")
        for (treasury, token, balance) in [
            ("dao", "DEV", held), ("seldom", "DEV", held), ("dao", "ETH", coins),
            ("wallet", "DEV", try self.word("tokenBalances", admin)),
            ("wallet", "ETH", try self.word("weiBalances", admin)),
        ] {
            try self.gauge(
                "weir_treasury_balance_tokens", ["treasury": treasury, "token": token], balance,
                decimals: 18)
        }
        for category in ["grants", "operations"] {
            try self.gauge(
                "weir_treasury_budget_tokens", ["category": category],
                try self.word("budgets", category), decimals: 18)
        }
    }

    private mutating func addStanding(_ node: DevnetNode) throws {
        for (label, address) in try self.nodes(node) where label != "other" {
            let series = Series(
                metric: "weir_reputation_score", labels: ["subject": label], decimals: 0)
            self.gauges[series] = try self.number("scores", address)
            try self.gauge(
                "weir_subject_blacklisted", ["subject": label],
                self.state["blacklisted"]?[address]?.string == "True" ? .one : .zero)
        }
        try self.gauge("weir_blacklisted", try self.view("Reputation.blacklisted"))
        let owner = try #require(self.state["reputationOwner"]?.string)
        for account in ["admin", "outsider"] {
            let address = try node.address(account)
            try self.gauge(
                "weir_owner_info", ["contract": "Reputation", "owner": address],
                address.lowercased() == owner.lowercased() ? .one : .zero)
        }
        for (metric, view) in [
            ("weir_reputation_updates_total", "updates"),
            ("weir_reputation_ratings_total", "ratings"),
            ("weir_reputation_stars_total", "stars"),
            ("weir_ownership_transfers_total", "ownerships"),
        ] {
            self.counter(metric, try self.view("Reputation.\(view)"))
        }
    }

    private mutating func addGovernance() throws {
        for state in [
            "pending", "active", "canceled", "defeated", "succeeded", "queued", "executed",
        ] {
            let count = self.state["proposals"]?[state]?.uint ?? 0
            try self.gauge("weir_proposals", ["state": state], U256(count))
        }
        self.counter("weir_votes_total", try self.view("Governor.votes"))
    }

    private mutating func addCosts(_ costs: JSONValue, _ node: DevnetNode) throws {
        func cost(_ table: String, _ key: String, _ field: String) throws -> U256 {
            try #require(U256(costs[table]?[key]?[field]?.string ?? "0"))
        }
        for contract in [
            "NodeRegistry", "JobMarket", "PaymentChannel", "Governor", "Token", "Zoo",
        ] {
            for (metric, field) in [
                ("weir_transactions_total", "transactions"),
                ("weir_transactions_failed_total", "failed"),
            ] {
                self.counter(
                    metric, ["contract": contract], try cost("to", contract, field))
            }
            for (part, field) in [("base_fee", "baseFee"), ("tip", "tip")] {
                self.counter(
                    "weir_transaction_fees_ether_total", ["contract": contract, "part": part],
                    try cost("to", contract, field), decimals: 18)
            }
        }
        for (sender, account) in [("admin", "admin"), ("n3", "node 3")] {
            let address = try node.address(account)
            let fees = try cost("from", address, "baseFee")
                .adding(cost("from", address, "tip"))
            self.counter(
                "weir_sender_transactions_total", ["sender": sender],
                try cost("from", address, "transactions"))
            self.counter(
                "weir_sender_fees_ether_total", ["sender": sender], try #require(fees),
                decimals: 18)
        }
        for (label, account) in DevnetNode.operators {
            let address = try node.address(account)
            let fees = try #require(
                try cost("from", address, "baseFee").adding(cost("from", address, "tip")))
            let series = Series(
                metric: "weir_job_profit_ether", labels: ["operator": label], decimals: 18)
            let paid: I256 = try #require(I256(fees))
            let profit: I256 = try #require(I256.zero.subtracting(paid))
            self.gauges[series] = profit
        }
    }
}

extension EconomyTruth.Series: CustomStringConvertible {
    var description: String {
        "\(self.metric) \(self.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })"
    }

    /// The counter of what went with lost blocks.
    var twin: Self {
        let stem = self.metric.hasSuffix("_total") ? self.metric.dropLast(6) : self.metric[...]
        return Self(
            metric: "\(stem)_reverted_total", labels: self.labels, decimals: self.decimals)
    }

    /// The double nearest to so many units, from the decimal text, apart from Weir's conversion.
    func shown(_ units: String) -> Double? {
        let digits = units.drop { $0 == "-" }
        let padded = String(repeating: "0", count: Int(self.decimals)) + digits
        let whole = padded.dropLast(Int(self.decimals))
        let sign = units.hasPrefix("-") ? "-" : ""
        return Double("\(sign)0\(whole).\(padded.suffix(Int(self.decimals)))0")
    }
}
