// Weir
// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import MetricsRegistry

/// A swift-metrics counter on one of ours; without a handle it counts nothing.
final class RegistryCounter: CoreMetrics.CounterHandler, FloatingPointCounterHandler {
    private let handle: CounterHandle?

    init(_ handle: CounterHandle?) {
        self.handle = handle
    }

    func increment(by amount: Int64) {
        guard let amount = UInt64(exactly: amount) else { return }
        self.handle?.increment(by: amount)
    }

    func increment(by amount: Double) {
        self.handle?.add(amount)
    }

    /// Ignored: Prometheus reads a smaller total as a restart of the process.
    func reset() {}
}

/// A swift-metrics meter, or a recorder of the last value, on one of our gauges.
final class RegistryGauge: MeterHandler, RecorderHandler {
    private let handle: GaugeHandle?

    init(_ handle: GaugeHandle?) {
        self.handle = handle
    }

    func set(_ value: Int64) { self.handle?.set(Double(value)) }
    func set(_ value: Double) { self.handle?.set(value) }
    func increment(by amount: Double) { self.handle?.add(amount) }
    func decrement(by amount: Double) { self.handle?.add(-amount) }
    func record(_ value: Int64) { self.set(value) }
    func record(_ value: Double) { self.set(value) }
}

/// A swift-metrics recorder on one of our histograms.
final class RegistryRecorder: RecorderHandler {
    private let handle: HistogramHandle?

    init(_ handle: HistogramHandle?) {
        self.handle = handle
    }

    func record(_ value: Int64) { self.handle?.observe(Double(value)) }
    func record(_ value: Double) { self.handle?.observe(value) }
}

/// A swift-metrics timer on one of our histograms, in seconds.
final class RegistryTimer: TimerHandler {
    private let handle: HistogramHandle?

    init(_ handle: HistogramHandle?) {
        self.handle = handle
    }

    func recordNanoseconds(_ duration: Int64) {
        self.handle?.observe(Double(duration) / 1e9)
    }
}
