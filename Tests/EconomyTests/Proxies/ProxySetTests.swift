// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import Testing
import WeirTestSupport

@testable import Economy

/// The ABI in force is chosen by block, and goes back with a reorg.
@Suite("proxies")
struct ProxySetTests {
    static let first = Address(words: 11, 0, 0)
    static let second = Address(words: 12, 0, 0)
    static let stranger = Address(words: 13, 0, 0)
    static let beacon = Address(words: 5, 5, 5)
    static let alice = Address(words: 1, 0, 0)
    static let bob = Address(words: 2, 0, 0)

    /// Two implementations that disagree twice: which argument is indexed, and where `from` stands.
    static func vault(beacon: Address? = nil) throws -> LabContract {
        var vault = try LabContract("Vault", 1, [])
        func events(_ fragments: [String]) throws -> [ABIEvent] {
            try fragments.map { try HumanABI.parseEvent($0) }
        }
        vault.implementations = [
            CatalogImplementation(
                address: Self.first,
                events: try events([
                    "event Staked(address indexed node, address by, uint256 amount)",
                    "event Moved(address from, address to, uint256 amount)",
                    "event Left(address indexed node, uint256 amount)",
                ])),
            CatalogImplementation(
                address: Self.second,
                events: try events([
                    "event Staked(address node, address indexed by, uint256 amount)",
                    "event Moved(address to, address from, uint256 amount)",
                    "event Left(address indexed operator, uint256 amount)",
                ])),
        ]
        vault.beacon = beacon
        return vault
    }

    static func beaconContract() throws -> LabContract {
        try LabContract("Beacon", 5, ["event Upgraded(address indexed implementation)"])
    }

    static let yaml = """
        tokens: { FAB: { chain: lab, address: "\(Address(words: 9, 9, 9).lowercaseText)", decimals: 0 } }
        trackers:
          staking:
            nodes:
              token: FAB
              stake: { event: Vault.Staked, account: node, amount: amount }
              unstake: { event: Vault.Left, account: operator }
          fees:
            fab:
              token: FAB
              record_transfers: true
              transfer: { event: Vault.Moved }
        """

    static func upgraded(_ address: Address, _ contract: String = "Vault") -> Emit {
        Emit("\(contract).Upgraded", [.address(address)])
    }

    /// `Staked` as an implementation emits it.
    static func staked(_ implementation: Int, _ node: Address, by: Address, _ amount: UInt64)
        -> Emit
    {
        Emit(
            "Vault.Staked#\(implementation)",
            [.address(node), .address(by), .uint(U256(amount))])
    }

    private func stake(_ lab: TrackerLab, _ account: Address) throws -> UInt64? {
        let tracker = try #require(lab.tracker(StakingTracker.self, "nodes"))
        return tracker.accounts[account]?.amount.uint64
    }

    private func runs(_ lab: TrackerLab, _ address: Address, _ contract: String = "Vault") -> Bool {
        lab.value("proxy_implementation_info", [contract, address.description]) == 1
    }

    // MARK: Logs

