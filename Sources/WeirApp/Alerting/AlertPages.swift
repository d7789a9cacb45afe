// Weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Foundation
import HTTPFront
import JSONBytes
import MetricsRegistry
import PromQL

/// Alerts, rules and silences over HTTP, in the shapes of Prometheus' API v1 and of Alertmanager's API v2:
/// what Grafana and `amtool` read.
struct AlertPages: Sendable {
    let desk: AlertDesk
    let version: String
    let started: Int64
    /// Who may set and end silences.
    let access: APIRoute.Access

    var routes: [APIRoute] {
        [
            APIRoute(.get, "/api/v1/alerts") { _ in await self.prometheusAlerts() },
            APIRoute(.get, "/api/v1/rules") { (request) async throws(HTTPProblem) in
                try await self.prometheusRules(request)
            },
            APIRoute(.get, "/api/v2/status") { _ in await self.status() },
            APIRoute(.get, "/api/v2/receivers") { _ in await self.receivers() },
            APIRoute(.get, "/api/v2/alerts") { (request) async throws(HTTPProblem) in
                let filter = try Self.filter(request)
                return Self.json(
                    await self.desk.read { $0.gettableAlerts(filter, at: $1) })
            },
            APIRoute(.get, "/api/v2/alerts/groups") { (request) async throws(HTTPProblem) in
                let filter = try Self.filter(request)
                return Self.json(
                    await self.desk.read { $0.gettableGroups(filter, at: $1) })
            },
        ]
            + ["/api/v1", "/api/v2"].flatMap { base in
                [
                    APIRoute(.get, "\(base)/silences") { (request) async throws(HTTPProblem) in
                        try await self.silences(request)
                    },
                    APIRoute(.post, "\(base)/silences", access: self.access) {
                        (request) async throws(HTTPProblem) in
                        try await self.setSilence(request)
                    },
                    APIRoute(.get, "\(base)/silence/{id}") {
                        (request) async throws(HTTPProblem) in
                        try await self.silence(request.parameter)
                    },
                    APIRoute(.delete, "\(base)/silence/{id}", access: self.access) {
                        (request) async throws(HTTPProblem) in
                        try await self.expire(request.parameter)
                    },
                ]
            }
    }

