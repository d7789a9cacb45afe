// Weir
// SPDX-License-Identifier: Apache-2.0

import GoTemplate
import PromQL

/// `match` and `reReplaceAll` of templates, in the texts of rules and of events.
enum TemplatePatterns {
    /// The most bytes that a replacement may come to.
    static let bytesMax = 1 << 24

    static func matches(_ pattern: String, _ text: String) throws(TemplateFault) -> Bool {
        try self.expression(pattern).firstMatch(in: text) != nil
    }

    static func replaceAll(
        _ pattern: String, _ replacement: String, _ text: String
    ) throws(TemplateFault) -> String {
        // Both may come from a chain; the result can be as long as one times the other.
        let (bytes, over) = (text.utf8.count + 1)
            .multipliedReportingOverflow(by: replacement.utf8.count + 1)
        guard !over, bytes <= self.bytesMax else {
            throw TemplateFault("text and replacement are too long")
        }
        return try self.expression(pattern).replacingMatches(in: text, with: replacement)
    }

    private static func expression(
        _ pattern: String
    ) throws(TemplateFault) -> RegularExpression {
        do {
            return try RegularExpression(searching: pattern)
        } catch {
            throw TemplateFault(error.description)
        }
    }
}
