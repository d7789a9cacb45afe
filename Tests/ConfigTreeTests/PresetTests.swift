// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ConfigTree

/// Presets are added to a file before it is read, and their faults are told at their places.
@Suite struct PresetTests {
    private static let pool = """
        parameters:
          pool: { about: the pool's address }
          names: { about: names of accounts, default: {} }
          count: { default: 5 }
          nothing: { default: }
        contracts:
          "${with:as}": { chain: "${with:chain}", address: "${with:pool}", abi: "${with:here}/pool.abi" }
        trackers:
          staking:
            "${with:as}": { names: "${with:names}", event: "${with:as}.Staked", count: "${with:count}", none: "${with:nothing}" }
        metrics:
          - { name: "${with:as}_a" }
          - { name: "${with:namespace}_b" }
        """

    /// The values in force of a text with the presets beside it, and the faults.
    private func load(
        _ text: String, presets: [String: String] = ["pool": pool],
        environment: [String: String] = [:]
    ) -> (values: [String: String], faults: [String]) {
        var files: [String: String] = [:]
        for (name, text) in presets { files["presets/\(name)/preset.yaml"] = text }
        do {
            let tree = try loader(environment: environment, files: files).load(text: text)
            tree.addPresets(known: ["pool", "vault"])
            _ = try tree.read { root -> Bool? in
                Self.readAll(root)
                return true
            }
            var values: [String: String] = [:]
            for value in tree.effectiveValues() { values[value.path] = value.text }
            return (values, [])
        } catch {
            return ([:], error.list.map(\.description))
        }
    }

    /// Reads whatever there is as texts.
    private static func readAll(_ section: ConfigSection) {
        for key in section.keys where key != "use" {
            if let value = section.value(key) { Self.readAll(value) }
        }
    }

    private static func readAll(_ value: ConfigValue) {
        if value.isSection {
            if let section = value.section() { Self.readAll(section) }
        } else if value.isList {
            for item in value.items() ?? [] { Self.readAll(item) }
        } else if !value.isNull {
            _ = value.scalar()
        }
    }

    @Test func holesAreFilled() {
        let (values, faults) = self.load(
            """
            namespace: mine
            chains: { base: x }
            use: [{ preset: pool, with: { pool: "0x1", names: { a: "0x2" } } }]
            """)
        #expect(faults == [])
        #expect(values["contracts.pool.address"] == "0x1")
        #expect(values["contracts.pool.chain"] == "base")
        #expect(values["contracts.pool.abi"] == "presets/pool/pool.abi")
        #expect(values["trackers.staking.pool.names.a"] == "0x2")
        #expect(values["trackers.staking.pool.event"] == "pool.Staked")
        #expect(values["trackers.staking.pool.count"] == "5")
        #expect(values["metrics[1].name"] == "mine_b")
        #expect(values["parameters.pool.about"] == nil)
    }

    @Test func fileCountsBeforeThePreset() {
        let (values, faults) = self.load(
            """
            chains: { base: x }
            contracts: { pool: { address: "0x9" }, other: { address: "0x8" } }
            trackers:
            metrics: [{ name: own }]
            use: [{ preset: pool, with: { pool: "0x1" } }]
            """)
        #expect(faults == [])
        #expect(values["contracts.pool.address"] == "0x9")
        #expect(values["contracts.pool.chain"] == "base")
        #expect(values["contracts.other.address"] == "0x8")
        #expect(values["trackers.staking.pool.event"] == "pool.Staked")
        #expect(values["metrics[0].name"] == "own")
        #expect(values["metrics[1].name"] == "pool_a")
        #expect(values["metrics[2].name"] == "weir_b")
    }

    @Test func oneIsUsedTwiceUnderTwoNames() {
        let (values, faults) = self.load(
            """
            chains: { base: x, main: y }
            use:
              - { preset: pool, as: one, chain: base, with: { pool: "0x1" } }
              - { preset: pool, as: two, chain: main, with: { pool: "0x2" } }
            """)
        #expect(faults == [])
        #expect(values["contracts.one.address"] == "0x1")
        #expect(values["contracts.two.chain"] == "main")
        #expect(values["metrics[3].name"] == "weir_b")
    }

    @Test(arguments: [
        (
            "[{ preset: pol, with: {} }]",
            "weir.yaml:2:17: error: use[0].preset: there is no preset \"pol\": file \"presets/pol/preset.yaml\" does not exist; did you mean \"pool\"?"
        ),
        ("[{ preset: zzzzzzzz }]", "name the folder of presets under presets"),
        ("[{ preset: ../x }]", "is no name of a preset"),
        ("[{ with: {} }]", "missing key \"preset\""),
        (
            "[{ preset: pool }]",
            "weir.yaml:2:7: error: use[0]: preset pool needs pool (the pool's address); give them under with"
        ),
        (
            "[{ preset: pool, with: { pol: 1 } }]",
            "preset pool has no parameter \"pol\"; did you mean \"pool\"?"
        ),
        (
            "[{ preset: pool, with: { pool: 1 }, wiht: 2 }]",
            "unknown key \"wiht\"; did you mean \"with\"?"
        ),
        ("[{ preset: pool, as: a-b, with: { pool: 1 } }]", "a name begins with a letter"),
        (
            "[{ preset: pool, with: { pool: 1 } }, { preset: pool, with: { pool: 2 } }]",
            "is used twice under one name"
        ),
        (
            "[{ preset: pool, with: { pool: { a: 1 }, count: [1] } }, 5]",
            "expected a section, found text"
        ),
        ("5", "expected a list, found text"),
    ])
    func faultOfAUse(use: String, fault: String) {
        let (_, faults) = self.load("chains: { base: x }\nuse: \(use)")
        #expect(faults.contains { $0.contains(fault) }, "\(faults)")
    }

