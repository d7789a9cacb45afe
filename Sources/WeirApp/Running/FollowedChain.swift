// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import ChainSync
package import EVMPrimitives
package import Economy

/// One chain as the follower needs it.
package struct FollowedChain: Sendable {
    package var name: String
    package var id: ChainID
    package var sync: SyncConfiguration
    package var filter: LogFilter
    package var definition: EconomyDefinition

    package init(
        name: String, id: ChainID, sync: SyncConfiguration, filter: LogFilter,
        definition: EconomyDefinition
    ) {
        self.name = name
        self.id = id
        self.sync = sync
        self.filter = filter
        self.definition = definition
    }

    /// The log filter as text, to see whether it grew since the chain was last read: addresses,
    /// then, after a semicolon, first topics where there are any.
    var filterText: String {
        let addresses = self.filter.addresses.map(\.lowercaseText).joined(separator: ",")
        if self.filter.topics0.isEmpty { return addresses }
        return addresses + ";" + self.filter.topics0.map(\.description).joined(separator: ",")
    }
}
