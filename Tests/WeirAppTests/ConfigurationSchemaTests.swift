// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes
import Testing

@testable import ConfigTree
@testable import WeirApp

/// The schema that editors are given, against what is read.
@Suite struct ConfigurationSchemaTests {
    private static let text = """
        namespace: weir
        server: { listen: ":9560" }
        store: { sqlite: weir.db }
        logging: { level: info, format: text }
        chains:
          base:
            id: 8453
            endpoints: [{ url: "https://rpc.example", budget: { rate: 25/s } }]
            catch_up: {}
            poll: {}
        contracts:
          Bank:
            chain: base
            address: "0x1111111111111111111111111111111111111111"
            abi: bank.abi
            values: { Paid: { argument: amount } }
        metrics:
          - { name: a_seconds, type: latency, from: Bank.Paid, to: Bank.Paid, key: { from: who, to: who } }
          - { name: a_total, type: counter, event: Bank.Paid }
        aliases: { b_total: a_total }
        """

    /// Compares the keys that were asked for with those of the schema, down the tree.
    private func compare(_ node: ConfigNode, _ schema: SchemaNode, _ visited: inout Set<String>) {
        switch (schema, node.content) {
        case (.object(let properties), .mapping(let entries)):
            #expect(Set(properties.map(\.key)) == Set(node.asked), "\(node.path.text)")
            for (key, child) in entries {
                guard let property = properties.first(where: { $0.key == key }) else { continue }
                visited.insert(key)
                self.compare(child, property.node, &visited)
            }
        case (.map(let inner), .mapping(let entries)):
            for (_, child) in entries { self.compare(child, inner, &visited) }
        case (.list(let inner), .sequence(let items)):
            for item in items { self.compare(item, inner, &visited) }
        case (.either(let kinds), .mapping):
            for kind in kinds where !kind.keys.isEmpty { self.compare(node, kind, &visited) }
        default: break
        }
    }

    @Test func schemaNamesTheKeysThatAreRead() throws {
        let loaded = try ConfigurationFaultTests.load(Self.text)
        var visited: Set<String> = []
        self.compare(loaded.tree.root, WeirConfiguration.schema, &visited)
        let sections: Set = [
            "server", "store", "logging", "chains", "endpoints", "budget", "catch_up", "poll",
            "contracts", "values", "metrics", "key",
        ]
        #expect(visited.isSuperset(of: sections))
    }

    @Test func jsonSchemaIsJSON() throws {
        let value = try JSONValue(parsing: Array(WeirConfiguration.jsonSchema.utf8))
        guard case .object = value else {
            Issue.record("not an object")
            return
        }
    }
}
