// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import Economy
import MetricsRegistry
import Testing

@testable import WeirApp

/// What is said of metrics' names, values, buckets and aliases that the registry would refuse.
@Suite struct ConfigurationNamesTests {
    private func faults(_ lines: String, _ variables: [String: String] = [:]) -> String {
        ConfigurationFaultTests.faults(ConfigurationFaultTests.head + lines, variables)
    }

    @Test(arguments: [
        (
            "{ name: a, type: histogram, event: Bank.Moved, value: change }",
            "metrics[0].value: a histogram counts amounts, and change may be negative; "
                + "use type: gauge"
        ),
        (
            "{ name: a, type: histogram, event: Bank.Paid, value: amount, buckets: [-1, 2] }",
            "metrics[0].buckets: a bucket is negative; amounts and times begin at 0"
        ),
        (
            "{ name: a, type: histogram, event: Bank.Paid, value: amount, buckets: [2, 2] }",
            "metrics[0].buckets: the buckets must rise; sort them, each once"
        ),
        (
            "{ name: a_total, type: counter, event: Bank.Paid, help: \" \" }",
            "metrics[0].help: is empty; write one sentence, or remove it"
        ),
        (
            "{ name: a_total, type: counter, event: Bank.Paid, labels: { chain: who } }",
            "metrics[0].labels: label chain is added by Weir itself; remove it"
        ),
        (
            "{ name: a_total, type: countr, event: Bank.Paid }",
            "did you mean \"counter\"?"
        ),
        (
            "{ name: a_total, type: counter, event: [] }",
            "metrics[0].event: expected Contract.Event, found a list"
        ),
        (
            "{ name: a_total, type: counter, event: Bank.Paid, max_series: many }",
            "metrics[0].max_series: expected a whole number"
        ),
    ])
    func metricFaultIsTold(_ item: String, _ expected: String) {
        let text = self.faults("  - \(item)\n")
        #expect(text.contains(expected), "\(text)")
        #expect(!text.contains("\n"), "told once: \(text)")
    }

    @Test(arguments: [
        (
            ["a_total", "a_total"], "counter",
            "there is already a metric \"a_total\"; give each a name of its own"
        ),
        (
            ["a_total", "a_reverted_total"], "counter",
            "the name clashes with \"a_reverted_total\", the twin of \"a_total\"; "
                + "rename one of them"
        ),
        (
            ["a_reverted_total", "a_total"], "counter",
            "its twin a_reverted_total, for what dropped blocks took back, clashes with the "
                + "metric \"a_reverted_total\" or its samples; rename one of them"
        ),
        (
            ["a_total", "a"], "histogram of the second",
            "its twin a_reverted_total, for what dropped blocks took back, clashes with "
                + "\"a_reverted_total\", the twin of \"a_total\"; rename one of them"
        ),
    ])
    func clashOfNamesIsToldAtTheSecond(_ names: [String], _ kind: String, _ expected: String) {
        var lines = ""
        for (index, name) in names.enumerated() {
            let isHistogram = index == 1 && kind != "counter"
            let type = isHistogram ? "histogram, value: amount" : "counter"
            lines += "  - { name: \(name), event: Bank.Paid, type: \(type) }\n"
        }
        #expect(self.faults(lines) == "weir.yaml:7:13: error: metrics[1].name: " + expected)
    }

    static let own = """
          - { name: a_total, event: Bank.Paid, type: counter }
          - { name: a_tokens, event: Bank.Paid, type: histogram, value: amount }

        """

    @Test(arguments: [
        ("b_total: a_totl", "there is no metric \"a_totl\"; did you mean \"a_total\"?"),
        (
            "b_total: weir_event_total",
            "there is no metric \"weir_event_total\"; did you mean \"weir_events_total\"?"
        ),
        (
            "a_total: weir_events_total",
            "there is already a metric \"a_total\"; choose another alias"
        ),
        (
            "a_tokens_count: a_total",
            "\"a_tokens_count\" clashes with the metric \"a_tokens\" or its samples; "
                + "choose another alias"
        ),
        (
            "a_reverted_total: weir_events_total",
            "there is already a metric \"a_reverted_total\"; choose another alias"
        ),
        ("b-total: a_total", "\"b-total\" is no name of a metric; use letters, digits and _"),
        (
            "b_total: weir_event_value_tokens",
            "there is no metric \"weir_event_value_tokens\""
        ),
        ("b_total: []", "expected the name of a metric, found a list"),
    ])
    func aliasFaultIsToldAtItsPlace(_ line: String, _ expected: String) {
        let text = self.faults(Self.own + "aliases:\n  \(line)\n")
        #expect(text.hasPrefix("weir.yaml:9:"), "\(text)")
        #expect(text.contains(expected), "\(text)")
        #expect(!text.contains("\n"), "told once: \(text)")
    }

