// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// A contract whose events a catalog knows.
package struct CatalogContract: Sendable {
    package var alias: String
    /// Where it lives; nil for events of any address.
    package var address: Address?
    package var events: [ABIEvent]

    package init(alias: String, address: Address?, events: [ABIEvent]) {
        self.alias = alias
        self.address = address
        self.events = events
    }
}

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

    /// Prepares the events of contracts.
    ///
    /// - Throws: ``ABIError/duplicateAddress(_:_:)``, ``ABIError/duplicateAlias(_:)``, or what is
    ///   wrong with a type.
    package init(_ contracts: [CatalogContract]) throws(ABIError) {
        self.contracts = contracts
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
            for event in contract.events { try self.add(event, contract: index) }
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

    /// Finds the event of a log. Nothing is allocated.
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
        case TopicIndex.ambiguous: return .undecodable(contract: contract, .ambiguous)
        default:
            let slot = self.anonymous[key][topics.count]
            if slot >= 0 { return .event(slot: Int(slot)) }
            let isAnonymous = slot == TopicIndex.ambiguous || topics.count == 0
            return .undecodable(contract: contract, isAnonymous ? .anonymous : .unknownEvent)
        }
    }

    /// Finds the event of a log and decodes it onto a tape, behind what is there.
    package func decode(
        address: Address, topics: EventTopics, data: RawSpan, onto tape: inout ABITape,
        rules: DecodingRules = .event
    ) -> EventOutcome {
        switch self.match(address: address, topics: topics) {
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

    // MARK: Names

    /// The slots of all events of that name, of one contract or of all.
    package func events(named name: String, contract alias: String? = nil) -> [Int] {
        self.layouts.indices.filter { slot in
            let layout = self.layouts[slot]
            return layout.name == name
                && (alias == nil || self.contracts[layout.contract].alias == alias)
        }
    }

    /// The slots that a reference stands for: `Contract.Event`, or `Contract.Event(address,uint256)`
    /// where the name is overloaded. More than one only where the same signature is declared with
    /// different indexed arguments, which no reference can tell apart.
    ///
    /// - Throws: ``ABIError/unknownContract(_:)``, ``ABIError/unknownEvent(_:)``,
    ///   ``ABIError/ambiguousEvent(_:candidates:)`` with the signatures to choose from.
    package func slots(for reference: String) throws(ABIError) -> [Int] {
        guard let dot = reference.firstIndex(of: ".") else {
            throw .unknownContract(reference)
        }
        let alias = String(reference[..<dot])
        let wanted = String(reference[reference.index(after: dot)...])
        guard self.contracts.contains(where: { $0.alias == alias }) else {
            throw .unknownContract(alias)
        }
        var found: [Int]
        if wanted.contains("(") {
            let event = try HumanABI.parseEvent(wanted)
            found = self.events(named: event.name, contract: alias)
            found = found.filter { self.layouts[$0].signature == event.signature }
        } else {
            found = self.events(named: wanted, contract: alias)
        }
        if found.isEmpty { throw .unknownEvent(reference) }
        var signatures: [String] = []
        for slot in found where !signatures.contains(self.layouts[slot].signature) {
            signatures.append(self.layouts[slot].signature)
        }
        guard signatures.count == 1 else {
            throw .ambiguousEvent(reference, candidates: signatures.map { "\(alias).\($0)" })
        }
        return found
    }

    /// The one slot that a reference stands for; see ``slots(for:)``, whose several are an error
    /// here.
    package func event(for reference: String) throws(ABIError) -> Int {
        let found = try self.slots(for: reference)
        guard found.count == 1, let slot = found.first else {
            throw .ambiguousEvent(reference, candidates: found.map { self.fragment(of: $0) })
        }
        return slot
    }

    /// `Contract.Event(address indexed,uint256)`: tells also those apart that share a signature.
    private func fragment(of slot: Int) -> String {
        let layout = self.layouts[slot]
        let inputs = layout.event.inputs.map {
            $0.type.canonical + ($0.isIndexed ? " indexed" : "")
        }
        let alias = self.contracts[layout.contract].alias
        return "\(alias).\(layout.name)(\(inputs.joined(separator: ",")))"
    }

    /// What references may be made of, for suggestions: `Contract.Event` of all events.
    package var eventNames: [String] {
        self.layouts.map { "\(self.contracts[$0.contract].alias).\($0.name)" }
    }
}
