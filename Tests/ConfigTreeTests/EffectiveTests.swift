// Weir
// SPDX-License-Identifier: Apache-2.0

// The configuration in force, as `config show` gives it, and the JSON Schema for editors.

import Foundation
import Testing

@testable import ConfigTree

@Suite struct EffectiveTests {
    static let text = """
        namespace: weir   # a comment
        chains:
          base:
            id: 8_453
            endpoints:
              - { url: "${env:RPC}", note: "see https://x.io/a" }
            start: ${env:START}
        rules: [a.yaml, "b: c"]
        empty: {}
        none: []
        nothing:
        token: literal-secret
        """

    static func tree() throws -> ConfigTree {
        let environment = [
            "RPC": "https://u:p@rpc.io/key", "START": "12", "WEIR__CHAINS__BASE__ID": "10",
        ]
        let tree = try loader(environment: environment).load(text: Self.text)
        _ = try tree.read { root -> Bool in
            _ = root.string("namespace")
            for (_, chain) in root.sections("chains") {
                _ = chain.int("id")
                _ = chain.int("start")
                _ = chain.duration("poll", default: .milliseconds(1500))
                for endpoint in chain.sectionList("endpoints") {
                    _ = endpoint.required("url", .url())
                    _ = endpoint.string("note")
                }
            }
            _ = root.stringList("rules")
            _ = root.section("empty")
            _ = root.list("none")
            _ = root.bool("nothing", default: true)
            _ = root.secret("token")
            _ = root.byteSize("cache", default: 64 << 20)
            return true
        }
        return tree
    }

    @Test func effectiveConfigurationIsRendered() throws {
        #expect(
            try Self.tree().render() == """
                namespace: weir
                chains:
                  base:
                    id: 10  # from override WEIR__CHAINS__BASE__ID
                    endpoints:
                      - url: https://rpc.io/…  # from env RPC
                        note: "see https://x.io/…"
                    start: 12  # from env START
                    poll: 1s500ms  # default
                rules:
                  - a.yaml
                  - "b: c"
                empty: {}
                none: []
                token: <secret>
                nothing: true  # default
                cache: 64 MiB  # default

                """)
    }

    @Test func renderedTextIsYAMLOfTheSameShape() throws {
        let rendered = try Self.tree().render()
        let again = try loader().load(text: rendered)
        let paths = { (tree: ConfigTree) in Set(tree.effectiveValues().map(\.path)) }
        #expect(paths(again) == (try paths(Self.tree())))
    }

    @Test func effectiveValuesNameTheirOrigin() throws {
        let values = try Self.tree().effectiveValues()
        #expect(
            values.prefix(6).map { "\($0.path) \($0.text) \($0.origin) \($0.isSecret)" } == [
                "namespace weir file false",
                "chains.base.id 10 override WEIR__CHAINS__BASE__ID false",
                "chains.base.endpoints[0].url https://rpc.io/… env RPC true",
                "chains.base.endpoints[0].note see https://x.io/… file false",
                "chains.base.start 12 env START false",
                "chains.base.poll 1s500ms default false",
            ])
    }

    @Test func anyTextSurvivesRendering() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix(state: seed)
        let letters = Array("ab1 :#-?,[]{}'\"\\|>&*!%@`~\n\t\u{1b}é\u{2028}$<=.")
        for _ in 0..<500 {
            let text = String((0..<8).compactMap { _ in letters.randomElement(using: &random) })
            // A reference that always gives the text, so that the file need not quote it.
            let tree = try loader(environment: ["T": text]).load(text: "v: ${env:T}\n")
            guard (try tree.read { $0.string("v") }) == text else {
                Issue.record("seed \(seed)")
                continue
            }
            let again = try loader().load(
                text: tree.render().replacing("${", with: "$${"), name: "again")
            #expect(
                try again.read { $0.string("v") } == text, "seed \(seed): \(tree.render())")
        }
    }
}

@Suite struct SchemaTests {
    static let schema = SchemaNode.object([
        .init("id", .integer(1...), "The \"chain\" id.", isRequired: true),
        .init("verify", .choice(of: Level.self)),
        .init("poll", .described(.duration, "How often.")),
        .init("ratio", .number(from: 0, to: 1)),
        .init("on", .boolean),
        .init("chains", .map(of: .object([.init("url", .string, isRequired: true)]))),
        .init("rules", .list(of: .string)),
        .init("follow", .either([.words(["latest"]), .integer(0...100)])),
        .init("extra", .anything),
    ])

    @Test func schemaIsJSONWithAllKeysInOrder() throws {
        let text = Self.schema.jsonSchema(title: "Weir", id: "https://example.org/weir.json")
        let json = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let root = try #require(json as? [String: Any])
        #expect(root["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        #expect(root["additionalProperties"] as? Bool == false)
        #expect(root["required"] as? [String] == ["id"])
        let properties = try #require(root["properties"] as? [String: Any])
        #expect(Set(properties.keys) == Set(Self.schema.keys))
        let id = try #require(properties["id"] as? [String: Any])
        #expect(id["description"] as? String == "The \"chain\" id.")
        #expect(id["minimum"] as? Int == 1)
        let verify = try #require(properties["verify"] as? [String: Any])
        #expect(verify["enum"] as? [String] == ["off", "bloom", "receipts"])
        let ranges = Self.schema.keys.compactMap { text.range(of: "\"\($0)\": {")?.lowerBound }
        #expect(ranges.count == Self.schema.keys.count && ranges == ranges.sorted())
    }

    @Test func smallSchemaIsExactlyThis() {
        let schema = SchemaNode.object([.init("a", .duration, "A time.", isRequired: true)])
        #expect(
            schema.jsonSchema(title: "T") == #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "title": "T",
                  "type": "object",
                  "properties": {
                    "a": {
                      "description": "A time.",
                      "type": "string",
                      "pattern": "(?:^([0-9]+(ms|[wdhms]))+$)|\\$\\{",
                      "examples": [
                        "30s",
                        "1h30m"
                      ]
                    }
                  },
                  "required": [
                    "a"
                  ],
                  "additionalProperties": false
                }

                """#)
    }
}