    @Test func logsAreDecodedByWhatRunsWhenTheyAreEmitted() throws {
        var lab = try TrackerLab([Self.vault()], Self.yaml)
        #expect(self.runs(lab, Self.first))
        try lab.commit([
            Self.staked(0, Self.alice, by: Self.bob, 5),
            Self.upgraded(Self.second),
            Self.staked(1, Self.alice, by: Self.bob, 7),
        ])
        #expect(try self.stake(lab, Self.alice) == 12)
        #expect(try self.stake(lab, Self.bob) == nil)
        #expect(self.runs(lab, Self.second))
        #expect(!self.runs(lab, Self.first))
        #expect(lab.economy.notices.isEmpty)
        try lab.commit([Self.staked(1, Self.bob, by: Self.alice, 1)])
        #expect(try self.stake(lab, Self.bob) == 1)
        // The reorg takes the upgrade back: the same topics mean the first implementation's again.
        lab.revert(2)
        #expect(self.runs(lab, Self.first))
        try lab.commit([Self.staked(0, Self.alice, by: Self.bob, 3)])
        #expect(try self.stake(lab, Self.alice) == 3)
        let change = try #require(lab.facts.first { $0.kind == "implementation_change" })
        #expect(
            change.fields.map(\.name) == [
                "tracker", "contract", "address", "implementation", "previous", "known", "time",
            ])
        #expect(change.fields[3].value == Self.second.description)
        #expect(change.fields[5].value == "true")
        #expect(change.logIndex == 1)
    }

    @Test func argumentsAreFoundByTheNamesOfWhatRuns() throws {
        var lab = try TrackerLab([Self.vault()], Self.yaml)
        let (a, b) = (ABIValue.address(Self.alice), ABIValue.address(Self.bob))
        try lab.commit([
            Emit("Vault.Moved#0", [a, b, .uint(5)]),
            Self.upgraded(Self.second),
            Emit("Vault.Moved#1", [a, b, .uint(7)]),
        ])
        let moves = lab.facts.filter { $0.kind == "token_transfer" }.map { fact in
            ["from", "to"].map { name in fact.fields.first { $0.name == name }?.value }
        }
        let (alice, bob) = (Self.alice.description, Self.bob.description)
        #expect(moves == [[alice, bob], [bob, alice]])
    }

    @Test func unknownImplementationIsToldAndNothingIsGuessed() throws {
        var lab = try TrackerLab([Self.vault()], Self.yaml)
        try lab.commit([
            Self.staked(0, Self.alice, by: Self.bob, 5),
            Self.upgraded(Self.stranger),
            Self.staked(0, Self.alice, by: Self.bob, 5),
            // What all ABIs agree on is decoded all the same.
            Emit("Vault.Left", [.address(Self.alice), .uint(2)]),
        ])
        #expect(try self.stake(lab, Self.alice) == 3)
        #expect(lab.value("undecoded_logs_total", ["Vault", "ambiguous"]) == 1)
        #expect(
            lab.value("unknown_implementation", ["Vault", Self.stranger.description]) == 1)
        let notice = try #require(lab.economy.notices.first)
        #expect(
            notice
                == .unknownImplementation(
                    contract: "Vault", proxy: Address(words: 1, 1, 1),
                    implementation: Self.stranger))
        #expect(
            "\(notice)".contains(
                "add { address: \"\(Self.stranger)\", abi: … } under implementations of Vault"))
        try lab.commit([Self.upgraded(Self.second)])
        #expect(lab.economy.notices.isEmpty)
        #expect(
            lab.value("unknown_implementation", ["Vault", Self.stranger.description]) == nil)
        lab.revert(1)
        #expect(lab.economy.notices == [notice])
    }

    @Test func addressThatIsNotIndexedIsReadFromTheData() throws {
        var vault = try Self.vault()
        vault.events = [try HumanABI.parseEvent("event Upgraded(address implementation)")]
        var lab = try TrackerLab([vault], Self.yaml)
        try lab.commit([Self.upgraded(Self.second)])
        #expect(self.runs(lab, Self.second))
    }

    @Test(arguments: [
        ("event Upgraded(uint256 indexed implementation)", ABIValue.uint(.max)),
        ("event Upgraded(string implementation)", .text("0x")),
    ])
    func logThatIsNoUpgradeChangesNothing(fragment: String, value: ABIValue) throws {
        // The same topic with rubbish in it: a contract may emit what it likes.
        let fake = try HumanABI.parseEvent(fragment)
        var (topics, data) = try TrackerLab.log(fake, [value])
        topics[0] = Hash256(ProxySet.upgraded)
        var lab = try TrackerLab([Self.vault()], Self.yaml)
        var block = try lab.block([])
        block.logs.append(
            LogEntry(
                address: Address(words: 1, 1, 1), topics: try #require(TopicList(topics)),
                dataOffset: 0, dataCount: 0, blockNumber: block.header.number,
                blockHash: block.header.hash, transactionHash: .zero, transactionIndex: 0,
                logIndex: 0, blockTimestamp: block.header.timestamp),
            data: data)
        lab.commit(block)
        #expect(self.runs(lab, Self.first))
        #expect(lab.facts.isEmpty)
    }

    // MARK: Beacons

    @Test func beaconProxyFollowsItsBeacon() throws {
        var lab = try TrackerLab(
            [Self.vault(beacon: Self.beacon), Self.beaconContract()], Self.yaml)
        #expect(self.runs(lab, Self.first))
        try lab.commit([
            Self.upgraded(Self.second, "Beacon"), Self.staked(1, Self.alice, by: Self.bob, 7),
        ])
        #expect(try self.stake(lab, Self.alice) == 7)
        #expect(self.runs(lab, Self.second))
        // The proxy names another beacon, which nobody watches.
        try lab.commit([Emit("Vault.BeaconUpgraded", [.address(Self.stranger)])])
        #expect(
            lab.economy.notices == [
                .unknownBeacon(
                    contract: "Vault", proxy: Address(words: 1, 1, 1), beacon: Self.stranger)
            ])
        #expect("\(lab.economy.notices)".contains("declare the beacon under contracts"))
        #expect(lab.value("unknown_implementation", ["Vault", ""]) == 1)
        // It becomes an ordinary proxy: the beacon says nothing any more.
        try lab.commit([Self.upgraded(Self.first), Self.upgraded(Self.stranger, "Beacon")])
        #expect(self.runs(lab, Self.first))
        lab.revert(2)
        #expect(self.runs(lab, Self.second))
    }

    // MARK: Readings

    private static func extras(
        _ words: [(String, Reading.Outcome)]
    ) -> (BlockRef, BlockTime) -> BlockExtras {
        { ref, time in
            BlockExtras(
                block: ref, time: time,
                readings: words.map { Reading(key: "proxies|" + $0.0, outcome: $0.1) })
        }
    }

    private static func word(_ address: Address) -> Reading.Outcome {
        .data(address.word.bigEndianBytes)
    }

    @Test func slotsOfTheStandardsAreRead() throws {
        let lab = try TrackerLab([Self.vault()], Self.yaml)
        let requests = lab.economy.plan(after: BlockNumber(7)).readings
        #expect(
            requests.map(\.key) == [
                "proxies|Vault|implementation", "proxies|Vault|beacon", "proxies|Vault|legacy",
            ])
        // ERC-1967, "Storage slots"; zeppelinos 1.0.
        let slots = [
            "360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc",
            "a3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50",
            "7050c9e0f4ca769c69bd3a8ef740bc37934f8e2c036e5a723fd8ee048ed3f8c3",
        ]
        for (request, slot) in zip(requests, slots) {
            #expect(
                request.subject
                    == .storage(
                        Address(words: 1, 1, 1), slot: try #require(Hash256("0x" + slot)).word))
        }
    }

    @Test(arguments: ["implementation", "legacy"])
    func whatRanBeforeIsReadOnce(slot: String) throws {
        var lab = try TrackerLab([Self.vault()], Self.yaml)
        let zero = Reading.Outcome.data(Array(repeating: 0, count: 32))
        try lab.commit(
            [],
            extras: Self.extras(
                ["implementation", "beacon", "legacy"].map {
                    ("Vault|\($0)", $0 == slot ? Self.word(Self.second) : zero)
                }))
        #expect(self.runs(lab, Self.second))
        #expect(lab.economy.plan(after: BlockNumber(7)).readings.isEmpty)
        lab.revert(1)
        #expect(self.runs(lab, Self.first))
        #expect(lab.economy.plan(after: BlockNumber(7)).readings.count == 3)
    }

    @Test func whatCannotBeReadLeavesTheConfigurationInForce() throws {
        for outcome in [
            Reading.Outcome.unavailable("no state"), .reverted([]), .data([]),
            .data(Array(repeating: 0xff, count: 32)), .data(Array(repeating: 0, count: 32)),
        ] {
            var lab = try TrackerLab([Self.vault()], Self.yaml)
            try lab.commit([], extras: Self.extras([("Vault|implementation", outcome)]))
            #expect(self.runs(lab, Self.first), "\(outcome)")
            #expect(lab.economy.plan(after: BlockNumber(7)).readings.isEmpty)
        }
    }

    @Test func beaconIsFoundInStorageAndThenAsked() throws {
        var lab = try TrackerLab([Self.vault(), Self.beaconContract()], Self.yaml)
        #expect(lab.economy.plan(after: BlockNumber(7)).readings.count == 3)
        try lab.commit([], extras: Self.extras([("Vault|beacon", Self.word(Self.beacon))]))
        let asked = lab.economy.plan(after: BlockNumber(8)).readings
        #expect(asked.map(\.key) == ["proxies|Beacon|current"])
        #expect(
            asked.map(\.subject) == [.call(to: Self.beacon, data: [0x5c, 0x60, 0xda, 0x1b])])
        #expect(self.runs(lab, Self.first))
        try lab.commit([], extras: Self.extras([("Beacon|current", Self.word(Self.second))]))
        #expect(self.runs(lab, Self.second))
        #expect(lab.economy.plan(after: BlockNumber(9)).readings.isEmpty)
    }

    // MARK: The store

    @Test func chainsWithoutProxiesKeepNothing() throws {
        let lab = try TrackerLab([Self.beaconContract()], "tokens: {}")
        #expect(lab.economy.states().allSatisfy { $0.tracker != ProxySet.name })
        #expect(lab.economy.plan(after: BlockNumber(7)).isEmpty)
        #expect(
            lab.economy.samples(namespace: "weir")
                .allSatisfy { !$0.family.contains("implementation") })
        var economy = lab.economy
        #expect(throws: EconomyError.unfitState(tracker: "proxies", key: "Beacon")) {
            try economy.restore(
                states: [StateEntry(tracker: "proxies", key: "Beacon", value: [0, 0, 1])],
                reverted: [])
        }
    }

    @Test func damagedLinksAreRefused() throws {
        let lab = try TrackerLab([Self.vault()], Self.yaml)
        for (key, bytes) in [("Vault", [9]), ("Vault", [0, 0, 1, 0]), ("Other", [0, 0, 1])] {
            var economy = lab.economy
            #expect(throws: EconomyError.unfitState(tracker: "proxies", key: key)) {
                try economy.restore(
                    states: [
                        StateEntry(tracker: "proxies", key: key, value: bytes.map { UInt8($0) })
                    ], reverted: [])
            }
        }
    }

    @Test func otherImplementationsAreAnotherDefinition() throws {
        let one = try TrackerLab([Self.vault()], Self.yaml).definition.fingerprint
        var vault = try Self.vault()
        vault.implementations.swapAt(0, 1)
        #expect(try TrackerLab([vault], Self.yaml).definition.fingerprint != one)
        #expect(
            try TrackerLab([Self.vault(beacon: Self.beacon)], Self.yaml).definition.fingerprint
                != one)
    }

    @Test func metricsCannotReadArgumentsThatMove() throws {
        let vault = try Self.vault()
        let events = EventDirectory([
            (
                "Vault",
                EventDirectory.Contract(
                    chain: "lab",
                    contract: CatalogContract(
                        alias: "Vault", address: vault.address, events: [],
                        implementations: vault.implementations))
            )
        ]) { _, error in Issue.record("\(error)") }
        var faults: [String] = []
        #expect(events.event("Vault.Moved") { message, _ in faults.append(message) } == nil)
        #expect(faults.first?.contains("stand in other places") == true)
        // Which arguments are indexed makes no difference to it.
        #expect(
            events.event("Vault.Staked") { message, _ in faults.append(message) }?.slots.count == 2)
        #expect(faults.count == 1)
    }

    @Test(arguments: 0..<24)
    func anyChainFoldsToWhatItsCanonicalBlocksSay(seed: UInt64) throws {
        let lab = try TrackerLab(
            [Self.vault(beacon: seed % 2 == 0 ? Self.beacon : nil), Self.beaconContract()],
            Self.yaml)
        let codes = [Self.first, Self.second, Self.stranger]
        try TrackerWalk.run(
            lab, seed: seed,
            events: { random in
                (0..<Int.random(in: 0...5, using: &random)).map { _ in
                    let code = codes.randomElement(using: &random)!
                    let amount = UInt64.random(in: 0...9, using: &random)
                    switch Int.random(in: 0..<6, using: &random) {
                    case 0: return Self.upgraded(code)
                    case 1: return Self.upgraded(code, "Beacon")
                    case 2: return Emit("Vault.BeaconUpgraded", [.address(Self.beacon)])
                    case 3: return Self.staked(0, Self.alice, by: Self.bob, amount)
                    case 4: return Self.staked(1, Self.alice, by: Self.bob, amount)
                    default:
                        return Emit(
                            "Vault.Moved#0",
                            [.address(Self.alice), .address(Self.bob), .uint(U256(amount))])
                    }
                }
            },
            extras: { random in
                let code = codes.randomElement(using: &random)!
                let name = ["Vault|implementation", "Beacon|current"].randomElement(using: &random)!
                return Bool.random(using: &random)
                    ? Self.extras([(name, Self.word(code))]) : Self.extras([])
            },
            check: { lab in
                let fresh = lab.recount()
                #expect(lab.economy.current.proxies == fresh.current.proxies, "seed \(seed)")
                #expect(lab.economy.current.events == fresh.current.events, "seed \(seed)")
                #expect(lab.economy.notices == fresh.notices)
            })
    }
}
