// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ConfigTree
import EVMABI
import EVMPrimitives
import MetricsRegistry
import Testing
import WeirTestSupport

@testable import Economy

/// A contract of a test: what it emits, answers to and fails with, as human-readable fragments.
struct LabContract {
    var alias: String
    var address: Address
    var events: [ABIEvent]
    var functions: [ABIFunction]
    var errors: [ABIErrorFragment]
    var implementations: [CatalogImplementation] = []
    var beacon: Address?

    init(_ alias: String, _ number: UInt64, _ fragments: [String]) throws {
        self.alias = alias
        self.address = Address(words: number, number, UInt32(truncatingIfNeeded: number))
        self.events = []
        self.functions = []
        self.errors = []
        for fragment in fragments {
            switch try HumanABI.parseFragment(fragment, assuming: "event") {
            case .event(let event): self.events.append(event)
            case .function(let function): self.functions.append(function)
            case .error(let error): self.errors.append(error)
            case .other: throw LabFault.unusable(fragment)
            }
        }
    }

    init(_ alias: String, at address: Address, abi: ContractABI) {
        self.alias = alias
        self.address = address
        self.events = abi.events
        self.functions = abi.functions
        self.errors = abi.errors
    }
}

/// An event that a contract of a test emits.
struct Emit: Sendable {
    var reference: String
    var values: [ABIValue]
    /// Events of a block with the same number are of one transaction; nil: of one of its own.
    var transaction: Int?

    init(_ reference: String, _ values: [ABIValue], transaction: Int? = nil) {
        self.reference = reference
        self.values = values
        self.transaction = transaction
    }
}

/// Trackers as a configuration text asks for them, on a chain that a test makes block by block.
///
///     var lab = try TrackerLab([registry], """
///         trackers: { staking: { nodes: { token: FAB, stake: { event: Registry.Staked } } } }
///         """)
///     try lab.commit([Emit("Registry.Staked", [.address(alice), .uint(5)])])
///     #expect(lab.value("staked_tokens", ["nodes", "FAB", ""]) == 5)
struct TrackerLab {
    static let chain = "lab"

    let definition: EconomyDefinition
    private(set) var economy: Economy
    private(set) var outcomes: [Economy.Outcome] = []
    /// The blocks above the settled one.
    private(set) var window: [Block] = []
    /// The steps that lead to the settled state.
    private(set) var settled: [Block] = []
    /// What came from outside the chain.
    private(set) var vouchers: [LearntVoucher] = []
    private var number: UInt64 = 1_000
    private var time: UInt64 = 1_700_000_000
    private var salt: UInt64 = 0

    /// - Parameter yaml: `tokens` and `trackers` as in a configuration file.
    /// - Throws: all faults of the text.
    init(_ contracts: [LabContract], _ yaml: String, decimals: [Address: UInt8] = [:]) throws {
        let tree = try ConfigLoader(surroundings: ConfigSurroundings())
            .load(text: yaml, name: "lab.yaml", directory: nil)
        let definition: EconomyDefinition = try tree.read { root in
            let events = EventDirectory(
                contracts.map { contract in
                    (
                        contract.alias,
                        EventDirectory.Contract(
                            chain: Self.chain,
                            contract: CatalogContract(
                                alias: contract.alias, address: contract.address,
                                events: contract.events,
                                implementations: contract.implementations,
                                beacon: contract.beacon),
                            functions: contract.functions, errors: contract.errors)
                    )
                }
            ) { chain, error in root.fail("\(chain): \(error)") }
            let tokens = TokenDirectory(root, chains: [Self.chain])
            let trackers = TrackerReader(events, tokens: tokens, chains: [Self.chain]).read(root)
            guard let catalog = events.catalogs[Self.chain],
                let table = try? tokens.table(Self.chain).resolved(decimals)
            else {
                root.fail("the tokens are not known")
                return nil
            }
            return EconomyDefinition(
                chain: Self.chain, catalog: catalog, trackers: trackers.map(\.definition),
                tokens: table)
        }
        self.definition = definition
        self.economy = Economy(definition)
    }

    /// The faults of a configuration text, one a line; empty where there is none.
    static func faults(_ contracts: [LabContract], _ yaml: String) -> String {
        do {
            _ = try TrackerLab(contracts, yaml)
            return ""
        } catch { return "\(error)" }
    }

    // MARK: The chain

    /// The time of the next block.
    var nextTime: BlockTime { BlockTime(self.time + 12) }

    /// Lets time pass before the next block.
    mutating func wait(_ seconds: UInt64) { self.time += seconds }

