// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Foundation
import HashTreeCollections
import Testing
import WeirTestSupport

@testable import Economy

/// Gas of real blocks, and of the made economy against its ledger.
@Suite("gas of real blocks", .enabled(if: Vectors.present, Vectors.absence))
struct GasTrackerVectorTests {
    // MARK: The made economy

    /// Watches everything that happens: all contracts, and everyone who ever sends.
    static func watching(_ lines: [Economy1.Line], _ contracts: [LabContract]) throws -> String {
        let senders = Set(lines.flatMap(\.transactions).compactMap { $0["from"] as? String })
        let names = senders.sorted().enumerated()
            .map { "s\($0.offset): \"\($0.element)\"" }.joined(separator: ", ")
        let aliases = contracts.map(\.alias).joined(separator: ", ")
        return "trackers: { gas: { lab: { contracts: [\(aliases)], senders: { \(names) } } } }"
    }

    /// Called as the ledger calls it.
    static func key(_ contract: String, _ method: String) -> String {
        switch method {
        case "create": "deploy"
        case "receive": "transfer"
        default: "\(contract).\(method)"
        }
    }

    struct Figures: Equatable {
        var count: UInt64 = 0
        var failed: UInt64 = 0
        var total = U256.zero
        var least: UInt64 = .max
        var most: UInt64 = 0
    }

