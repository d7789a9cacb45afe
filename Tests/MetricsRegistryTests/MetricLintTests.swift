// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry
import Testing

/// Each rule once broken and once kept.
@Suite struct MetricLintTests {
    static func gauge(_ name: String, labels: [String] = [], unit: String? = nil)
        -> MetricDescriptor
    {
        MetricDescriptor(name: name, help: "Help.", type: .gauge, unit: unit, labelNames: labels)
    }

    static func of(_ type: MetricType, _ name: String, buckets: [Double] = []) -> MetricDescriptor {
        MetricDescriptor(name: name, help: "Help.", type: type, buckets: buckets)
    }

    static let broken: [(MetricDescriptor, [LintFinding])] = [
        (MetricDescriptor(name: "a_x", help: " ", type: .gauge), [.missingHelp]),
        (of(.counter, "a_events"), [.counterWithoutTotal]),
        (gauge("a_staking_total"), [.totalOnOtherType]),
        (gauge("a_lag_minutes"), [.nonBaseUnit("minutes", base: "seconds")]),
        (gauge("a_lag_milliseconds"), [.nonBaseUnit("milliseconds", base: "seconds")]),
        (gauge("a_disk_free_gigabytes"), [.nonBaseUnit("gigabytes", base: "bytes")]),
        (gauge("a_heat_fahrenheit"), [.nonBaseUnit("fahrenheit", base: "celsius")]),
        (gauge("a_way_miles_left"), [.nonBaseUnit("miles", base: "meters")]),
        (gauge("a_balance_gauge"), [.typeInName("gauge")]),
        (of(.counter, "a_counter_total"), [.typeInName("counter")]),
        (gauge("a_Gauge_x"), [.typeInName("gauge")]),
        (gauge("a:x"), [.colon]),
        (gauge("a_rpcErrors"), [.camelCaseName]),
        (gauge("a_x", labels: ["modelId"]), [.camelCaseLabel("modelId")]),
        (gauge("a_lag_ms"), [.abbreviatedUnit("ms")]),
        (gauge("a_size_kb"), [.abbreviatedUnit("kb")]),
        (gauge("a_d_x"), [.abbreviatedUnit("d")]),
        (gauge("a_jobs_count"), [.reservedSuffix("_count")]),
        (gauge("a_jobs_sum"), [.reservedSuffix("_sum")]),
        (gauge("a_jobs_bucket"), [.reservedSuffix("_bucket")]),
        (gauge("a_x", labels: ["le"]), [.reservedLabel("le")]),
        (gauge("a_x", labels: ["quantile"]), [.reservedLabel("quantile")]),
        (
            of(.histogram, "a_block_timestamp_seconds", buckets: [1]), [.timestampOnOtherType]
        ),
        (gauge("1a"), [.invalidName]),
        (gauge(""), [.invalidName]),
        (gauge("a-b"), [.invalidName]),
        (gauge("a_é"), [.invalidName]),
        (gauge("a_x", labels: ["_y"]), [.invalidLabel("_y")]),
        (gauge("a_x", labels: ["__name__"]), [.invalidLabel("__name__")]),
        (gauge("a_x", labels: ["y-z"]), [.invalidLabel("y-z")]),
        (gauge("a_x", labels: ["y", "y"]), [.duplicateLabel("y")]),
        (gauge("a_x", unit: "seconds"), [.unitNotSuffix("seconds")]),
        (of(.info, "a_build"), [.infoWithoutSuffix]),
        (of(.histogram, "a_build_info", buckets: [1]), [.infoSuffixOnOtherType]),
        (of(.histogram, "a_x"), [.unsuitableBuckets]),
        (of(.histogram, "a_x", buckets: [2, 1]), [.unsuitableBuckets]),
        (of(.histogram, "a_x", buckets: [1, 1]), [.unsuitableBuckets]),
        (of(.histogram, "a_x", buckets: [1, .infinity]), [.unsuitableBuckets]),
        (of(.histogram, "a_x", buckets: [.nan]), [.unsuitableBuckets]),
        (of(.gauge, "a_x", buckets: [1]), [.unsuitableBuckets]),
    ]

    static let kept: [MetricDescriptor] = [
        of(.counter, "weir_events_total"),
        gauge("weir_treasury_balance_tokens", labels: ["chain", "treasury", "token"]),
        gauge("weir_gas_price_wei", unit: "wei"),
        gauge("weir_lag_seconds", unit: "seconds"),
        MetricDescriptor(
            name: "process_cpu_seconds_total", help: "x", type: .counter, unit: "seconds"),
        gauge("weir_chain_processed_timestamp_seconds"),
        gauge("weir_countess_summarys"),
        gauge("weir_counter_party".replacing("_party", with: "party")),
        of(.info, "weir_build_info"),
        of(.gauge, "weir_target_info"),
        of(.histogram, "weir_cost_ether", buckets: [-1, 0, 1e-9, 1]),
        of(.unknown, "weir_anything_total"),
        gauge("weir_distance_metres"),
        gauge("weir_resident_memory_bytes", labels: ["a1", "b_c"]),
    ]

    @Test(arguments: broken.indices)
    func brokenRuleIsFound(index: Int) {
        let (descriptor, findings) = Self.broken[index]
        #expect(MetricLint.findings(descriptor) == findings, "\(descriptor.name)")
    }

    @Test(arguments: kept.indices)
    func goodNamePasses(index: Int) {
        #expect(MetricLint.findings(Self.kept[index]) == [], "\(Self.kept[index].name)")
    }

    @Test func duplicateIsFoundInASet() {
        let found = MetricLint.findings([Self.gauge("a_x"), Self.gauge("a_y"), Self.gauge("a_x")])
        #expect(found.map(\.metric) == ["a_x"] && found.map(\.finding) == [.duplicate])
    }

    /// The names of the users' own documents that `promtool check metrics` refuses.
    @Test(arguments: [
        (MetricType.gauge, "fabstir_disk_free_gigabytes"),
        (.gauge, "fabstir_response_time_milliseconds"), (.gauge, "marketplace_packages_total"),
        (.gauge, "teg_staking_total"), (.gauge, "zerostate_guild_total"),
        (.counter, "zerostate_p2p_bandwidth_bytes"), (.counter, "zerostate_payments"),
    ])
    func knownBadNamesFail(type: MetricType, name: String) {
        #expect(!MetricLint.findings(Self.of(type, name)).isEmpty)
    }

    @Test(arguments: [
        ("hb.request-duration", "hb_request_duration"), ("9lives", "_9lives"), ("", "_"),
        ("a..b", "a_b"), ("é", "_"), ("x.", "x"),
    ])
    func namesAreSanitized(text: String, name: String) {
        #expect(MetricName.sanitized(text) == name)
        #expect(MetricName.isValid(name))
    }
}