    /// A block with these events and what else is known of it.
    mutating func block(
        _ events: [Emit], extras: ((BlockRef, BlockTime) -> BlockExtras)? = nil
    ) throws -> Block {
        self.number += 1
        self.time += 12
        self.salt += 1
        let hash = Hash256(words: self.salt, 7, 7, self.number)
        let header = BlockHeader(
            number: BlockNumber(self.number), hash: hash, parentHash: .zero,
            timestamp: BlockTime(self.time))
        var logs = LogBatch()
        for (index, event) in events.enumerated() {
            let slot = try self.slot(event.reference)
            let layout = self.definition.catalog.layouts[slot]
            let (topics, data) = try Self.log(layout.event, event.values)
            guard let address = self.definition.catalog.contracts[layout.contract].address,
                let list = TopicList(topics)
            else { throw LabFault.unusable(event.reference) }
            logs.append(
                LogEntry(
                    address: address, topics: list, dataOffset: 0, dataCount: 0,
                    blockNumber: header.number, blockHash: hash,
                    transactionHash: Hash256(
                        words: 1, event.transaction == nil ? 2 : 3, self.salt,
                        UInt64(event.transaction ?? index)),
                    transactionIndex: UInt32(index), logIndex: UInt32(index),
                    blockTimestamp: header.timestamp),
                data: data)
        }
        return Block(
            header: header, logs: logs, extras: extras.map { $0(header.ref, header.timestamp) })
    }

    /// The slot of a reference; `Contract.Event#1` is the second of several declarations.
    private func slot(_ reference: String) throws -> Int {
        let parts = reference.split(separator: "#").map(String.init)
        guard parts.count == 2, let place = Int(parts[1]) else {
            return try self.definition.catalog.event(for: reference)
        }
        return try self.definition.catalog.slots(for: parts[0])[place]
    }

    /// A block at the head.
    mutating func commit(
        _ events: [Emit], extras: ((BlockRef, BlockTime) -> BlockExtras)? = nil
    ) throws {
        self.commit(try self.block(events, extras: extras))
    }

    /// A block from elsewhere at the head.
    mutating func commit(_ block: Block) {
        self.window.append(block)
        self.outcomes.append(self.economy.apply(.committed(block)))
    }

    /// Blocks below finality, as catch-up delivers them. Only while the window is empty.
    mutating func page(_ blocks: [[Emit]]) throws {
        let made = try blocks.map { try self.block($0) }
        self.settled += made
        self.outcomes.append(self.economy.apply(.caughtUp(Self.page(made))))
    }

    /// Vouchers from outside the chain.
    mutating func learn(_ vouchers: [LearntVoucher]) {
        self.vouchers += vouchers
        self.outcomes.append(self.economy.learn(vouchers))
    }

    static func page(_ blocks: [Block]) -> LogPage {
        var logs = LogBatch()
        for block in blocks { logs.append(block.logs) }
        return LogPage(
            first: blocks[0].header.number, last: blocks[blocks.count - 1].header.anchor,
            logs: logs, extras: blocks.compactMap(\.extras))
    }

    /// Drops the last blocks.
    mutating func revert(_ depth: Int) {
        self.window.removeLast(depth)
        self.number -= UInt64(depth)
        let ref = self.window.last?.header.ref ?? self.settled.last?.header.ref
        self.outcomes.append(
            self.economy.apply(
                .reverted(
                    to: ref ?? BlockRef(number: BlockNumber(self.number), hash: .zero),
                    depth: depth)))
    }

    /// Settles the first blocks of the window.
    mutating func settle(_ count: Int) {
        let anchor = self.window[count - 1].header.anchor
        self.settled += self.window[..<count]
        self.window.removeFirst(count)
        self.outcomes.append(self.economy.apply(.finalized(anchor)))
    }

    /// Takes everything up again from what a store would hold.
    mutating func restart() throws {
        var states = EntryStore()
        var reverted = EntryStore()
        for outcome in self.outcomes {
            states.apply(outcome.states)
            reverted.apply(outcome.reverted)
        }
        self.economy = Economy(self.definition)
        try self.economy.restore(states: states.all, reverted: reverted.all)
        if let last = self.settled.last { self.economy.resume(at: last.header.anchor) }
        // What follows from them was stored with them.
        #expect(self.economy.learn(self.vouchers).isEmpty)
        for block in self.window {
            self.economy.refold(block.logs, block.extras, anchor: block.header.anchor)
        }
    }

    // MARK: What it says

    /// The value of a series; nil where there is none. Labels without the chain.
    func value(_ family: String, _ labels: [String]) -> Double? {
        guard case .number(let number)? = self.sample(family, labels)?.value else { return nil }
        return switch number {
        case .integer(let whole): Double(whole)
        case .double(let value): value
        }
    }

    /// How often a histogram was observed.
    func observations(_ family: String, _ labels: [String]) -> UInt64? {
        guard case .histogram(let value)? = self.sample(family, labels)?.value else { return nil }
        return value.count
    }

