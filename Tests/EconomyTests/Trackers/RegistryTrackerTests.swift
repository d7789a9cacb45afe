// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import HashTreeCollections
import Testing
import WeirTestSupport

@testable import Economy

@Suite("RegistryTracker")
struct RegistryTrackerTests {
    static let alice = Address(words: 1, 0, 0)
    static let bob = Address(words: 2, 0, 0)
    static let carol = Address(words: 3, 0, 0)

    static func contracts() throws -> [LabContract] {
        [
            try LabContract(
                "Registry", 1,
                [
                    "event Registered(address indexed node, string metadata)",
                    "event Left(address indexed node)",
                    "event Listed(bytes32 indexed id, address seller)",
                    "event Sold(bytes32 indexed id)",
                    "event Removed(bytes32 indexed id)",
                    "event SlasherSet(address indexed slasher, bool allowed)",
                ]),
            try LabContract(
                "Vault", 2,
                files: [
                    "standard/ownable", "standard/access-control", "standard/pausable",
                    "standard/erc1967-proxy", "standard/initializable",
                ]),
            try LabContract("Usdc", 3, files: ["standard/usdc"]),
            try LabContract("Manager", 4, files: ["standard/access-manager"]),
            try LabContract("Beacon", 5, files: ["standard/upgradeable-beacon"]),
        ]
    }

    static let yaml = """
        trackers:
          registry:
            nodes:
              registered: { event: Registry.Registered, key: node, owner: node }
              unregistered: { event: Registry.Left, key: node }
              role_granted:
                event: Registry.SlasherSet
                role: { constant: 1 }
                account: slasher
                flag: allowed
              role_names: { slasher: 1 }
            packages:
              registered:
                event: Registry.Listed
                key: id
                owner: seller
                status: { constant: listed }
              status: { event: Registry.Sold, key: id, status: { constant: sold } }
              unregistered: { event: Registry.Removed, key: id }
            access:
              ownership_offered:
                event: Vault.OwnershipTransferStarted
                previous: previousOwner
                new: newOwner
              ownership:
                - { event: Vault.OwnershipTransferred, previous: previousOwner, new: newOwner }
                - { event: Usdc.OwnershipTransferred, new: newOwner }
                - { event: Beacon.OwnershipTransferred, new: newOwner }
              role_granted:
                - { event: Vault.RoleGranted, by: sender }
                - { event: Manager.RoleGranted, role: roleId }
                - { event: Usdc.Blacklisted, role: { constant: 99 }, account: _account }
              role_revoked:
                - { event: Vault.RoleRevoked, by: sender }
                - { event: Manager.RoleRevoked, role: roleId }
                - { event: Usdc.UnBlacklisted, role: { constant: 99 }, account: _account }
              role_admin_changed: { event: Vault.RoleAdminChanged }
              role_names: { blacklisted: 99, MINTER: "\(Keccak256.hash(text: "MINTER_ROLE"))" }
              paused:
                - { event: Vault.Paused, by: account }
                - { event: Usdc.Pause }
                - { event: Manager.TargetClosed, contract: target, flag: closed }
              unpaused:
                - { event: Vault.Unpaused, by: account }
                - { event: Usdc.Unpause }
              upgraded:
                - { event: Vault.Upgraded }
                - { event: Beacon.Upgraded }
              admin_changed: { event: Vault.AdminChanged, previous: previousAdmin, new: newAdmin }
              beacon_upgraded: { event: Vault.BeaconUpgraded }
              initialized:
                - { event: Vault.Initialized(uint64) }
                - { event: Vault.Initialized(uint8) }
        """

    static func word(_ number: UInt64) -> ABIValue { .bytes(U256(number).bigEndianBytes) }

    // MARK: Entries

