// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMPrimitives
import PromQL

/// Reads `silences`: those that stand in the configuration itself.
///
///     silences:
///       - matchers: ['alertname="NodeSlow"']
///         ends_at: 2026-12-01T00:00:00Z
///         comment: the node moves
///
/// Its id comes from what it says, so that it stays the same from start to start.
enum SilenceReader {
    /// The faulty ones are reported and left out.
    static func read(_ root: ConfigSection) -> [Silence] {
        root.sectionList("silences").compactMap { section in
            let matchers = MatcherReader.read(section)
            let startsAt = section.optional("starts_at", .time)
            let endsAt = section.optional("ends_at", .time)
            let createdBy = section.string("created_by", default: "configuration")
            let comment = section.string("comment", default: "")
            guard let matchers else { return nil }
            guard matchers.matchers.contains(where: { !$0.matches("") }) else {
                section.fail(
                    "it would silence every alert",
                    advice: "write at least one matcher that asks for a value")
                return nil
            }
            // A time that is there and gave nothing has been reported.
            guard startsAt != nil || !Self.isSet(section, "starts_at"),
                endsAt != nil || !Self.isSet(section, "ends_at")
            else { return nil }
            let (start, end) = (startsAt ?? 0, endsAt ?? .max)
            guard start < end else {
                section.fail("it ends before it starts", advice: "set a later ends_at")
                return nil
            }
            let text = "\(matchers)\u{0}\(start)\u{0}\(end)"
            let digest = Hex.encode(Keccak256.hash(text: text).bytes.prefix(8), prefix: false)
            return Silence(
                id: "configuration-\(digest)", matchers: matchers.matchers, startsAt: start,
                endsAt: end, createdBy: createdBy, comment: comment, updatedAt: 0)
        }
    }

    private static func isSet(_ section: ConfigSection, _ key: String) -> Bool {
        section.value(key).map { !$0.isNull } ?? false
    }

    static let schema: SchemaNode = .list(
        of: .object(
            MatcherReader.schema() + [
                .init("starts_at", .text(examples: ["2026-12-01T00:00:00Z"]), "Always if missing."),
                .init("ends_at", .text(examples: ["2026-12-01T00:00:00Z"]), "Never if missing."),
                .init("created_by", .string, "Who wants it."),
                .init("comment", .string, "Why."),
            ]))
}

extension ConfigType where Value == Timestamp {
    /// A time such as `2026-12-01T00:00:00Z`.
    static var time: ConfigType {
        .parsed(
            "a time such as 2026-12-01T00:00:00Z", advice: "with the zone: Z, or as +01:00",
            show: InternetTime.text, InternetTime.time)
    }
}
