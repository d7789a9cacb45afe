// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import MetricsRegistry

/// What is registered, and who may do what to contracts: owners, roles, pauses, upgrades.
///
/// Invariant: the entries of all statuses add up to what is registered, always.
struct RegistryTracker: Tracker {
    static let kind = TrackerKind.registry

    struct Settings: Sendable {
        /// The contracts of the configuration on this chain, by address.
        var contracts: [Address: String]
        var roleNames: [U256: String]
        /// Whether roles are granted at all.
        var hasRoles: Bool
        /// The statuses that entries can have; empty: they have none.
        var statuses: [String]
        /// How many entries may be registered at once.
        var entriesMax: Int
    }

    enum Field: Int, CaseIterable {
        case key, owner, status, contract, previous, new, role, account, flag, implementation,
            beacon, version, by
    }

    enum Role: Int, CaseIterable {
        case registered, unregistered, status, ownershipOffered, ownership, roleGranted,
            roleRevoked, roleAdminChanged, paused, unpaused, upgraded, adminChanged,
            beaconUpgraded, initialized
    }

    static let shape = TrackerShape(
        fields: [
            .init("key", .key, "What tells one entry from others."),
            .init("owner", .address, "Whose entry it is."),
            .init("status", .text, "What the entry is from now on, a word of your own."),
            .init("contract", .address, "The contract that it is about; else the emitter."),
            .init("previous", .address, "Who it was before."),
            .init("new", .address, "Who it is now."),
            .init("role", .key, "The role."),
            .init("account", .address, "Who has the role."),
            .init("flag", .flag, "Whether it holds from now on."),
            .init("implementation", .address, "The contract whose code runs from now on."),
            .init("beacon", .address, "The contract that names the implementation from now on."),
            .init("version", .amount, "The version that was initialised."),
            .init("by", .address, "Who did it."),
        ],
        roles: [
            .init("registered", required: [0], optional: [1, 2], "An entry comes."),
            .init("unregistered", required: [0], optional: [12], "An entry goes."),
            .init("status", required: [0, 2], "An entry becomes something else."),
            .init(
                "ownership_offered", required: [5], optional: [3, 4],
                "A new owner is named, who has yet to accept."),
            .init("ownership", required: [5], optional: [3, 4], "A contract has a new owner."),
            .init(
                "role_granted", required: [6, 7], optional: [3, 8, 12],
                "An account has a role; not any more where the flag is false."),
            .init(
                "role_revoked", required: [6, 7], optional: [3, 12],
                "An account has a role no more."),
            .init(
                "role_admin_changed", required: [6], optional: [3],
                "Another role grants this one from now on."),
            .init(
                "paused", required: [], optional: [3, 8, 12],
                "A contract is paused; not any more where the flag is false."),
            .init("unpaused", required: [], optional: [3, 12], "A contract is paused no more."),
            .init("upgraded", required: [9], optional: [3], "A proxy has other code."),
            .init("admin_changed", required: [5], optional: [3, 4], "A proxy has a new admin."),
            .init("beacon_upgraded", required: [10], optional: [3], "A proxy has another beacon."),
            .init("initialized", required: [11], optional: [3], "A contract was initialised."),
        ])

    enum Family: Int, CaseIterable {
        case registered, registrations, deregistrations, entries, ownershipOffers,
            ownershipTransfers, owner, roleMembers, roleChanges, paused, pauses, upgrades,
            implementation, adminChanges, admin, beaconChanges, beacon, version
    }

    static let families: [SeriesFamily] = [
        SeriesFamily("registered", .gauge, labels: ["registry"], "Entries that are registered."),
        SeriesFamily("registrations_total", .count, labels: ["registry"], "Entries that came."),
        SeriesFamily("deregistrations_total", .count, labels: ["registry"], "Entries that went."),
        SeriesFamily(
            "registry_entries", .gauge, labels: ["registry", "status"], "Entries by status."),
        SeriesFamily(
            "ownership_offers_total", .count, labels: ["registry", "contract"],
            "New owners that were named and have yet to accept."),
        SeriesFamily(
            "ownership_transfers_total", .count, labels: ["registry", "contract"],
            "Changes of owners."),
        SeriesFamily(
            "owner_info", .gauge, labels: ["registry", "contract", "owner"],
            "The owner of a contract."),
        SeriesFamily(
            "role_members", .gauge, labels: ["registry", "role"], seriesMax: 200,
            "Accounts with a role, in all contracts of the registry."),
        SeriesFamily(
            "role_changes_total", .count, labels: ["registry", "role", "change"], seriesMax: 600,
            openLabels: [1], "Grants and revocations of roles, and changes of who grants them."),
        SeriesFamily(
            "paused", .gauge, labels: ["registry", "contract"], "Whether a contract is paused."),
        SeriesFamily(
            "pauses_total", .count, labels: ["registry", "contract"],
            "How often a contract was paused."),
        SeriesFamily(
            "upgrades_total", .count, labels: ["registry", "contract"],
            "How often a proxy got other code."),
        SeriesFamily(
            "implementation_info", .gauge, labels: ["registry", "contract", "implementation"],
            "The contract whose code runs behind a proxy."),
        SeriesFamily(
            "proxy_admin_changes_total", .count, labels: ["registry", "contract"],
            "Changes of the admin of a proxy."),
        SeriesFamily(
            "proxy_admin_info", .gauge, labels: ["registry", "contract", "admin"],
            "The admin of a proxy."),
        SeriesFamily(
            "beacon_changes_total", .count, labels: ["registry", "contract"],
            "Changes of the beacon of a proxy."),
        SeriesFamily(
            "beacon_info", .gauge, labels: ["registry", "contract", "beacon"],
            "The beacon of a proxy."),
        SeriesFamily(
            "initialized_version", .gauge, labels: ["registry", "contract"],
            "The version that a contract was initialised with last."),
    ]

