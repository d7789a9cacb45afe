// Weir
// SPDX-License-Identifier: Apache-2.0

/// Which of the endpoints that may be asked is asked next. A value: facts in, a decision out.
///
/// - What follows the head prefers one endpoint, so that the parts of a step fit together: the one
///   that named the head, then the heaviest, then the first in the file.
/// - Log ranges of the past are shared by weight, by smooth weighted round robin (nginx): of
///   weights 2 and 1, every third range goes to the lighter one, and never three in a row to one.
///
/// Whose budget is used up stands back, as long as another has some.
struct EndpointChoice: Sendable {
    /// One that may be asked.
    struct Candidate: Sendable, Equatable {
        var index: Int
        var weight: Int
        /// Until its budget allows another call.
        var wait: Duration

        init(index: Int, weight: Int = 1, wait: Duration = .zero) {
            self.index = index
            self.weight = weight
            self.wait = wait
        }
    }

    /// Waits up to this are no reason to ask another.
    static let waitIgnored = Duration.milliseconds(250)

    /// What each endpoint is owed.
    private var owed: [Int]

    init(count: Int) {
        self.owed = [Int](repeating: 0, count: count)
    }

    /// The one that a step at the head is asked of.
    ///
    /// - Parameters:
    ///   - candidates: in the order of preference.
    ///   - source: the one that the step began with.
    static func forStep(_ candidates: [Candidate], source: Int?) -> Int? {
        let ready = candidates.filter { $0.wait <= Self.waitIgnored }
        if let source, ready.contains(where: { $0.index == source }) { return source }
        return ready.first?.index ?? Self.soonest(candidates)
    }

    /// The one whose turn it is.
    mutating func sharing(_ candidates: [Candidate]) -> Int? {
        let ready = candidates.filter { $0.wait == .zero && self.owed.indices.contains($0.index) }
        guard !ready.isEmpty else { return Self.soonest(candidates) }
        var total = 0
        var best: Candidate?
        for candidate in ready {
            let weight = min(max(1, candidate.weight), 1_000_000)
            total += weight
            self.owed[candidate.index] += weight
            if let chosen = best, self.owed[chosen.index] >= self.owed[candidate.index] { continue }
            best = candidate
        }
        guard let best else { return nil }
        self.owed[best.index] -= total
        return best.index
    }

    private static func soonest(_ candidates: [Candidate]) -> Int? {
        candidates.min { $0.wait < $1.wait }?.index
    }
}
