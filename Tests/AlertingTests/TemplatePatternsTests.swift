// Weir
// SPDX-License-Identifier: Apache-2.0

import GoTemplate
import Testing

@testable import Alerting

@Suite struct TemplatePatternsTests {
    @Test func matchesAndReplaces() throws {
        #expect(try TemplatePatterns.matches("b+", "abbc"))
        #expect(try TemplatePatterns.replaceAll("b(.)", "$1$1", "abc") == "acc")
    }

    /// A text of a chain must not grow to the product of two long ones.
    @Test func whatWouldGrowIsRefused() {
        let long = String(repeating: "a", count: 5_000)
        #expect(throws: TemplateFault.self) {
            _ = try TemplatePatterns.replaceAll("", long, long)
        }
    }

    @Test func aWrongPatternIsAFault() {
        #expect(throws: TemplateFault.self) { _ = try TemplatePatterns.matches("(", "a") }
    }
}
