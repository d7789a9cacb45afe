// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes
package import Tabular

/// `weir explain`: what a running instance says of one of its numbers, or of a block.
package struct ExplainTool: Sendable {
    /// The instance's answer as it came.
    package let json: [UInt8]
    /// One row a statement: what, and the statement.
    package let table: Table

    /// - Parameter selector: `weir_staked_tokens{registry="nodes"}`.
    package static func metric(
        _ selector: String, address: String
    ) async throws(ToolError) -> ExplainTool {
        let client = InstanceClient(address: address)
        let json = try await client.get("/api/v1/explain", [("metric", selector)])
        guard let document = try? JSONValue(parsing: json), document["origins"]?.array != nil
        else { throw .notAnInstance(address: client.authority, detail: "no JSON with 'origins'") }
        return ExplainTool(json: json, table: Self.metricTable(document))
    }

    /// - Parameter chain: its name; nil where there is but one.
    package static func block(
        _ number: UInt64, chain: String?, address: String
    ) async throws(ToolError) -> ExplainTool {
        let client = InstanceClient(address: address)
        let json = try await client.get(
            "/api/v1/explain",
            [("block", String(number))] + (chain.map { [("chain", $0)] } ?? []))
        guard let document = try? JSONValue(parsing: json), document["facts"]?.array != nil
        else { throw .notAnInstance(address: client.authority, detail: "no JSON with 'facts'") }
        return ExplainTool(json: json, table: Self.blockTable(document))
    }

    static func metricTable(_ document: JSONValue) -> Table {
        var rows: [(String, String)] = [("metric", document["metric"]?.string ?? "")]
        if let target = document["aliasOf"]?.string { rows.append(("second name of", target)) }
        rows.append(("type", document["type"]?.string ?? ""))
        rows.append(("help", document["help"]?.string ?? ""))
        let series = document["series"]?.array ?? []
        for one in series.prefix(20) {
            rows.append(("value", "\(one["value"]?.string ?? "") \(Self.labels(one["labels"]))"))
        }
        if series.count > 20 { rows.append(("value", "… and more: --output json")) }
        if series.isEmpty { rows.append(("value", "no series has these labels now")) }
        for origin in document["origins"]?.array ?? [] {
            rows.append(
                (
                    "kept by",
                    "\(origin["owner"]?.string ?? "") on \(origin["chain"]?.string ?? "")"
                ))
            rows.append(("formula", origin["formula"]?.string ?? ""))
            for input in origin["inputs"]?.array ?? [] { rows += Self.rows(of: input) }
            rows += Self.rows(ofChange: origin["lastChange"])
        }
        return Self.table(rows)
    }

    private static func rows(of input: JSONValue) -> [(String, String)] {
        let role = input["role"]?.string ?? ""
        let fields = (input["fields"]?.object?.members ?? []).map {
            "\($0.key) = \($0.value.string ?? "")"
        }
        .joined(separator: ", ")
        let conditions = (input["conditions"]?.array ?? []).compactMap(\.string)
        let rest =
            (fields.isEmpty ? "" : ": \(fields)")
            + (conditions.isEmpty ? "" : ", where \(conditions.joined(separator: " and "))")
        return (input["events"]?.array ?? []).compactMap(\.string).map { event in
            (role.isEmpty ? "event" : "event as \(role)", event + rest)
        }
    }

    private static func rows(ofChange change: JSONValue?) -> [(String, String)] {
        guard let change, let fact = change["fact"] else { return [] }
        var place = "block \(fact["block"]?.string ?? "")"
        if let hash = change["transactionHash"]?.string { place += ", transaction \(hash)" }
        return [("last change", "\(Self.text(of: fact)) in \(place)")]
    }

    private static func text(of fact: JSONValue) -> String {
        let fields = (fact["fields"]?.object?.members ?? []).filter { $0.key != "tracker" }
            .map { "\($0.key) \($0.value.string ?? "")" }.joined(separator: ", ")
        return "\(fact["kind"]?.string ?? "") (\(fields))"
    }

    static func blockTable(_ document: JSONValue) -> Table {
        var rows: [(String, String)] = [
            ("block", "\(document["block"]?.string ?? "") of \(document["chain"]?.string ?? "")")
        ]
        for event in document["events"]?.array ?? [] {
            let arguments = (event["args"]?.array ?? []).map { argument in
                let value = argument["value"].map(Self.plain) ?? ""
                return "\(argument["name"]?.string ?? "") \(value)"
            }
            rows.append(
                (
                    "event",
                    "\(event["contract"]?.string ?? "").\(event["event"]?.string ?? "")"
                        + "(\(arguments.joined(separator: ", ")))"
                ))
        }
        for fact in document["facts"]?.array ?? [] {
            let tracker = fact["fields"]?["tracker"]?.string ?? ""
            rows.append(("fact of \(tracker)", Self.text(of: fact)))
        }
        if rows.count == 1 { rows.append(("nothing", "no event and no fact is stored of it")) }
        return Self.table(rows)
    }

    private static func plain(_ value: JSONValue) -> String {
        value.string ?? value.bool.map { $0 ? "true" : "false" } ?? "…"
    }

    private static func labels(_ labels: JSONValue?) -> String {
        let texts = (labels?.object?.members ?? []).map { "\($0.key)=\"\($0.value.string ?? "")\"" }
        return texts.isEmpty ? "" : "{" + texts.joined(separator: ", ") + "}"
    }

    private static func table(_ rows: [(String, String)]) -> Table {
        var table = Table(columns: [Column("what", "What"), Column("text", "")])
        for (what, text) in rows { table.append([.text(what), .text(text)]) }
        return table
    }
}
