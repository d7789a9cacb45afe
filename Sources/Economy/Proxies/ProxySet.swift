// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives

/// Which implementation runs behind each proxy of a chain, as of a block: so that the ABI in force
/// is chosen by block. A value: a copy is a snapshot, and a reorg puts an old copy back.
///
/// Proxies say themselves when they run other code (ERC-1967 `Upgraded`), or name a beacon that does
/// (`BeaconUpgraded`, and the beacon's `Upgraded`). What ran before the first block is read from
/// their storage; until then, and where it cannot be read, it is the first of the configuration.
struct ProxySet: Sendable, Equatable {
    /// What is known of a contract.
    struct Link: Entity {
        var implementation: Address?
        /// Where a proxy asks for its implementation; nil: it knows itself.
        var beacon: Address?
        /// Whether the chain said so, and nothing has to be read any more.
        var isSettled: Bool

        init(implementation: Address?, beacon: Address?) {
            self.implementation = implementation
            self.beacon = beacon
            self.isSettled = false
        }

        func write(to writer: inout StateWriter) {
            writer.write(self.implementation) { $0.write($1) }
            writer.write(self.beacon) { $0.write($1) }
            writer.write(self.isSettled)
        }

        init(from reader: inout StateReader) throws(StateReader.Damage) {
            self.implementation = try reader.optional { reader throws(StateReader.Damage) in
                try reader.address()
            }
            self.beacon = try reader.optional { reader throws(StateReader.Damage) in
                try reader.address()
            }
            self.isSettled = try reader.flag()
        }
    }

    static let upgraded = Keccak256.hash(text: "Upgraded(address)").word
    static let beaconUpgraded = Keccak256.hash(text: "BeaconUpgraded(address)").word
    /// What it is called in the store, in facts and in readings.
    static let name = "proxies"

    /// By contract of the catalog; empty where no contract is a proxy.
    private(set) var links: [Link] = []
    /// By contract: the place of the implementation that runs, -1 where it is unknown. Empty where
    /// no contract is a proxy.
    private(set) var running: [Int32] = []

    init(_ catalog: EventCatalog) {
        guard catalog.hasProxies else { return }
        self.links = catalog.contracts.map {
            Link(implementation: $0.implementations.first?.address, beacon: $0.beacon)
        }
        self.update(catalog)
    }

    /// The implementation that runs behind a contract; nil where it is unknown.
    func implementation(of contract: Int, _ catalog: EventCatalog) -> Address? {
        let link = self.links[contract]
        guard let beacon = link.beacon else { return link.implementation }
        // Nobody would tell when a beacon that is not watched names another implementation.
        guard let place = catalog.contract(at: beacon) else { return nil }
        return self.links[place].implementation ?? link.implementation
    }

    private mutating func update(_ catalog: EventCatalog) {
        self.running = catalog.contracts.indices.map { contract in
            guard let address = self.implementation(of: contract, catalog),
                let place = catalog.contracts[contract].implementations.firstIndex(where: {
                    $0.address == address
                })
            else { return -1 }
            return Int32(place)
        }
    }

    /// Takes in links that changed, and records what runs from now on.
    private mutating func adopt(
        _ links: [Link], _ catalog: EventCatalog, time: BlockTime, _ effects: inout TrackerEffects
    ) {
        let before = catalog.contracts.indices.map { self.implementation(of: $0, catalog) }
        self.links = links
        self.update(catalog)
        for (index, contract) in catalog.contracts.enumerated()
        where !contract.implementations.isEmpty {
            let now = self.implementation(of: index, catalog)
            guard now != before[index], let address = contract.address else { continue }
            effects.fact(
                "implementation_change",
                [
                    ("contract", contract.alias), ("address", address.description),
                    ("implementation", now?.description ?? ""),
                    ("previous", before[index]?.description ?? ""),
                    ("known", self.running[index] < 0 ? "false" : "true"),
                    ("time", time.description),
                ])
        }
    }

    // MARK: Logs

    /// Takes in a log with one of the two topics above.
    ///
    /// - Parameter data: of the log; proxies of before ERC-1967 did not index the address.
    mutating func follow(
        _ entry: LogEntry, data: [UInt8], _ catalog: EventCatalog, time: BlockTime,
        _ effects: inout TrackerEffects
    ) {
        guard let contract = catalog.contract(at: entry.address) else { return }
        var word: U256?
        switch entry.topics.count {
        case 2: word = entry.topics[1].word
        case 1 where data.count == 32: word = U256(bigEndian: data)
        default: break
        }
        guard let word, let address = Self.address(word) else { return }
        var links = self.links
        if entry.topics[0].word == Self.upgraded {
            links[contract].implementation = address
            links[contract].beacon = nil
        } else {
            links[contract].beacon = address
        }
        links[contract].isSettled = true
        effects.begin(
            entry.block, logIndex: entry.logIndex, tracker: Self.name,
            place: "\(entry.block.number)/\(entry.logIndex)")
        self.adopt(links, catalog, time: time, &effects)
    }

