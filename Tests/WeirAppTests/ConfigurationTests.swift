// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ConfigTree
import EVMABI
import EVMPrimitives
import Economy
import Foundation
import Testing

@testable import WeirApp

/// Texts of configurations with one fault each, and what is said of it.
@Suite struct ConfigurationFaultTests {
    static let abi = """
        event Paid(address indexed who, uint256 amount, string note)
        event Moved(uint256 indexed id, int256 change)
        event Twice(uint256 id)
        event Twice(address who)
        """

    static let head = """
        chains:
          base: { id: 8453, endpoints: [{ url: "https://rpc.example/CANARY" }] }
        contracts:
          Bank: { chain: base, address: "0x1111111111111111111111111111111111111111", abi: bank.abi }
        metrics:

        """

    static func load(_ text: String, _ variables: [String: String] = [:]) throws(ConfigDiagnostics)
        -> WeirConfiguration.Loaded
    {
        try WeirConfiguration.load(
            text: text,
            surroundings: ConfigSurroundings(variables: variables) { path, _ in
                path == "bank.abi" ? .success(Array(Self.abi.utf8)) : .failure(.missing)
            })
    }

    static func faults(_ text: String, _ variables: [String: String] = [:]) -> String {
        do throws(ConfigDiagnostics) {
            _ = try Self.load(text, variables)
            return "none"
        } catch { return error.description }
    }

    @Test(arguments: [
        (
            "{ name: a, type: counter, event: Bank.Paid }",
            "weir.yaml:6:13: error: metrics[0].name: a counter's name must end in _total; "
                + "write \"a_total\""
        ),
        (
            "{ name: a_total, type: counter, event: Bank.Payd }",
            "weir.yaml:6:44: error: metrics[0].event: Bank has no event \"Payd\"; "
                + "did you mean \"Paid\"?"
        ),
        (
            "{ name: a_total, type: counter, event: Bnk.Paid }",
            "weir.yaml:6:44: error: metrics[0].event: there is no contract \"Bnk\"; "
                + "did you mean \"Bank\"?"
        ),
        (
            "{ name: a_total, type: counter, event: Bank.Twice }",
            "weir.yaml:6:44: error: metrics[0].event: Bank has several events \"Twice\"; "
                + "write one of Bank.Twice(uint256), Bank.Twice(address)"
        ),
        (
            "{ name: a_total, type: sum, event: Bank.Paid, value: amont }",
            "weir.yaml:6:58: error: metrics[0].value: Paid has no argument \"amont\"; "
                + "did you mean \"amount\"?"
        ),
        (
            "{ name: a_total, type: sum, event: Bank.Paid, value: who }",
            "weir.yaml:6:58: error: metrics[0].value: who of Paid is address, not an integer; "
                + "its integers: amount"
        ),
        (
            "{ name: a_total, type: sum, event: Bank.Moved, value: change }",
            "weir.yaml:6:59: error: metrics[0].value: a sum only grows, and change may be "
                + "negative; use type: gauge"
        ),
        (
            "{ name: a_total, type: counter, event: Bank.Paid, value: amount }",
            "weir.yaml:6:62: error: metrics[0].value: a counter has no value; remove it"
        ),
        (
            "{ name: weir_a, type: gauge, event: Bank.Paid, value: amount }",
            "weir.yaml:6:13: error: metrics[0].name: \"weir_a\" is a name of Weir's own metrics; "
                + "begin it with another word than weir_ or process_"
        ),
        (
            "{ name: a_seconds, type: latency, from: Bank.Paid, to: Bank.Moved, key: { from: who, to: id } }",
            "weir.yaml:6:94: error: metrics[0].key.to: the keys differ: Paid has address, Moved "
                + "has uint256; join by arguments of the same type"
        ),
    ])
    func metricFaultIsToldAtItsPlace(_ item: String, _ expected: String) {
        #expect(Self.faults(Self.head + "  - \(item)\n") == expected)
    }

    @Test(arguments: [
        (
            "finality: latest",
            "weir.yaml:5:15: error: chains.base.finality: the latest block may still be undone; "
                + "write finalized, safe, or a number of blocks such as 64"
        ),
        (
            "verify: receipt",
            "weir.yaml:5:13: error: chains.base.verify: expected one of off, bloom, receipts, "
                + "found \"receipt\"; did you mean \"receipts\"?"
        ),
        (
            "quorum: two",
            "weir.yaml:5:13: error: chains.base.quorum: expected a whole number, found \"two\""
        ),
        (
            "quorum: 2",
            "weir.yaml:5:13: error: chains.base.quorum: 2 endpoints have to agree, and there are "
                + "1; name more endpoints, or lower quorum"
        ),
        (
            "endpoint: x",
            "weir.yaml:5:5: error: chains.base: unknown key \"endpoint\"; did you mean "
                + "\"endpoints\"?"
        ),
    ])
    func chainFaultIsToldAtItsPlace(_ line: String, _ expected: String) {
        let text = "chains:\n  base:\n    id: 1\n    endpoints: [{ url: \"https://a.example\" }]\n"
        #expect(Self.faults(text + "    \(line)\n") == expected)
        #expect(Self.faults(text) == "none")
    }

