// Weir
// SPDX-License-Identifier: Apache-2.0

/// What an alert means and what to do about it, for the page that its link leads to.
package struct Runbook: Sendable, Hashable {
    /// The alert's name.
    package let alert: String
    package let meaning: String
    /// In the order in which to do them.
    package let steps: [String]

    package init(_ alert: String, _ meaning: String, _ steps: [String]) {
        self.alert = alert
        self.meaning = meaning
        self.steps = steps
    }
}

/// `/runbooks`: all runbooks on one page, each under the alert's name in lower case.
enum RunbookPage {
    static func html(_ runbooks: [Runbook]) -> [UInt8] {
        var page = """
            <!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Weir: runbooks</title>\
            <meta name="viewport" content="width=device-width, initial-scale=1">\
            <link rel="stylesheet" href="/weir.css"></head><body><main><h1>Runbooks</h1>
            """
        for runbook in runbooks {
            page += "<h2 id=\"\(Self.escaped(runbook.alert.lowercased()))\">"
            page += "\(Self.escaped(runbook.alert))</h2><p>\(Self.escaped(runbook.meaning))</p><ol>"
            for step in runbook.steps { page += "<li>\(Self.escaped(step))</li>" }
            page += "</ol>\n"
        }
        return Array((page + "</main></body></html>\n").utf8)
    }

    private static func escaped(_ text: String) -> String {
        var out = ""
        for character in text {
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            default: out.append(character)
            }
        }
        return out
    }
}
