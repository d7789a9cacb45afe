// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import PromQL

/// Reads matchers from a section, in the three ways of Alertmanager: `matchers`, a list of texts, and
/// `match` and `match_re`, maps from label to value.
enum MatcherReader {
    /// The matchers under the three keys with a prefix such as `source_`. Nil: one is faulty, which
    /// has been reported; a rule with a matcher less would speak of other alerts.
    static func read(_ section: ConfigSection, prefix: String = "") -> MatcherSet? {
        let texts = Self.texts(section, "\(prefix)matchers")
        let equal = Self.map(section, "\(prefix)match", .equal)
        let patterns = Self.map(section, "\(prefix)match_re", .matches)
        guard let texts, let equal, let patterns else { return nil }
        return MatcherSet(equal + patterns + texts)
    }

    static func schema(prefix: String = "") -> [SchemaNode.Property] {
        [
            .init(
                "\(prefix)matchers", .list(of: .text(examples: ["severity=\"critical\""])),
                "Conditions on labels, of which all have to hold."),
            .init("\(prefix)match", .map(of: .string), "Label to value; older than matchers."),
            .init("\(prefix)match_re", .map(of: .string), "Label to pattern; older than matchers."),
        ]
    }

    private static func texts(_ section: ConfigSection, _ key: String) -> [LabelMatcher]? {
        guard let value = section.value(key), !value.isNull else { return [] }
        guard !value.isSection else {
            value.fail(
                "expected a list of texts, found a section",
                advice: "put each matcher in quotes: '{a=\"b\"}'")
            return nil
        }
        guard let items = value.items() else { return nil }
        var result: [LabelMatcher]? = []
        for item in items {
            guard let scalar = item.scalar(expected: "a matcher such as severity=\"critical\"")
            else {
                result = nil
                continue
            }
            do throws(MatcherError) {
                let matchers = try MatcherParser.parse(scalar.text)
                if matchers.isEmpty { throw .malformed(scalar.text) }
                result?.append(contentsOf: matchers)
            } catch {
                Self.report(scalar, error)
                result = nil
            }
        }
        return result
    }

    private static func map(
        _ section: ConfigSection, _ key: String, _ operation: LabelMatcher.Operation
    ) -> [LabelMatcher]? {
        var result: [LabelMatcher]? = []
        for entry in section.entries(key) {
            guard let scalar = entry.value.scalar(expected: "the value of a label") else {
                result = nil
                continue
            }
            guard LabelName.isValid(entry.name) else {
                scalar.fail(
                    "\(entry.name.quoted) is no name of a label", advice: LabelName.advice)
                result = nil
                continue
            }
            do throws(RegularExpressionError) {
                result?.append(try LabelMatcher(entry.name, operation, scalar.text))
            } catch {
                Self.report(scalar, .pattern(scalar.text, error))
                result = nil
            }
        }
        return result
    }

    /// Says what is wrong, without the text where it may be a secret.
    private static func report(_ scalar: ConfigScalar, _ error: MatcherError) {
        let message = scalar.origin.mayBeSecret ? "\(scalar.shown) is no matcher" : "\(error)"
        scalar.fail(message, advice: error.advice)
    }
}
