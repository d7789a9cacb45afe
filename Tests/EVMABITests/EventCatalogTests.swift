// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives
import Testing

/// How logs find their events: by address, topic 0 and number of topics, and never by guessing.
@Suite("event catalog")
struct EventCatalogTests {
    private let home = Address(truncating: 0xaa)
    private let other = Address(truncating: 0xbb)

    private func catalog(_ text: String, address: Address? = Address(truncating: 0xaa)) throws
        -> EventCatalog
    {
        try EventCatalog([
            CatalogContract(alias: "C", address: address, events: try HumanABI.parse(text).events)
        ])
    }

    private func topics(_ signature: String, _ rest: U256...) -> EventTopics {
        let hash = Hash256(Keccak256.hash(text: signature).word)
        return EventTopics([hash] + rest.map { Hash256($0) })
            ?? EventTopics(count: 0, .zero, .zero, .zero, .zero)
    }

    private func decode(
        _ catalog: EventCatalog, _ topics: EventTopics, _ data: [UInt8] = [],
        at address: Address = Address(truncating: 0xaa)
    ) -> EventOutcome {
        var tape = ABITape()
        return unsafe catalog.decode(
            address: address, topics: topics, data: data.span.bytes, onto: &tape)
    }

    /// Trap A: every pair of the list, the same topic 0 with another number of topics.
    @Test(arguments: [
        ("AddedOwner", "address", 0, 1), ("Approval", "address,address,uint256", 2, 3),
        ("ChangedFallbackHandler", "address", 0, 1), ("ChangedGuard", "address", 0, 1),
        ("ContractCreation", "address", 0, 1), ("DisabledModule", "address", 0, 1),
        ("EnabledModule", "address", 0, 1), ("ExecutionFailure", "bytes32,uint256", 0, 1),
        ("ExecutionSuccess", "bytes32,uint256", 0, 1), ("ProposalExecuted", "uint256", 1, 0),
        ("ProposalQueued", "uint256,uint256", 1, 0), ("ProxyCreation", "address,address", 0, 1),
        ("RemovedOwner", "address", 0, 1), ("Transfer", "address,address,uint256", 2, 3),
    ])
    func layoutsOfOneTopicAreToldApartByTheNumberOfTopics(
        name: String, types: String, first: Int, second: Int
    ) throws {
        func fragment(_ indexed: Int) -> String {
            let list = types.split(separator: ",").enumerated().map {
                $0 < indexed ? "\($1) indexed a\($0)" : "\($1) a\($0)"
            }
            return "event \(name)(\(list.joined(separator: ", ")));"
        }
        let catalog = try self.catalog(fragment(first) + fragment(second))
        #expect(catalog.layouts.count == 2)
        let count = types.split(separator: ",").count
        let topic = Keccak256.hash(text: "\(name)(\(types))")
        for (slot, indexed) in [first, second].enumerated() {
            let words = (0..<count).map { U256(UInt64($0 + 1)) }
            let topics = try #require(
                EventTopics([topic] + words.prefix(indexed).map { Hash256($0) }))
            let data = words.dropFirst(indexed).flatMap(\.bigEndianBytes)
            var tape = ABITape()
            let outcome = unsafe catalog.decode(
                address: self.home, topics: topics, data: data.span.bytes, onto: &tape)
            guard case .event(let event) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(event.slot == slot)
            #expect((0..<count).map { event.word($0, on: tape) } == words)
        }
        // A number of topics that no layout has is kept apart from an unknown event.
        let missing = (0...3).first { $0 != first && $0 != second } ?? 3
        let odd = try #require(
            EventTopics([topic] + Array(repeating: Hash256(U256.one), count: missing)))
        #expect(
            self.decode(catalog, odd) == .undecodable(contract: 0, .topicCount))
        // Both are one reference: nothing but the index tells them apart.
        #expect(try catalog.slots(for: "C.\(name)") == [0, 1])
        #expect(throws: ABIError.self) { try catalog.event(for: "C.\(name)") }
    }

    /// Trap B: the same event in two contracts is told apart by the address.
    @Test func equalEventsOfTwoContractsAreToldApartByAddress() throws {
        let events = try HumanABI.parse(
            "event ApprovalForAll(address indexed a, address indexed b, bool c)"
        ).events
        let catalog = try EventCatalog([
            CatalogContract(alias: "NFT", address: self.home, events: events),
            CatalogContract(alias: "Multi", address: self.other, events: events),
        ])
        let topics = self.topics("ApprovalForAll(address,address,bool)", 1, 2)
        let data = U256.one.bigEndianBytes
        for (index, address) in [self.home, self.other].enumerated() {
            guard case .event(let event) = self.decode(catalog, topics, data, at: address) else {
                Issue.record("not decoded")
                continue
            }
            #expect(catalog.layouts[event.slot].contract == index)
        }
        #expect(self.decode(catalog, topics, data, at: .zero) == .unknownContract)
        #expect(catalog.events(named: "ApprovalForAll") == [0, 1])
        #expect(try catalog.event(for: "Multi.ApprovalForAll") == 1)
    }

    /// Trap C: an overloaded name must be written with its types.
    @Test func overloadedNamesListTheirCandidates() throws {
        let catalog = try self.catalog(
            """
            event Deposit(address indexed a, uint256 b);
            event Deposit(address a, address b, uint256 c, uint256 d);
            """)
        #expect(
            throws: ABIError.ambiguousEvent(
                "C.Deposit",
                candidates: [
                    "C.Deposit(address,uint256)", "C.Deposit(address,address,uint256,uint256)",
                ])
        ) { try catalog.event(for: "C.Deposit") }
        #expect(try catalog.event(for: "C.Deposit(address,uint)") == 0)
        #expect(try catalog.event(for: "C.Deposit(address, address, uint256, uint256)") == 1)
        #expect(throws: ABIError.unknownEvent("C.Deposit(bool)")) {
            try catalog.event(for: "C.Deposit(bool)")
        }
        #expect(throws: ABIError.unknownEvent("C.Deposits")) {
            try catalog.event(for: "C.Deposits")
        }
        #expect(throws: ABIError.unknownContract("D")) { try catalog.event(for: "D.Deposit") }
        #expect(throws: ABIError.unknownContract("Deposit")) { try catalog.event(for: "Deposit") }
        #expect(catalog.eventNames == ["C.Deposit", "C.Deposit"])
    }

    /// Trap D: logs without topics, anonymous events, events without arguments.
    @Test func logsWithoutTopicsAreMatchedOnlyWithoutDoubt() throws {
        let none = EventTopics(count: 0, .zero, .zero, .zero, .zero)
        let plain = try self.catalog("event Pause();")
        #expect(self.decode(plain, none) == .undecodable(contract: 0, .anonymous))
        #expect(
            self.decode(plain, self.topics("Unpause()"))
                == .undecodable(contract: 0, .unknownEvent))
        guard case .event = self.decode(plain, self.topics("Pause()")) else {
            Issue.record("an event without arguments was not decoded")
            return
        }
        let one = try self.catalog(
            "event N(uint256 a) anonymous; event M(uint256 indexed a) anonymous")
        guard case .event(let event) = self.decode(one, none, U256.one.bigEndianBytes) else {
            Issue.record("a log without topics was not decoded")
            return
        }
        #expect(event.slot == 0)
        #expect(self.decode(one, none) == .undecodable(contract: 0, .anonymous))
        let two = try self.catalog("event N(uint256 a) anonymous; event M(address a) anonymous")
        #expect(
            self.decode(two, none, U256.one.bigEndianBytes)
                == .undecodable(contract: 0, .anonymous))
    }

    /// Trap D: indexed values of several words are hashes; signed topics; small types.
    @Test func topicsKeepHashesSignsAndLimits() throws {
        let catalog = try self.catalog(
            """
            event S(string indexed s, bytes indexed b, uint256[2] indexed a);
            event Signed(int256 indexed current, int24 indexed tick);
            event Small(uint48 indexed a);
            """)
        let hash = Keccak256.hash(text: "x").word
        var tape = ABITape()
        let outcome = unsafe catalog.decode(
            address: self.home, topics: self.topics("S(string,bytes,uint256[2])", hash, hash, hash),
            data: [UInt8]().span.bytes, onto: &tape)
        guard case .event(let event) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(
            (0..<3).map { event.hash($0, on: tape) } == Array(repeating: Hash256(hash), count: 3))
        #expect(
            unsafe catalog.layouts[0].value(0, of: event, on: tape, data: [UInt8]().span.bytes)
                == .hash(Hash256(hash)))
        let signed = self.topics("Signed(int256,int24)", U256.max, U256.max)
        guard
            case .event(let negative) = unsafe catalog.decode(
                address: self.home, topics: signed, data: [UInt8]().span.bytes, onto: &tape)
        else {
            Issue.record("not decoded")
            return
        }
        #expect(negative.signed(0, on: tape) == -1)
        #expect(negative.signed(1, on: tape) == -1)
        let dirty = self.topics("Small(uint48)", U256(1 << 48 as UInt64))
        #expect(self.decode(catalog, dirty) == .undecodable(contract: 0, .badData))
    }

    @Test func equalSignaturesWithOtherArgumentsIndexedAreAmbiguous() throws {
        let catalog = try self.catalog(
            "event E(address indexed a, address b); event E(address a, address indexed b)",
            address: nil)
        #expect(
            self.decode(catalog, self.topics("E(address,address)", 1), U256.one.bigEndianBytes)
                == .undecodable(contract: 0, .ambiguous))
        // The same declaration twice is one.
        let twice = try self.catalog("event F(address a); event F(address b)")
        #expect(twice.layouts.count == 1)
    }

    @Test func contractsNeedTheirOwnAddressAndAlias() throws {
        let contract = CatalogContract(alias: "A", address: self.home, events: [])
        var second = contract
        second.alias = "B"
        #expect(throws: ABIError.duplicateAddress("A", "B")) {
            try EventCatalog([contract, second])
        }
        second = contract
        second.address = nil
        #expect(throws: ABIError.duplicateAlias("A")) { try EventCatalog([contract, second]) }
    }

    @Test func manyContractsAndEventsAreAllFound() throws {
        let contracts = try (0..<300).map { index in
            CatalogContract(
                alias: "c\(index)", address: Address(truncating: U256(UInt64(index) << 32)),
                events: [try HumanABI.parseEvent("E\(index % 7)(uint256 v)")])
        }
        let catalog = try EventCatalog(contracts)
        for index in 0..<300 {
            let match = catalog.match(
                address: Address(truncating: U256(UInt64(index) << 32)),
                topics: self.topics("E\(index % 7)(uint256)"))
            #expect(match == .event(slot: index))
        }
        #expect(
            catalog.match(address: self.home, topics: self.topics("E0(uint256)"))
                == .unknownContract)
    }

    @Test func reasonsKeepTheirLabels() {
        #expect(
            UndecodedReason.allCases.map(\.rawValue)
                == ["unknown_event", "topic_count", "anonymous", "ambiguous", "bad_data"])
    }
}
