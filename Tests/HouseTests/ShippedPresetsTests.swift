// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import Economy
import Foundation
import Testing
import WeirApp
import WeirTestSupport

/// Shows that every preset loads with made-up addresses, and that together they have what the founding
/// documents name.
@Suite struct ShippedPresetsTests {
    private static let folder = Vectors.projectRoot.appendingPathComponent("config/presets")
    private static let seedMap = Vectors.folder.deletingLastPathComponent()
        .appendingPathComponent("design/seedmap.md")

    /// Parameters that are no addresses.
    private static let others: [String: String] = ["accounts": "{ main: \"0x…\" }"]

    private static func configuration(_ preset: String) throws -> WeirConfiguration.Loaded {
        let text = try String(
            contentsOf: Self.folder.appendingPathComponent("\(preset)/preset.yaml"), encoding: .utf8
        )
        var given: [String] = []
        let head = text.components(separatedBy: "\n\n")[0]
        for (number, match) in head.matches(of: /\n  ([A-Za-z_]+): \{([^\n]*)\}/).enumerated()
        where !match.2.contains("default:") {
            let digits = String(repeating: String(number + 1, radix: 16), count: 40)
            let value = Self.others[String(match.1)] ?? "\"0x…\""
            given.append(
                "\(match.1): \(value.replacingOccurrences(of: "0x…", with: "0x\(digits)"))")
        }
        return try WeirConfiguration.load(
            text: """
                chains:
                  base: { id: 8453, endpoints: [{ url: "https://node.example" }] }
                presets: "\(Self.folder.path)"
                use: [{ preset: \(preset), with: { \(given.joined(separator: ", ")) } }]
                """, surroundings: .process)
    }

    @Test func foldersAndNamesAgree() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
            .filter { $0 != "README.md" }
        #expect(folders.sorted() == WeirConfiguration.presetNames.sorted())
        let index = try String(
            contentsOf: Self.folder.appendingPathComponent("README.md"), encoding: .utf8)
        for name in folders {
            let page = Self.folder.appendingPathComponent("\(name)/README.md")
            let text = try String(contentsOf: page, encoding: .utf8)
            #expect(text.hasPrefix("# \(name)\n"))
            #expect(text.contains("preset: \(name)"))
            #expect(index.contains("(\(name)/README.md)"))
        }
    }

    @Test(arguments: WeirConfiguration.presetNames)
    func everyPresetLoads(name: String) throws {
        do {
            let loaded = try Self.configuration(name)
            let economy = try #require(loaded.configuration.chains.first?.economy)
            #expect(!economy.trackers.isEmpty)
            #expect(loaded.warnings.isEmpty, "\(loaded.warnings)")
        } catch let faults as ConfigDiagnostics {
            Issue.record("\(faults)")
        }
    }

    // MARK: The founding documents

    /// Rows of the chain that no preset has under a name of their own, and why.
    private static let reasons: [String: String] = [
        "GG-M10": "no name given: weir_transfers_total, weir_transfer_volume_tokens_total",
        "GG-M11": "no name given: rate(weir_fees_collected_tokens_total[1h])",
        "GG-M12": "no name given: weir_staked_tokens, weir_stake_duration_seconds, "
            + "weir_stake_started_timestamp_seconds",
        "GG-M13": "no name given: weir_votes_total, weir_participation_ratio",
        "ZS-M16": "no name given: weir_channel_sequence, weir_channel_sequence_gaps_total",
        "ZS-M18": "no name given: weir_channel_deposits_tokens_total",
        "ZS-M22": "no name given: weir_channel_settlement_duration_seconds, "
            + "weir_channel_settlement_amount_tokens",
        "SP-M17": "no name given: weir_registered, weir_transfer_volume_tokens_total, "
            + "weir_token_circulating_tokens",
        "SP-M18": "no name given: what is unusual is a rule on weir_transfers_total",
        "FB-G2": "in gwei: weir_gas_price_wei under that name would be off by 10⁹",
        "FB-G4": "an alert: a rule on weir_gas_price_wei",
        "FB-G5":
            "how the guide computes a cost: weir_transaction_cost_ether takes the receipt's own",
    ]

    /// A row of metrics of the map, and the full names in it.
    private static func rows(_ text: String) -> [(id: String, names: [String])] {
        text.split(separator: "\n").compactMap { line in
            guard let match = line.firstMatch(of: /^\| ([A-Z]{2}-[MEG][0-9]+) \|/),
                line.contains("CHAIN")
            else { return nil }
            let id = String(match.1)
            let names = line.matches(of: /`(…?[a-z][a-z0-9]*(?:_[a-z0-9]+)+)(?:\{[a-z]+\})?`/).map {
                String($0.1).replacingOccurrences(of: "…", with: "fabstir_contract_event_")
            }
            return (id, names)
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: seedMap.path), "the map is absent"))
    func everyChainMetricOfTheFoundingDocumentsIsThere() throws {
        let known = try Self.knownNames()
        let rows = Self.rows(try String(contentsOf: Self.seedMap, encoding: .utf8))
        #expect(rows.count >= 40, "\(rows.count) rows of the chain were found")
        for (id, names) in rows {
            let isThere = !names.isEmpty && names.contains { known.contains($0) }
            #expect(
                isThere || Self.reasons[id] != nil,
                "\(id) has no metric \(names) in any preset, and no reason is given")
        }
        let ids = Set(rows.map(\.id))
        for (id, _) in Self.reasons {
            #expect(ids.contains(id), "\(id) is no row of the chain any more")
        }
    }

    /// Alerts and panels speak of metrics that there are.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: seedMap.path), "the map is absent"))
    func alertsAndPanelsOfTheFoundingDocumentsHaveTheirMetrics() throws {
        let known = try Self.knownNames()
        var mentioned = 0
        for line in try String(contentsOf: Self.seedMap, encoding: .utf8).split(separator: "\n") {
            guard let match = line.firstMatch(of: /^\| ([A-Z]{2}-[ADHW][0-9]+) \|/),
                line.contains("CHAIN")
            else { continue }
            let names = line.matches(
                of: /(?:fabstir|teg|zerostate|marketplace|registry)_[a-z0-9_]*[a-z0-9]/)
            for name in names.map({ String($0.0) }) where !name.hasPrefix("registry_federation") {
                mentioned += 1
                #expect(known.contains(name), "\(match.1) speaks of \(name)")
            }
        }
        #expect(mentioned >= 5)
    }

    private static func knownNames() throws -> Set<String> {
        var known: Set<String> = []
        for name in WeirConfiguration.presetNames {
            let configuration = try Self.configuration(name).configuration
            known.formUnion(configuration.aliases.map(\.name))
            for chain in configuration.chains {
                known.formUnion(chain.economy.metrics.map(\.name))
            }
        }
        return known
    }

    /// The check notices a row that nothing serves.
    @Test func rowsAreReadAsTheyAreWritten() {
        let rows = Self.rows(
            """
            | id | name |
            | XX-M1 | **`teg_thing_total`** | counter | CHAIN |
            | XX-M2 | `app_thing` | gauge | APP |
            | XX-E3 | Market | `Posted(jobId, renter)` | `…job_posted_total{model}` | CHAIN |
            | XX-A1 | `teg_thing_total > 1` | CHAIN |
            | XX-G4 | alert | – | CHAIN |
            """)
        #expect(rows.map(\.id) == ["XX-M1", "XX-E3", "XX-G4"])
        #expect(
            rows.map(\.names) == [
                ["teg_thing_total"], ["fabstir_contract_event_job_posted_total"], [],
            ])
    }
}
