// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import HashTreeCollections
import MetricsRegistry
import Testing
import WeirTestSupport

@testable import Economy

@Suite("JobsTracker")
struct JobsTrackerTests {
    static let client = Address(words: 1, 0, 0)
    static let alice = Address(words: 2, 0, 0)
    static let bob = Address(words: 3, 0, 0)
    static let fab = Address(words: 7, 7, 7)
    static let stranger = Address(words: 9, 9, 9)

    static func market() throws -> LabContract {
        try LabContract(
            "Market", 1,
            [
                "event Posted(uint256 indexed job, address client, address token, uint256 value, "
                    + "uint256 deadline, string model)",
                "event Claimed(uint256 indexed job, address node)",
                "event Completed(uint256 indexed job)",
                "event Failed(uint256 indexed job, string reason)",
                "event Cancelled(uint256 indexed job)",
                "event Expired(uint256 indexed job)",
                "event Disputed(uint256 indexed job)",
                "event Resolved(uint256 indexed job, bool favorClient)",
                "event Deposited(uint256 indexed job, address payer, address token, uint256 amount)",
                "event Released(uint256 indexed job, address payee, address token, uint256 amount, "
                    + "uint256 fee)",
                "event Paid(uint256 indexed job, uint256 amount)",
                "event Refunded(uint256 indexed job, address payer, address token, uint256 amount)",
                "event Returned(uint256 indexed job)",
                "event Earned(address payee, address token, uint256 amount)",
            ])
    }

    static let tokens = """
        tokens:
          ETH: { chain: lab }
          FAB: { chain: lab, address: "\(Self.fab.lowercaseText)", decimals: 6 }
        """

    static func yaml(_ more: String = "") -> String {
        """
        \(Self.tokens)
        trackers:
          jobs:
            m:
              operators: { alice: "\(Self.alice.lowercaseText)" }
              posted: { event: Market.Posted, client: client, token: token, value: value, deadline: deadline, model: model }
              claimed: { event: Market.Claimed, node: node }
              completed: { event: Market.Completed }
              failed: { event: Market.Failed, reason: reason }
              cancelled: { event: Market.Cancelled }
              expired: { event: Market.Expired }
              disputed: { event: Market.Disputed }
              resolved: { event: Market.Resolved, for_client: favorClient }
              deposited: { event: Market.Deposited, token: token, payer: payer }
              released:
                - { event: Market.Released, token: token, payee: payee, fee: fee }
                - { event: Market.Paid, closes: { constant: true } }
              refunded:
                - { event: Market.Refunded, token: token, payer: payer, amount: amount }
                - { event: Market.Returned }
              earned: { event: Market.Earned, token: token, payee: payee }
              \(more)
        """
    }

    static func post(
        _ job: UInt64, token: Address = Self.fab, value: U256 = 5_000_000,
        deadline: U256 = 1_700_000_100, model: String = "llama"
    ) -> Emit {
        Emit(
            "Market.Posted",
            [
                .uint(U256(job)), .address(Self.client), .address(token), .uint(value),
                .uint(deadline), .text(model),
            ])
    }

    static func emit(_ event: String, _ job: UInt64, _ more: ABIValue...) -> Emit {
        Emit("Market.\(event)", [.uint(U256(job))] + more)
    }

    static func deposit(_ job: UInt64, _ amount: U256, _ token: Address = Self.fab) -> Emit {
        Self.emit(
            "Deposited", job, .address(Self.client), .address(token), .uint(amount))
    }

    static func release(_ job: UInt64, _ payee: Address, _ amount: U256, fee: U256) -> Emit {
        Self.emit(
            "Released", job, .address(payee), .address(Self.fab), .uint(amount), .uint(fee))
    }

    static func lab(_ more: String = "") throws -> TrackerLab {
        try TrackerLab([Self.market()], Self.yaml(more))
    }

    // MARK: Lifecycle

