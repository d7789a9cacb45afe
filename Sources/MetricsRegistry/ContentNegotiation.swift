// Weir
// SPDX-License-Identifier: Apache-2.0

/// A form in which the exposition can be written.
package enum ExpositionFormat: Sendable, Hashable, CaseIterable {
    /// Prometheus text 0.0.4, which every scraper reads.
    case text004
    /// Prometheus text 1.0.0: the same lines, with quoted names allowed (Weir has none).
    case text100
    /// OpenMetrics before its release, as Prometheus 2.5–2.48 ask for it; the same lines as 1.0.0.
    case openMetrics001
    case openMetrics100

    /// Whether the text is OpenMetrics rather than Prometheus text.
    package var isOpenMetrics: Bool {
        self == .openMetrics001 || self == .openMetrics100
    }
}

/// How names outside the old alphabet would be written. All of Weir's names are inside it, where
/// these schemes agree; `dots` (which doubles underscores) is therefore never chosen.
package enum NameEscaping: String, Sendable, Hashable {
    case underscores
    case values
    case allowUTF8 = "allow-utf-8"
}

/// Chooses the form of the exposition from a request's `Accept` header.
///
/// As Prometheus' content negotiation says: the highest `q` among what we can write wins; among
/// equals the more exact, then the first named; the fallback is text 0.0.4, never an error. Wild
/// cards stand for 0.0.4. Prometheus 3 refuses an answer without a valid `Content-Type`, so this
/// always yields one.
package enum ContentNegotiation {
    /// What to answer with.
    package struct Choice: Sendable, Hashable {
        package let format: ExpositionFormat
        /// Told to the scraper from version 1.0.0 on.
        package let escaping: NameEscaping?

        package init(format: ExpositionFormat, escaping: NameEscaping? = nil) {
            self.format = format
            self.escaping = escaping
        }

        /// The exact `Content-Type` of the answer.
        package var contentType: String {
            let suffix = self.escaping.map { "; escaping=" + $0.rawValue } ?? ""
            return switch self.format {
            case .text004: "text/plain; version=0.0.4; charset=utf-8"
            case .text100: "text/plain; version=1.0.0; charset=utf-8" + suffix
            case .openMetrics001:
                "application/openmetrics-text; version=0.0.1; charset=utf-8"
            case .openMetrics100:
                "application/openmetrics-text; version=1.0.0; charset=utf-8" + suffix
            }
        }
    }

    /// The choice for `accept`; nil is a request without the header.
    package static func choose(accept: String?) -> Choice {
        let fallback = Choice(format: .text004)
        guard let accept else { return fallback }
        var best: (choice: Choice, quality: Int, exactness: Int)?
        for range in AcceptHeader.ranges(accept) where range.quality > 0 {
            guard let (choice, exactness) = self.choice(for: range) else { continue }
            if let best, (best.quality, best.exactness) >= (range.quality, exactness) { continue }
            best = (choice, range.quality, exactness)
        }
        return best?.choice ?? fallback
    }

    private static func choice(for range: AcceptHeader.MediaRange) -> (Choice, exactness: Int)? {
        let version = range.parameters["version"]
        let exactness = version == nil ? 2 : 3
        switch (range.type, range.subtype, version) {
        case ("application", "openmetrics-text", nil), ("application", "openmetrics-text", "1.0.0"):
            return (Choice(format: .openMetrics100, escaping: self.escaping(range)), exactness)
        case ("application", "openmetrics-text", "0.0.1"):
            return (Choice(format: .openMetrics001), exactness)
        case ("text", "plain", nil), ("text", "plain", "0.0.4"):
            return (Choice(format: .text004), exactness)
        case ("text", "plain", "1.0.0"):
            return (Choice(format: .text100, escaping: self.escaping(range)), exactness)
        case ("text", "*", _): return (Choice(format: .text004), 1)
        case ("*", "*", _): return (Choice(format: .text004), 0)
        default: return nil
        }
    }

    private static func escaping(_ range: AcceptHeader.MediaRange) -> NameEscaping {
        range.parameters["escaping"].flatMap(NameEscaping.init(rawValue:)) ?? .underscores
    }
}
