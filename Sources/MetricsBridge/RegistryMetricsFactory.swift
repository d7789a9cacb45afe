// Weir
// SPDX-License-Identifier: Apache-2.0

package import CoreMetrics
package import MetricsRegistry
import Synchronization

/// Lets the metrics of libraries (swift-metrics) flow into our registry.
///
/// A label becomes a name of the registry's namespace, made fit for Prometheus: `hb.requests` is
/// `weir_hb_requests_total`. By kind:
///
/// | swift-metrics | here |
/// |---|---|
/// | `Counter`, `FloatingPointCounter` | counter `…_total`; `reset` is ignored, totals never fall |
/// | `Meter`, `Gauge`, `Recorder` without aggregation | gauge |
/// | `Recorder` with aggregation | histogram over powers of ten |
/// | `Timer` | histogram `…_seconds` |
///
/// Prometheus wants the same labels on every series of a metric: the first use of a label decides
/// them; later dimensions that are missing are empty, further ones are left out. A metric whose
/// name cannot be made to pass lint, or is taken, is not exposed and stands in `refused`.
package final class RegistryMetricsFactory: MetricsFactory {
    private struct State {
        /// By kind and label; nil if the metric was refused.
        var families: [String: MetricFamily?] = [:]
        var refused: [String: MetricsError] = [:]
    }

    private let registry: MetricsRegistry
    private let timerBuckets: [Double]
    private let recorderBuckets: [Double]
    private let state = Mutex(State())

    /// Seconds, from a millisecond to ten seconds.
    package static let defaultTimerBuckets = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    /// Powers of ten, up to 10^9.
    package static let defaultRecorderBuckets =
        [
            1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
        ] as [Double]

    package init(
        registry: MetricsRegistry,
        timerBuckets: [Double] = RegistryMetricsFactory.defaultTimerBuckets,
        recorderBuckets: [Double] = RegistryMetricsFactory.defaultRecorderBuckets,
    ) {
        self.registry = registry
        self.timerBuckets = timerBuckets
        self.recorderBuckets = recorderBuckets
    }

    /// The labels of swift-metrics that could not be exposed, and why.
    package var refused: [String: MetricsError] {
        self.state.withLock { $0.refused }
    }

    package func makeCounter(
        label: String, dimensions: [(String, String)],
    ) -> any CoreMetrics.CounterHandler {
        RegistryCounter(self.counter(label, dimensions))
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)],
    ) -> any FloatingPointCounterHandler {
        RegistryCounter(self.counter(label, dimensions))
    }

    package func makeMeter(
        label: String, dimensions: [(String, String)],
    ) -> any MeterHandler {
        RegistryGauge(self.gauge(label, dimensions))
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool,
    ) -> any RecorderHandler {
        guard aggregate else { return RegistryGauge(self.gauge(label, dimensions)) }
        return RegistryRecorder(
            self.histogram(label, dimensions, suffix: "", buckets: self.recorderBuckets))
    }

    package func makeTimer(
        label: String, dimensions: [(String, String)],
    ) -> any TimerHandler {
        RegistryTimer(
            self.histogram(label, dimensions, suffix: "_seconds", buckets: self.timerBuckets))
    }

    // A series that vanished and came back would look like a restart, so they all stay.
    package func destroyCounter(_ handler: any CoreMetrics.CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    // MARK: Finding families

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterHandle? {
        guard
            let family = self.family(label, dimensions, type: .counter, suffix: "_total")
        else { return nil }
        return family.counter(Self.values(dimensions, for: family))
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeHandle? {
        guard let family = self.family(label, dimensions, type: .gauge, suffix: "") else {
            return nil
        }
        return family.gauge(Self.values(dimensions, for: family))
    }

    private func histogram(
        _ label: String, _ dimensions: [(String, String)], suffix: String, buckets: [Double],
    ) -> HistogramHandle? {
        guard
            let family = self.family(
                label, dimensions, type: .histogram, suffix: suffix, buckets: buckets)
        else { return nil }
        return family.histogram(Self.values(dimensions, for: family))
    }

    private func family(
        _ label: String,
        _ dimensions: [(String, String)],
        type: MetricType,
        suffix: String,
        buckets: [Double] = [],
    ) -> MetricFamily? {
        let key = "\(type.rawValue) \(suffix) \(label)"
        return self.state.withLock { state in
            if let known = state.families[key] { return known }
            let descriptor = MetricDescriptor(
                name: LibraryName.metric(label, registry: self.registry, suffix: suffix),
                help: "The library metric \(label).",
                type: type,
                labelNames: LibraryName.labels(
                    dimensions.map(\.0), constant: self.registry.constantLabels.map(\.name)),
                buckets: buckets,
            )
            do throws(MetricsError) {
                let family = try self.registry.register(descriptor)
                state.families[key] = .some(family)
                return family
            } catch {
                state.families[key] = .some(nil)
                state.refused[label] = error
                return nil
            }
        }
    }

    private static func values(
        _ dimensions: [(String, String)], for family: MetricFamily,
    ) -> [String] {
        family.descriptor.labelNames.map { name in
            dimensions.first { LibraryName.label($0.0) == name }?.1 ?? ""
        }
    }
}