    private func sample(_ family: String, _ labels: [String]) -> Sample? {
        self.economy.samples(namespace: "weir").first { $0.family == "weir_" + family }?
            .samples.first { $0.labelValues == [Self.chain] + labels }
    }

    /// How often events of a tracker were skipped for a reason.
    func skipped(_ tracker: String, _ name: String, _ reason: SkipReason) -> Double {
        self.value("tracker_skipped_total", [tracker, name, reason.rawValue]) ?? 0
    }

    /// All facts so far, those of dropped blocks too.
    var facts: [Fact] { self.outcomes.flatMap(\.facts) }

    /// The tracker of a name, to look into.
    func tracker<T: Tracker>(_ type: T.Type, _ name: String) -> T? {
        self.economy.current.trackers.first { $0.definition.name == name }?.tracker as? T
    }

    /// What the canonical chain adds up to when it is folded from nothing, in other pages.
    func recount() -> Economy {
        var fresh = Economy(self.definition)
        _ = fresh.learn(self.vouchers)
        if !self.settled.isEmpty { _ = fresh.apply(.caughtUp(Self.page(self.settled))) }
        for block in self.window { _ = fresh.apply(.committed(block)) }
        return fresh
    }

    // MARK: Logs

    /// Topics and data of an event (Solidity ABI specification, "Events").
    static func log(
        _ event: ABIEvent, _ values: [ABIValue]
    ) throws -> (topics: [Hash256], data: [UInt8]) {
        var topics: [Hash256] = event.isAnonymous ? [] : [event.topic0]
        var types: [ABIType] = []
        var plain: [ABIValue] = []
        for (input, value) in zip(event.inputs, values) {
            guard input.isIndexed else {
                types.append(input.type)
                plain.append(value)
                continue
            }
            switch value {
            case .string(let bytes): topics.append(Keccak256.hash(bytes))
            case .bytes(let bytes) where input.type == .bytes:
                topics.append(Keccak256.hash(bytes))
            default:
                let bytes = try ABIEncoder.encode([input.type], [value])
                guard let hash = Hash256(bytes: bytes) else {
                    throw LabFault.unusable(event.signature)
                }
                topics.append(hash)
            }
        }
        return (topics, try ABIEncoder.encode(types, plain))
    }
}

enum LabFault: Error { case unusable(String) }

/// A random chain over a lab: growth, pages, reorganisations, settling, restarts.
enum TrackerWalk {
    /// Walks, and checks every few steps that what the trackers know is what the canonical chain says
    /// when it is folded from nothing in other pages.
    ///
    /// - Parameters:
    ///   - seed: printed by the test's argument; the same seed walks the same way.
    ///   - events: makes the events of a block.
    ///   - vouchers: makes vouchers that come between two steps.
    ///   - check: further invariants of the tracker.
    static func run(
        _ lab: TrackerLab, seed: UInt64, steps: Int = 60,
        events: (inout SeededRandom) -> [Emit],
        extras: ((inout SeededRandom) -> (BlockRef, BlockTime) -> BlockExtras)? = nil,
        check: (TrackerLab) throws -> Void = { _ in },
        vouchers: ((inout SeededRandom) -> [LearntVoucher])? = nil
    ) throws {
        var lab = lab
        var random = SeededRandom(seed: seed)
        for step in 1...steps {
            switch Int.random(in: 0..<12, using: &random) {
            case 0 where lab.window.isEmpty:
                let count = Int.random(in: 1...4, using: &random)
                try lab.page((0..<count).map { _ in events(&random) })
            case 1, 2, 3:
                guard !lab.window.isEmpty else { continue }
                lab.revert(Int.random(in: 1...lab.window.count, using: &random))
            case 4, 5:
                guard !lab.window.isEmpty else { continue }
                lab.settle(Int.random(in: 1...lab.window.count, using: &random))
            case 6: try lab.restart()
            default:
                let happened = events(&random)
                let more = extras.map { $0(&random) }
                try lab.commit(happened, extras: more)
            }
            if let vouchers, Bool.random(using: &random) { lab.learn(vouchers(&random)) }
            try check(lab)
            // Folding from nothing costs most, and a fault stays: every few steps are enough.
            guard step % 4 == 0 || step == steps else { continue }
            #expect(
                Self.net(lab.economy) == Self.net(lab.recount()),
                "seed \(seed), step \(step): not what the canonical chain folds to")
        }
    }

    /// All entries of the trackers as of the last block. Counters of it hold what is canonical: what
    /// was reverted is kept apart.
    private static func net(_ economy: Economy) -> [String: [UInt8]] {
        var values: [String: [UInt8]] = [:]
        for box in economy.current.trackers {
            for entry in box.entries {
                values["\(entry.tracker) \(entry.key)"] = entry.value
            }
        }
        return values
    }
}
