// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ConfigTree
import Economy

extension EventSources {
    /// What rules on events have to know of a configuration, before anything is read from a chain.
    init(
        _ chains: [String], _ events: EventDirectory, _ tokens: TokenDirectory,
        lists: [EventList], explorers: [String: Explorer], faulty: Set<String>
    ) {
        self.init(
            chains: chains.compactMap { name in
                events.catalogs[name].map { catalog in
                    Chain(
                        name: name, catalog: catalog, functions: events.functions(on: name),
                        tokens: tokens.table(name).eventTokens, explorer: explorers[name])
                }
            }, lists: lists, faultyContracts: faulty)
    }

    /// The same with the decimals that were read from the chains.
    func resolved(_ definitions: [EconomyDefinition]) -> EventSources {
        var sources = self
        for definition in definitions {
            guard let place = sources.chains.firstIndex(where: { $0.name == definition.chain })
            else { continue }
            sources.chains[place].tokens = definition.tokens.eventTokens
        }
        return sources
    }
}

extension TokenTable {
    fileprivate var eventTokens: [EventToken] {
        self.tokens.map {
            EventToken(symbol: $0.symbol, address: $0.address, decimals: $0.decimals)
        }
    }
}
