// Weir
// SPDX-License-Identifier: Apache-2.0

package import ConfigTree
import EVMPrimitives
package import Tabular

/// What the commands do with a configuration, apart from running it.
package enum ConfigurationTools {
    /// The configuration in force, as a table and as YAML.
    package struct Shown: Sendable {
        package var table: Table
        /// YAML with the origin of each value that the file does not hold itself.
        package var text: String
    }

    /// Each value and where it comes from; secrets stay hidden.
    package static func show(_ path: String) throws(ConfigDiagnostics) -> Shown {
        let tree = try WeirConfiguration.load(path: path).tree
        var table = Table(columns: [
            Column("key", "Key"), Column("value", "Value"), Column("origin", "Origin"),
        ])
        for value in tree.effectiveValues() {
            table.append([.text(value.path), .text(value.text), .text("\(value.origin)")])
        }
        return Shown(table: table, text: tree.render())
    }

    /// The JSON Schema of the file, ending in a line feed.
    package static func schema() -> String {
        let text = WeirConfiguration.jsonSchema
        return text.hasSuffix("\n") ? text : text + "\n"
    }

    /// The file of the configuration's store.
    package static func storePath(_ path: String) throws(ConfigDiagnostics) -> String {
        try WeirConfiguration.load(path: path).configuration.storePath
    }

    /// All endpoints with the chain that each must serve.
    package static func patients(
        _ path: String
    ) throws(ConfigDiagnostics) -> [EndpointDoctor.Patient] {
        try WeirConfiguration.load(path: path).configuration.chains.flatMap { chain in
            chain.endpoints.map {
                EndpointDoctor.Patient(
                    endpoint: $0, expectedChain: chain.id.rawValue, sync: chain.sync,
                    verify: chain.verify)
            }
        }
    }
}