    /// Something that is registered.
    struct Entry: Entity {
        var owner: Address?
        var since: BlockTime
        /// Empty where entries have none.
        var status: String

        init(owner: Address?, since: BlockTime, status: String) {
            self.owner = owner
            self.since = since
            self.status = status
        }

        func write(to writer: inout StateWriter) {
            writer.write(self.owner) { $0.write($1) }
            writer.write(self.since)
            writer.write(self.status)
        }

        init(from reader: inout StateReader) throws(StateReader.Damage) {
            self.owner = try reader.optional { reader throws(StateReader.Damage) in
                try reader.address()
            }
            self.since = try reader.time()
            self.status = try reader.text()
        }
    }

    /// Who may do what to a contract, as far as events told.
    struct Authority: Entity {
        var owner: Address?
        var admin: Address?
        var implementation: Address?
        var beacon: Address?

        init() {}

        func write(to writer: inout StateWriter) {
            for address in [self.owner, self.admin, self.implementation, self.beacon] {
                writer.write(address) { $0.write($1) }
            }
        }

        init(from reader: inout StateReader) throws(StateReader.Damage) {
            func next() throws(StateReader.Damage) -> Address? {
                try reader.optional { reader throws(StateReader.Damage) in try reader.address() }
            }
            self.owner = try next()
            self.admin = try next()
            self.implementation = try next()
            self.beacon = try next()
        }
    }

    /// Somebody who has a role: there is nothing more to say.
    struct Membership: Entity {
        init() {}
        func write(to writer: inout StateWriter) {}
        init(from reader: inout StateReader) throws(StateReader.Damage) {}
    }

    var book: SeriesBook
    var entries = EntityMap<U256, Entry>("entry", number: Self.firstDrawer)
    /// Only of contracts of the configuration.
    var authorities = EntityMap<Address, Authority>("authority", number: Self.firstDrawer + 1)
    /// By the hash of contract and role, and the account.
    var members = EntityMap<WordPair, Membership>("member", number: Self.firstDrawer + 2)
    let name: String
    let settings: Settings

    init(_ name: String, _ settings: Settings, tokens: TokenTable) {
        self.name = name
        self.settings = settings
        self.book = SeriesBook(Self.families, tokens: tokens)
        self.book.open(Family.registered, [name])
        self.book.open(Family.registrations, [name])
        self.book.open(Family.deregistrations, [name])
        for status in settings.statuses { self.book.open(Family.entries, [name, status]) }
        guard settings.hasRoles else { return }
        for role in Set(settings.roleNames.values) {
            self.book.open(Family.roleMembers, [name, role])
        }
    }

    var drawers: [any Drawer] { [self.entries, self.authorities, self.members] }

    mutating func restore(drawer: String, key: String, bytes: [UInt8]) -> Bool {
        switch drawer {
        case self.entries.name: self.entries.restore(key, bytes)
        case self.authorities.name: self.authorities.restore(key, bytes)
        case self.members.name: self.members.restore(key, bytes)
        default: false
        }
    }

    mutating func apply(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        switch Role(rawValue: event.role) {
        case .registered: try self.register(event, &effects)
        case .unregistered: try self.unregister(event, &effects)
        case .status: try self.change(event, &effects)
        case .ownershipOffered, .ownership, .adminChanged: try self.hand(event, &effects)
        case .roleGranted: try self.grant(event.flag(Field.flag) ?? true, event, &effects)
        case .roleRevoked: try self.grant(false, event, &effects)
        case .roleAdminChanged: try self.changeRoleAdmin(event, &effects)
        case .paused: self.pause(event.flag(Field.flag) ?? true, event, &effects)
        case .unpaused: self.pause(false, event, &effects)
        case .upgraded, .beaconUpgraded: try self.upgrade(event, &effects)
        case .initialized: try self.initialize(event, &effects)
        case nil: throw .unusable
        }
    }
}
