// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ConfigTree
import EVMABI
import EVMPrimitives
import PromQL
import Testing
import WeirTestSupport

@testable import Alerting

/// A chain with a few contracts, its logs, and rules on them.
struct EventLab {
    static let registry = Address(truncating: 0xaa)
    static let token = Address(truncating: 0xbb)
    static let governor = Address(truncating: 0xcc)
    static let mine = Address(truncating: 0x1111)
    static let other = Address(truncating: 0x2222)

    static let registryABI = """
        event NodeSlashed(address indexed node, uint256 amount, string reason);
        event Registered(address indexed node, string indexed label, bytes32 role);
        event Ordered((address buyer, uint256 amount, (int8 kind, bool urgent) detail) order, uint256[] parts);
        event Changed(int256 delta, int8 step, uint8 level, bool paused, bytes data, address[] targets, string[] notes);
        event Twice(uint256 amount);
        event Twice(uint256 amount, address who);
        event Marked(uint256, address);
        event Placed(uint256 block, address contract, uint256[] indexed parts);
        event Empty();
        """
    static let tokenABI = """
        event Transfer(address indexed from, address indexed to, uint256 value);
        function transfer(address to, uint256 amount) returns (bool);
        """
    static let governorABI = """
        event ProposalCreated(uint256 proposalId, address proposer, address[] targets, uint256[] values, string[] signatures, bytes[] calldatas, uint256 start, uint256 end, string description);
        """

    var sources: EventSources

    init(
        tokens: [EventToken] = [
            EventToken(symbol: "FAB", address: EventLab.token, decimals: 18),
            EventToken(symbol: "USDC", address: nil, decimals: 6),
            EventToken(symbol: "ZERO", address: Address(truncating: 0xdd), decimals: 0),
            EventToken(symbol: "HUGE", address: Address(truncating: 0xde), decimals: 77),
            EventToken(symbol: "B-7", address: Address(truncating: 0xdf), decimals: 2),
        ], explorer: String? = "https://scan.example"
    ) throws {
        let texts = [
            ("NodeRegistry", Self.registry, Self.registryABI), ("FAB", Self.token, Self.tokenABI),
            ("Governor", Self.governor, Self.governorABI),
        ]
        var contracts: [CatalogContract] = []
        var functions: [FunctionContract] = []
        for (alias, address, text) in texts {
            let abi = try HumanABI.parse(text)
            contracts.append(CatalogContract(alias: alias, address: address, events: abi.events))
            functions.append(
                FunctionContract(alias: alias, address: address, functions: abi.functions))
        }
        self.sources = EventSources(
            chains: [
                EventSources.Chain(
                    name: "base", catalog: try EventCatalog(contracts),
                    functions: try FunctionCatalog(functions), tokens: tokens,
                    explorer: explorer.flatMap { Explorer($0) })
            ],
            lists: [
                EventList(
                    name: "operators",
                    items: [
                        EventList.Item("\(Self.mine)", name: "mine"),
                        EventList.Item("\(Address(truncating: 0x3333))"),
                    ]),
                EventList(
                    name: "words", items: [EventList.Item("offline"), EventList.Item("late")]),
                EventList(name: "numbers", items: [EventList.Item("1"), EventList.Item("2_000")]),
            ])
    }

    var chain: EventSources.Chain { self.sources.chains[0] }

