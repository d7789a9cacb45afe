// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import Foundation
import MetricsRegistry
import Testing
import WeirApp
import WeirTestSupport

/// Shows that what is shipped works as shipped: configurations load, metrics are lint-clean.
@Suite struct ShippedFilesTests {
    static let configurations: [URL] = {
        let folder = Vectors.projectRoot.appendingPathComponent("config")
        let files =
            (try? FileManager.default.contentsOfDirectory(
                at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.filter { $0.pathExtension == "yaml" }.sorted { $0.path < $1.path }
    }()

    @Test func everyConfigurationLoadsWithItsABIs() throws {
        #expect(!Self.configurations.isEmpty)
        for file in Self.configurations {
            var surroundings = ConfigSurroundings.process
            // Whatever a configuration takes from the environment is an endpoint's URL.
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /\$\{env:([A-Z0-9_]+)/) {
                surroundings.variables[String(match.1)] = "https://node.example/key"
            }
            do {
                let loaded = try WeirConfiguration.load(
                    path: file.path, surroundings: surroundings)
                #expect(!loaded.configuration.chains.isEmpty)
                #expect(loaded.warnings.isEmpty, "\(file.lastPathComponent)")
            } catch {
                Issue.record("\(error)")
            }
        }
    }

    @Test func everyBuiltInMetricIsLintCleanAndNamedOnce() {
        let descriptors = MetricCatalogue.builtIn() + ProcessMetrics.descriptors
        let findings = MetricLint.findings(descriptors)
        #expect(findings.isEmpty, "\(findings)")
        #expect(Set(descriptors.map(\.name)).count == descriptors.count)
    }
}
