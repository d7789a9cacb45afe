// Weir
// SPDX-License-Identifier: Apache-2.0

/// The page at `/`: what this is, how the chains stand, and where to go on. It has no script, and
/// every text that is not ours is escaped.
struct LandingPage {
    let version: String
    let health: HealthReport
    let chains: [ChainSummary]

    /// The page as UTF-8 HTML.
    var html: [UInt8] {
        let links = Self.links.map { path, text in
            "<li><a href=\"\(path)\">\(path)</a> \(text)</li>\n"
        }
        let page = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Weir</title>
            <link rel="stylesheet" href="\(Route.style.rawValue)">
            </head>
            <body>
            <main>
            <h1>Weir <small>\(Self.escaped(self.version))</small></h1>
            <p>Weir follows EVM chains, decodes the events of contracts, and serves them as
            metrics. It is <strong class="\(self.health.state)">\(self.health.state)</strong>.</p>
            <h2>Chains</h2>
            \(self.chainTable)
            \(self.troubles)<h2>Where to go on</h2>
            <ul>
            \(links.joined())</ul>
            </main>
            </body>
            </html>

            """
        return Array(page.utf8)
    }

    private static let links: [(String, String)] = [
        (Route.metrics.rawValue, "for Prometheus, as text 0.0.4 or OpenMetrics 1.0"),
        (Route.health.rawValue, "how each part is, as JSON"),
        (Route.live.rawValue, "liveness probe"),
        (Route.ready.rawValue, "readiness probe"),
        (Route.startup.rawValue, "startup probe"),
        (Route.dashHealthy.rawValue, "liveness, as Prometheus names it"),
        (Route.dashReady.rawValue, "readiness, as Prometheus names it"),
        (Route.status.rawValue, "chains and store in figures, as JSON"),
        (
            Route.events.rawValue,
            "the latest events; takes chain, contract, event, limit and before"
        ),
    ]

    private var chainTable: String {
        guard !self.chains.isEmpty else { return "<p>No chain is configured.</p>" }
        let rows = self.chains.map { chain in
            """
            <tr><td>\(Self.escaped(chain.name))</td>\(Self.cell(chain.chainID))\
            <td class="\(chain.state)">\(chain.state)</td>\(Self.cell(chain.headBlock))\
            \(Self.cell(chain.processedBlock))\(Self.cell(chain.events))\
            <td>\(Self.escaped(chain.note ?? ""))</td></tr>

            """
        }
        return """
            <table>
            <thead><tr><th>chain</th><th>id</th><th>state</th><th>head</th><th>processed</th>\
            <th>events</th><th></th></tr></thead>
            <tbody>
            \(rows.joined())</tbody>
            </table>
            """
    }

    private var troubles: String {
        let items = self.health.components.filter { $0.state != .healthy }.map {
            "<li>\(Self.escaped($0.name)): \($0.state)"
                + ($0.detail.map { ", " + Self.escaped($0) } ?? "") + "</li>\n"
        }
        return items.isEmpty ? "" : "<h2>Not healthy</h2>\n<ul>\n\(items.joined())</ul>\n"
    }

    private static func cell(_ number: UInt64?) -> String {
        "<td class=\"number\">\(number.map(String.init) ?? "–")</td>"
    }

    /// The text with HTML's five characters as references, and control characters left out.
    static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars.prefix(1000) {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default:
                switch scalar.properties.generalCategory {
                // Format characters can turn the direction of the text around them.
                case .control, .format, .lineSeparator, .paragraphSeparator: break
                default: out.unicodeScalars.append(scalar)
                }
            }
        }
        return out
    }

    static let style = Array(
        """
        :root { color-scheme: light dark; --good: #1a7f37; --fair: #9a6700; --bad: #cf222e; }
        @media (prefers-color-scheme: dark) {
          :root { --good: #3fb950; --fair: #d29922; --bad: #f85149; }
        }
        body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem 1rem; }
        main { max-width: 56rem; margin: 0 auto; }
        small { font-size: 1rem; font-weight: normal; opacity: .7; }
        table { border-collapse: collapse; }
        th, td { text-align: left; padding: .25rem .75rem .25rem 0; }
        td.number { text-align: right; font-variant-numeric: tabular-nums; }
        .healthy { color: var(--good); }
        .degraded { color: var(--fair); }
        .unhealthy { color: var(--bad); }

        """.utf8)
}
