// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
package import ChainSync
package import ConfigTree
import EVMABI
package import EVMPrimitives
package import EVMRPC
package import Economy

/// One chain: where it is read from, how it is followed, and what its events mean.
package struct ChainConfiguration: Sendable {
    /// The label `chain` of its series.
    package var name: String
    /// The chain's id (EIP-155); an endpoint that serves another one is refused.
    package var id: ChainID
    /// At least one, in the order of the file.
    package var endpoints: [RPCEndpoint]
    /// How many of them have to say a block's hash, 1 to their number.
    package var quorum: Int
    package var sync: SyncConfiguration
    /// How much of the endpoints' answers has to be proven.
    package var verify: VerificationLevel
    package var economy: EconomyDefinition
    /// Where the chain's name stands in the file.
    package var place: ConfigPlace

    /// The logs that are wanted: those of the chain's contracts, whatever their topics.
    ///
    /// An empty list of addresses would mean every log there is; so a chain without contracts asks
    /// for those of the zero address, which has no code and emits none.
    package var filter: LogFilter {
        let addresses = self.economy.catalog.contracts.compactMap(\.address)
        return LogFilter(addresses: addresses.isEmpty ? [.zero] : addresses)
    }

    init(
        _ draft: ChainDraft, catalog: EventCatalog, values: [EventValueDefinition],
        metrics: [MetricDefinition], trackers: [TrackerDefinition], tokens: TokenTable
    ) {
        self.name = draft.name
        self.id = draft.id
        self.endpoints = draft.endpoints
        self.quorum = draft.quorum
        self.sync = draft.sync
        self.verify = draft.verify
        self.place = draft.place
        self.economy = EconomyDefinition(
            chain: draft.name, catalog: catalog, eventValues: values, metrics: metrics,
            trackers: trackers, tokens: tokens)
    }
}

/// A chain as its own section says it, before the contracts are known.
struct ChainDraft {
    var name: String
    var id: ChainID
    var endpoints: [RPCEndpoint]
    var quorum: Int
    var sync: SyncConfiguration
    var verify: VerificationLevel
    var place: ConfigPlace

    /// Reads the section `chains`; faulty chains are reported and left out.
    static func readAll(_ root: ConfigSection) -> [ChainDraft] {
        guard let value = root.value("chains") else {
            root.fail("missing key \"chains\"", advice: "name at least one chain under chains")
            return []
        }
        if value.entries()?.isEmpty == true {
            value.fail("there is no chain", advice: "name at least one chain under chains")
        }
        var byID: [ChainID: String] = [:]
        return root.sections("chains").compactMap { name, section in
            let draft = ChainDraft(name, section)
            if !name.isChainName {
                section.fail(
                    "a chain's name is made of a-z, 0-9, _ and -",
                    advice: "rename it, for example to base")
            }
            if let id = draft?.id, let other = byID.updateValue(name, forKey: id) {
                section.fail(
                    at: "id", "chain \(other.quoted) has the same id",
                    advice: "put the endpoints of one chain under one name")
            }
            return draft
        }
    }

    private init?(_ name: String, _ section: ConfigSection) {
        self.name = name
        self.place = section.place
        let id = section.uint64("id", in: 1 ... .max)
        self.endpoints = Self.endpoints(section)
        self.verify = section.enumeration("verify", default: .bloom)
        self.quorum = section.int("quorum", in: 1...1_000, default: 1)
        if !self.endpoints.isEmpty, self.quorum > self.endpoints.count {
            section.fail(
                at: "quorum",
                "\(self.quorum) endpoints have to agree, and there are \(self.endpoints.count)",
                advice: "name more endpoints, or lower quorum")
        }
        self.sync = SyncConfiguration(section, verify: self.verify)
        guard let id, !self.endpoints.isEmpty else { return nil }
        self.id = ChainID(id)
    }

    private static func endpoints(_ section: ConfigSection) -> [RPCEndpoint] {
        guard let value = section.value("endpoints") else {
            section.fail(
                "missing key \"endpoints\"", advice: "expected a list, each item with a url")
            return []
        }
        guard let items = value.list() else { return [] }
        if items.isEmpty {
            value.fail("there is no endpoint", advice: "write - url: \"${env:RPC_URL}\"")
        }
        var names: Set<String> = []
        var endpoints: [RPCEndpoint] = []
        for item in items {
            guard let section = item.section(), let endpoint = RPCEndpoint(section) else {
                continue
            }
            if !names.insert(endpoint.name).inserted {
                // A name that was written, or made from the URL, may hold what must not be shown.
                section.fail(
                    "an endpoint above has the same name or, both without one, the same host",
                    advice: "give each a name of its own")
            }
            endpoints.append(endpoint)
        }
        return endpoints
    }
}
