// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import Foundation
import Testing
import WeirTestSupport

/// All trackers of `weir run` on a real EVM, compared with the contracts' own views, with balances
/// and with receipts after every block and after every reorganisation.
@Suite(
    .serialized, .enabled(if: Weir.isBuilt, Weir.absence),
    .enabled(if: DevnetNode.evmPython != nil, DevnetNode.evmAbsence))
struct TrackerChainTests {
    typealias Series = EconomyTruth.Series

    @Test func everySeriesIsThatOfTheContractsAfterEveryBlock() async throws {
        let run = try await TrackerRun(blocks: 60, seed: 4)
        let weir = try await run.weir()
        var history: [UInt64: EconomyTruth] = [:]
        var seen: [Series: U256] = [:]
        var lost: [Series: U256] = [:]
        var reorgs: [UInt64] = []
        var head = try run.start()
        var truth = try await run.truth()
        var isLast = false
        while true {
            try await weir.reads(head.hash)
            history[head.number] = truth
            let shown = try await weir.exposition()
            if history.count == 1 { try Self.add(truth, less: nil, to: &seen) }
            Self.compare(shown, with: truth, at: head.number)
            for (series, units) in seen {
                Self.expect(shown, series, units.description, head.number)
                Self.expect(
                    shown, series.twin, (lost[series] ?? .zero).description, head.number)
            }
            if isLast { break }

            // What comes and goes with this step, from the views before and after it.
            let step = try await run.step()
            var common = truth
            if let depth = step.depth {
                reorgs.append(depth)
                common = try #require(history[head.number - depth])
                try Self.add(truth, less: common, to: &lost)
            }
            truth = try await run.truth()
            try Self.add(truth, less: common, to: &seen)
            head = step.head
            isLast = step.isLast
        }
        #expect(reorgs == [1, 2, 5])
        #expect(weir.program.terminate() == 143)

        // All of it was stored.
        let again = try await run.weir()
        try await again.reads(head.hash)
        Self.compare(try await again.exposition(), with: truth, at: head.number)
        #expect(!again.program.messages.contains("building state again"))
        #expect(again.program.terminate() == 143)
        try await run.compareFacts()
        await run.close()
    }

    @Test func gaugesAreRightAgainAfterKills() async throws {
        let named = ProcessInfo.processInfo.environment["SIM_SEED"].flatMap { UInt64($0) }
        let seed = named ?? UInt64.random(in: 0...UInt64.max)
        print("tracker crash test: replay with SIM_SEED=\(seed); moments of kills may differ")
        var random = SeededRandom(seed: seed)
        let run = try await TrackerRun(blocks: 40, seed: seed)
        var weir: Weir? = try await run.weir()
        var kills = 0
        var head = try run.start()
        while true {
            let step = try await run.step()
            head = step.head
            if weir == nil { weir = try await run.weir() }
            if step.isLast { break }
            guard let running = weir else { continue }
            #expect(!running.program.messages.contains("building state again"))
            if Int.random(in: 0..<4, using: &random) == 0 || (kills == 0 && step.head.number > 30) {
                // At any moment of reading the block, or soon after.
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...250, using: &random)))
                running.program.kill()
                weir = nil
                kills += 1
                // Meanwhile the chain goes on, perhaps with a reorganisation.
                if Bool.random(using: &random) { _ = try await run.step() }
            } else {
                try await running.reads(step.head.hash)
                Self.compare(
                    try await running.exposition(), with: try await run.truth(),
                    at: step.head.number)
            }
        }
        let last = try #require(weir)
        try await last.reads(head.hash)
        Self.compare(try await last.exposition(), with: try await run.truth(), at: head.number)
        #expect(kills > 0)
        #expect(last.program.terminate() == 143)
        try await run.compareFacts()
        await run.close()
    }

    // MARK: Comparing

    /// Adds what counters gained between two points of a chain.
    private static func add(
        _ truth: EconomyTruth, less before: EconomyTruth?, to sums: inout [Series: U256]
    ) throws {
        for (series, value) in truth.counters {
            let delta = try #require(
                value.subtracting(before?.counters[series] ?? .zero), "\(series) fell")
            let sum: U256 = try #require((sums[series] ?? .zero).adding(delta))
            sums[series] = sum
        }
    }

    private static func compare(_ shown: Exposition, with truth: EconomyTruth, at block: UInt64) {
        for (series, value) in truth.gauges {
            // Until its first reading a treasury has no balance.
            let isBalance = series.metric == "weir_treasury_balance_tokens"
            let anchor = shown.sum("weir_treasury_balance_anchored", series.labels)
            if isBalance, anchor == 0 { continue }
            Self.expect(shown, series, value.description, block)
        }
        let drifts = shown.all("weir_reconciliation_drift_tokens")
        let kinds = Set(drifts.compactMap { $0.labels["tracker"] })
        #expect(kinds == ["staking", "fees", "channels", "treasury"], "block \(block)")
        for metric in [
            "weir_reconciliation_drift_tokens", "weir_tracker_skipped_total",
            "weir_reading_failures_total", "weir_transaction_fees_unsure_total",
            "weir_reputation_mismatches_total", "weir_token_ledger_rest_tokens",
        ] {
            for sample in shown.all(metric) where sample.value != 0 {
                Issue.record("block \(block): \(metric) \(sample.labels) is \(sample.value)")
            }
        }
    }

    private static func expect(
        _ shown: Exposition, _ series: Series, _ units: String, _ block: UInt64
    ) {
        // A series that was never written stands at zero.
        let found = shown.sum(series.metric, series.labels) ?? 0
        #expect(found == series.shown(units), "block \(block): \(series)")
    }
}