    @Test func contractFaultsAreToldTogether() {
        let text = Self.faults(
            """
            chains:
              base: { id: 8453, endpoints: [{ url: "https://rpc.example/CANARY" }] }
            contracts:
              A: { chain: bse, address: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", abi: no.json }
            metrics:
              - { name: a_total, type: counter, event: A.X }
            """)
        #expect(text.contains("there is no chain \"bse\"; did you mean \"base\"?"))
        #expect(text.contains("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"))
        #expect(text.contains("the ABI file \"no.json\" does not exist"))
        #expect(!text.contains("metrics[0]"), "a faulty contract is told once")
        #expect(!text.contains("CANARY"))
    }

    @Test func addressIsWatchedOnceAChain() {
        let contract = "address: \"0x1111111111111111111111111111111111111111\", abi: bank.abi"
        let text = """
            chains:
              base: { id: 8453, endpoints: [{ url: "https://a.example" }] }
              main: { id: 1, endpoints: [{ url: "https://b.example" }] }
            contracts:
              A: { chain: base, \(contract) }

            """
        #expect(
            Self.faults(text + "  B: { chain: base, \(contract) }\n")
                == "weir.yaml:6:30: error: contracts.B.address: contract \"A\" has the same "
                + "address; list both ABI files under one contract")
        #expect(Self.faults(text + "  B: { chain: main, \(contract) }\n") == "none")
        #expect(
            Self.faults(
                text + "  B: { chain: main, \(contract) }\nmetrics:\n  - { name: a_seconds, "
                    + "type: latency, from: A.Paid, to: B.Paid, key: who }\n"
            ).contains(
                "metrics[0].from: is on chain base, and to is on main; "
                    + "both events must be of one chain"))
    }

    @Test func abiFaultQuotesLittleOfTheFile() {
        let noise = "event \u{1b}[31m" + String(repeating: "CANARY ", count: 50)
        do throws(ConfigDiagnostics) {
            _ = try WeirConfiguration.load(
                text: Self.head + "  []\n",
                surroundings: ConfigSurroundings { _, _ in .success(Array(noise.utf8)) })
            Issue.record("loaded")
        } catch {
            let text = error.description
            #expect(text.contains("the file \"bank.abi\" is not an ABI"), "\(text)")
            #expect(!text.contains("\u{1b}"))
            #expect(text.split(separator: "CANARY").count < 15)
        }
    }

    @Test func secretsAreNotShown() throws {
        let loaded = try Self.load(
            """
            chains:
              base:
                id: 1
                endpoints:
                  - { url: "${env:URL}", headers: { Authorization: "Bearer CANARY" } }
            """, ["URL": "https://rpc.example/v2/CANARY"])
        #expect(!loaded.tree.render().contains("CANARY"))
        #expect(!"\(loaded.configuration)".contains("CANARY"))
        #expect(loaded.tree.render().contains("https://rpc.example/…"))
        #expect(loaded.warnings.count == 1)
        #expect(loaded.configuration.chains.first?.filter.addresses == [.zero])
    }
}

@Suite struct ConfigurationFileTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    @Test func nodeOperatorFileLoads() throws {
        var surroundings = ConfigSurroundings.process
        surroundings.variables = ["BASE_RPC_URL": "https://rpc.example/CANARY"]
        let loaded = try WeirConfiguration.load(
            path: Self.root + "/config/node-operator.yaml", surroundings: surroundings)
        let economy = try #require(loaded.configuration.chains.first?.economy)
        #expect(economy.metrics.count == 7)
        #expect(economy.trackers.count == 6)
        #expect(economy.eventValues.count == 4)
        #expect(loaded.warnings.isEmpty)
        #expect(!loaded.tree.render().contains("CANARY"))
    }

    @Test func demoFileIsTheEmbeddedTextAndMeansTheSame() throws {
        let path = Self.root + "/config/demo.yaml"
        #expect(try String(contentsOfFile: path, encoding: .utf8) == DemoConfiguration.yaml)
        let file = try WeirConfiguration.load(path: path).configuration
        let embedded = try DemoConfiguration.configuration(endpoint: "http://127.0.0.1:1")
        let (a, b) = (try #require(file.chains.first), try #require(embedded.chains.first))
        #expect(a.economy.metrics.count == 11)
        // The files list their events by name, the simulator by use.
        let events = { (economy: EconomyDefinition) -> Set<String> in
            Set(
                economy.catalog.layouts.map { layout in
                    let contract = economy.catalog.contracts[layout.contract]
                    let indexed = layout.event.inputs.map(\.isIndexed)
                    return "\(contract.alias) \(layout.signature) \(layout.names) \(indexed)"
                })
        }
        #expect(
            a.economy.catalog.contracts.map(\.address) == b.economy.catalog.contracts.map(\.address)
        )
        #expect(events(a.economy) == events(b.economy))
        #expect(a.economy.metrics.map(\.name) == b.economy.metrics.map(\.name))
        #expect(a.economy.metrics.map(\.labels) == b.economy.metrics.map(\.labels))
        #expect(a.sync == b.sync)
        #expect(embedded.aliases.count == 4)
    }
}
