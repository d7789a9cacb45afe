// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import HashTreeCollections
import MetricsRegistry
import Testing
import WeirTestSupport

@testable import Economy

/// The jobs tracker on the made economy of the public vectors, against its truth.
@Suite("JobsTracker economy")
struct JobsTrackerEconomyTests {
    static func economy(_ truth: [String: Any]) throws -> (yaml: String, nodes: [String]) {
        let accounts = try #require(truth["accounts"] as? [String: Any])
        let nodes = try #require(accounts["nodes"] as? [String])
        let contracts = try #require(truth["contracts"] as? [String: String])
        let token = try #require(contracts["token"])
        let listed = nodes.enumerated().map { "n\($0.offset): \"\($0.element)\"" }
        return (
            """
            tokens:
              ETH: { chain: lab }
              FAB: { chain: lab, address: "\(token)", decimals: 18 }
            trackers:
              jobs:
                market:
                  operators: { \(listed.joined(separator: ", ")) }
                  posted: { event: market.JobPosted, job: jobId, client: client, token: token, value: price, deadline: deadline, model: spec.model }
                  deposited: { event: escrow.PaymentDeposited, job: jobId, token: token, payer: payer }
                  claimed: { event: market.JobClaimed, job: jobId, node: node }
                  completed: { event: market.JobCompleted, job: jobId, node: node }
                  failed: { event: market.JobFailed, job: jobId, node: node, reason: reason }
                  cancelled: { event: market.JobCancelled, job: jobId }
                  released: { event: escrow.PaymentReleased, job: jobId, token: token, payee: payee, fee: fee }
                  refunded: { event: escrow.PaymentRefunded, job: jobId, token: token, payer: payer, amount: amount }
            """, nodes
        )
    }

    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func economy1ReachesItsTruth() throws {
        let truth = try Economy1.truth()
        let (yaml, nodes) = try Self.economy(truth)
        var lab = try TrackerLab(Economy1.contracts(), yaml)
        try Economy1.play(in: &lab)
        let tracker = try #require(lab.tracker(JobsTracker.self, "market"))
        for reason in SkipReason.allCases {
            #expect(lab.skipped("jobs", "market", reason) == 0, "\(reason)")
        }
        let jobs = try #require(truth["jobs"] as? [String: Any])
        let states = try #require(jobs["byState"] as? [String: Int])
        var gauges: [String: Int] = [:]
        for (key, state) in tracker.book.series[JobsTracker.Family.jobs.rawValue] {
            let labels = try #require(SeriesKey.values(of: key, count: 3))
            guard case .gauge(let count) = state, !count.isZero else { continue }
            gauges[labels[1], default: 0] += count.int ?? 0
        }
        #expect(gauges == states)

        let list = try #require(jobs["list"] as? [String: [String: Any]])
        let symbols = ["eth": "ETH", "token": "FAB"]
        var earned: [String: U256] = [:]
        #expect(tracker.jobs.count == list.count)
        for (id, entry) in list {
            let key = try #require(U256(id))
            let job = try #require(tracker.jobs[key])
            #expect(job.state.label == entry["state"] as? String, "\(id)")
            #expect(job.value.description == entry["price"] as? String, "\(id)")
            #expect(job.token == symbols[entry["coin"] as? String ?? ""], "\(id)")
            #expect(job.node == (entry["node"] as? String).flatMap { Address($0) }, "\(id)")
            #expect(job.deadline?.rawValue == (entry["deadline"] as? Int).map { UInt64($0) })
            guard let node = entry["node"] as? String, entry["state"] as? String == "completed",
                let fee = (entry["fee"] as? String).flatMap({ U256($0) })
            else { continue }
            let place = "\(job.token) n\(try #require(nodes.firstIndex(of: node)))"
            earned[place] = (earned[place] ?? .zero).adding(job.value.subtracting(fee)!)
        }
        for (key, state) in tracker.book.series[JobsTracker.Family.earnings.rawValue] {
            let labels = try #require(SeriesKey.values(of: key, count: 3))
            guard case .sum(let sum) = state else { continue }
            #expect(earned.removeValue(forKey: "\(labels[1]) \(labels[2])") == sum.low)
        }
        #expect(earned.isEmpty)

        let escrow = try #require(truth["escrow"] as? [String: Any])
        let held = try #require(escrow["held"] as? [String: String])
        let fees = try #require(escrow["fees"] as? [String: String])
        for (coin, symbol) in symbols {
            let place = ["market", symbol]
            let gauge = tracker.book.gauge(JobsTracker.Family.escrow, place)
            #expect(gauge?.description == held[coin])
            guard case .sum(let sum)? = tracker.book.state(JobsTracker.Family.fees, place) else {
                Issue.record("no fees in \(symbol)")
                continue
            }
            #expect(sum.low.description == fees[coin])
        }
        let events = try #require(truth["events"] as? [String: Int])
        for (status, event) in [
            ("posted", "JobPosted"), ("claimed", "JobClaimed"), ("completed", "JobCompleted"),
            ("failed", "JobFailed"), ("cancelled", "JobCancelled"),
        ] {
            #expect(
                Self.net(lab, "jobs_total", "jobs_reverted_total", status)
                    == Double(events["market.\(event)"] ?? -1), "\(status)")
        }
    }

    /// Profit by the receipts of the chain: what each node got in the chain's own coin, less what its
    /// transactions cost.
    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func economy1ProfitIsEarningsLessGas() throws {
        let truth = try Economy1.truth()
        let (yaml, nodes) = try Self.economy(truth)
        var lab = try TrackerLab(Economy1.contracts(), yaml + "\n      profit: {}")
        try Economy1.play(in: &lab) { line in
            BlockExtras(
                block: line.block.header.ref, time: line.block.header.timestamp,
                transactions: try Self.costs(line).map { hash, from, wei in
                    ObservedTransaction(
                        hash: hash, index: 0, type: 2, from: from, to: nil, value: .zero,
                        selector: nil, inputCount: 0, succeeded: true,
                        cost: TransactionCost(stored: .ethereum, gasUsed: 0, totalWei: wei))
                })
        }
        let tracker = try #require(lab.tracker(JobsTracker.self, "market"))
        var gas: [Address: U256] = [:]
        for line in try Economy1.lines() where !line.isOrphaned {
            for (_, from, wei) in try Self.costs(line) {
                gas[from] = (gas[from] ?? .zero).adding(wei)
            }
        }
        for (index, node) in nodes.enumerated() {
            let address = try #require(Address(node))
            let label = "n\(index)"
            var earned = U256.zero
            if case .sum(let sum)? = tracker.book.state(
                JobsTracker.Family.earnings, ["market", "ETH", label])
            {
                earned = sum.low
            }
            let spent = try #require(gas[address])
            let bits = tracker.book.gauge(JobsTracker.Family.profit, ["market", label])
            #expect(bits.map { I256(bits: $0) } == I256(earned)?.subtracting(I256(spent)!))
            #expect(
                tracker.book.state(JobsTracker.Family.gas, ["market", label])
                    == .sum(ExactSum(low: spent)))
        }
        // Each job that was done has a record, and its gas is part of its node's.
        let done = Set(
            lab.facts.filter { $0.kind == "job_profit" }
                .compactMap { fact in fact.fields.first { $0.name == "job" }?.value })
        for (key, job) in tracker.jobs.values where job.state == .completed {
            #expect(done.contains(key.description))
            #expect(!job.gasWei.isZero)
        }
    }

    private static func costs(
        _ line: Economy1.Line
    ) throws -> [(hash: Hash256, from: Address, wei: U256)] {
        try line.receipts.map { receipt in
            func word(_ key: String) -> U256? {
                (receipt[key] as? String).flatMap { U256(hexQuantity: $0) }
            }
            let hash = try #require((receipt["transactionHash"] as? String).flatMap { Hash256($0) })
            let from = try #require((receipt["from"] as? String).flatMap { Address($0) })
            let price = try #require(word("effectiveGasPrice"))
            let wei = try #require(word("gasUsed")?.multiplied(by: price))
            return (hash, from, wei)
        }
    }

    /// What was counted less what dropped blocks had counted, over all kinds.
    static func net(
        _ lab: TrackerLab, _ total: String, _ twin: String, _ status: String
    ) -> Double {
        var sum = 0.0
        for family in lab.economy.samples(namespace: "weir") {
            let sign: Double
            switch family.family {
            case "weir_" + total: sign = 1
            case "weir_" + twin: sign = -1
            default: continue
            }
            for sample in family.samples where sample.labelValues[2] == status {
                guard case .number(.integer(let count)) = sample.value else { continue }
                sum += sign * Double(count)
            }
        }
        return sum
    }
}
