// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import Economy
import Foundation
import MetricsRegistry

/// What trackers cost: time for each log, memory for each account, series.
enum TrackingLines {
    /// Ledger and stakes: a transfer moves a balance, an approval is a stake.
    private static let transfer = "event Transfer(address indexed a, address indexed b, uint256 v)"
    private static let stake = "event Staked(address indexed a, address indexed b, uint256 v)"
    private static let token = "tokens: { FAB: { chain: bench, decimals: 18 } }\n"
    private static let ledger =
        Self.token + """
            trackers:
              fees:
                fab:
                  token: FAB
                  transfer: { event: all.Transfer, amount: v, from: a, to: b }
                  ledger: true
            """
    private static let stakes =
        Self.token + """
            trackers:
              staking:
                nodes: { token: FAB, stake: { event: all.Staked, account: a, amount: v } }
            """
    /// Every tracker that has labels of addresses, fed by strangers.
    private static let strangers =
        Self.token + """
            trackers:
              fees:
                fab:
                  token: FAB
                  transfer: { event: all.Transfer, amount: v, from: a, to: b }
              staking:
                nodes:
                  token: FAB
                  operators: { one: "0x0000000000000000000000000000000000000001" }
                  stake: { event: all.Transfer, account: b, amount: v }
              reputation:
                scores:
                  subjects: { one: "0x0000000000000000000000000000000000000001" }
                  updated: { event: all.Transfer, subject: b, delta: v }
            """

    // MARK: Accounts

    /// The accounts of a ledger: what one takes, and what a block costs beside many.
    ///
    /// - Parameter isFresh: whether nothing ran before in this process: else what an account takes
    ///   cannot be told.
    static func ledger(_ count: Int, isFresh: Bool, _ note: (Row) -> Void) throws {
        try self.accounts("ledger", Self.transfer, Self.ledger, count, isFresh: isFresh, note) {
            .init(from: .zero, to: TrackedChain.account($0), amount: U256(1_000_000))
        }
    }

    /// The accounts of a registry of stakes, likewise.
    static func stakes(_ count: Int, isFresh: Bool, _ note: (Row) -> Void) throws {
        try self.accounts("stakes", Self.stake, Self.stakes, count, isFresh: isFresh, note) {
            .init(from: TrackedChain.account($0), to: .zero, amount: U256(1_000_000))
        }
    }

    private static func accounts(
        _ name: String, _ text: String, _ yaml: String, _ count: Int, isFresh: Bool,
        _ note: (Row) -> Void, _ move: (Int) -> TrackedChain.Move
    ) throws {
        let event = try HumanABI.parseEvent(text)
        let definition = try TrackedChain.definition([event], yaml)
        let topic = event.topic0
        var economy = Economy(definition)
        let before = Self.residentBytes
        var times = Times()
        var seconds = 0.0
        let blockSize = 10_000
        var block = 0
        for first in stride(from: 0, to: count, by: blockSize) {
            block += 1
            let moves = (first..<min(first + blockSize, count)).map(move)
            let logs = TrackedChain.logs(block, topic, moves)
            let page = LogPage(
                first: TrackedChain.header(block).number, last: TrackedChain.header(block).anchor,
                logs: logs)
            seconds += Measurement.once { Measurement.keep(economy.apply(.caughtUp(page))) }
        }
        times.cpu = [seconds]
        let each = Double(Self.residentBytes - before) / Double(count)
        let accounts = economy.states().count { $0.key.hasPrefix("account/") }
        // Beside few accounts the process itself weighs more. Less than a key and an amount take
        // is no measurement.
        let isLight = !isFresh || count < 100_000 || (52...200).contains(each)
        note(
            Row(
                name: name, what: "\(name): \(count) accounts", count: count, unit: "events",
                times: times, isExact: accounts == count && isLight,
                note: isFresh ? "\(Int(each)) bytes an account" : ""))
        // A window: every block touches a hundredth of the accounts.
        let held = Self.residentBytes
        let touched = max(1, count / 100)
        seconds = 0
        for height in 0..<64 {
            block += 1
            let moves = (0..<touched).map { move((height * touched + $0) % count) }
            let made = Block(
                header: TrackedChain.header(block), logs: TrackedChain.logs(block, topic, moves))
            seconds += Measurement.once { Measurement.keep(economy.apply(.committed(made))) }
        }
        times.cpu = [seconds]
        note(
            Row(
                name: name, what: "\(name): 64 blocks of \(touched)", count: 64 * touched,
                unit: "events", times: times,
                note: "\((Self.residentBytes - held) / (64 * touched)) bytes a change"))
        var states: [StateEntry] = []
        seconds = Measurement.once {
            states = economy.apply(.finalized(TrackedChain.header(block).anchor)).states
        }
        times.cpu = [seconds]
        let bytes = states.reduce(0) { $0 + $1.key.utf8.count + ($1.value?.count ?? 0) }
        note(
            Row(
                name: name, what: "\(name): settle them", count: states.count,
                unit: "entries", bytes: bytes, times: times,
                note: "\(bytes / max(1, states.count)) bytes an entry"))
    }

