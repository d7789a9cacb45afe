// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// Why a log of a known contract is no event. The text is a label of metrics: it does not change.
package enum UndecodedReason: String, Sendable, Hashable, CaseIterable {
    /// Topic 0 is not an event of the ABI.
    case unknownEvent = "unknown_event"
    /// Topic 0 is known, and no declaration of it has this many topics.
    case topicCount = "topic_count"
    /// No topics and no anonymous event that fits, or more than one.
    case anonymous = "anonymous"
    /// Two declarations have the same topic 0 and number of topics, and other arguments indexed.
    case ambiguous = "ambiguous"
    /// The data is not what the event's types say.
    case badData = "bad_data"
}

/// What a log is, by its address and topics.
package enum EventMatch: Sendable, Equatable {
    /// No contract of the catalog has the address.
    case unknownContract
    case event(slot: Int)
    case undecodable(contract: Int, UndecodedReason)
}

/// What decoding a log gave.
package enum EventOutcome: Sendable, Equatable {
    case unknownContract
    case event(DecodedEvent)
    case undecodable(contract: Int, UndecodedReason)
}

/// All events of all contracts, found by address, topic 0 and number of topics.
///
/// A log whose topic 0 is known but whose topics fit no declaration is told apart from an unknown
/// one, and nothing is guessed: see ``UndecodedReason``. An address of its own comes before
/// contracts without an address, and those share one set of events, the first declaration of
/// several equal ones counting.
///
/// Behind a proxy the ABI depends on the implementation that runs: ``EventVariants`` says where, and
/// the one who knows what runs says so with each log.
package struct EventCatalog: Sendable {
    package let contracts: [CatalogContract]
    /// All events; a slot is an index into them.
    package private(set) var layouts: [EventLayout] = []

    private var nodes: [LayoutNode] = []
    private var shapes: [LayoutShape] = []
    private var addresses = ContractIndex()
    private var groups = TopicIndex()
    /// For each contract and, last, for those without an address: the anonymous event of 0 to 4
    /// topics.
    private var anonymous: [InlineArray<5, Int32>] = []
    /// The first contract without an address.
    private var anyContract: Int?
    /// Where declarations disagree: the slot for an unknown implementation and for each known one.
    private var variants: [[Int32]] = []
    /// Whether a contract is a proxy whose implementation is to be followed.
    package let hasProxies: Bool

    /// Prepares the events of contracts.
    ///
    /// - Throws: ``ABIError/duplicateAddress(_:_:)``, ``ABIError/duplicateAlias(_:)``, or what is
    ///   wrong with a type.
    package init(_ contracts: [CatalogContract]) throws(ABIError) {
        self.contracts = contracts
        self.hasProxies = contracts.contains { $0.address != nil && !$0.implementations.isEmpty }
        self.anyContract = contracts.firstIndex { $0.address == nil }
        self.anonymous = Array(
            repeating: InlineArray<5, Int32>(repeating: TopicIndex.none),
            count: contracts.count + 1)
        var aliases: Set<String> = []
        for (index, contract) in contracts.enumerated() {
            guard aliases.insert(contract.alias).inserted else {
                throw .duplicateAlias(contract.alias)
            }
            if let address = contract.address {
                if let other = self.addresses.insert(address, contract: index) {
                    throw .duplicateAddress(contracts[other].alias, contract.alias)
                }
            }
            if contract.address == nil || contract.implementations.isEmpty {
                let further = contract.implementations.flatMap(\.events)
                for event in contract.events + further { try self.add(event, contract: index) }
            } else {
                try self.addVariants(of: index)
            }
        }
    }

    /// Adds the events of a proxy: its own, and those of all implementations.
    private mutating func addVariants(of index: Int) throws(ABIError) {
        let contract = self.contracts[index]
        var variants = EventVariants()
        let abis =
            [(nil, contract.ownEvents)]
            + contract.implementations.enumerated().map { (Optional($0), $1.events) }
        for (implementation, events) in abis {
            for event in events {
                var layout = try EventLayout(event)
                layout.contract = index
                let key = EventVariants.Key(
                    topic0: event.isAnonymous ? nil : event.topic0,
                    topicCount: layout.layout.shape.topicCount)
                let known = variants.declarations[key]?.first {
                    self.layouts[$0.slot].agrees(with: layout)
                }
                if let known {
                    self.layouts[known.slot].addNames(of: layout)
                } else {
                    self.append(layout)
                }
                variants.add(
                    .init(
                        implementation: implementation,
                        slot: known?.slot ?? self.layouts.count - 1), key)
            }
        }
        for key in variants.keys {
            let slots = variants.slots(key, implementations: contract.implementations.count)
            var value = slots[0]
            if slots.count > 1 {
                value = TopicIndex.firstVariant - Int32(self.variants.count)
                self.variants.append(slots)
            }
            if let topic0 = key.topic0 {
                self.groups.set(
                    key: index, topic0: topic0.word, topicCount: key.topicCount, to: value)
            } else {
                self.anonymous[index][key.topicCount] = value
            }
        }
    }

    private mutating func add(_ event: ABIEvent, contract: Int) throws(ABIError) {
        let slot = self.layouts.count
        let key = self.contracts[contract].address == nil ? self.contracts.count : contract
        var layout = try EventLayout(event)
        layout.contract = contract
        let count = layout.layout.shape.topicCount
        let place =
            event.isAnonymous
            ? self.anonymous[key][count]
            : self.groups.slot(key: key, topic0: event.topic0.word, topicCount: count)
        if place == TopicIndex.none {
            self.append(layout)
            self.set(event, key, count, Int32(slot))
        } else if place >= 0, !event.isAnonymous || self.layouts[Int(place)].event == event,
            self.layouts[Int(place)].indexedPattern == layout.indexedPattern
        {
            // The same event declared again, perhaps under other names of its arguments.
            return
        } else {
            self.append(layout)
            self.set(event, key, count, TopicIndex.ambiguous)
        }
    }

    private mutating func set(_ event: ABIEvent, _ key: Int, _ count: Int, _ value: Int32) {
        if event.isAnonymous {
            self.anonymous[key][count] = value
        } else {
            self.groups.set(key: key, topic0: event.topic0.word, topicCount: count, to: value)
        }
    }

    private mutating func append(_ layout: EventLayout) {
        let base = self.nodes.count
        self.nodes.append(contentsOf: layout.layout.nodes.map { $0.shifted(by: base) })
        var shape = layout.layout.shape
        shape.firstNode = base
        self.shapes.append(shape)
        self.layouts.append(layout)
    }

    // MARK: Logs

    /// Finds the event of a log. Nothing is allocated. Where what runs behind a proxy decides, the
    /// log is ambiguous here.
    package func match(address: Address, topics: EventTopics) -> EventMatch {
        var key = self.addresses.contract(at: address)
        var contract = key
        if key < 0 {
            guard let any = self.anyContract else { return .unknownContract }
            key = self.contracts.count
            contract = any
        }
        let found = self.groups.find(
            key: key, topic0: topics.topic0, topicCount: topics.count)
        if found >= 0 { return .event(slot: Int(found)) }
        switch found {
        case TopicIndex.otherCount: return .undecodable(contract: contract, .topicCount)
        case TopicIndex.none:
            let slot = self.anonymous[key][topics.count]
            if slot >= 0 { return .event(slot: Int(slot)) }
            let isAnonymous = slot != TopicIndex.none || topics.count == 0
            return .undecodable(contract: contract, isAnonymous ? .anonymous : .unknownEvent)
        default: return .undecodable(contract: contract, .ambiguous)
        }
    }

    /// Finds the event of a log while it is known what runs behind proxies.
    ///
    /// - Parameter running: by contract, the place of the implementation that runs, or -1 where it
    ///   is unknown.
    package func match(
        address: Address, topics: EventTopics, running: [Int32]
    ) -> EventMatch {
        let match = self.match(address: address, topics: topics)
        guard case .undecodable(let contract, .ambiguous) = match else {
            guard case .undecodable(let contract, .anonymous) = match else { return match }
            let slot = self.slot(
                variant: self.anonymous[contract][topics.count], contract: contract, running)
            return slot >= 0 ? .event(slot: Int(slot)) : match
        }
        let found = self.groups.find(
            key: contract, topic0: topics.topic0, topicCount: topics.count)
        let slot = self.slot(variant: found, contract: contract, running)
        return slot >= 0 ? .event(slot: Int(slot)) : match
    }

    /// The slot that the implementation decides on which runs behind a contract; negative where
    /// nothing does.
    private func slot(variant: Int32, contract: Int, _ running: [Int32]) -> Int32 {
        guard variant <= TopicIndex.firstVariant, running.indices.contains(contract) else {
            return TopicIndex.ambiguous
        }
        return self.variants[Int(TopicIndex.firstVariant - variant)][Int(running[contract]) + 1]
    }

    /// The contract that lives at an address.
    package func contract(at address: Address) -> Int? {
        let found = self.addresses.contract(at: address)
        return found < 0 ? nil : found
    }

    /// Finds the event of a log and decodes it onto a tape, behind what is there.
    package func decode(
        address: Address, topics: EventTopics, data: RawSpan, onto tape: inout ABITape,
        rules: DecodingRules = .event
    ) -> EventOutcome {
        self.decode(
            self.match(address: address, topics: topics), topics, data, onto: &tape, rules)
    }

    /// The same while it is known what runs behind proxies; see
    /// ``match(address:topics:running:)``.
    package func decode(
        address: Address, topics: EventTopics, data: RawSpan, onto tape: inout ABITape,
        rules: DecodingRules = .event, running: [Int32]
    ) -> EventOutcome {
        self.decode(
            self.match(address: address, topics: topics, running: running), topics, data,
            onto: &tape, rules)
    }

    @inline(__always)
    private func decode(
        _ match: EventMatch, _ topics: EventTopics, _ data: RawSpan, onto tape: inout ABITape,
        _ rules: DecodingRules
    ) -> EventOutcome {
        switch match {
        case .unknownContract: return .unknownContract
        case .undecodable(let contract, let reason):
            return .undecodable(contract: contract, reason)
        case .event(let slot):
            do throws(ABIError) {
                let shape = self.shapes[slot]
                let start = try tape.decode(
                    shape, nodes: self.nodes.span, topics: topics, data: data, rules: rules)
                return .event(
                    DecodedEvent(
                        slot: slot, start: start, count: shape.rootCount,
                        nodeBase: shape.firstNode))
            } catch {
                let layout = self.layouts[slot]
                return .undecodable(
                    contract: layout.contract, layout.event.isAnonymous ? .anonymous : .badData)
            }
        }
    }

    /// The table of types that the entries of a tape point into.
    package var nodeTable: [LayoutNode] { self.nodes }
}
