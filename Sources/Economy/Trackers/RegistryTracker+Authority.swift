// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import MetricsRegistry

/// Who may do what to contracts.
extension RegistryTracker {
    /// What an event is about: the contract of its field, or the one that emitted it.
    struct Subject {
        var address: Address
        /// The name in the configuration; nil for a contract that is not in it.
        var alias: String?

        /// For counters.
        var label: String { self.alias ?? SeriesBook.other }
        /// For facts.
        var name: String { self.alias ?? self.address.description }
    }

    func contract(_ event: RoleEvent) -> Subject {
        let address = event.optionalAddress(Field.contract) ?? event.entry.address
        return Subject(address: address, alias: self.settings.contracts[address])
    }

    // MARK: Owners and admins

    mutating func hand(_ event: RoleEvent, _ effects: inout TrackerEffects) throws(SkipReason) {
        let new = try event.address(Field.new)
        let subject = self.contract(event)
        let labels = [self.name, subject.label]
        let known = self.authorities[subject.address]
        var previous = event.optionalAddress(Field.previous)
        let change: String
        switch Role(rawValue: event.role) {
        case .ownershipOffered:
            change = "ownership_offered"
            self.book.count(Family.ownershipOffers, labels, &effects)
            previous = previous ?? known?.owner
        case .adminChanged:
            change = "admin_changed"
            self.book.count(Family.adminChanges, labels, &effects)
            previous = previous ?? known?.admin
            self.link(\.admin, .admin, to: new, subject, &effects)
        default:
            change = "ownership"
            self.book.count(Family.ownershipTransfers, labels, &effects)
            previous = previous ?? known?.owner
            self.link(\.owner, .owner, to: new, subject, &effects)
        }
        var fields = [("new", new.description)]
        if let previous { fields.append(("previous", previous.description)) }
        self.tell("access_change", change, subject, fields, event, &effects)
    }

    /// Puts an address in its place in what is known of a contract, and the info that shows it in
    /// place of the old one.
    private mutating func link(
        _ path: WritableKeyPath<Authority, Address?>, _ family: Family, to new: Address,
        _ subject: Subject, _ effects: inout TrackerEffects
    ) {
        guard let alias = subject.alias else { return }
        var authority = self.authorities[subject.address] ?? Authority()
        if authority[keyPath: path] == new { return }
        if let old = authority[keyPath: path] {
            self.book.remove(family, [self.name, alias, old.description], &effects)
        }
        authority[keyPath: path] = new
        self.authorities.set(authority, for: subject.address, &effects)
        self.book.set(family, [self.name, alias, new.description], .one, &effects)
    }

    // MARK: Roles

    /// Roles are given by those who may; the bound is there for contracts that lie.
    private static var membersMax: Int { 100_000 }

    private func roleLabel(_ role: U256, _ event: RoleEvent) -> String {
        self.settings.roleNames[role] ?? event.text(Field.role) ?? role.hexQuantity
    }

    mutating func grant(
        _ isGranted: Bool, _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let role = try event.key(Field.role)
        let account = try event.address(Field.account)
        let subject = self.contract(event)
        let label = self.roleLabel(role, event)
        let key = WordPair(
            Keccak256.hash(subject.address.bytes + role.bigEndianBytes).word, account.word)
        let isMember = self.members[key] != nil
        if isGranted, !isMember, self.members.count >= Self.membersMax { throw .full }
        if isGranted != isMember {
            self.members.set(isGranted ? Membership() : nil, for: key, &effects)
            let labels = [self.name, label]
            let count = self.book.gauge(Family.roleMembers, labels) ?? .zero
            let new = isGranted ? count.adding(.one) ?? .max : count.subtracting(.one) ?? .zero
            self.book.set(Family.roleMembers, labels, new, &effects)
        }
        let change = isGranted ? "granted" : "revoked"
        self.book.count(Family.roleChanges, [self.name, label, change], &effects)
        self.tell(
            "access_change", "role_\(change)", subject,
            [("role", label), ("account", account.description)], event, &effects)
    }

    mutating func changeRoleAdmin(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let label = self.roleLabel(try event.key(Field.role), event)
        self.book.count(Family.roleChanges, [self.name, label, "admin"], &effects)
        self.tell(
            "access_change", "role_admin", self.contract(event), [("role", label)], event, &effects)
    }

    // MARK: Pauses

    mutating func pause(
        _ isPaused: Bool, _ event: RoleEvent, _ effects: inout TrackerEffects
    ) {
        let subject = self.contract(event)
        let labels = [self.name, subject.label]
        if let alias = subject.alias {
            self.book.set(Family.paused, [self.name, alias], isPaused ? U256.one : .zero, &effects)
        }
        if isPaused { self.book.count(Family.pauses, labels, &effects) }
        self.tell(
            "access_change", isPaused ? "paused" : "unpaused", subject, [], event, &effects)
    }

    // MARK: Code

    mutating func upgrade(_ event: RoleEvent, _ effects: inout TrackerEffects) throws(SkipReason) {
        let subject = self.contract(event)
        let labels = [self.name, subject.label]
        let known = self.authorities[subject.address]
        let isBeacon = event.role == Role.beaconUpgraded.rawValue
        let new = try event.address(isBeacon ? Field.beacon : Field.implementation)
        var fields = [(isBeacon ? "beacon" : "implementation", new.description)]
        if let old = isBeacon ? known?.beacon : known?.implementation {
            fields.append(("previous", old.description))
        }
        if isBeacon {
            self.book.count(Family.beaconChanges, labels, &effects)
            self.link(\.beacon, .beacon, to: new, subject, &effects)
        } else {
            self.book.count(Family.upgrades, labels, &effects)
            self.link(\.implementation, .implementation, to: new, subject, &effects)
        }
        self.tell(
            "upgrade", isBeacon ? "beacon" : "implementation", subject, fields, event, &effects)
    }

    mutating func initialize(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        let version = try event.amount(Field.version)
        let subject = self.contract(event)
        if let alias = subject.alias {
            self.book.set(Family.version, [self.name, alias], version, &effects)
        }
        self.tell(
            "upgrade", "initialized", subject, [("version", version.description)], event, &effects)
    }

    private func tell(
        _ kind: String, _ change: String, _ subject: Subject, _ fields: [(String, String)],
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) {
        var all =
            [
                ("change", change), ("contract", subject.name),
                ("address", subject.address.description),
            ] + fields
        if let by = event.optionalAddress(Field.by) { all.append(("by", by.description)) }
        all.append(("time", event.time.description))
        effects.fact(kind, all)
    }
}