    /// The place of an event by its name, or its signature.
    func slot(_ event: String) throws -> Int {
        try #require(
            self.chain.catalog.layouts.indices.first {
                let layout = self.chain.catalog.layouts[$0]
                return layout.name == event || layout.signature == event
            })
    }

    // MARK: Conditions

    func check(_ text: String, on event: String, needsDecimals: Bool = true) throws
        -> CheckedCondition
    {
        try ConditionChecker.check(
            try ConditionParser.parse(text),
            in: ConditionScope(
                event: self.chain.catalog.layouts[try self.slot(event)], chain: self.chain,
                lists: self.sources.lists, needsDecimals: needsDecimals))
    }

    func context(_ event: String, _ values: [ABIValue]) throws -> EventContext {
        let layout = self.chain.catalog.layouts[try self.slot(event)]
        return EventContext(
            values: values, contract: "NodeRegistry", event: layout.name, chain: "base",
            address: Self.registry, transactionHash: Hash256(U256(0x77)), blockNumber: 100,
            blockHash: Hash256(U256(0x88)), blockTime: 1_700_000_000, logIndex: 3)
    }

    func holds(_ text: String, on event: String, _ values: [ABIValue]) throws -> Bool? {
        try self.check(text, on: event).program.holds(try self.context(event, values))
    }

    // MARK: Logs

    /// A log of an event as the chain has it.
    func add(
        _ event: String, _ values: [ABIValue], to batch: inout LogBatch, block: BlockRef,
        index: UInt32, transaction: UInt64 = 0x77
    ) throws {
        let layout = self.chain.catalog.layouts[try self.slot(event)]
        let contract = self.chain.catalog.contracts[layout.contract]
        var topics = TopicList()
        _ = topics.append(layout.event.topic0)
        var types: [ABIType] = []
        var data: [ABIValue] = []
        for (input, value) in zip(layout.event.inputs, values) {
            guard input.isIndexed else {
                types.append(input.type)
                data.append(value)
                continue
            }
            switch value {
            case .address(let address): _ = topics.append(Hash256(address.word))
            case .uint(let word): _ = topics.append(Hash256(word))
            case .hash(let hash): _ = topics.append(hash)
            default: Issue.record("no topic of \(value)")
            }
        }
        batch.append(
            LogEntry(
                address: contract.address ?? .zero, topics: topics, dataOffset: 0, dataCount: 0,
                blockNumber: block.number, blockHash: block.hash,
                transactionHash: Hash256(U256(transaction)), transactionIndex: 0, logIndex: index),
            data: try ABIEncoder.encode(types, data))
    }

    static func slashed(_ amount: U256, _ node: Address = mine, reason: String = "offline")
        -> [ABIValue]
    {
        [.address(node), .uint(amount), .text(reason)]
    }

    /// `count` FAB in smallest units.
    static func fab(_ count: UInt64) -> U256 {
        U256(count).multiplied(by: U256.powerOfTen(18) ?? .one) ?? .max
    }

    // MARK: Rules

    /// The rules of a text, and the lines of all faults.
    func read(_ text: String) -> (rules: [EventRuleDefinition], faults: [String]) {
        var rules: [EventRuleDefinition] = []
        do {
            let tree = try ConfigLoader(
                surroundings: ConfigSurroundings(variables: [:]) { _, _ in .failure(.missing) }
            ).load(text: text)
            _ = try tree.read { root -> Bool? in
                rules = EventRuleReader(self.sources).read(root)
                return true
            }
            return (rules, [])
        } catch {
            return (rules, error.list.map(\.description))
        }
    }

    func engine(_ text: String) throws -> EventRuleEngine {
        let (rules, faults) = self.read(text)
        #expect(faults == [])
        return try EventRuleEngine(rules, chain: "base", sources: self.sources)
    }
}

/// Blocks by their number and a mark of their branch.
enum LabBlock {
    static func ref(_ number: UInt64, _ branch: UInt64 = 0) -> BlockRef {
        BlockRef(
            number: BlockNumber(number), hash: Hash256(U256(limbs: branch, number, 0xb10c, 1)))
    }

    static func time(_ number: UInt64) -> UInt64 { 1_700_000_000 + 2 * number }

    static func header(_ ref: BlockRef) -> BlockHeader {
        BlockHeader(
            number: ref.number, hash: ref.hash, parentHash: .zero,
            timestamp: BlockTime(self.time(ref.number.rawValue)))
    }

    static func anchor(_ ref: BlockRef) -> BlockAnchor {
        BlockAnchor(
            ref: ref, parentHash: .zero, timestamp: BlockTime(self.time(ref.number.rawValue)))
    }
}
