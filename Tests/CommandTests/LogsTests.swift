// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WeirTestSupport

/// `weir abi logs` on a recorded economy.
@Suite(
    "abi logs", .enabled(if: WeirBinary.isBuilt, WeirBinary.absence),
    .enabled(if: Vectors.present, Vectors.absence))
struct LogsTests {
    private static let abis = "chains/economy-1.abis.json"

    /// The logs of economy-1, its ABIs in a folder, and how many logs there are of each topic 0.
    private func economy(
        in folder: URL
    ) throws -> (logs: [String], topics: [String: Int]) {
        let contracts = try JSONSerialization.jsonObject(
            with: Data(try Vectors.bytes(Self.abis)))
        for (alias, entry) in try #require(contracts as? [String: [String: Any]]) {
            let abi = try JSONSerialization.data(withJSONObject: try #require(entry["abi"]))
            try abi.write(to: folder.appendingPathComponent("\(alias).json"))
        }
        var logs: [String] = []
        var topics: [String: Int] = [:]
        for block in try Vectors.lines("chains/economy-1.ndjson.gz") {
            for receipt in block["receipts"] as? [[String: Any]] ?? [] {
                for log in receipt["logs"] as? [[String: Any]] ?? [] {
                    topics[(log["topics"] as? [String])?.first ?? "", default: 0] += 1
                    logs.append(
                        String(
                            decoding: try JSONSerialization.data(withJSONObject: log),
                            as: UTF8.self))
                }
            }
        }
        return (logs, topics)
    }

    @Test func everyLogOfTheEconomyIsAnEventInEveryShapeOfInput() throws {
        let folder = try Scratch.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (logs, topics) = try self.economy(in: folder)
        #expect(logs.count == 1377)
        let array = "[\(logs.joined(separator: ",\n "))]"
        let response = "{\"jsonrpc\":\"2.0\",\"id\":1,\n\"result\":\(array)\n}\n"
        var outputs: [[UInt8]] = []
        for input in [logs.joined(separator: "\n"), array, response, response + response] {
            let outcome = try WeirBinary.run(
                ["abi", "logs", "--abi", folder.path], input: Array(input.utf8))
            #expect(outcome.status == 0)
            #expect(outcome.message.isEmpty)
            outputs.append(outcome.output)
        }
        #expect(outputs[1] == outputs[0])
        #expect(outputs[2] == outputs[0])
        #expect(outputs[3] == outputs[0] + outputs[0])
        var events = 0
        for line in outputs[0].split(separator: 10) {
            let event = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
            if event?["event"] is String { events += 1 }
        }
        #expect(events == topics.values.reduce(0, +))
    }

    @Test func statsPrintOneLineAndNoEvents() throws {
        let folder = try Scratch.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (logs, _) = try self.economy(in: folder)
        let outcome = try WeirBinary.run(
            ["abi", "logs", "--abi", folder.path, "--stats"],
            input: Array(logs.joined(separator: "\n").utf8))
        #expect(outcome.status == 0)
        #expect(outcome.output.isEmpty)
        #expect(
            outcome.message.wholeMatch(
                of: /1377 logs in [0-9.]+ s, [0-9]+ logs\/s, [0-9.]+ MB\/s\n/) != nil)
    }

    @Test func garbageBetweenLogsIsOneErrorAndLosesNoLog() throws {
        let folder = try Scratch.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (logs, _) = try self.economy(in: folder)
        let input = logs[0] + "\n<html>busy</html>\n{\"cut\": \n" + logs[1] + "\n"
        let outcome = try WeirBinary.run(
            ["abi", "logs", "--abi", folder.path, "-"], input: Array(input.utf8))
        #expect(outcome.status == 0)
        #expect(outcome.text.components(separatedBy: "\"event\":").count == 3)
        #expect(outcome.text.contains("\"error\""))
        #expect(outcome.message.contains("refused"))
    }
}