    /// An address that stands clean in its word.
    private static func address(_ word: U256) -> Address? {
        let address = Address(truncating: word)
        return address.word == word ? address : nil
    }

    // MARK: Readings

    /// Where proxies keep what runs: the slots of ERC-1967, and the one of before.
    private static let slots: [(name: String, slot: U256)] = [
        ("implementation", Self.slot("eip1967.proxy.implementation", less: .one)),
        ("beacon", Self.slot("eip1967.proxy.beacon", less: .one)),
        ("legacy", Self.slot("org.zeppelinos.proxy.implementation", less: .zero)),
    ]

    private static func slot(_ name: String, less: U256) -> U256 {
        Keccak256.hash(text: name).word.subtracting(less) ?? .zero
    }

    private static func key(_ contract: CatalogContract, _ name: String) -> String {
        "\(Self.name)|\(contract.alias)|\(name)"
    }

    /// The contracts that are beacons of proxies.
    private func beacons(_ catalog: EventCatalog) -> Set<Int> {
        Set(self.links.compactMap { $0.beacon.flatMap { catalog.contract(at: $0) } })
    }

    /// What has to be read at the next block: once for each proxy and each beacon.
    func requests(_ catalog: EventCatalog) -> [ReadingRequest] {
        guard self.links.contains(where: { !$0.isSettled }) else { return [] }
        var requests: [ReadingRequest] = []
        let beacons = self.beacons(catalog)
        for (index, contract) in catalog.contracts.enumerated() {
            guard let address = contract.address, !self.links[index].isSettled else { continue }
            if beacons.contains(index) {
                // implementation() of IBeacon (ERC-1967).
                requests.append(
                    ReadingRequest(
                        key: Self.key(contract, "current"),
                        subject: .call(to: address, data: [0x5c, 0x60, 0xda, 0x1b])))
            } else if !contract.implementations.isEmpty {
                for (name, slot) in Self.slots {
                    requests.append(
                        ReadingRequest(
                            key: Self.key(contract, name), subject: .storage(address, slot: slot)))
                }
            }
        }
        return requests
    }

    /// Takes in what was read after a block. What could not be read is not asked for again: what
    /// the configuration says stays in force until the chain says otherwise.
    mutating func observe(
        _ extras: BlockExtras, _ catalog: EventCatalog, _ effects: inout TrackerEffects
    ) {
        guard extras.readings.contains(where: { $0.key.hasPrefix(Self.name + "|") }) else { return }
        var links = self.links
        for (index, contract) in catalog.contracts.enumerated() where !links[index].isSettled {
            func word(_ name: String) -> Address? {
                extras.reading(Self.key(contract, name))?.word
                    .flatMap { $0.isZero ? nil : Self.address($0) }
            }
            let names = ["current"] + Self.slots.map(\.name)
            guard names.contains(where: { extras.reading(Self.key(contract, $0)) != nil }) else {
                continue
            }
            links[index].isSettled = true
            if let found = word("current") ?? word("implementation") {
                links[index].implementation = found
                links[index].beacon = nil
            } else if let found = word("beacon") {
                links[index].beacon = found
            } else if let found = word("legacy") {
                links[index].implementation = found
                links[index].beacon = nil
            }
        }
        guard links != self.links else { return }
        effects.begin(
            extras.block, logIndex: .max, tracker: Self.name, place: "\(extras.block.number)/block")
        self.adopt(links, catalog, time: extras.time, &effects)
    }

    // MARK: The store

    /// The stored form of what is known of a contract.
    func bytes(_ contract: Int) -> [UInt8] {
        var writer = StateWriter()
        self.links[contract].write(to: &writer)
        return writer.bytes
    }

    /// Puts stored bytes in their place; false where they do not fit.
    mutating func restore(_ alias: String, _ bytes: [UInt8], _ catalog: EventCatalog) -> Bool {
        var reader = StateReader(bytes)
        guard !self.links.isEmpty,
            let contract = catalog.contracts.firstIndex(where: { $0.alias == alias }),
            let link = try? Link(from: &reader), reader.isAtEnd
        else { return false }
        self.links[contract] = link
        self.update(catalog)
        return true
    }
}
