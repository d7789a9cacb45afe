// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import Testing

@testable import EVMABI

/// Behind a proxy the implementation that runs says what a log means, and only where it matters.
@Suite("event variants")
struct EventVariantsTests {
    private let home = Address(truncating: 0xaa)
    private static let first = Address(truncating: 0x11)
    private static let second = Address(truncating: 0x22)
    private static let third = Address(truncating: 0x33)

    private func catalog(
        own: String = "", _ first: String, _ second: String, _ third: String = ""
    ) throws -> EventCatalog {
        func events(_ text: String) throws -> [ABIEvent] { try HumanABI.parse(text).events }
        return try EventCatalog([
            CatalogContract(alias: "Plain", address: Address(truncating: 0xbb), events: []),
            CatalogContract(
                alias: "P", address: self.home, events: try events(own),
                implementations: [
                    CatalogImplementation(address: Self.first, events: try events(first)),
                    CatalogImplementation(address: Self.second, events: try events(second)),
                    CatalogImplementation(address: Self.third, events: try events(third)),
                ]),
        ])
    }

    private func topics(_ signature: String, _ rest: U256...) throws -> EventTopics {
        try #require(
            EventTopics([Keccak256.hash(text: signature)] + rest.map { Hash256($0) }))
    }

    /// The slots of a log while the implementations 0, 1, 2 and an unknown one run.
    private func slots(_ catalog: EventCatalog, _ topics: EventTopics) -> [Int?] {
        ([0, 1, 2, -1] as [Int32]).map { place in
            let match = catalog.match(
                address: self.home, topics: topics, running: [-1, place])
            guard case .event(let slot) = match else {
                #expect(match == .undecodable(contract: 1, .ambiguous))
                return nil
            }
            return slot
        }
    }

    @Test func equalDeclarationsAreOneWhateverRuns() throws {
        let text = "event E(address indexed who, uint256 amount);"
        let catalog = try self.catalog(
            own: text, text, "event E(address indexed node, uint256 stake);")
        let found = self.slots(catalog, try self.topics("E(address,uint256)", 1))
        #expect(found == [0, 0, 0, 0])
        // Names of all implementations are found at the one layout.
        let layout = catalog.layouts[try catalog.event(for: "P.E")]
        #expect(
            ["who", "amount", "node", "stake", "arg1"].map(layout.parameterIndex) == [
                0, 1, 0, 1, 1,
            ])
        #expect(layout.parameterIndex(named: "other") == nil)
    }

    @Test func eventOfOneImplementationIsDecodedWhateverRuns() throws {
        let catalog = try self.catalog(
            "event Old(uint256 a);", "event New(uint256 a);",
            "event New(uint256 a); event Newest();")
        for (signature, slot) in [("Old(uint256)", 0), ("New(uint256)", 1), ("Newest()", 2)] {
            let name = String(signature.prefix { $0 != "(" })
            let found = self.slots(catalog, try self.topics(signature))
            #expect(
                found == Array(repeating: try catalog.event(for: "P.\(name)"), count: 4), "\(slot)")
        }
    }

    @Test func otherIndexedArgumentsDependOnWhatRuns() throws {
        let catalog = try self.catalog(
            "event E(address indexed a, address b);", "event E(address a, address indexed b);")
        let topics = try self.topics("E(address,address)", 7)
        let slots = try catalog.slots(for: "P.E")
        #expect(slots.count == 2)
        // The third one does not declare it: nothing is guessed.
        #expect(self.slots(catalog, topics) == [slots[0], slots[1], nil, nil])
        // Without anyone who knows, too.
        #expect(
            catalog.match(address: self.home, topics: topics)
                == .undecodable(contract: 1, .ambiguous))
        for (place, words) in [(0 as Int32, [7, 9]), (1, [9, 7])] {
            var tape = ABITape()
            let data = U256(9 as UInt64).bigEndianBytes
            let outcome = unsafe catalog.decode(
                address: self.home, topics: topics, data: data.span.bytes, onto: &tape,
                running: [-1, place])
            guard case .event(let event) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect((0..<2).map { event.word($0, on: tape).int } == words)
        }
    }

    @Test func namesInOtherPlacesDependOnWhatRuns() throws {
        let catalog = try self.catalog(
            "event Moved(address from, address to);", "event Moved(address to, address from);",
            "event Moved(address source, address target);")
        let slots = try catalog.slots(for: "P.Moved")
        #expect(slots.count == 2)
        // The third one calls them otherwise, and means the same as the first.
        #expect(
            self.slots(catalog, try self.topics("Moved(address,address)"))
                == [slots[0], slots[1], slots[0], nil])
        #expect(slots.map { catalog.layouts[$0].parameterIndex(named: "from") } == [0, 1])
    }

    @Test func ownDeclarationHoldsWhereTheRunningOneSaysNothing() throws {
        let catalog = try self.catalog(
            own: "event E(address indexed a, address b);", "",
            "event E(address a, address indexed b);")
        let slots = try catalog.slots(for: "P.E")
        #expect(
            self.slots(catalog, try self.topics("E(address,address)", 1))
                == [slots[0], slots[1], slots[0], nil])
    }

    @Test func contradictionWithinOneImplementationStaysAmbiguous() throws {
        let catalog = try self.catalog(
            "event E(address indexed a, address b); event E(address a, address indexed b);",
            "event E(address indexed a, address b);")
        let slots = try catalog.slots(for: "P.E")
        #expect(
            self.slots(catalog, try self.topics("E(address,address)", 1))
                == [nil, slots[0], nil, nil])
    }

    @Test func anonymousEventsDependOnWhatRuns() throws {
        let catalog = try self.catalog(
            "event N(uint256 a) anonymous;", "event M(uint256 a) anonymous;",
            "event N(uint256 b) anonymous;")
        let none = EventTopics(count: 0, .zero, .zero, .zero, .zero)
        let found = ([0, 1, 2] as [Int32]).map {
            catalog.match(address: self.home, topics: none, running: [-1, $0])
        }
        #expect(
            found == [
                .event(slot: try catalog.event(for: "P.N")),
                .event(slot: try catalog.event(for: "P.M")),
                .event(slot: try catalog.event(for: "P.N")),
            ])
        #expect(
            catalog.match(address: self.home, topics: none, running: [-1, -1])
                == .undecodable(contract: 1, .anonymous))
    }

    @Test func proxiesHaveTheirOwnEvents() throws {
        let catalog = try self.catalog("event E();", "")
        #expect(catalog.hasProxies)
        for name in ["Upgraded", "BeaconUpgraded", "AdminChanged"] {
            #expect(throws: Never.self) { try catalog.event(for: "P.\(name)") }
        }
        // One that an ABI declares is not declared again: USDC's proxy does not index the address.
        let old = try self.catalog(own: "event Upgraded(address implementation);", "", "")
        let slots = try old.slots(for: "P.Upgraded")
        #expect(slots.count == 1)
        #expect(old.layouts[slots[0]].event.inputs[0].isIndexed == false)
        // A contract that is no proxy has none of them.
        #expect(throws: ABIError.self) { try catalog.event(for: "Plain.Upgraded") }
    }

    @Test func contractsWithoutImplementationsAreNoProxies() throws {
        let events = try HumanABI.parse("event E(address a); event E(address b)").events
        let catalog = try EventCatalog([
            CatalogContract(alias: "C", address: self.home, events: events)
        ])
        #expect(!catalog.hasProxies)
        #expect(catalog.layouts.count == 1)
        #expect(catalog.contract(at: self.home) == 0)
        #expect(catalog.contract(at: .zero) == nil)
    }
}
