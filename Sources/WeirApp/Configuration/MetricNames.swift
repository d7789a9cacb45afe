// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import Economy
import MetricsRegistry

/// The names of all metrics of a configuration: whatever the registry would refuse at the start is
/// reported here, at its place.
///
/// It asks a registry of its own, so that the answers are those of the start.
struct MetricNames {
    private let registry: MetricsRegistry?
    private let namespace: String
    /// What an alias may point to.
    private var known: [String] = []
    /// Names that `metrics` mentions, also those of faulty metrics.
    private var mentioned: Set<String> = []
    /// By the name of a twin: its metric.
    private var twins: [String: String] = [:]
    /// Names that came from the environment or a file, and what may be shown of them.
    private var hidden: [String: String] = [:]

    /// - Parameter valueBuckets: those of declared event values; nil: there are none.
    init(namespace: String, valueBuckets: [Double]?) {
        self.namespace = namespace
        self.registry = try? MetricsRegistry(namespace: namespace)
        var families = MetricCatalogue.builtIn(namespace: namespace) + ProcessMetrics.descriptors
        if let valueBuckets {
            families += Economy.valueDescriptors(namespace: namespace, buckets: valueBuckets)
        }
        for family in families where self.register(family) == nil { self.known.append(family.name) }
        if let registry { self.known.append(registry.qualified("metric_series_dropped_total")) }
    }

    // MARK: Metrics

    /// Takes up the metrics of trackers: names of Weir's own, which nothing may clash with.
    mutating func add(_ trackers: [TrackerDefinition]) {
        for family in TrackerCatalog.descriptors(
            trackers.map(\.kind), namespace: self.namespace)
        where self.register(family) == nil {
            self.known.append(family.name)
        }
    }

    /// Notes a name that `metrics` mentions, be the rest of its metric faulty or not.
    mutating func mention(_ name: ConfigScalar) {
        self.mentioned.insert(name.text)
        if name.origin.mayBeSecret { self.hidden[name.text] = name.shown }
    }

    /// Reports what is wrong with a name by itself.
    func lint(
        _ name: ConfigScalar, _ type: MetricType, labels: [String], _ section: ConfigSection
    ) {
        let text = name.text
        let descriptor = MetricDescriptor(
            name: text, help: "A metric.", type: type, labelNames: ["chain"] + labels,
            buckets: type == .histogram ? [1] : [])
        for finding in MetricLint.findings(descriptor) {
            switch finding {
            case .duplicateLabel("chain"):
                section.fail(
                    at: "labels", "label chain is added by Weir itself", advice: "remove it")
            case .invalidLabel, .duplicateLabel, .camelCaseLabel, .reservedLabel:
                section.fail(at: "labels", finding.description)
            case _ where name.origin.mayBeSecret:
                name.fail(
                    "\(name.shown) is no good name of a \(type.rawValue)",
                    advice: "use a-z, 0-9 and _; counters end in _total, other types do not")
            case .counterWithoutTotal:
                name.fail(finding.description, advice: "write \((text + "_total").quoted)")
            case .totalOnOtherType:
                name.fail(
                    finding.description, advice: "write \(String(text.dropLast(6)).quoted)")
            default: name.fail(finding.description)
            }
        }
        if text.hasPrefix("\(self.namespace)_") || text.hasPrefix("process_") {
            // Those of this version and of later ones.
            name.fail(
                "\(name.shown) is a name of Weir's own metrics",
                advice: "begin it with another word than \(self.namespace)_ or process_")
        }
    }

    /// Takes up a metric with its twin; reports what clashes with one that came before.
    mutating func add(_ metric: MetricDefinition, _ section: ConfigSection) {
        for family in Economy.descriptors(of: metric) {
            let isTwin = family.name != metric.name
            let fault = self.register(family)
            if isTwin, fault == nil { self.twins[family.name] = metric.name }
            switch fault {
            case nil:
                self.known.append(family.name)
                continue
            case .nameTaken(_, let owner) where isTwin:
                let twin =
                    self.hidden[metric.name] == nil ? "its twin \(family.name)" : "its twin"
                section.fail(
                    at: "name",
                    "\(twin), for what dropped blocks took back, clashes with \(self.tell(owner))",
                    advice: "rename one of them")
            case .nameTaken(let name, let owner) where name == owner && self.twins[name] == nil:
                section.fail(
                    at: "name", "there is already a metric \(self.quote(name))",
                    advice: "give each a name of its own")
            case .nameTaken(_, let owner):
                section.fail(
                    at: "name", "the name clashes with \(self.tell(owner))",
                    advice: "rename one of them")
            case .lint(_, [.missingHelp]):
                section.fail(at: "help", "is empty", advice: "write one sentence, or remove it")
            // All else has been found by `lint`, which told it at its place.
            default: break
            }
            return
        }
    }

    // MARK: Aliases

    /// Takes up an alias; false: its fault has been reported.
    func addAlias(_ alias: String, of target: ConfigScalar) -> Bool {
        guard let registry else { return true }
        do throws(MetricsError) {
            try registry.addAlias(alias, of: target.text)
            return true
        } catch {
            switch error {
            case .unknownMetric where self.mentioned.contains(target.text):
                break  // Told at the metric.
            case .unknownMetric:
                target.fail(
                    "there is no metric \(target.shown)",
                    advice: target.suggestion(
                        target.text, among: self.known, kind: "known metrics"))
            case .nameTaken(_, let owner) where owner == alias:
                target.fail(
                    "there is already a metric \(self.quote(alias))",
                    advice: "choose another alias")
            case .nameTaken(_, let owner):
                target.fail(
                    "\(alias.quoted) clashes with \(self.tell(owner))",
                    advice: "choose another alias")
            case .invalidAlias:
                target.fail(
                    "\(alias.quoted) is no name of a metric", advice: "use letters, digits and _")
            default: target.fail("\(alias.quoted) cannot be an alias")
            }
            return false
        }
    }

    // MARK: Words

    private func register(_ family: MetricDescriptor) -> MetricsError? {
        do throws(MetricsError) {
            _ = try self.registry?.register(family)
            return nil
        } catch {
            return error
        }
    }

    private func quote(_ name: String) -> String { self.hidden[name] ?? name.quoted }

    /// What stands in the way: a metric, or the twin of one.
    private func tell(_ owner: String) -> String {
        if let metric = self.twins[owner] {
            return self.hidden[metric] == nil
                ? "\(owner.quoted), the twin of \(metric.quoted)"
                : "the twin of \(self.quote(metric))"
        }
        return self.mentioned.contains(owner)
            ? "the metric \(self.quote(owner)) or its samples" : "\(owner.quoted) or its samples"
    }
}
