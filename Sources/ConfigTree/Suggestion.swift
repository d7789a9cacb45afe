// Weir
// SPDX-License-Identifier: Apache-2.0

/// "Did you mean": the nearest of the known words to a mistyped one.
package enum Suggestion {
    /// The known word nearest to `word`, or nil when none is near: at most one edit in three
    /// letters, letters' case counting for nothing. Among equals the first wins.
    package static func nearest(to word: String, among known: [String]) -> String? {
        let target = Array(word.lowercased().unicodeScalars.prefix(64))
        var best: (word: String, distance: Int)?
        for candidate in known {
            let letters = Array(candidate.lowercased().unicodeScalars.prefix(64))
            let limit = max(1, max(target.count, letters.count) / 3)
            guard abs(target.count - letters.count) <= limit else { continue }
            let distance = Self.distance(target, letters)
            guard distance <= limit, distance < max(target.count, letters.count) else { continue }
            if best.map({ distance < $0.distance }) ?? true {
                best = (candidate, distance)
            }
        }
        return best?.word
    }

    /// `did you mean "endpoints"?`, or else `known keys: a, b, c` of at most twelve words, or nil.
    package static func advice(for word: String, among known: [String], kind: String) -> String? {
        if let nearest = Self.nearest(to: word, among: known) {
            return "did you mean \"\(nearest)\"?"
        }
        guard !known.isEmpty else { return nil }
        let shown = known.prefix(12).joined(separator: ", ")
        return "\(kind): \(shown)" + (known.count > 12 ? ", …" : "")
    }

    /// Damerau-Levenshtein distance in its restricted form (optimal string alignment): insertions,
    /// deletions, substitutions and swaps of neighbours cost one each.
    static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var twoBack = [Int](repeating: 0, count: b.count + 1)
        var back = Array(0...b.count)
        for i in 1...a.count {
            var row = [Int](repeating: i, count: b.count + 1)
            for j in 1...b.count {
                let cost = a[i - 1] == b[j - 1] ? 0 : 1
                row[j] = min(back[j] + 1, row[j - 1] + 1, back[j - 1] + cost)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], twoBack[j - 2] + 1)
                }
            }
            twoBack = back
            back = row
        }
        return back[b.count]
    }
}
