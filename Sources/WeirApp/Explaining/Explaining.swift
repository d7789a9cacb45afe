// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Economy
import HTTPFront
import JSONBytes
import MetricsRegistry
import PromQL
import WeirStore

/// Where a number comes from, for `/api/v1/explain`: of a metric the formula, its inputs and the last
/// change; of a block what was read off it.
struct Explaining: Sendable {
    /// How many series of a metric are listed.
    private static let seriesMax = 100

    let registry: MetricsRegistry
    /// Second names of metrics, by name.
    let aliases: [String: String]
    let chains: [FollowedChain]
    let store: WeirStore
    let pages: FactPages
    let events: EventPages

    /// The document of `metric=NAME{label="value"}` or `block=N`.
    func page(_ request: APIRequest) async throws(HTTPProblem) -> APIAnswer {
        try request.allow(["metric", "block", "chain"])
        let chain = try request.value("chain")
        if let text = try request.value("metric") {
            return try await self.metric(Self.selector(text), chain)
        }
        guard let text = try request.value("block") else {
            throw .badRequest("Say what: metric=NAME{label=\"value\"}, or block=NUMBER.")
        }
        guard let number = UInt64(text), number <= UInt64(Int64.max) else {
            throw .badRequest("\"block\" must be a block number in decimal.")
        }
        return try await self.block(BlockNumber(number), of: self.pages.chain(chain))
    }

    // MARK: Metrics

    private static func selector(_ text: String) throws(HTTPProblem) -> VectorSelector {
        do throws(PromQLError) {
            guard case .selector(let selector) = try PromQLParser.parse(text), selector.at == nil,
                selector.offset == 0, let name = selector.name, !name.isEmpty
            else {
                throw HTTPProblem.badRequest(
                    "\"metric\" must be a metric's name, with or without labels in braces.")
            }
            return selector
        } catch let problem as HTTPProblem {
            throw problem
        } catch {
            throw .badRequest("\"metric\" is no selector of a metric: \(error)")
        }
    }

