// Weir
// SPDX-License-Identifier: Apache-2.0

import GoTemplate
import Testing

@Suite struct TemplateErrorTests {
    @Test func saysWhere() {
        let error = TemplateError(line: 2, column: 3, reason: "a brace is missing")
        #expect(error.description == "template line 2, column 3: a brace is missing")
    }
}