    @Test func jobsGoThroughTheirStates() throws {
        var lab = try Self.lab()
        #expect(lab.value("jobs", ["m", "open", "other"]) == 0)
        try lab.commit([
            Self.post(1), Self.post(2, model: "mixtral"), Self.post(3),
            Self.post(4, deadline: .max),
        ])
        lab.wait(88)
        try lab.commit([Self.emit("Claimed", 1, .address(Self.alice))])
        try lab.commit([
            Self.emit("Completed", 1), Self.emit("Failed", 2, .text("late")),
            Self.emit("Cancelled", 3),
        ])
        #expect(lab.value("jobs", ["m", "open", "llama"]) == 1)
        #expect(lab.value("jobs", ["m", "completed", "llama"]) == 1)
        #expect(lab.value("jobs", ["m", "cancelled", "llama"]) == 1)
        #expect(lab.value("jobs", ["m", "failed", "mixtral"]) == 1)
        #expect(lab.value("jobs_total", ["m", "posted", "llama"]) == 3)
        #expect(lab.value("jobs_total", ["m", "completed", "llama"]) == 1)
        #expect(lab.value("operator_jobs_total", ["m", "alice", "completed"]) == 1)
        #expect(lab.sum("job_claim_duration_seconds", ["m", "llama"]) == 100)
        #expect(lab.sum("job_duration_seconds", ["m", "llama"]) == 112)
        #expect(lab.sum("job_value_tokens", ["m", "FAB", "llama"]) == 15)
        let failed = try #require(lab.facts.first { $0.kind == "job_failed" })
        #expect(failed.fields.first { $0.name == "reason" }?.value == "late")
        lab.revert(1)
        #expect(lab.value("jobs", ["m", "claimed", "llama"]) == 1)
        #expect(lab.value("jobs", ["m", "completed", "llama"]) == 0)
        #expect(lab.value("jobs_total", ["m", "completed", "llama"]) == 1)
        #expect(lab.value("jobs_reverted_total", ["m", "completed", "llama"]) == 1)
    }

    @Test func overdueJobsAreThoseStillWaitedFor() throws {
        var lab = try Self.lab()
        try lab.commit([
            Self.post(1, deadline: 1_700_000_036), Self.post(2, deadline: 1_700_000_030),
            Self.post(3, deadline: .max), Self.post(4, deadline: 0),
        ])
        #expect(lab.value("jobs_overdue", ["m"]) == 1)
        try lab.commit([])
        #expect(lab.value("jobs_overdue", ["m"]) == 1)
        try lab.commit([])
        // A job may be done in the very second of its deadline.
        #expect(lab.value("jobs_overdue", ["m"]) == 2)
        try lab.commit([Self.emit("Completed", 4), Self.emit("Disputed", 2)])
        #expect(lab.value("jobs_overdue", ["m"]) == 1)
        // Some jobs come from the store then, the last block is folded again.
        lab.settle(3)
        try lab.restart()
        #expect(lab.value("jobs_overdue", ["m"]) == 1)
        lab.revert(1)
        #expect(lab.value("jobs_overdue", ["m"]) == 2)
    }

    @Test(arguments: [
        (["Completed"], SkipReason.unknownKey), (["Claimed"], .unknownKey),
        (["Disputed"], .unknownKey), (["Post", "Post"], .duplicate),
        (["Post", "Completed", "Completed"], .outOfOrder),
        (["Post", "Completed", "Failed"], .outOfOrder),
        (["Post", "Cancelled", "Claimed"], .outOfOrder),
        (["Post", "Claimed", "Claimed"], .outOfOrder),
        (["Post", "Resolved"], .outOfOrder),
        (["Post", "Disputed", "Disputed"], .outOfOrder),
        (["Post", "Completed", "Post"], .duplicate),
    ])
    func eventsOutOfOrderLeaveNoTrace(events: [String], reason: SkipReason) throws {
        var lab = try Self.lab()
        let emits = events.map { name in
            switch name {
            case "Post": Self.post(1)
            case "Claimed": Self.emit(name, 1, .address(Self.bob))
            case "Failed": Self.emit(name, 1, .text(""))
            case "Resolved": Self.emit(name, 1, .bool(true))
            default: Self.emit(name, 1)
            }
        }
        try lab.commit(Array(emits.dropLast()))
        let before = Self.entries(lab)
        try lab.commit([emits[emits.count - 1]])
        #expect(lab.skipped("jobs", "m", reason) == 1)
        let after = Self.entries(lab)
        #expect(before == after)
    }

    /// All entries but the counts of skipped events.
    static func entries(_ lab: TrackerLab) -> [String: [UInt8]?] {
        Dictionary(
            lab.economy.current.trackers.flatMap(\.entries)
                .filter { !$0.key.hasPrefix("skipped/") }.map { ($0.key, $0.value) },
            uniquingKeysWith: { first, _ in first })
    }

