// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSONBytes
import Testing
import WeirTestSupport

/// A running `weir run`, and what it tells.
final class Weir {
    /// `WEIR_BINARY`, or the program that was built with these tests.
    static let binary = BuiltProgram.path
    static let isBuilt = BuiltProgram.isBuilt
    static let absence = BuiltProgram.absence

    let program: RunningProgram
    let url: String
    private let probe: HTTPProbe

    /// Starts it and waits until it listens.
    init(_ configuration: URL, folder: URL, probe: HTTPProbe) async throws {
        self.probe = probe
        self.program = try RunningProgram(
            try #require(Self.binary), ["run", "--config", configuration.path], folder: folder,
            name: "weir")
        self.url = try await self.program.wait("the line \"listening\"") { program in
            program.messages.split(separator: "\n").first { $0.contains(" listening url=") }
                .flatMap { line in
                    line.split(separator: " ").first { $0.hasPrefix("url=") }
                        .map { String($0.dropFirst(4)) }
                }
        }
    }

    var status: JSONValue {
        get async throws {
            let document = try await self.probe.json(self.url + "api/v1/status")
            return try #require(document["chains"]?[0])
        }
    }

    /// Waits until the block with that hash was read, and no other is the last.
    @discardableResult
    func reads(_ hash: String) async throws -> JSONValue {
        try await Deadline.wait(
            for: "block \(hash) being read", log: { self.program.messages }
        ) {
            let status = try await self.status
            if let reason = status["halted"]?.string { throw ProgramError.ended(reason) }
            // A bare nil would be JSON's null here.
            return status["processed"]?["hash"]?.string == hash ? status : JSONValue?.none
        }
    }

    func totals() async throws -> ScrapedTotals {
        ScrapedTotals(
            String(decoding: try await self.probe.get(self.url + "metrics"), as: UTF8.self))
    }

    func exposition() async throws -> Exposition {
        Exposition(String(decoding: try await self.probe.get(self.url + "metrics"), as: UTF8.self))
    }

    /// All events, oldest first, page by page.
    func events(pagesOf limit: Int) async throws -> [JSONValue] {
        var events: [JSONValue] = []
        var before = ""
        while true {
            let page = try await self.probe.json(
                self.url + "api/v1/events?limit=\(limit)\(before)")
            let items = try #require(page["events"]?.array)
            #expect(items.count <= limit)
            events += items
            guard let next = page["next"]?.string else { break }
            before = "&before=\(next)"
        }
        return events.reversed()
    }
}

/// The counters of events as the exposition shows them.
struct ScrapedTotals {
    var seen: [String: UInt64] = [:]
    var reverted: [String: UInt64] = [:]
    var undecoded: [String: UInt64] = [:]
    var undecodedReverted: [String: UInt64] = [:]
    var reorgs: UInt64 = 0

    init(_ text: String) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " "),
                let value = UInt64(line[line.index(after: space)...])
            else { continue }
            let sample = String(line[..<space])
            let contract = Self.label("contract", sample)
            let event = "\(contract).\(Self.label("event", sample))"
            if sample.hasPrefix("weir_events_total{") {
                self.seen[event, default: 0] += value
            } else if sample.hasPrefix("weir_events_reverted_total{") {
                self.reverted[event, default: 0] += value
            } else if sample.hasPrefix("weir_undecoded_logs_total{") {
                self.undecoded[contract, default: 0] += value
            } else if sample.hasPrefix("weir_undecoded_logs_reverted_total{") {
                self.undecodedReverted[contract, default: 0] += value
            } else if sample.hasPrefix("weir_chain_reorgs_total{") {
                self.reorgs = value
            }
        }
    }

    private static func label(_ name: String, _ sample: String) -> String {
        guard let start = sample.range(of: "\(name)=\""),
            let end = sample[start.upperBound...].firstIndex(of: "\"")
        else { return "" }
        return String(sample[start.upperBound..<end])
    }

    /// What is canonical now, as far as there is any.
    var canonical: [String: UInt64] { Self.difference(self.seen, self.reverted) }
    var canonicalUndecoded: [String: UInt64] {
        Self.difference(self.undecoded, self.undecodedReverted)
    }

    private static func difference(
        _ seen: [String: UInt64], _ reverted: [String: UInt64]
    ) -> [String: UInt64] {
        var counts: [String: UInt64] = [:]
        for (name, count) in seen {
            let gone = reverted[name] ?? 0
            #expect(gone <= count, "\(name): more was reverted than seen")
            if count > gone { counts[name] = count - gone }
        }
        return counts
    }
}

extension [String: UInt64] {
    /// Without the names that stand at zero.
    var positive: [String: UInt64] { self.filter { $0.value > 0 } }
}
