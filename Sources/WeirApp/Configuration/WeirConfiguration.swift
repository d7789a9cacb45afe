// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
package import ConfigTree
import EVMABI
import Economy
package import HTTPFront

/// Everything that one run of Weir is told: the configuration file, checked and resolved.
package struct WeirConfiguration: Sendable {
    /// What stands before the names of Weir's own metrics.
    package var namespace: String
    /// In the order of the file; at least one.
    package var chains: [ChainConfiguration]
    /// All contracts of all chains, in the order of the file.
    package var contracts: [ContractConfiguration]
    /// Second names of metrics, each of one that exists.
    package var aliases: [MetricAlias]
    package var server: HTTPConfiguration
    /// What has to be shown to hand vouchers in over HTTP; nil: nobody may.
    package var vouchersToken: Secret?
    /// The SQLite file; a relative path in the file counts from the file's own folder.
    package var storePath: String
    package var logging: LoggingConfiguration
    /// Who is told of what.
    package var alerting: AlertingConfiguration
    /// What has to be shown to set silences over HTTP; nil: anybody may where only this machine can
    /// ask, and nobody else.
    package var apiToken: Secret?

    /// A configuration with the tree that it was read from, for `weir config show`. Stays with the
    /// task that loaded it.
    package struct Loaded {
        package var configuration: WeirConfiguration
        package var tree: ConfigTree
        /// What is allowed but is hardly meant.
        package var warnings: [ConfigurationWarning]
    }

    /// Loads and checks a file and the ABIs it names.
    ///
    /// - Throws: all faults at once, each with its place and what to do.
    package static func load(
        path: String, surroundings: ConfigSurroundings = .process
    ) throws(ConfigDiagnostics) -> Loaded {
        let tree = try ConfigLoader(surroundings: surroundings).load(path: path)
        return try Self.read(tree, surroundings: surroundings)
    }

    /// Loads and checks a text as if it stood in a file.
    ///
    /// - Parameter directory: the folder that relative paths count from; nil: the working folder.
    package static func load(
        text: String, name: String = "weir.yaml", directory: String? = nil,
        surroundings: ConfigSurroundings = ConfigSurroundings()
    ) throws(ConfigDiagnostics) -> Loaded {
        let tree = try ConfigLoader(surroundings: surroundings)
            .load(text: text, name: name, directory: directory)
        return try Self.read(tree, surroundings: surroundings)
    }

    /// Reads a tree, once.
    package static func read(
        _ tree: ConfigTree, surroundings: ConfigSurroundings
    ) throws(ConfigDiagnostics) -> Loaded {
        tree.addPresets(known: Self.presetNames)
        let configuration: WeirConfiguration = try tree.read { root in
            WeirConfiguration(root, document: tree.value, surroundings: surroundings)
        }
        return Loaded(
            configuration: configuration, tree: tree,
            warnings: ConfigurationCheck.warnings(of: configuration))
    }

    /// The presets that are shipped in `config/presets`.
    package static let presetNames = [
        "awareness", "erc20-treasury", "fabstir", "fabstir-current", "glitch", "governor", "raiden",
        "safe", "staking-rewards",
        "teg", "zerostate",
    ]

    /// Nil: a fault has been reported.
    init?(_ root: ConfigSection, document: ConfigValue, surroundings: ConfigSurroundings) {
        self.namespace = root.value("namespace", .namespace, default: "weir")
        self.server = HTTPConfiguration()
        if let section = root.optionalSection("server") {
            self.server.listen = section.value("listen", .listenAddress, default: .standard)
            self.vouchersToken = section.token("vouchers_token")
            self.apiToken = section.token("api_token")
        }
        let standardPath = document.absolute("weir.db")
        self.storePath =
            root.optionalSection("store")?.value("sqlite", .path, default: standardPath)
            ?? standardPath
        self.logging = LoggingConfiguration(root.optionalSection("logging"))

        let drafts = ChainDraft.readAll(root)
        let contracts = ContractReader(
            chains: root.chainNames, abis: ABIFiles(surroundings)
        ).read(root)
        let events = EventDirectory(
            contracts.map { draft in
                (
                    draft.alias,
                    draft.contract.map {
                        EventDirectory.Contract(
                            chain: $0.chain,
                            contract: CatalogContract(
                                alias: $0.alias, address: $0.address, events: $0.abi.events,
                                implementations: $0.implementations, beacon: $0.beacon),
                            functions: $0.abi.functions, errors: $0.abi.errors)
                    }
                )
            }
        ) { chain, error in
            // Each cause has been checked before, contract by contract.
            contracts.first { $0.contract?.chain == chain }?.section.fail("\(error)")
        }
        let values = EventValueReader(events).read(contracts)
        var names = MetricNames(
            namespace: self.namespace, valueBuckets: values.first?.definition.buckets)
        let metrics = MetricReader(events).read(root, names: &names)
        let tokens = TokenDirectory(root, chains: root.chainNames)
        let trackers = TrackerReader(events, tokens: tokens, chains: root.chainNames).read(root)
        names.add(trackers.map(\.definition))
        self.aliases = MetricAlias.readAll(root, names: names)
        let sources = EventSources(
            drafts.map(\.name), events, tokens, lists: EventListReader().read(root),
            explorers: root.explorers,
            faulty: Set(
                contracts.filter { draft in
                    draft.contract.map { events.catalogs[$0.chain] == nil } ?? true
                }.map(\.alias)))
        self.alerting = AlertingConfiguration(
            root, document: document, sources: sources, surroundings: surroundings)

        self.contracts = contracts.compactMap(\.contract)
        self.chains = drafts.compactMap { draft in
            events.catalogs[draft.name].map { catalog in
                ChainConfiguration(
                    draft, catalog: catalog,
                    values: values.filter { $0.chain == draft.name }.map(\.definition),
                    metrics: metrics.filter { $0.chain == draft.name }.map(\.definition),
                    trackers: trackers.filter { $0.chain == draft.name }.map(\.definition),
                    tokens: tokens.table(draft.name))
            }
        }
        // Whatever is missing here has been reported at its place.
        guard !self.chains.isEmpty else { return nil }
    }
}

extension ConfigSection {
    /// A secret that a client has to show; nil where there is none.
    fileprivate func token(_ key: String) -> Secret? {
        let token = self.optionalSecret(key)
        if let token, token.reveal().utf8.count < 16 {
            self.fail(
                at: key, "the token is shorter than 16 bytes",
                advice: "make one with openssl rand -hex 32")
        }
        return token
    }

    /// The block explorers of chains, by name.
    fileprivate var explorers: [String: Explorer] {
        var explorers: [String: Explorer] = [:]
        for entry in self.value("chains")?.entries() ?? [] where entry.value.isSection {
            explorers[entry.name] = entry.value.section()?.optional("explorer", .explorer)
        }
        return explorers
    }

    /// The names under `chains`, be their sections faulty or not.
    var chainNames: [String] { self.value("chains")?.entries()?.map(\.name) ?? [] }
}