    // MARK: Cardinality

    /// So many addresses that nobody listed: the series stay as many as they were.
    static func cardinality(_ count: Int, _ note: (Row) -> Void) throws {
        let event = try HumanABI.parseEvent(Self.transfer)
        let base = try TrackedChain.definition([event], Self.strangers)
        // A label that strangers fill has a budget.
        let metric = MetricDefinition(
            name: "bench_receipts_total", help: "By receiver.", kind: .count, slots: [0],
            labels: [.init(name: "to", parameter: 1)])
        let definition = EconomyDefinition(
            chain: base.chain, catalog: base.catalog, metrics: [metric], trackers: base.trackers,
            tokens: base.tokens)
        let registry = try MetricsRegistry()
        var families: [String: MetricFamily] = [:]
        for descriptor in Economy.descriptors(namespace: "weir")
            + Economy.descriptors(of: metric)
            + TrackerCatalog.descriptors([.fees, .staking, .reputation], namespace: "weir")
        where families[descriptor.name] == nil {
            families[descriptor.name] = try registry.register(descriptor)
        }
        var economy = Economy(definition)
        var seconds = 0.0
        var size = (early: 0, late: 0)
        let blockSize = 10_000
        var block = 0
        for first in stride(from: 0, to: count, by: blockSize) {
            block += 1
            let range = first..<min(first + blockSize, count)
            let moves = range.map {
                TrackedChain.Move(
                    from: TrackedChain.account($0), to: TrackedChain.account($0 + 1),
                    amount: U256(UInt64($0)))
            }
            let page = LogPage(
                first: TrackedChain.header(block).number, last: TrackedChain.header(block).anchor,
                logs: TrackedChain.logs(block, event.topic0, moves))
            seconds += Measurement.once { Measurement.keep(economy.apply(.caughtUp(page))) }
            guard block == 1 || range.upperBound == count else { continue }
            let updates = economy.samples(namespace: "weir").compactMap { samples in
                families[samples.family].map { FamilyUpdate($0, samples.samples) }
            }
            _ = try registry.update(updates)
            size.late = registry.render(.text004).count
            if block == 1 { size.early = size.late }
        }
        let series = economy.samples(namespace: "weir").reduce(0) { $0 + $1.samples.count }
        var times = Times()
        times.cpu = [seconds]
        // Twins show what was reverted; numbers grow by digits only.
        let isBounded = series <= 1_000 && size.late < size.early + 16 * series
        note(
            Row(
                name: "cardinality", what: "\(count) strangers", count: count, unit: "events",
                bytes: 0, times: times, isExact: isBounded,
                note: "\(series) series, /metrics \(size.early) → \(size.late) bytes"))
    }

    /// Memory that the process has of its own.
    private static var residentBytes: Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let fields = text.split(separator: " ").compactMap { Int($0) }
        return fields.count > 2 ? (fields[1] - fields[2]) * 4_096 : 0
    }
}
