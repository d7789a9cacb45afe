// Weir
// SPDX-License-Identifier: Apache-2.0

import JSONBytes
package import Tabular

/// `weir status`: asks a running instance how it is.
package struct InstanceStatus: Sendable, Equatable {
    /// The instance's answer as it came.
    package let json: [UInt8]
    /// One row a chain.
    package let table: Table
    /// One row an endpoint: whether it may be asked, and what it costs.
    package let endpoints: Table

    /// - Parameter address: where the instance listens, as `http://127.0.0.1:9560`.
    package static func ask(_ address: String) async throws(ToolError) -> InstanceStatus {
        let client = InstanceClient(address: address)
        return try Self.read(try await client.get("/api/v1/status"), address: client.authority)
    }

    /// Reads an answer: an object whose `chains` is a list of objects.
    static func read(_ body: [UInt8], address: String) throws(ToolError) -> InstanceStatus {
        guard let document = try? JSONValue(parsing: body), let chains = document["chains"]?.array
        else { throw .notAnInstance(address: address, detail: "no JSON with 'chains'") }
        var table = Table(columns: [
            Column("chain", "Chain"), Column("id", "Id", alignment: .right),
            Column("state", "State"), Column("head", "Head", alignment: .right),
            Column("processed", "Processed", alignment: .right),
            Column("lag_blocks", "Lag", alignment: .right), Column("note", "Note"),
        ])
        for chain in chains {
            let head = Self.number(chain["head"]?["number"])
            let processed = Self.number(chain["processed"]?["number"])
            var lag = Cell.empty
            if let head = head.flatMap({ UInt64($0) }),
                let processed = processed.flatMap({ UInt64($0) })
            {
                lag = .integer(head > processed ? head - processed : 0)
            }
            table.append([
                .text(chain["name"]?.string ?? ""),
                Self.number(chain["id"]).map { .number($0) } ?? .empty,
                .text(chain["state"]?.string ?? ""), head.map { .number($0) } ?? .empty,
                processed.map { .number($0) } ?? .empty, lag,
                .text(Self.note(chain)),
            ])
        }
        return InstanceStatus(json: body, table: table, endpoints: Self.endpoints(chains))
    }

    private static func endpoints(_ chains: [JSONValue]) -> Table {
        var table = Table(columns: [
            Column("chain", "Chain"), Column("endpoint", "Endpoint"), Column("state", "State"),
            Column("log_range_blocks", "Log range", alignment: .right),
            Column("credits_used", "Credits today", alignment: .right),
            Column("credits_forecast", "By midnight UTC", alignment: .right),
            Column("credits_per_day", "Of", alignment: .right), Column("note", "Note"),
        ])
        for chain in chains {
            for endpoint in chain["endpoints"]?.array ?? [] {
                func cell(_ value: JSONValue?) -> Cell {
                    Self.number(value).map { .number($0) } ?? .empty
                }
                let credits = endpoint["credits"]
                let isReady = endpoint["ready"]?.bool == true
                let hasFailed = Self.number(endpoint["failures"]) ?? "0" != "0"
                let state = isReady ? (hasFailed ? "to be tried" : "ready") : "rests"
                table.append([
                    .text(chain["name"]?.string ?? ""), .text(endpoint["name"]?.string ?? ""),
                    .text(state), cell(endpoint["logRangeBlocks"]),
                    cell(credits?["usedToday"]), cell(credits?["forecastToday"]),
                    cell(credits?["perDay"]), .text(Self.endpointNote(endpoint)),
                ])
            }
        }
        return table
    }

    /// Why an endpoint rests, and when its credits will be used up.
    private static func endpointNote(_ endpoint: JSONValue) -> String {
        var notes: [String] = []
        if let rest = Self.number(endpoint["restSeconds"]).flatMap({ UInt64($0) }) {
            notes.append("asked again in \(Self.time(rest))")
        }
        if let error = endpoint["lastError"]?.string { notes.append("last error: \(error)") }
        let spent = Self.number(endpoint["credits"]?["secondsUntilSpent"])
        switch spent.flatMap({ UInt64($0) }) {
        case 0?: notes.append("the day's credits are used up")
        case let seconds?: notes.append("credits last for \(Self.time(seconds))")
        case nil: break
        }
        return notes.joined(separator: "; ")
    }

    /// Seconds as `45 s`, `12 min`, `3 h 5 min`.
    private static func time(_ seconds: UInt64) -> String {
        if seconds < 120 { return "\(seconds) s" }
        if seconds < 7_200 { return "\(seconds / 60) min" }
        return "\(seconds / 3_600) h \(seconds % 3_600 / 60) min"
    }

    /// What is wrong with a chain; empty when nothing is.
    private static func note(_ chain: JSONValue) -> String {
        if let reason = chain["halted"]?.string { return reason }
        return chain["up"]?.bool == false ? "the node does not answer" : ""
    }

    /// The text of a whole number.
    private static func number(_ value: JSONValue?) -> String? {
        guard let text = value?.numberText, UInt64(text) != nil else { return nil }
        return text
    }
}