    /// Whatever the reader lets through must not stop the start.
    @Test func acceptedNamesAreAcceptedAtTheStart() throws {
        let loaded = try ConfigurationFaultTests.load(
            ConfigurationFaultTests.head + Self.own
                + """
                aliases:
                  b_total: a_total
                  c_tokens: a_tokens
                  d_total: a_reverted_total
                  e_total: weir_events_total
                  f_seconds: process_cpu_seconds_total

                """)
        let configuration = loaded.configuration
        _ = try AppMetrics(
            namespace: configuration.namespace, version: "1",
            definitions: configuration.chains.map(\.economy),
            aliases: configuration.aliases.map { ($0.name, $0.target) })
        #expect(configuration.aliases.count == 5)
    }

    @Test func aliasOfFaultyMetricIsToldOnce() {
        let text = self.faults(
            "  - { name: a_total, event: Bank.Payd, type: counter }\naliases:\n  b: a_total\n")
        #expect(text.contains("metrics[0].event"))
        #expect(!text.contains("aliases"))
    }

    @Test(arguments: [
        "CANARY secret", "CANARY_tokens", "CANARY_total", "weir_CANARY_total", "canary_total",
    ])
    func namesFromTheEnvironmentAreNotQuoted(_ secret: String) {
        let text = self.faults(
            """
              - { name: "${env:NAME}", event: Bank.Paid, type: counter }
              - { name: "${env:NAME}", event: Bank.Paid, type: counter }
              - { name: "canary_reverted_total", event: Bank.Paid, type: counter }
              - { name: b_total, event: "${env:NAME}", type: counter }
              - { name: c_total, event: Bank.Paid, type: counter, labels: { a: "${env:NAME}" } }
            aliases:
              x: "no_${env:NAME}"

            """, ["NAME": secret])
        #expect(text.contains("env NAME"), "\(text)")
        #expect(!text.contains("CANARY"), "\(text)")
        #expect(!text.contains("\"canary_total"), "\(text)")
    }

    private func values(_ lines: String) -> String {
        ConfigurationFaultTests.faults(
            """
            chains:
              base: { id: 8453, endpoints: [{ url: "https://rpc.example" }] }
            contracts:
              Bank:
                chain: base
                address: "0x1111111111111111111111111111111111111111"
                abi: bank.abi
                values:

            """ + lines)
    }

    @Test func bucketsOfDeclaredValuesAreShared() throws {
        #expect(
            self.values(
                """
                      Paid: { argument: amount, buckets: [1, 10] }
                      "Twice(uint256)": { argument: id, buckets: [1, 20] }

                """)
                == "weir.yaml:10:50: error: contracts.Bank.values[\"Twice(uint256)\"].buckets: the "
                + "buckets differ from those of contracts.Bank.values.Paid; all declared values "
                + "are one metric: write the same buckets, or only one of them")
        for second in ["", ", buckets: [1, 10]", ", buckets: [1.0, 10]"] {
            #expect(
                self.values(
                    """
                          Paid: { argument: amount, buckets: [1, 10] }
                          "Twice(uint256)": { argument: id\(second) }

                    """) == "none")
        }
    }

    @Test func declaredValueMustBeUnsignedAndDeclaredOnce() {
        #expect(
            self.values("      Moved: { argument: change }\n").hasSuffix(
                "a declared value is an amount, and change may be negative; "
                    + "make it a metric of type: gauge"))
        #expect(
            self.values(
                "      Paid: { argument: amount }\n"
                    + "      \"Paid(address,uint256,string)\": { argument: amount }\n"
            ).contains("the value of this event is declared above"))
        #expect(
            self.values("      Paidd: { argument: amount }\n").contains("did you mean \"Paid\"?"))
    }
}