    @Test func severalChainsNeedAName() {
        let (_, faults) = self.load(
            "chains: { a: x, b: y }\nuse: [{ preset: pool, with: { pool: 1 } }]")
        #expect(faults.count == 1 && faults[0].contains("missing key \"chain\""), "\(faults)")
    }

    @Test(arguments: [
        ("a: [", "presets/pool/preset.yaml:"),
        ("- a", "presets/pool/preset.yaml:1:1: error: a preset is a section"),
        (
            "x:\n  y: \"${with:nmae}\"",
            "presets/pool/preset.yaml:2:6: error: x.y: the preset declares no parameter \"nmae\""
        ),
        ("x: \"${with:here\"", "is not closed"),
        ("x: a\nx: b", "presets/pool/preset.yaml:2:1: error: duplicate key \"x\""),
        ("x: \"a ${env:NONE}\"", "environment variable NONE is not set"),
        ("\"${with:no}\": 1", "declares no parameter \"no\""),
        ("parameters: { p: { defualt: 1 } }", "preset pool needs p"),
        ("parameters: 5", "expected a section"),
        (
            "parameters: { l: { default: [] } }\nx: \"a ${with:l}\"",
            "parameter \"l\" is a list, and a text is needed here"
        ),
    ])
    func faultOfAPreset(text: String, fault: String) {
        let (_, faults) = self.load(
            "chains: { base: x }\nuse: [{ preset: pool }]", presets: ["pool": text])
        #expect(faults.contains { $0.contains(fault) }, "\(faults)")
    }

    @Test func presetsThatDisagreeAreToldApart() {
        let files = [
            "a": "tokens: { FAB: { decimals: 18 } }", "b": "tokens: { FAB: { decimals: 6 } }",
        ]
        let uses = "chains: { base: x }\nuse: [{ preset: a }, { preset: b }]\n"
        let (_, faults) = self.load(uses, presets: files)
        #expect(faults.count == 1, "\(faults)")
        #expect(
            faults.first?.hasPrefix(
                "presets/b/preset.yaml:1:28: error: tokens.FAB.decimals: is set by the preset in "
                    + "presets/a/preset.yaml:1:28 too") == true, "\(faults)")
        let (values, none) = self.load(uses + "tokens: { FAB: { decimals: 7 } }", presets: files)
        #expect(none == [])
        #expect(values["tokens.FAB.decimals"] == "7")
    }

    /// A fault in what was given is told where it was given, and a secret stays one.
    @Test func valuesKeepTheirPlaceAndOrigin() throws {
        let text =
            "chains: { base: x }\nuse:\n  - preset: pool\n    with: { pool: \"${env:POOL}\", count: seven }"
        let files = ["presets/pool/preset.yaml": Self.pool]
        let tree = try loader(environment: ["POOL": "CANARY"], files: files).load(text: text)
        tree.addPresets()
        #expect(throws: ConfigDiagnostics.self) {
            try tree.read { root -> Bool? in
                let pool = root.optionalSection("trackers")?.optionalSection("staking")?
                    .optionalSection("pool")
                _ = pool?.int("count")
                _ = root.optionalSection("contracts")?.optionalSection("pool")?.int("address")
                return true
            }
        }
        let faults = tree.diagnostics().map(\.description)
        #expect(
            faults.contains(
                "weir.yaml:4:41: error: trackers.staking.pool.count: expected a whole number, "
                    + "found \"seven\""), "\(faults)")
        let hidden = "contracts.pool.address: expected a whole number, found a value from env POOL"
        #expect(faults.contains { $0.contains(hidden) }, "\(faults)")
        #expect(!faults.contains { $0.contains("CANARY") })
    }

    /// What came from the environment and was read by nobody is not shown.
    @Test func valuesFromTheEnvironmentStayHidden() throws {
        let text = "chains: { base: x }\nuse: [{ preset: pool, with: { pool: \"${env:POOL}\" } }]"
        let files = ["presets/pool/preset.yaml": Self.pool]
        let tree = try loader(environment: ["POOL": "CANARY"], files: files).load(text: text)
        tree.addPresets()
        #expect(tree.root.child("contracts") != nil)
        #expect(!tree.render().contains("CANARY"))
    }

    @Test func withoutUseNothingChanges() {
        let (values, faults) = self.load("chains: { base: x }")
        #expect(faults == [])
        #expect(values == ["chains.base": "x"])
        #expect(self.load("x: \"${with:a}\"").faults.first?.contains("unknown reference") == true)
    }
}