    static func truth(_ ledger: [String: Any]) throws -> [String: Figures] {
        let gas = try #require(ledger["gas"] as? [String: [String: NSNumber]])
        return try gas.mapValues { entry in
            Figures(
                count: try #require(entry["count"]).uint64Value,
                failed: try #require(entry["failed"]).uint64Value,
                total: U256(try #require(entry["total"]).uint64Value),
                least: try #require(entry["min"]).uint64Value,
                most: try #require(entry["max"]).uint64Value)
        }
    }

    @Test func economy1ReachesItsTruth() throws {
        let lines = try Economy1.lines()
        let contracts = try Economy1.contracts()
        var lab = try TrackerLab(contracts, Self.watching(lines, contracts))
        try Economy1.play(in: &lab) { try ObservedBlock.extras($0) }
        let ledger = try Economy1.truth()
        let truth = try Self.truth(ledger)
        #expect(truth.count == 41)
        #expect(lab.outcomes.contains { !$0.reverted.isEmpty })

        // The facts of the canonical chain.
        let canonical = Set(lines.filter { !$0.isOrphaned }.map(\.block.header.hash))
        var facts: [String: Figures] = [:]
        for fact in lab.facts where canonical.contains(fact.block.hash) {
            func field(_ name: String) -> String? {
                fact.fields.first { $0.name == name }?.value
            }
            let key = Self.key(field("contract") ?? "", try #require(field("method")))
            let gas = try #require(field("gas_used").flatMap { UInt64($0) })
            var figures = facts[key] ?? Figures()
            figures.count += 1
            if field("status") == "failed" { figures.failed += 1 }
            figures.total = try #require(figures.total.adding(U256(gas)))
            figures.least = min(figures.least, gas)
            figures.most = max(figures.most, gas)
            facts[key] = figures
        }
        #expect(facts.count == truth.count)
        for (key, figures) in truth { #expect(facts[key] == figures, "\(key)") }

        // The series.
        let book = try #require(lab.gas?.book)
        var series: [String: Figures] = [:]
        for (text, state) in book.series[GasTracker.Family.gasUsed.rawValue] {
            let labels = try #require(SeriesKey.values(of: text, count: 2))
            guard case .histogram(let histogram) = state else { continue }
            let key = Self.key(labels[0], labels[1])
            var figures = series[key] ?? Figures()
            figures.count += histogram.count
            figures.total = try #require(figures.total.adding(histogram.sum.low))
            series[key] = figures
        }
        for (text, state) in book.series[GasTracker.Family.failed.rawValue] {
            let labels = try #require(SeriesKey.values(of: text, count: 3))
            guard case .count(let count) = state else { continue }
            series[Self.key(labels[0], labels[1])]?.failed += count
        }
        #expect(series.count == truth.count)
        for (key, figures) in truth {
            #expect(series[key]?.count == figures.count, "\(key)")
            #expect(series[key]?.failed == figures.failed, "\(key)")
            #expect(series[key]?.total == figures.total, "\(key)")
        }
        try self.checkFees(lab, ledger)
        let last = try #require(lines.last { !$0.isOrphaned })
        let baseFee = (last.json["baseFeePerGas"] as? String).flatMap { U256(hexQuantity: $0) }
        #expect(book.gauge(GasTracker.Family.baseFee, []) == baseFee)
    }

    private func checkFees(_ lab: TrackerLab, _ ledger: [String: Any]) throws {
        let book = try #require(lab.gas?.book)
        func sum(_ family: GasTracker.Family, _ isWanted: ([String]) -> Bool) throws -> U256 {
            var sum = ExactSum()
            let labels = book.families[family.rawValue].labels.count
            for (text, state) in book.series[family.rawValue] {
                guard isWanted(try #require(SeriesKey.values(of: text, count: labels))) else {
                    continue
                }
                switch state {
                case .sum(let other): sum.add(other)
                case .count(let count): sum.add(U256(count))
                case .histogram(let histogram): sum.add(histogram.sum)
                case .gauge: break
                }
            }
            return sum.low
        }
        let fees = try #require(ledger["fees"] as? [String: String])
        #expect(try sum(.fees) { $0[1] == "base_fee" }.description == fees["burnedWei"])
        #expect(try sum(.fees) { $0[1] == "tip" }.description == fees["tipsWei"])
        #expect(try sum(.fees) { $0[1] == "blob" } > 0)
        let transactions = try #require(ledger["transactions"] as? [String: NSNumber])
        #expect(
            try sum(.transactions) { _ in true }.uint64 == transactions["count"]?.uint64Value)
        #expect(try sum(.failed) { _ in true }.uint64 == transactions["failed"]?.uint64Value)
        let total = try sum(.fees) { _ in true }
        #expect(try sum(.cost) { _ in true } == total)
        // Everyone is listed.
        #expect(try sum(.senderFees) { _ in true } == total)
        #expect(
            try sum(.senderTransactions) { _ in true }.uint64
                == transactions["count"]?.uint64Value)
        #expect(
            try sum(.senderFailed) { _ in true }.uint64 == transactions["failed"]?.uint64Value)
    }

    // MARK: Families

    /// All of a real block, watched by its senders: the parts are the sums that another program took.
    @Test(arguments: [
        (
            "mainnet-22869878.json.gz",
            [
                "base_fee": "32463603993746298", "tip": "84673014542884346",
                "blob": "524288",
            ]
        ),
        (
            "mainnet-20066032.json",
            [
                "base_fee": "19339679953788502", "tip": "6511666328042911",
                "blob": "12582912",
            ]
        ),
        // Before London, and before receipts had a status.
        ("mainnet-4662649.json.gz", ["tip": "66448908500000000"]),
        ("mainnet-1755635.json", ["tip": "1148360000000000"]),
        // The gas for L1 is within gas times price.
        (
            "arbsepolia-185232421.json",
            ["base_fee": "97660400000000", "l1_data": "74600000000"]
        ),
        // A deposit alone.
        ("optimismgoerli-6825766.json", [:]),
    ])
    func realBlocksCostTheirParts(name: String, parts: [String: String]) throws {
        let (extras, transactions) = try ObservedBlock.file(name)
        #expect(!transactions.isEmpty)
        let senders = Set(transactions.map(\.from.lowercaseText)).sorted()
            .map { "\"\($0)\"" }.joined(separator: ", ")
        var lab = try GasLab.lab("senders: [\(senders)]")
        try lab.commit([], extras: extras)
        for part in GasTracker.CostPart.allCases {
            let sum = lab.sum(.fees, ["other", part.rawValue])?.low ?? .zero
            #expect(sum.description == parts[part.rawValue] ?? "0", "\(part)")
        }
        let count = transactions.count { !$0.succeeded }
        var failed = 0
        let book = try #require(lab.gas?.book)
        for state in book.series[GasTracker.Family.failed.rawValue].values {
            if case .count(let count) = state { failed += Int(count) }
        }
        #expect(failed == count)
        #expect(lab.facts.count == transactions.count)
        for fact in lab.facts {
            #expect(fact.fields.count <= 16)
        }
    }
}
