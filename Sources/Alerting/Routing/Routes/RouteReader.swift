// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree

/// Reads `route`, the tree of routes, as Alertmanager has it, with `cooldown` and `flap` besides.
///
/// What is faulty is reported and read so that rather more is told than less: a route whose matchers
/// are faulty is left out, so that its alerts go to the route above; an unknown receiver is that of
/// the route above; an unknown time interval mutes nothing.
struct RouteReader {
    /// The names of all receivers.
    let receivers: [String]
    /// The names of all time intervals.
    let intervals: [String]

    /// Nil: there is no usable root, which has been reported.
    func read(_ root: ConfigSection) -> RouteTree? {
        guard let section = root.section("route") else { return nil }
        for key in [
            "matchers", "match", "match_re", "mute_time_intervals", "active_time_intervals",
        ]
        where section.value(key).map({ !$0.isNull }) ?? false {
            section.fail(
                at: key, "the root takes every alert at any time",
                advice: "write \(key) on a route within it")
        }
        _ = section.bool("continue", default: false)
        guard let receiver = section.scalar("receiver", expected: "the name of a receiver") else {
            _ = self.options(section, inheriting: RouteOptions(receiver: ""))
            return nil
        }
        let isKnown = self.isKnown(receiver)
        let options = self.options(section, inheriting: RouteOptions(receiver: receiver.text))
        var tree = RouteTree(options)
        self.children(of: section, at: 0, in: &tree)
        return isKnown ? tree : nil
    }

    private func children(of section: ConfigSection, at parent: Int, in tree: inout RouteTree) {
        for child in section.sectionList("routes") {
            let matchers = MatcherReader.read(child)
            let continues = child.bool("continue", default: false)
            var options = tree.nodes[parent].options
            options.muteTimeIntervals = self.intervalNames(child, "mute_time_intervals")
            options.activeTimeIntervals = self.intervalNames(child, "active_time_intervals")
            if let receiver = child.optionalScalar("receiver", expected: "the name of a receiver"),
                self.isKnown(receiver)
            {
                options.receiver = receiver.text
            }
            options = self.options(child, inheriting: options)
            if let matchers {
                let place = tree.add(
                    to: parent, matchers: matchers, continues: continues, options: options)
                self.children(of: child, at: place, in: &tree)
            } else {
                // Read for its faults only.
                var unused = RouteTree(options)
                self.children(of: child, at: 0, in: &unused)
            }
        }
    }

    private func options(
        _ section: ConfigSection, inheriting options: RouteOptions
    ) -> RouteOptions {
        var options = options
        let positive: ClosedRange<Duration> = .milliseconds(1) ... .seconds(10 * 365 * 86_400)
        let any: ClosedRange<Duration> = .zero ... .seconds(10 * 365 * 86_400)
        func read(_ key: String, in range: ClosedRange<Duration>, _ value: inout Int64) {
            value = section.optionalDuration(key, in: range)?.wholeMilliseconds ?? value
        }
        read("group_wait", in: any, &options.groupWait)
        read("group_interval", in: positive, &options.groupInterval)
        read("repeat_interval", in: positive, &options.repeatInterval)
        options.grouping = self.grouping(section) ?? options.grouping
        options.cooldown = section.optional("cooldown", .cooldown) ?? options.cooldown
        if let flap = section.optional("flap", .flap) { options.flap = flap.rule }
        return options
    }

    private func grouping(_ section: ConfigSection) -> RouteOptions.Grouping? {
        let names = section.stringList("group_by")
        guard !names.isEmpty else { return nil }
        if names.contains("...") {
            if names.count == 1 { return .all }
            section.fail(
                at: "group_by", "\"...\" stands for all labels already", advice: "keep it alone")
            return nil
        }
        for name in names where !LabelName.isValid(name) {
            section.fail(
                at: "group_by", "\(name.quoted) is no name of a label", advice: LabelName.advice)
            return nil
        }
        if Set(names).count < names.count {
            section.fail(at: "group_by", "a label is named twice", advice: "keep one of them")
        }
        return .labels(Set(names))
    }

    private func isKnown(_ receiver: ConfigScalar) -> Bool {
        if self.receivers.contains(receiver.text) { return true }
        receiver.fail(
            "there is no receiver \(receiver.shown)",
            advice: receiver.suggestion(
                receiver.text, among: self.receivers, kind: "known receivers")
                ?? "declare it under receivers")
        return false
    }

    private func intervalNames(_ section: ConfigSection, _ key: String) -> [String] {
        let items = section.value(key)?.items() ?? []
        return items.compactMap { item in
            guard let scalar = item.scalar(expected: "the name of a time interval") else {
                return nil
            }
            if self.intervals.contains(scalar.text) { return scalar.text }
            scalar.fail(
                "there is no time interval \(scalar.shown)",
                advice: scalar.suggestion(
                    scalar.text, among: self.intervals, kind: "known time intervals")
                    ?? "declare it under time_intervals")
            return nil
        }
    }
}

extension Duration {
    /// In milliseconds; what does not fit stays at the edge.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let (product, isOver) = seconds.multipliedReportingOverflow(by: 1000)
        guard !isOver else { return seconds > 0 ? .max : .min }
        return Saturating.sum(product, attoseconds / 1_000_000_000_000_000)
    }
}