    @Test func entriesComeAndGo() throws {
        var lab = try TrackerLab(Self.contracts(), Self.yaml)
        #expect(lab.value("registered", ["nodes"]) == 0)
        try lab.commit([
            Emit("Registry.Registered", [.address(Self.alice), .text("a")]),
            Emit("Registry.Registered", [.address(Self.bob), .text("b")]),
            Emit("Registry.Registered", [.address(Self.bob), .text("again")]),
            Emit("Registry.Left", [.address(Self.carol)]),
        ])
        #expect(lab.value("registered", ["nodes"]) == 2)
        #expect(lab.value("registrations_total", ["nodes"]) == 2)
        #expect(lab.skipped("registry", "nodes", .duplicate) == 1)
        #expect(lab.skipped("registry", "nodes", .unknownKey) == 1)
        try lab.commit([Emit("Registry.Left", [.address(Self.alice)])])
        #expect(lab.value("registered", ["nodes"]) == 1)
        #expect(lab.value("deregistrations_total", ["nodes"]) == 1)
        let fact = try #require(lab.facts.last)
        #expect(fact.kind == "registration")
        #expect(fact.fields.first { $0.name == "key" }?.value == Self.alice.description)
        #expect(fact.fields.first { $0.name == "since" }?.value == "1700000012")
        lab.revert(1)
        #expect(lab.value("registered", ["nodes"]) == 2)
        #expect(lab.value("deregistrations_reverted_total", ["nodes"]) == 1)
    }

    @Test func entriesAreCountedByStatus() throws {
        var lab = try TrackerLab(Self.contracts(), Self.yaml)
        try lab.commit([
            Emit("Registry.Listed", [Self.word(1), .address(Self.alice)]),
            Emit("Registry.Listed", [Self.word(2), .address(Self.alice)]),
            Emit("Registry.Sold", [Self.word(2)]),
            Emit("Registry.Sold", [Self.word(2)]),
            Emit("Registry.Sold", [Self.word(3)]),
        ])
        #expect(lab.value("registry_entries", ["packages", "listed"]) == 1)
        #expect(lab.value("registry_entries", ["packages", "sold"]) == 1)
        #expect(lab.value("registry_entries", ["nodes", "registered"]) == nil)
        try lab.commit([Emit("Registry.Removed", [Self.word(2)])])
        #expect(lab.value("registry_entries", ["packages", "sold"]) == 0)
        #expect(lab.skipped("registry", "packages", .unknownKey) == 1)
    }

    @Test func fullRegistryTakesNothingMore() throws {
        var lab = try TrackerLab(
            Self.contracts(),
            """
            trackers:
              registry:
                nodes:
                  registered: { event: Registry.Registered, key: node }
                  entries_max: 1
            """)
        try lab.commit([
            Emit("Registry.Registered", [.address(Self.alice), .text("")]),
            Emit("Registry.Registered", [.address(Self.bob), .text("")]),
        ])
        #expect(lab.value("registered", ["nodes"]) == 1)
        #expect(lab.skipped("registry", "nodes", .full) == 1)
    }

    // MARK: Authority

    @Test func ownersAndAdminsAreFollowed() throws {
        var lab = try TrackerLab(Self.contracts(), Self.yaml)
        let (a, b) = (ABIValue.address(Self.alice), ABIValue.address(Self.bob))
        try lab.commit([
            Emit("Vault.OwnershipTransferred", [.address(.zero), a]),
            Emit("Vault.OwnershipTransferStarted", [a, b]),
            Emit("Usdc.OwnershipTransferred", [a, b]),
            Emit("Vault.AdminChanged", [.address(.zero), b]),
        ])
        #expect(lab.value("owner_info", ["access", "Vault", Self.alice.description]) == 1)
        #expect(lab.value("ownership_offers_total", ["access", "Vault"]) == 1)
        #expect(lab.value("owner_info", ["access", "Usdc", Self.bob.description]) == 1)
        #expect(lab.value("proxy_admin_info", ["access", "Vault", Self.bob.description]) == 1)
        try lab.commit([Emit("Vault.OwnershipTransferred", [a, b])])
        #expect(lab.value("owner_info", ["access", "Vault", Self.alice.description]) == nil)
        #expect(lab.value("owner_info", ["access", "Vault", Self.bob.description]) == 1)
        #expect(lab.value("ownership_transfers_total", ["access", "Vault"]) == 2)
        #expect(lab.value("ownership_transfers_total", ["access", "Usdc"]) == 1)
        #expect(lab.facts.last?.fields.map(\.value).contains(Self.alice.description) == true)
        lab.revert(1)
        #expect(lab.value("owner_info", ["access", "Vault", Self.alice.description]) == 1)
        #expect(lab.value("owner_info", ["access", "Vault", Self.bob.description]) == nil)
    }

