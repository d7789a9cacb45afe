// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import Testing

@testable import Notifiers

@Suite struct NotifierCatalogTests {
    @Test func kindsHaveTheirOwnNames() {
        let names = NotifierCatalog.kinds.map { $0.channel }
        #expect(Set(names).count == names.count)
        #expect(!names.contains("name"))
    }

    /// Every key that the schema shows is one that the reader asks for, and the other way round: an
    /// unknown key is refused by the reader, so each key of the schema is tried.
    @Test func schemaAndReadersAgree() throws {
        for kind in NotifierCatalog.kinds {
            for property in kind.schema {
                let tree = try ConfigLoader(surroundings: ConfigSurroundings()).load(
                    text: "receivers: [{ name: x, \(kind.channel): { \(property.key): } }]")
                let faults = ReceiversConfiguration.read(tree).faults.map(\.description)
                #expect(
                    !faults.contains { $0.contains("unknown key") },
                    "\(kind.channel).\(property.key): \(faults)")
            }
            #expect(kind.schema.allSatisfy { !$0.description.isEmpty })
        }
        guard case .list(of: .object(let properties)) = NotifierCatalog.schema else {
            Issue.record("not a list of receivers")
            return
        }
        #expect(properties.map(\.key) == ["name"] + NotifierCatalog.kinds.map { $0.channel })
    }
}
