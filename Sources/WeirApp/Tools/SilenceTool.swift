// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Foundation
import JSONBytes
import PromQL
package import Tabular

/// `weir silence`: sets, lists and ends silences of a running instance.
package struct SilenceTool: Sendable {
    private let client: InstanceClient

    /// - Parameters:
    ///   - address: where the instance listens.
    ///   - token: what it wants to be shown; nil: nothing.
    package init(address: String, token: String?) {
        self.client = InstanceClient(address: address, token: token)
    }

    /// Sets a silence from now on.
    ///
    /// - Parameters:
    ///   - matchers: as Alertmanager writes them: `severity="warning"`, `alertname=~"Node.*"`.
    ///   - duration: as Prometheus writes it: `2h`, `1d`.
    /// - Returns: its id.
    package func add(
        matchers texts: [String], duration: String, author: String, comment: String
    ) async throws(ToolError) -> String {
        guard let length = DurationText.parse(duration), length > 0 else {
            throw .usage("--duration: write a time such as 30m, 2h or 1d")
        }
        var matchers: [LabelMatcher] = []
        for text in texts {
            do throws(MatcherError) {
                matchers += try MatcherParser.parse(text)
            } catch {
                throw .usage("\(text) is no matcher: \(error); write name=\"value\"")
            }
        }
        guard !matchers.isEmpty else {
            throw .usage("say what to silence, such as alertname=\"NodeSlashed\"")
        }
        let now = Date()
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("matchers")
        writer.beginArray()
        for matcher in matchers.map(SilenceMatcher.init) {
            writer.beginObject()
            writer.key("name")
            writer.string(matcher.name)
            writer.key("value")
            writer.string(matcher.value)
            writer.key("isRegex")
            writer.bool(matcher.isRegex)
            writer.key("isEqual")
            writer.bool(matcher.isEqual ?? true)
            writer.endObject()
        }
        writer.endArray()
        for (key, value) in [
            ("startsAt", Self.text(now)),
            ("endsAt", Self.text(now.addingTimeInterval(Double(length) / 1000))),
            ("createdBy", author), ("comment", comment),
        ] {
            writer.key(key)
            writer.string(value)
        }
        writer.endObject()
        let answer = try await self.client.send(
            .post, "/api/v2/silences", body: writer.bytes)
        guard let id = (try? JSONValue(parsing: answer))?["silenceID"]?.string else {
            throw .notAnInstance(
                address: self.client.authority, detail: "no JSON with 'silenceID'")
        }
        return id
    }

    /// Ends a silence now.
    package func expire(_ id: String) async throws(ToolError) {
        _ = try await self.client.send(
            .delete, "/api/v2/silence/\(InstanceClient.encoded(id))", body: [])
    }

    /// The silences; those that have ended only where they are asked for.
    package func list(
        includesExpired: Bool
    ) async throws(ToolError) -> (table: Table, json: [UInt8]) {
        let answer = try await self.client.get("/api/v2/silences")
        guard let silences = (try? JSONValue(parsing: answer))?.array else {
            throw .notAnInstance(address: self.client.authority, detail: "no JSON list")
        }
        return (Self.table(silences, includesExpired: includesExpired), answer)
    }

    static func table(_ silences: [JSONValue], includesExpired: Bool) -> Table {
        var table = Table(columns: [
            Column("id", "Id"), Column("state", "State"), Column("matchers", "Matchers"),
            Column("ends_at", "Ends at"), Column("created_by", "By"),
            Column("comment", "Comment"),
        ])
        for silence in silences {
            let state = silence["status"]?["state"]?.string ?? ""
            if state == "expired", !includesExpired { continue }
            let matchers = (silence["matchers"]?.array ?? []).map { matcher in
                let isRegex = matcher["isRegex"]?.bool ?? false
                let isEqual = matcher["isEqual"]?.bool ?? true
                let operation = isRegex ? (isEqual ? "=~" : "!~") : (isEqual ? "=" : "!=")
                return (matcher["name"]?.string ?? "") + operation
                    + Labels.quoted(matcher["value"]?.string ?? "")
            }
            table.append([
                .text(silence["id"]?.string ?? ""), .text(state),
                .text(matchers.joined(separator: ", ")), .text(silence["endsAt"]?.string ?? ""),
                .text(silence["createdBy"]?.string ?? ""),
                .text(silence["comment"]?.string ?? ""),
            ])
        }
        return table
    }

    private static func text(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