    @Test func rolesHaveMembers() throws {
        var lab = try TrackerLab(Self.contracts(), Self.yaml)
        let (a, b) = (ABIValue.address(Self.alice), ABIValue.address(Self.bob))
        let minter = ABIValue.bytes(Keccak256.hash(text: "MINTER_ROLE").bytes)
        try lab.commit([
            Emit("Vault.RoleGranted", [Self.word(0), a, a]),
            Emit("Vault.RoleGranted", [minter, b, a]),
            Emit("Vault.RoleGranted", [minter, b, a]),
            Emit("Vault.RoleRevoked", [minter, a, a]),
            Emit("Vault.RoleAdminChanged", [minter, Self.word(0), Self.word(7)]),
            // Role 0 of another contract is a role of its own with the same name.
            Emit("Manager.RoleGranted", [.uint(0), a, .uint(0), .uint(5), .bool(true)]),
            Emit("Manager.RoleGranted", [.uint(42), b, .uint(60), .uint(5), .bool(true)]),
            Emit("Manager.RoleRevoked", [.uint(42), b]),
            Emit("Usdc.Blacklisted", [b]),
            Emit("Registry.SlasherSet", [a, .bool(true)]),
            Emit("Registry.SlasherSet", [b, .bool(true)]),
            Emit("Registry.SlasherSet", [a, .bool(false)]),
        ])
        func members(_ role: String, _ tracker: String = "access") -> Double? {
            lab.value("role_members", [tracker, role])
        }
        func changes(_ role: String, _ change: String) -> Double? {
            lab.value("role_changes_total", ["access", role, change])
        }
        #expect(members("DEFAULT_ADMIN_ROLE") == 2)
        #expect(members("MINTER") == 1)
        #expect(changes("MINTER", "granted") == 2)
        #expect(changes("MINTER", "revoked") == 1)
        #expect(changes("MINTER", "admin") == 1)
        #expect(members("42") == 0)
        #expect(members("blacklisted") == 1)
        #expect(members("slasher", "nodes") == 1)
        try lab.commit([Emit("Usdc.UnBlacklisted", [b])])
        #expect(members("blacklisted") == 0)
    }

    @Test func rolesOfStrangersAreBounded() throws {
        var lab = try TrackerLab(Self.contracts(), Self.yaml)
        try lab.commit(
            (0..<700).map {
                Emit(
                    "Vault.RoleGranted",
                    [Self.word(1_000 + $0), .address(Self.alice), .address(Self.bob)])
            })
        let tracker = try #require(lab.tracker(RegistryTracker.self, "access"))
        #expect(tracker.book.series[RegistryTracker.Family.roleMembers.rawValue].count <= 200)
        #expect(tracker.book.series[RegistryTracker.Family.roleChanges.rawValue].count <= 601)
        #expect(lab.value("role_changes_total", ["access", "other", "granted"]) == 100)
    }

    @Test func pausesHoldUntilTheyEnd() throws {
        var lab = try TrackerLab(Self.contracts(), Self.yaml)
        let vault = ABIValue.address(Address(words: 2, 2, 2))
        try lab.commit([
            Emit("Vault.Paused", [.address(Self.alice)]),
            Emit("Usdc.Pause", []),
            Emit("Usdc.Unpause", []),
            Emit("Manager.TargetClosed", [.address(Self.carol), .bool(true)]),
        ])
        #expect(lab.value("paused", ["access", "Vault"]) == 1)
        #expect(lab.value("paused", ["access", "Usdc"]) == 0)
        #expect(lab.value("pauses_total", ["access", "Usdc"]) == 1)
        #expect(lab.value("paused", ["access", "other"]) == nil)
        #expect(lab.value("pauses_total", ["access", "other"]) == 1)
        try lab.commit([Emit("Manager.TargetClosed", [vault, .bool(false)])])
        #expect(lab.value("paused", ["access", "Vault"]) == 0)
    }

