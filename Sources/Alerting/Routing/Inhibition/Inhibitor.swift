// Weir
// SPDX-License-Identifier: Apache-2.0

import PromQL

/// Which alerts are inhibited by others that fire.
///
/// Firing sources are kept by the values of their rule's `equal` labels, so that a target looks at
/// few of them, however many fire.
struct Inhibitor: Sendable {
    private struct Bucket {
        /// Sources that are no targets of the same rule.
        var plain: Set<Fingerprint> = []
        /// Sources that are targets too; they do not inhibit each other.
        var twoSided: Set<Fingerprint> = []

        var isEmpty: Bool { self.plain.isEmpty && self.twoSided.isEmpty }
    }

    let rules: [InhibitRule]
    /// For each rule its firing sources.
    private var buckets: [[Labels: Bucket]]

    init(_ rules: [InhibitRule]) {
        self.rules = rules
        self.buckets = Array(repeating: [:], count: rules.count)
    }

    /// Says that an alert began to fire, or ceased to.
    mutating func set(_ labels: Labels, _ fingerprint: Fingerprint, isFiring: Bool) {
        for (index, rule) in self.rules.enumerated() where rule.source.matches(labels) {
            let key = labels.keeping(rule.equal)
            var bucket = self.buckets[index][key] ?? Bucket()
            bucket.plain.remove(fingerprint)
            bucket.twoSided.remove(fingerprint)
            if isFiring {
                if rule.target.matches(labels) {
                    bucket.twoSided.insert(fingerprint)
                } else {
                    bucket.plain.insert(fingerprint)
                }
            }
            self.buckets[index][key] = bucket.isEmpty ? nil : bucket
        }
    }

    func inhibits(_ labels: Labels) -> Bool {
        self.rules.indices.contains { index in
            self.bucket(index, labels).map { bucket, isSource in
                !bucket.plain.isEmpty || (!isSource && !bucket.twoSided.isEmpty)
            } ?? false
        }
    }

    /// The alerts that inhibit one, in their order.
    func inhibitors(of labels: Labels) -> [Fingerprint] {
        var result: Set<Fingerprint> = []
        for index in self.rules.indices {
            guard let (bucket, isSource) = self.bucket(index, labels) else { continue }
            result.formUnion(bucket.plain)
            if !isSource { result.formUnion(bucket.twoSided) }
        }
        return result.sorted()
    }

    private func bucket(_ index: Int, _ labels: Labels) -> (Bucket, isSource: Bool)? {
        let rule = self.rules[index]
        guard rule.target.matches(labels),
            let bucket = self.buckets[index][labels.keeping(rule.equal)]
        else { return nil }
        return (bucket, rule.source.matches(labels))
    }
}
