// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// A contract whose events a catalog knows.
package struct CatalogContract: Sendable {
    package var alias: String
    /// Where it lives; nil for events of any address.
    package var address: Address?
    package var events: [ABIEvent]
    /// What runs behind the contract where it is a proxy, now or at some time; the first one until
    /// another is known to run. Empty: it is no proxy.
    package var implementations: [CatalogImplementation]
    /// Where the proxy asks which implementation runs (ERC-1967); nil: it knows itself.
    package var beacon: Address?

    package init(
        alias: String, address: Address?, events: [ABIEvent],
        implementations: [CatalogImplementation] = [], beacon: Address? = nil
    ) {
        self.alias = alias
        self.address = address
        self.events = events
        self.implementations = implementations
        self.beacon = beacon
    }

    /// What proxies themselves emit (ERC-1967).
    private static let proxyEvents: [ABIEvent] = [
        "event Upgraded(address indexed implementation)",
        "event BeaconUpgraded(address indexed beacon)",
        "event AdminChanged(address previousAdmin, address newAdmin)",
    ].compactMap { try? HumanABI.parseEvent($0) }

    /// Its own events; those of proxies too where no ABI of a proxy declares them.
    var ownEvents: [ABIEvent] {
        if self.implementations.isEmpty { return self.events }
        let declared = Set(
            (self.events + self.implementations.flatMap(\.events)).map(\.topic0))
        return self.events + Self.proxyEvents.filter { !declared.contains($0.topic0) }
    }
}

/// A contract whose code runs behind a proxy, and which then says what the proxy's events are.
package struct CatalogImplementation: Sendable, Hashable {
    package var address: Address
    package var events: [ABIEvent]

    package init(address: Address, events: [ABIEvent]) {
        self.address = address
        self.events = events
    }
}