    private func metric(
        _ selector: VectorSelector, _ chainName: String?
    ) async throws(HTTPProblem) -> APIAnswer {
        let asked = selector.name ?? ""
        let snapshot = self.registry.snapshot()
        guard let (name, family) = Self.family(asked, in: snapshot) else {
            throw HTTPProblem(
                status: 404,
                detail: "No metric \"\(asked.prefix(128))\" is exposed; `weir metrics` lists them.")
        }
        let target = self.aliases[name] ?? name
        let series = family.exposedSamples().filter { sample in
            sample.name == asked
                && selector.matchers.allSatisfy { matcher in
                    matcher.name == Labels.metricName
                        || matcher.matches(
                            sample.labels.first { $0.name == matcher.name }?.value ?? "")
                }
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("metric")
        writer.string(asked)
        writer.key("aliasOf")
        if target == name { writer.null() } else { writer.string(target) }
        writer.key("type")
        writer.string(family.descriptor.type.rawValue)
        writer.key("help")
        writer.string(family.descriptor.help)
        writer.key("seriesCount")
        writer.int(series.count)
        writer.key("series")
        writer.beginArray()
        for sample in series.prefix(Self.seriesMax) {
            writer.beginObject()
            writer.key("labels")
            writer.beginObject()
            for label in sample.labels {
                writer.key(label.name)
                writer.string(label.value)
            }
            writer.endObject()
            writer.key("value")
            writer.string(Self.text(sample.value))
            writer.endObject()
        }
        writer.endArray()
        writer.key("origins")
        writer.beginArray()
        for chain in self.chains where chainName == nil || chain.name == chainName {
            for origin in chain.definition.origins(
                of: target, namespace: self.registry.namespace)
            {
                try await self.write(origin, selector, of: chain, to: &writer)
            }
        }
        writer.endArray()
        writer.endObject()
        return APIAnswer(json: writer.bytes)
    }

    private static func text(_ value: MetricValue) -> String {
        var bytes: [UInt8] = []
        NumberText.append(value, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The family of a series' name: that of a histogram has three more.
    private static func family(
        _ name: String, in snapshot: RegistrySnapshot
    ) -> (String, FamilySnapshot)? {
        if let family = snapshot.family(named: name) { return (name, family) }
        for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix(suffix) {
            let stem = String(name.dropLast(suffix.count))
            if let family = snapshot.family(named: stem), family.descriptor.type == .histogram {
                return (stem, family)
            }
        }
        return nil
    }

    private func write(
        _ origin: MetricOrigin, _ selector: VectorSelector, of chain: FollowedChain,
        to writer: inout JSONWriter
    ) async throws(HTTPProblem) {
        // A tracker's own label says which of them is meant.
        let names = origin.owner.split(separator: "/")
        let labels = ["registry", "treasury", "market", "network", "governor", "source", "name"]
        for matcher in selector.matchers where labels.contains(matcher.name) {
            if names.count == 2, !matcher.matches(String(names[1])), matcher.name != "source" {
                return
            }
        }
        writer.beginObject()
        writer.key("chain")
        writer.string(chain.name)
        writer.key("owner")
        writer.string(origin.owner)
        writer.key("formula")
        writer.string(origin.formula)
        writer.key("inputs")
        writer.beginArray()
        for input in origin.inputs { Self.write(input, to: &writer) }
        writer.endArray()
        writer.key("lastChange")
        let accounts = selector.matchers.filter {
            $0.operation == .equal && Address($0.value) != nil
        }.map(\.value)
        let fact =
            origin.hasFacts
            ? try await self.pages.latest(chain, tracker: origin.owner, naming: accounts) : nil
        if let fact {
            try await self.write(fact, of: chain, to: &writer)
        } else {
            writer.null()
        }
        writer.endObject()
    }

    private static func write(_ input: MetricOrigin.Input, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("role")
        writer.string(input.role)
        writer.key("events")
        writer.beginArray()
        for event in input.events { writer.string(event) }
        writer.endArray()
        writer.key("fields")
        writer.beginObject()
        for field in input.fields {
            writer.key(field.name)
            writer.string(field.source)
        }
        writer.endObject()
        writer.key("conditions")
        writer.beginArray()
        for condition in input.conditions { writer.string(condition) }
        writer.endArray()
        writer.endObject()
    }

    private func write(
        _ fact: Fact, of chain: FollowedChain, to writer: inout JSONWriter
    ) async throws(HTTPProblem) {
        writer.beginObject()
        writer.key("fact")
        FactPages.write(fact, chain: chain.name, to: &writer)
        writer.key("transactionHash")
        do throws(StoreError) {
            let hash = try await self.store.transaction(
                chain.id, of: fact.block.number, logIndex: fact.logIndex)
            if let hash { writer.string(hash.description) } else { writer.null() }
        } catch {
            throw HTTPProblem(status: 500, detail: error.description)
        }
        writer.endObject()
    }

    // MARK: Blocks

    /// The events and facts of one block.
    private func block(
        _ number: BlockNumber, of chain: FollowedChain
    ) async throws(HTTPProblem) -> APIAnswer {
        let facts: [Fact]
        do throws(StoreError) {
            facts = try await self.store.latestFacts(
                chain.id, in: number...number, before: nil, limit: 1_000)
        } catch {
            throw HTTPProblem(status: 500, detail: error.description)
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("chain")
        writer.string(chain.name)
        writer.key("block")
        writer.string(number.description)
        writer.key("events")
        writer.beginArray()
        try await self.events.write(number, of: chain, to: &writer)
        writer.endArray()
        writer.key("facts")
        writer.beginArray()
        for fact in facts.reversed() { FactPages.write(fact, chain: chain.name, to: &writer) }
        writer.endArray()
        writer.endObject()
        return APIAnswer(json: writer.bytes)
    }
}