    private static func json(_ value: some Encodable) -> APIAnswer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return APIAnswer(json: (try? encoder.encode(value)).map(Array.init) ?? [])
    }

    // MARK: Prometheus

    private func prometheusAlerts() async -> APIAnswer {
        var writer = JSONWriter()
        Self.success(&writer) { writer in
            writer.key("alerts")
            writer.beginArray()
        }
        for slot in await self.desk.groups {
            for instance in slot.engine.state.rules.flatMap(\.instances) where instance.isActive {
                Self.write(instance, to: &writer)
            }
        }
        writer.endArray()
        return Self.end(&writer)
    }

    private func prometheusRules(_ request: APIRequest) async throws(HTTPProblem) -> APIAnswer {
        try request.allow([
            "type", "rule_name[]", "rule_group[]", "file[]", "exclude_alerts", "match[]",
        ])
        let type = try request.value("type")
        guard type == nil || type == "alert" || type == "record" else {
            throw .badRequest("\"type\" must be alert or record.")
        }
        let names = request.values("rule_name[]")
        let groups = request.values("rule_group[]")
        let files = request.values("file[]")
        var writer = JSONWriter()
        Self.success(&writer) { writer in
            writer.key("groups")
            writer.beginArray()
        }
        for slot in await self.desk.groups {
            let group = slot.engine.group
            if !groups.isEmpty, !groups.contains(group.name) { continue }
            if !files.isEmpty, !files.contains(group.file) { continue }
            writer.beginObject()
            writer.key("name")
            writer.string(group.name)
            writer.key("file")
            writer.string(group.file)
            writer.key("interval")
            Self.seconds(slot.engine.interval, to: &writer)
            writer.key("limit")
            writer.int(group.limit)
            writer.key("evaluationTime")
            writer.number(text: Self.number(slot.seconds))
            writer.key("lastEvaluation")
            writer.string(Self.time(slot.engine.state.evaluatedAt ?? 0))
            writer.key("rules")
            writer.beginArray()
            for (index, rule) in group.rules.enumerated() {
                if !names.isEmpty, !names.contains(rule.name) { continue }
                let health = slot.health.indices.contains(index) ? slot.health[index] : nil
                switch rule {
                case .alerting(let alerting) where type != "record":
                    Self.write(
                        alerting, slot.engine.state.rules[index], health, slot, to: &writer)
                case .recording(let recording) where type != "alert":
                    Self.write(recording, health, slot, to: &writer)
                default: break
                }
            }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        return Self.end(&writer)
    }

    private static func write(
        _ rule: AlertingRule, _ state: RuleState, _ health: RuleHealth?,
        _ slot: AlertDesk.EngineSlot, to writer: inout JSONWriter
    ) {
        let active = state.instances.filter(\.isActive)
        writer.beginObject()
        writer.key("state")
        writer.string(
            active.contains { $0.state == .firing }
                ? "firing" : active.isEmpty ? "inactive" : "pending")
        writer.key("name")
        writer.string(rule.name)
        writer.key("query")
        writer.string(rule.expression.description)
        writer.key("duration")
        Self.seconds(rule.hold, to: &writer)
        writer.key("keepFiringFor")
        Self.seconds(rule.keepFiring, to: &writer)
        for (key, texts) in [("labels", rule.labels), ("annotations", rule.annotations)] {
            writer.key(key)
            writer.beginObject()
            for text in texts {
                writer.key(text.name)
                writer.string(text.template.source)
            }
            writer.endObject()
        }
        writer.key("alerts")
        writer.beginArray()
        for instance in active { Self.write(instance, to: &writer) }
        writer.endArray()
        Self.write(health, slot, type: "alerting", to: &writer)
        writer.endObject()
    }

    private static func write(
        _ rule: RecordingRule, _ health: RuleHealth?, _ slot: AlertDesk.EngineSlot,
        to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.key("name")
        writer.string(rule.name)
        writer.key("query")
        writer.string(rule.expression.description)
        writer.key("labels")
        Self.write(rule.labels, to: &writer)
        Self.write(health, slot, type: "recording", to: &writer)
        writer.endObject()
    }

    private static func write(
        _ health: RuleHealth?, _ slot: AlertDesk.EngineSlot, type: String,
        to writer: inout JSONWriter
    ) {
        writer.key("health")
        writer.string(health == nil ? "unknown" : health?.error == nil ? "ok" : "err")
        if let error = health?.error {
            writer.key("lastError")
            writer.string(error)
        }
        writer.key("evaluationTime")
        writer.number(text: Self.number(slot.seconds))
        writer.key("lastEvaluation")
        writer.string(Self.time(slot.engine.state.evaluatedAt ?? 0))
        writer.key("type")
        writer.string(type)
    }

    private static func write(_ instance: AlertInstance, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("labels")
        Self.write(instance.labels, to: &writer)
        writer.key("annotations")
        Self.write(instance.annotations, to: &writer)
        writer.key("state")
        writer.string(instance.state.rawValue)
        writer.key("activeAt")
        writer.string(Self.time(instance.activeAt))
        if let since = instance.keepFiringSince {
            writer.key("keepFiringSince")
            writer.string(Self.time(since))
        }
        writer.key("value")
        writer.string(NumberText.scientific(instance.value))
        writer.endObject()
    }

    private static func write(_ labels: Labels, to writer: inout JSONWriter) {
        writer.beginObject()
        for pair in labels.pairs {
            writer.key(pair.name)
            writer.string(pair.value)
        }
        writer.endObject()
    }

    /// Opens `{"status":"success","data":{`.
    private static func success(
        _ writer: inout JSONWriter, _ body: (inout JSONWriter) -> Void
    ) {
        writer.beginObject()
        writer.key("status")
        writer.string("success")
        writer.key("data")
        writer.beginObject()
        body(&writer)
    }

    private static func end(_ writer: inout JSONWriter) -> APIAnswer {
        writer.endObject()
        writer.endObject()
        return APIAnswer(json: writer.bytes)
    }

    private static func seconds(_ milliseconds: Int64, to writer: inout JSONWriter) {
        writer.number(text: Self.number(Double(milliseconds) / 1000))
    }

    /// A number that JSON has: it has no infinity.
    private static func number(_ value: Double) -> String {
        value.isFinite ? "\(value)".hasSuffix(".0") ? String(Int64(value)) : "\(value)" : "0"
    }

    static func time(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    // MARK: Alertmanager

    private func status() async -> APIAnswer {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("cluster")
        writer.beginObject()
        writer.key("status")
        writer.string("disabled")
        writer.key("peers")
        writer.beginArray()
        writer.endArray()
        writer.endObject()
        writer.key("config")
        writer.beginObject()
        writer.key("original")
        // Receivers hold secrets: `weir config show` tells it on the machine itself.
        writer.string("")
        writer.endObject()
        writer.key("uptime")
        writer.string(Self.time(self.started))
        writer.key("versionInfo")
        writer.beginObject()
        for (key, value) in [
            ("branch", ""), ("buildDate", ""), ("buildUser", ""), ("goVersion", ""),
            ("revision", ""), ("version", self.version),
        ] {
            writer.key(key)
            writer.string(value)
        }
        writer.endObject()
        writer.endObject()
        return APIAnswer(json: writer.bytes)
    }

    private func receivers() async -> APIAnswer {
        let names = await self.desk.read { dispatcher, _ in
            dispatcher.configuration.receivers.sorted()
        }
        return Self.json(names.map { ["name": $0] })
    }

    private static func filter(_ request: APIRequest) throws(HTTPProblem) -> AlertFilter {
        try request.allow([
            "filter", "receiver", "active", "silenced", "inhibited", "unprocessed",
        ])
        var filter = AlertFilter()
        filter.active = try Self.flag(request, "active")
        filter.silenced = try Self.flag(request, "silenced")
        filter.inhibited = try Self.flag(request, "inhibited")
        filter.unprocessed = try Self.flag(request, "unprocessed")
        filter.matchers = try Self.matchers(request)
        if let receiver = try request.value("receiver") {
            do throws(RegularExpressionError) {
                filter.receiver = try LabelMatcher("receiver", .matches, receiver)
            } catch {
                throw .badRequest("\"receiver\" is no regular expression: \(error)")
            }
        }
        return filter
    }

    private static func flag(_ request: APIRequest, _ key: String) throws(HTTPProblem) -> Bool {
        switch try request.value(key) {
        case nil, "true": return true
        case "false": return false
        default: throw .badRequest("\"\(key)\" must be true or false.")
        }
    }

    private static func matchers(_ request: APIRequest) throws(HTTPProblem) -> [LabelMatcher] {
        var matchers: [LabelMatcher] = []
        for text in request.values("filter") {
            do throws(MatcherError) {
                matchers += try MatcherParser.parse(text)
            } catch {
                throw .badRequest("\"filter\" is no matcher: \(error)")
            }
        }
        return matchers
    }

    private func silences(_ request: APIRequest) async throws(HTTPProblem) -> APIAnswer {
        try request.allow(["filter"])
        let matchers = try Self.matchers(request)
        return Self.json(
            await self.desk.read { dispatcher, time in
                dispatcher.silences.list(filter: matchers, at: time)
                    .map { GettableSilence($0, at: time) }
            })
    }

    private func silence(_ id: String) async throws(HTTPProblem) -> APIAnswer {
        let found = await self.desk.read { dispatcher, time in
            dispatcher.silences[id].map { GettableSilence($0, at: time) }
        }
        guard let found else {
            throw HTTPProblem(status: 404, detail: "There is no silence of that id.")
        }
        return Self.json(found)
    }

    private func setSilence(_ request: APIRequest) async throws(HTTPProblem) -> APIAnswer {
        let posted: PostableSilence
        do {
            posted = try JSONDecoder().decode(PostableSilence.self, from: Data(request.body))
        } catch {
            throw .badRequest(
                "The body is no silence: {\"matchers\":[{\"name\":…,\"value\":…,\"isRegex\":false}],"
                    + "\"startsAt\":…,\"endsAt\":…,\"createdBy\":…,\"comment\":…}.")
        }
        let newID = UUID().uuidString.lowercased()
        do throws(SilenceError) {
            let silence = try posted.silence()
            let id = try await self.desk.withSilences {
                (book, time) throws(SilenceError) in
                try book.set(silence, newID: newID, at: time)
            }
            return Self.json(["silenceID": id])
        } catch {
            throw Self.problem(error)
        }
    }

    private func expire(_ id: String) async throws(HTTPProblem) -> APIAnswer {
        do throws(SilenceError) {
            try await self.desk.withSilences { (book, time) throws(SilenceError) in
                try book.expire(id, at: time)
            }
        } catch {
            throw Self.problem(error)
        }
        return APIAnswer(json: Array("{}".utf8))
    }

    private static func problem(_ error: SilenceError) -> HTTPProblem {
        if case .notFound = error { return HTTPProblem(status: 404, detail: "\(error)") }
        return .badRequest("\(error)")
    }
}
