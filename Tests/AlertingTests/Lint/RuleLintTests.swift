// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MetricsRegistry
import PromQL
import Testing
import WeirTestSupport

@testable import Alerting

@Suite struct RuleLintTests {
    // MARK: Rules as people wrote them

    /// A rule from the guides that the project began from, and what is wrong with it.
    struct Written: Sendable, CustomTestStringConvertible {
        let name: String
        let expression: String
        let texts: [String]
        let kinds: [RuleLintFinding.Kind]

        init(
            _ name: String, _ expression: String, _ texts: [String] = [],
            finds kinds: [RuleLintFinding.Kind] = []
        ) {
            self.name = name
            self.expression = expression
            self.texts = texts
            self.kinds = kinds
        }

        var testDescription: String { self.name }
    }

    /// The metrics as the guides declare them, scraped by Prometheus.
    static let catalogue = LintCatalogue(
        metrics: [
            "glitch_errors_total": .init(type: .counter, labels: []),
            "glitch_queue_depth": .init(type: .gauge, labels: []),
            "http_requests_total": .init(type: .counter, labels: ["method", "path", "status"]),
            "http_request_duration_seconds": .init(
                type: .histogram, labels: ["method", "path", "status"], unit: "seconds"),
            "db_pool_waiting_requests": .init(type: .gauge, labels: []),
            "redis_connected": .init(type: .gauge, labels: []),
            "redis_cache_hits_total": .init(type: .counter, labels: []),
            "redis_cache_misses_total": .init(type: .counter, labels: []),
            "process_resident_memory_bytes": .init(type: .gauge, labels: [], unit: "bytes"),
            "nodejs_eventloop_lag_seconds": .init(type: .gauge, labels: [], unit: "seconds"),
            "collab_active_sessions": .init(type: .gauge, labels: []),
            "collab_sessions_total": .init(type: .counter, labels: ["status"]),
            "collab_thoughts_total": .init(type: .counter, labels: ["agent", "category"]),
            "up": .init(type: .gauge, labels: []),
            "node_memory_MemTotal_bytes": .init(type: .gauge, labels: []),
            "node_memory_MemAvailable_bytes": .init(type: .gauge, labels: []),
            "teg_treasury_balance": .init(type: .gauge, labels: []),
            "teg_transactions_total": .init(type: .counter, labels: ["type"]),
            "teg_staking_total": .init(type: .gauge, labels: []),
            "auth_failures_total": .init(type: .counter, labels: []),
            "x509_cert_expiry": .init(type: .gauge, labels: []),
            "fabstir_errors_total": .init(type: .counter, labels: ["type", "severity"]),
            "fabstir_jobs_processed_total": .init(type: .counter, labels: ["status", "model"]),
            "fabstir_active_jobs": .init(type: .gauge, labels: []),
        ], targetLabels: ["job", "instance"], completePrefixes: ["collab_", "teg_"])