    @Test func onlyTheCodeInForceIsShown() throws {
        var lab = try TrackerLab(Self.contracts(), Self.yaml)
        try lab.commit([
            Emit("Vault.Upgraded", [.address(Self.alice)]),
            Emit("Vault.Initialized(uint8)", [.uint(1)]),
            Emit("Vault.BeaconUpgraded", [.address(Self.carol)]),
            Emit("Beacon.Upgraded", [.address(Self.bob)]),
        ])
        try lab.commit([
            Emit("Vault.Upgraded", [.address(Self.bob)]),
            Emit("Vault.Initialized(uint64)", [.uint(U256(UInt64.max))]),
        ])
        func implementation(_ contract: String, _ address: Address) -> Double? {
            lab.value("implementation_info", ["access", contract, address.description])
        }
        #expect(implementation("Vault", Self.alice) == nil)
        #expect(implementation("Vault", Self.bob) == 1)
        #expect(implementation("Beacon", Self.bob) == 1)
        #expect(lab.value("beacon_info", ["access", "Vault", Self.carol.description]) == 1)
        #expect(lab.value("upgrades_total", ["access", "Vault"]) == 2)
        #expect(lab.value("initialized_version", ["access", "Vault"]) == 0x1p64)
        let upgrade = try #require(lab.facts.first { $0.key.contains("1002/0") })
        #expect(upgrade.kind == "upgrade")
        #expect(
            upgrade.fields.first { $0.name == "previous" }?.value == Self.alice.description)
        lab.revert(1)
        #expect(implementation("Vault", Self.alice) == 1)
        #expect(lab.value("initialized_version", ["access", "Vault"]) == 1)
    }

    // MARK: The made economy

    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func madeEconomyComesToItsTruth() throws {
        var lab = try TrackerLab(
            Economy1.contracts(),
            """
            trackers:
              registry:
                nodes:
                  registered: { event: registry.NodeRegistered, key: node }
                  unregistered: { event: registry.NodeUnregistered, key: node }
                  role_granted:
                    { event: registry.SlasherSet, role: { constant: 1 }, account: slasher, flag: allowed }
                  role_names: { slasher: 1 }
                  ownership:
                    - { event: token.OwnershipTransferred, previous: previousOwner, new: newOwner }
                    - { event: treasury.OwnershipTransferred, previous: previousOwner, new: newOwner }
            """)
        try Economy1.play(in: &lab)
        let truth = try Economy1.truth()
        let staking = try #require(truth["staking"] as? [String: Any])
        let nodes = try #require(staking["nodes"] as? [String: Any])
        #expect(
            lab.value("registered", ["nodes"]) == (staking["activeNodes"] as? Int).map(Double.init))
        let tracker = try #require(lab.tracker(RegistryTracker.self, "nodes"))
        #expect(
            Set(tracker.entries.values.keys.map { Address(truncating: $0).lowercaseText })
                == Set(nodes.keys))
        let events = try #require(truth["events"] as? [String: Int])
        #expect(lab.value("role_members", ["nodes", "slasher"]) == 1)
        for contract in ["token", "treasury"] {
            let seen = lab.value("ownership_transfers_total", ["nodes", contract]) ?? 0
            let gone = lab.value("ownership_transfers_reverted_total", ["nodes", contract]) ?? 0
            #expect(
                seen - gone == Double(events["\(contract).OwnershipTransferred"] ?? -1))
        }
        #expect(SkipReason.allCases.allSatisfy { lab.skipped("registry", "nodes", $0) == 0 })
    }

    // MARK: Properties

    @Test(arguments: 0..<24)
    func anyChainFoldsToWhatItsCanonicalBlocksSay(seed: UInt64) throws {
        let lab = try TrackerLab(Self.contracts(), Self.yaml)
        try TrackerWalk.run(lab, seed: seed) { random in
            (0..<Int.random(in: 0...5, using: &random)).map { _ in
                let who = ABIValue.address(
                    [Self.alice, Self.bob, Self.carol].randomElement(using: &random)!)
                let id = Self.word(UInt64.random(in: 0...3, using: &random))
                let flag = Bool.random(using: &random)
                switch Int.random(in: 0..<12, using: &random) {
                case 0: return Emit("Registry.Registered", [who, .text("")])
                case 1: return Emit("Registry.Left", [who])
                case 2: return Emit("Registry.Listed", [id, who])
                case 3: return Emit("Registry.Sold", [id])
                case 4: return Emit("Registry.Removed", [id])
                case 5: return Emit("Vault.OwnershipTransferred", [who, who])
                case 6: return Emit("Vault.RoleGranted", [id, who, who])
                case 7: return Emit("Vault.RoleRevoked", [id, who, who])
                case 8: return Emit("Registry.SlasherSet", [who, .bool(flag)])
                case 9: return Emit(flag ? "Usdc.Pause" : "Usdc.Unpause", [])
                case 10: return Emit("Vault.Upgraded", [who])
                default: return Emit("Vault.AdminChanged", [who, who])
                }
            }
        } check: { lab in
            let nodes = try #require(lab.tracker(RegistryTracker.self, "nodes"))
            let packages = try #require(lab.tracker(RegistryTracker.self, "packages"))
            let access = try #require(lab.tracker(RegistryTracker.self, "access"))
            #expect(lab.value("registered", ["nodes"]) == Double(nodes.entries.count))
            for status in ["listed", "sold"] {
                let count = packages.entries.values.values.filter { $0.status == status }.count
                #expect(lab.value("registry_entries", ["packages", status]) == Double(count))
            }
            let roles = access.book.series[RegistryTracker.Family.roleMembers.rawValue]
            let members = roles.values.reduce(0 as UInt64) { sum, state in
                guard case .gauge(let count) = state else { return sum }
                return sum + (count.uint64 ?? 0)
            }
            #expect(members == UInt64(access.members.count), "seed \(seed)")
            // Of each link of a contract one is shown.
            for family in [RegistryTracker.Family.owner, .admin, .implementation] {
                #expect(access.book.series[family.rawValue].count <= 1)
            }
        }
    }

    // MARK: Faults

    @Test(arguments: [
        ("registered: { event: Registry.Registered }", "missing key \"key\""),
        ("registered: { event: Registry.Registered, key: nodes }", "no argument \"nodes\""),
        ("registered: { event: Registry.Registered, key: node, owner: metadata }", "an address"),
        (
            "registered: { event: Registry.Registered, key: node, status: metadata }",
            "a status is a word of your own"
        ),
        ("status: { event: Registry.Sold, key: id }", "missing key \"status\""),
        ("registered: { event: Registry.Gone, key: node }", "no event \"Gone\""),
        ("role_granted: { event: Vault.RoleGranted, account: role }", "needs an address"),
        ("paused: { event: Manager.TargetClosed, flag: target }", "a bool or an integer"),
        ("upgraded: { event: Vault.Upgraded, implementation: code }", "no argument \"code\""),
        ("role_names: { minter: many }", "a number, or 0x and 64 hex digits"),
        ("role_names: [[]]", "the name of a role"),
        ("entries_max: none", "entries_max"),
        ("colour: red", "colour"),
    ])
    func faultsAreNamed(line: String, message: String) throws {
        let faults = TrackerLab.faults(
            try Self.contracts(), "trackers:\n  registry:\n    one:\n      " + line)
        #expect(faults.contains(message), "\(faults)")
    }
}