    @Test func disputesEndAsTheyAreResolved() throws {
        var lab = try Self.lab("models: [llama]")
        try lab.commit([
            Self.post(1), Self.post(2), Self.post(3), Self.post(4),
            Self.emit("Completed", 1), Self.emit("Completed", 2),
            Self.emit("Disputed", 1), Self.emit("Disputed", 2), Self.emit("Disputed", 3),
            Self.emit("Disputed", 4),
        ])
        #expect(lab.value("jobs", ["m", "disputed", "llama"]) == 4)
        #expect(lab.value("jobs", ["m", "completed", "llama"]) == 0)
        try lab.commit([
            Self.emit("Resolved", 1, .bool(false)), Self.emit("Resolved", 2, .bool(true)),
            Self.emit("Resolved", 3, .bool(false)), Self.emit("Cancelled", 4),
        ])
        #expect(lab.value("jobs", ["m", "completed", "llama"]) == 2)
        #expect(lab.value("jobs", ["m", "failed", "llama"]) == 1)
        #expect(lab.value("jobs", ["m", "cancelled", "llama"]) == 1)
        #expect(lab.value("jobs_total", ["m", "completed", "llama"]) == 3)
        #expect(lab.value("jobs_total", ["m", "failed", "llama"]) == 1)
        #expect(lab.value("jobs_total", ["m", "resolved", "llama"]) == 3)
        #expect(lab.observations("job_duration_seconds", ["m", "llama"]) == 3)
    }

    @Test func finishedJobsAreForgottenInTheirOrder() throws {
        var lab = try Self.lab("finished_max: 2\n      jobs_max: 4")
        for job in UInt64(1)...4 {
            try lab.commit([Self.post(job), Self.emit("Completed", job)])
        }
        #expect(lab.value("jobs", ["m", "completed", "llama"]) == 4)
        // 3 and 4 are known, 2 is not any more.
        try lab.commit([
            Self.emit("Disputed", 2), Self.emit("Disputed", 3), Self.emit("Completed", 4),
        ])
        #expect(lab.skipped("jobs", "m", .unknownKey) == 1)
        #expect(lab.skipped("jobs", "m", .outOfOrder) == 1)
        // What is disputed is not forgotten, however many end after it.
        for job in UInt64(5)...7 {
            try lab.commit([Self.post(job), Self.emit("Completed", job)])
        }
        try lab.commit([Self.emit("Resolved", 3, .bool(true))])
        #expect(lab.value("jobs", ["m", "failed", "llama"]) == 1)
        #expect(lab.value("jobs", ["m", "completed", "llama"]) == 6)
        let tracker = try #require(lab.tracker(JobsTracker.self, "m"))
        #expect(Set(tracker.jobs.values.keys) == [3, 7])
        try lab.commit((10...13).map { Self.post($0) })
        #expect(lab.skipped("jobs", "m", .full) == 2)
    }

    @Test func kindsOfJobsHaveABudget() throws {
        var lab = try Self.lab("models_max: 2")
        try lab.commit([
            Self.post(1, model: "a"), Self.post(2, model: "b"), Self.post(3, model: "c"),
            Self.post(4, model: "a"), Self.post(5, model: ""), Self.post(6, model: "e\u{301}"),
            Self.emit("Cancelled", 3), Self.emit("Cancelled", 1),
        ])
        #expect(lab.value("jobs", ["m", "open", "a"]) == 1)
        #expect(lab.value("jobs", ["m", "open", "b"]) == 1)
        #expect(lab.value("jobs", ["m", "open", "other"]) == 2)
        #expect(lab.value("jobs", ["m", "cancelled", "other"]) == 1)

        // A kind that is called like the rest is the rest.
        var rest = try Self.lab()
        try rest.commit([
            Self.post(1, model: ""), Self.post(2, model: "other"), Self.post(3, model: "other"),
        ])
        #expect(rest.value("jobs", ["m", "open", "other"]) == 3)

        var listed = try Self.lab("models: { llama: a, mixtral: b }")
        try listed.commit([
            Self.post(1, model: "b"), Self.post(2, model: "c"), Self.post(3, model: "llama"),
        ])
        #expect(listed.value("jobs", ["m", "open", "llama"]) == 0)
        #expect(listed.value("jobs", ["m", "open", "mixtral"]) == 1)
        #expect(listed.value("jobs", ["m", "open", "other"]) == 2)
    }

    @Test func jobsInUnknownTokensCountWithoutTheirValue() throws {
        var lab = try Self.lab()
        try lab.commit([
            Self.post(1, token: Self.stranger), Self.post(2, token: .zero, value: .max),
            Self.deposit(1, 5, Self.stranger),
        ])
        #expect(lab.value("jobs", ["m", "open", "llama"]) == 2)
        #expect(lab.value("jobs_unknown_token_total", ["m"]) == 1)
        #expect(lab.observations("job_value_tokens", ["m", "ETH", "llama"]) == 1)
        #expect(lab.skipped("jobs", "m", .unknownToken) == 1)
    }
}

extension TrackerLab {
    /// The sum of a histogram; nil where there is none.
    func sum(_ family: String, _ labels: [String]) -> Double? {
        self.economy.samples(namespace: "weir").first { $0.family == "weir_" + family }?
            .samples.first { $0.labelValues == [Self.chain] + labels }
            .flatMap { sample in
                guard case .histogram(let value) = sample.value else { return nil }
                return value.sum
            }
    }
}