    static let written: [Written] = [
        Written("GG HighErrorRate", "rate(glitch_errors_total[5m]) > 0.1"),
        Written("GG QueueBacklog", "glitch_queue_depth > 100"),
        Written(
            "AN HighErrorRate",
            #"rate(http_requests_total{status=~"5.."}[5m]) / rate(http_requests_total[5m]) > 0.05"#,
            [
                "High HTTP error rate (> 5%)",
                "{{ $value | humanizePercentage }} of requests are returning 5xx errors.",
            ], finds: [.ratioAlwaysOne]),
        Written(
            "AN HighLatency",
            "histogram_quantile(0.95, rate(http_request_duration_seconds_bucket[5m])) > 2",
            ["High P95 latency (> 2s)", "P95 request latency is {{ $value | humanizeDuration }}."]),
        Written(
            "AN DatabasePoolExhausted", "db_pool_waiting_requests > 0",
            ["{{ $value }} requests are waiting for a database connection."]),
        Written("AN RedisDisconnected", "redis_connected == 0", ["Redis is disconnected"]),
        Written(
            "AN LowCacheHitRate",
            "redis_cache_hits_total / (redis_cache_hits_total + redis_cache_misses_total) < 0.8",
            [
                "Redis cache hit rate below 80%",
                "Cache hit rate is {{ $value | humanizePercentage }}.",
            ],
            finds: [.counterWithoutRate]),
        Written(
            "AN HighMemoryUsage", "process_resident_memory_bytes / 1024 / 1024 / 1024 > 1.5",
            ["High memory usage (> 1.5 GB)", "memory usage is {{ $value | humanize }}GB."]),
        Written(
            "AN EventLoopLag", "nodejs_eventloop_lag_seconds > 0.5",
            ["High event loop lag (> 500ms)", "lag is {{ $value | humanizeDuration }}."]),
        Written(
            "AN CollaborationSystemDown",
            "collab_active_sessions == 0 and rate(collab_sessions_total[1h]) == 0",
            ["No collaboration sessions in the last 30 minutes"], finds: [.labelsNeverMatch]),
        Written("AN ThoughtsPerMinute", "rate(collab_thoughts_total[1m]) * 60", ["Thoughts/min"]),
        Written(
            "SP RegistryDown", #"up{job=~"registry_.*"} == 0"#, ["down for more than 5 minutes"]),
        Written("SP TEGLayerDown", #"up{job="teg_layer"} == 0"#, ["down for more than 5 minutes"]),
        Written(
            "SP HighResponseTime", #"http_request_duration_seconds{quantile="0.99"} > 2"#,
            ["99th percentile response time is above 2 seconds"], finds: [.histogramAsSummary]),
        Written(
            "SP HighMemoryUsage",
            "(node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes) / "
                + "node_memory_MemTotal_bytes > 0.9", ["Memory usage is above 90%"]),
        Written(
            "SP LowTreasuryBalance", "teg_treasury_balance < 1000",
            ["Treasury balance is below 1000 tokens"]),
        Written(
            "SP UnusualTransactionVolume", "rate(teg_transactions_total[5m]) > 100",
            ["Unusual transaction volume detected", "Transaction rate exceeds 100/minute"],
            finds: [.unitSlip]),
        Written(
            "SP FailedAuthAttempts", "rate(auth_failures_total[5m]) > 10",
            [
                "High number of failed auth attempts",
                "More than 10 failed auth attempts per minute",
            ],
            finds: [.unitSlip]),
        Written(
            "SP CertificateExpiringSoon", "x509_cert_expiry - time() < 7 * 24 * 3600",
            ["Certificate will expire in less than 7 days"]),
        Written("FB JobRate", "rate(fabstir_jobs_processed_total[5m])"),
        Written("FB ActiveJobs", "fabstir_active_jobs"),
        Written(
            "FB ErrorRate",
            "rate(fabstir_errors_total[5m]) / rate(fabstir_jobs_processed_total[5m]) > 0.05",
            finds: [.labelsNeverMatch]),
    ]

    @Test(arguments: written) func rulesOfTheGuidesAreJudged(_ rule: Written) throws {
        let findings = RuleLint(catalogue: Self.catalogue).findings(
            in: .init(
                name: rule.name, expression: try PromQLParser.parse(rule.expression),
                texts: rule.texts))
        #expect(findings.map(\.kind) == rule.kinds, "\(findings)")
        #expect(findings.allSatisfy { $0.severity == .error && !$0.advice.isEmpty })
        #expect(findings.allSatisfy { $0.place.end <= rule.expression.utf8.count })
    }

    @Test func sevenOfTheGuidesRulesAreWrong() {
        #expect(Self.written.count { !$0.kinds.isEmpty } == 7)
    }

    /// What the advice says is right, in the eyes of lint.
    static let whatAdviceSaysIsFineCases: [String] = [
        #"sum by (job) (rate(http_requests_total{status=~"5.."}[5m])) / sum by (job) (rate(http_requests_total[5m])) > 0.05"#,
        #"sum by (job, instance) (rate(collab_sessions_total[1h])) == 0 and collab_active_sessions == 0"#,
        "collab_active_sessions == 0 and on (job) sum by (job) (rate(collab_sessions_total[1h])) == 0",
        "sum(rate(fabstir_errors_total[5m])) / sum(rate(fabstir_jobs_processed_total[5m])) > 0.05",
        "rate(redis_cache_hits_total[5m]) / (rate(redis_cache_hits_total[5m]) + rate(redis_cache_misses_total[5m])) < 0.8",
        "histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[5m]))) > 2",
        "increase(redis_cache_hits_total[5m]) > 100", "rate(teg_transactions_total[5m]) * 60 > 100",
    ]

    @Test(arguments: whatAdviceSaysIsFineCases)
    func whatAdviceSaysIsFine(expression: String) throws {
        let texts = expression.contains("* 60") ? ["exceeds 100/minute"] : []
        #expect(try Self.kinds(expression, texts).isEmpty)
    }

    // MARK: The shipped rules

    @Test func shippedRulesAreNotBlamed() throws {
        let folder = Vectors.projectRoot.appendingPathComponent("config/rules")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".yaml") }
        #expect(!files.isEmpty)
        var count = 0
        for file in files {
            let text = try String(
                contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            for rule in text.components(separatedBy: "- alert:").dropFirst() {
                let lines = rule.split(separator: "\n").map {
                    $0.trimmingCharacters(in: .whitespaces)
                }
                guard let line = lines.first(where: { $0.hasPrefix("expr: ") }) else { continue }
                count += 1
                let texts = lines.filter {
                    $0.hasPrefix("summary:") || $0.hasPrefix("description:")
                }
                let findings = RuleLint(catalogue: LintCatalogue(metrics: [:])).findings(
                    in: .init(
                        name: lines[0],
                        expression: try PromQLParser.parse(String(line.dropFirst(6))),
                        texts: texts))
                #expect(findings.isEmpty, "\(file): \(findings)")
            }
        }
        #expect(count >= 10)
    }

    // MARK: Each check, both sides

    private static func kinds(
        _ expression: String, _ texts: [String] = [], catalogue: LintCatalogue = Self.catalogue
    ) throws -> [RuleLintFinding.Kind] {
        RuleLint(catalogue: catalogue, recorded: ["teg:rate5m"]).findings(
            in: .init(
                name: "X", expression: try PromQLParser.parse(expression), texts: texts)
        ).map(\.kind)
    }

    static let labelSetsAreComparedCases: [(String, Bool)] = [
        ("fabstir_active_jobs + on (job) redis_connected", false),
        ("fabstir_active_jobs + on (model) fabstir_jobs_processed_total", true),
        (
            "fabstir_active_jobs * on (job, instance) group_right () rate(teg_transactions_total[5m])",
            false
        ),
        (
            "fabstir_active_jobs * ignoring (type) group_right () rate(teg_transactions_total[5m])",
            false
        ),
        (
            "fabstir_active_jobs * ignoring (model) group_right () rate(teg_transactions_total[5m])",
            true
        ),
        ("sum(fabstir_active_jobs) + redis_connected", true),
        ("sum(fabstir_active_jobs) + vector(1)", false), ("redis_connected and vector(1)", true),
        ("redis_connected and on () vector(1)", false), ("redis_connected + something_else", false),
        ("redis_connected unless fabstir_errors_total", true),
        ("redis_connected or fabstir_errors_total", false),
        (#"teg_transactions_total{type="a"} - teg_transactions_total{type="b"}"#, true),
        (
            #"teg_transactions_total{type="a"} - ignoring (type) teg_transactions_total{type="b"}"#,
            false
        ),
        (#"redis_connected + collab_sessions_total{status=""}"#, false),
        (#"label_replace(redis_connected, "status", "x", "", "") + collab_sessions_total"#, false),
        ("topk(3, redis_connected) + collab_sessions_total", true),
        ("sum without (status) (collab_sessions_total) + redis_connected", false),
        ("count by (job, instance) (up) + redis_connected", false),
    ]

    @Test(arguments: labelSetsAreComparedCases)
    func labelSetsAreCompared(expression: String, differ: Bool) throws {
        #expect(try Self.kinds(expression).contains(.labelsNeverMatch) == differ)
    }

    static let seriesDividedByThemselvesAreFoundCases: [(String, Bool)] = [
        (#"rate(http_requests_total{status="500"}[5m]) / rate(http_requests_total[5m])"#, true),
        (
            #"sum by (status) (rate(http_requests_total{status="500"}[5m])) / sum by (status) (rate(http_requests_total[5m]))"#,
            true
        ),
        (
            #"sum by (path) (rate(http_requests_total{status="500"}[5m])) / sum by (path) (rate(http_requests_total[5m]))"#,
            false
        ),
        (
            #"sum without (status) (rate(http_requests_total{status="500"}[5m])) / sum without (status) (rate(http_requests_total[5m]))"#,
            false
        ),
        (
            #"sum(rate(http_requests_total{status="500"}[5m])) / sum(rate(http_requests_total[5m]))"#,
            false
        ),
        (
            #"(rate(http_requests_total{status="500"}[5m])) / on (path, status) rate(http_requests_total[5m])"#,
            true
        ),
        (#"rate(http_requests_total{status="500"}[5m]) / rate(http_requests_total[1h])"#, false),
        ("rate(http_requests_total[5m]) / rate(http_requests_total[5m] offset 1d)", false),
        ("up / up", true), ("up - up offset 5m", false),
        ("max_over_time(up[5m]) - min_over_time(up[5m])", false),
        (#"count(up{job="a"} == 1) / count(up{job="a"})"#, false),
    ]

    @Test(arguments: seriesDividedByThemselvesAreFoundCases)
    func seriesDividedByThemselvesAreFound(expression: String, found: Bool) throws {
        #expect(try Self.kinds(expression).contains(.ratioAlwaysOne) == found)
    }

    static let countersAreToBeMeasuredCases: [(String, Bool)] = [
        ("redis_cache_hits_total > 5", true), ("5 < sum(redis_cache_hits_total)", true),
        ("unknown_things_total >= 1", true), ("unknown_things_total / 60 > 1", true),
        ("teg_staking_total > 5", false), ("redis_cache_hits_total > 5 * vector(1)", true),
        ("redis_cache_hits_total - redis_cache_misses_total > 5", false),
        ("redis_cache_hits_total - redis_cache_hits_total offset 5m > 5", false),
        ("redis_cache_hits_total > redis_cache_misses_total", false),
        ("http_request_duration_seconds_sum / http_request_duration_seconds_count > 2", true),
        (
            "rate(http_request_duration_seconds_sum[5m]) / rate(http_request_duration_seconds_count[5m]) > 2",
            false
        ),
        ("count(redis_cache_hits_total) > 3", false),
        ("absent(redis_cache_hits_total) == 1", false),
        ("time() - timestamp(redis_cache_hits_total) > 60", false),
        ("changes(redis_cache_hits_total[5m]) == 0", false),
        ("max_over_time(redis_cache_hits_total[5m]) > 7", true),
        ("sum_over_time(rate(redis_cache_hits_total[5m])[1h:5m]) > 7", false),
    ]

    @Test(arguments: countersAreToBeMeasuredCases)
    func countersAreToBeMeasured(expression: String, found: Bool) throws {
        #expect(try Self.kinds(expression).contains(.counterWithoutRate) == found)
    }

    @Test func ratesOfGaugesAreFound() throws {
        #expect(try Self.kinds("rate(redis_connected[5m]) > 1") == [.rateOfGauge])
        #expect(try Self.kinds("delta(redis_connected[5m]) > 1").isEmpty)
        #expect(try Self.kinds("rate(unknown_gauge[5m]) > 1").isEmpty)
    }

    static let histogramsAreReadByBucketsCases: [(String, [RuleLintFinding.Kind])] = [
        ("http_request_duration_seconds > 1", [RuleLintFinding.Kind.histogramAsSummary]),
        (#"http_request_duration_seconds_bucket{quantile="0.5"}"#, [.histogramAsSummary]),
        (#"other_bucket{quantile="0.5"}"#, [.histogramAsSummary]),
        (#"go_gc_duration_seconds{quantile="0.5"} > 1"#, []),
        (
            "histogram_quantile(0.9, sum by (path) (rate(http_request_duration_seconds_bucket[5m])))",
            [.bucketsWithoutBound]
        ),
        (
            "histogram_quantile(0.9, rate(http_request_duration_seconds_count[5m]))",
            [.bucketsWithoutBound]
        ),
        ("histogram_quantile(0.9, rate(other_bucket[5m]))", []),
    ]

    @Test(arguments: histogramsAreReadByBucketsCases)
    func histogramsAreReadByBuckets(
        expression: String, kinds: [RuleLintFinding.Kind]
    ) throws {
        #expect(try Self.kinds(expression) == kinds)
    }

    static let unitsOfTextAndExpressionAreOneCases: [(String, String, Bool)] = [
        ("rate(auth_failures_total[5m]) > 10", "more than 10 per minute", true),
        ("rate(auth_failures_total[5m]) > 10", "{{ $value }} failures a minute", true),
        ("rate(auth_failures_total[5m]) > 10", "{{ $value }} failures/s", false),
        ("rate(auth_failures_total[5m]) > 10", "more than 600 per minute", false),
        ("rate(auth_failures_total[5m]) * 60 > 10", "more than 10 per minute", false),
        (
            "sum by (job) (60 * rate(auth_failures_total[5m])) > 10", "more than 10 per minute",
            false
        ),
        ("rate(auth_failures_total[5m]) * 3600 > 10", "more than 10 per minute", true),
        ("increase(auth_failures_total[1m]) > 10", "more than 10 per minute", false),
        ("increase(auth_failures_total[5m]) > 10", "more than 10 per minute", true),
        ("increase(auth_failures_total[5m]) / 5 > 10", "more than 10 per minute", false),
        ("increase(auth_failures_total[1h]) > 10", "more than 10 in one hour", false),
        ("increase(auth_failures_total[1h]) > 10", "10 failures/s", true),
        ("fabstir_active_jobs > 10", "more than 10 per minute", false),
        ("nodejs_eventloop_lag_seconds > 500", "lag above 500ms", true),
        ("nodejs_eventloop_lag_seconds > 0.5", "lag above 500ms", false),
        ("job_wait_milliseconds > 2", "waits more than 2 seconds", true),
        ("job_wait_milliseconds > 2", "waits {{ $value | humanizeDuration }}", true),
        ("job_wait_milliseconds / 1000 > 2", "waits {{ $value | humanizeDuration }}", false),
        ("job_wait_milliseconds > 2000", "waits more than 2 seconds", false),
        ("job_wait_milliseconds > nodejs_eventloop_lag_seconds", "", true),
        ("disk_free_ratio < 10", "", true), ("disk_free_ratio < 0.1", "less than 10%", false),
        ("disk_free_percent < 0.1", "", true), ("disk_free_percent < 10", "", false),
        ("disk_free_percent < 10", "{{ $value | humanizePercentage }} free", true),
        ("disk_free_percent < disk_free_ratio", "", true), ("disk_free_ratio > 0", "", false),
    ]

    @Test(arguments: unitsOfTextAndExpressionAreOneCases)
    func unitsOfTextAndExpressionAreOne(expression: String, text: String, found: Bool) throws {
        #expect(try Self.kinds(expression, [text]).contains(.unitSlip) == found)
    }

    @Test func unknownNamesAreFound() throws {
        #expect(try Self.kinds("collab_activ_sessions > 1") == [.unknownMetric])
        #expect(try Self.kinds("anything_else > 1").isEmpty)
        #expect(try Self.kinds("teg:rate5m > 1").isEmpty)
        #expect(try Self.kinds(#"collab_sessions_total{state="x"} offset 5m"#) == [.unknownLabel])
        #expect(try Self.kinds(#"collab_sessions_total{state!="x"}"#).isEmpty)
        #expect(try Self.kinds(#"collab_sessions_total{job="x"}"#).isEmpty)
        let finding = RuleLint(catalogue: Self.catalogue).findings(
            in: .init(
                name: "X", expression: try PromQLParser.parse("1 + collab_activ_sessions"))
        ).first
        #expect(finding?.advice == "did you mean \"collab_active_sessions\"?")
        #expect(finding?.place == SourceRange(4, 25))
        #expect(
            finding?.description
                == "X: error [unknown-metric]: there is no metric collab_activ_sessions; "
                + "did you mean \"collab_active_sessions\"?")
    }

    @Test func descriptorsMakeACatalogue() throws {
        let catalogue = LintCatalogue(
            [
                MetricDescriptor(
                    name: "weir_x_total", help: "x", type: .counter, labelNames: ["chain"]),
                MetricDescriptor(
                    name: "weir_y_seconds", help: "y", type: .histogram, unit: "seconds",
                    labelNames: ["chain"], buckets: [1]),
            ], completePrefixes: ["weir_"])
        #expect(try Self.kinds("weir_x_total > 1", catalogue: catalogue) == [.counterWithoutRate])
        #expect(try Self.kinds("weir_y_seconds > 1", catalogue: catalogue) == [.histogramAsSummary])
        #expect(try Self.kinds("weir_z > 1", catalogue: catalogue) == [.unknownMetric])
        #expect(
            try Self.kinds(
                "rate(weir_x_total[5m]) / rate(weir_y_seconds_count[5m])", catalogue: catalogue
            )
            .isEmpty)
    }
}
