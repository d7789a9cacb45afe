// Weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WeirTestSupport

/// The batch forms, as the program serves them, against the public vectors.
@Suite(
    "batches", .enabled(if: WeirBinary.isBuilt, WeirBinary.absence),
    .enabled(if: Vectors.present, Vectors.absence))
struct BatchTests {
    /// Runs a batch and pairs each vector with its answer.
    private static func pairs(
        _ command: String, _ vectors: [[String: Any]], _ request: ([String: Any]) -> [String: Any],
    ) throws -> [(vector: [String: Any], answer: [String: Any])] {
        var input: [UInt8] = []
        for vector in vectors {
            input += try JSONSerialization.data(withJSONObject: request(vector))
            input.append(10)
        }
        let outcome = try WeirBinary.run(["abi", command, "--batch"], input: input)
        #expect(outcome.status == 0)
        #expect(outcome.lines.count == vectors.count)
        return try zip(vectors, outcome.lines).map { vector, line in
            let answer = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
            return (vector, try #require(answer))
        }
    }

    /// A document for comparison: hex in lower case, as the vectors have addresses.
    private static func text(_ value: Any?) throws -> String {
        let data = try JSONSerialization.data(
            withJSONObject: [value ?? NSNull()], options: .sortedKeys)
        return String(decoding: data, as: UTF8.self).lowercased()
    }

    @Test func decodingGivesTheValuesOfEveryVector() throws {
        let vectors = try Vectors.lines("abi-values.ndjson")
        for (vector, answer) in try Self.pairs("decode", vectors, { $0 }) {
            #expect(
                try Self.text(answer["values"]) == Self.text(vector["values"]),
                "\(vector["name"] ?? "?"): \(answer["error"] ?? "")")
        }
    }

    @Test func encodingGivesTheDataOfEveryVector() throws {
        let vectors = try Vectors.lines("abi-values.ndjson")
        for (vector, answer) in try Self.pairs("encode", vectors, { $0 }) {
            #expect(
                answer["data"] as? String == vector["data"] as? String, "\(vector["name"] ?? "?")")
        }
    }

    @Test func packedEncodingGivesTheDataOfEveryVector() throws {
        let vectors = try Vectors.lines("abi-packed.ndjson")
        let pairs = try Self.pairs("encode", vectors) { vector in
            vector.merging(["packed": true]) { $1 }
        }
        for (vector, answer) in pairs {
            #expect(
                answer["data"] as? String == vector["packed"] as? String,
                "\(vector["name"] ?? "?"): \(answer["error"] ?? "")")
        }
    }

    @Test(arguments: ["events-real", "events-generated", "events-anonymous"])
    func eventsGiveTheArgumentsOfEveryVector(file: String) throws {
        let vectors = try Vectors.lines("\(file).ndjson")
        for (vector, answer) in try Self.pairs("event", vectors, { $0 }) {
            let name = "\(vector["name"] ?? "?"): \(answer["error"] ?? "")"
            let arguments = answer["args"] as? [[String: Any]] ?? []
            let expected = try #require(vector["decoded"] as? [String: Any])
            #expect(arguments.count == expected.count, "\(name)")
            for (index, argument) in arguments.enumerated() {
                let label = (argument["name"] as? String).flatMap { $0.isEmpty ? nil : $0 }
                #expect(
                    try Self.text(argument["value"])
                        == Self.text(
                            expected[label ?? "arg\(index)"]), "\(name)")
            }
        }
    }

    @Test func selectorsAreThoseOfEveryVector() throws {
        // Left out: a function of a library, whose signature names a contract type. By the ABI that
        // is no type, and only the compiler hashes such names.
        let vectors = try Vectors.lines("selectors.ndjson").filter {
            !($0["signature"] as? String ?? "").contains("IUniswapV3Pool")
        }
        #expect(vectors.count == 449)
        let pairs = try Self.pairs("selector", vectors) { vector in
            let kind = vector["kind"] as? String ?? ""
            return ["signature": "\(kind) \(vector["signature"] as? String ?? "")"]
        }
        for (vector, answer) in pairs {
            let key = vector["kind"] as? String == "event" ? "topic0" : "selector"
            #expect(answer["canonical"] as? String == vector["signature"] as? String)
            #expect(answer[key] as? String == vector["id"] as? String)
        }
    }

    @Test func hostileDataEndsInAnErrorLineOrAnAnswer() throws {
        let vectors = try Vectors.lines("abi-malformed.ndjson")
        for (vector, answer) in try Self.pairs("decode", vectors, { $0 })
        where vector["class"] as? String == "must_reject" {
            #expect(answer["error"] != nil, "\(vector["name"] ?? "?")")
        }
    }

    @Test func aBadLineGivesAnErrorAndTheRunGoesOn() throws {
        let lines = [
            "", "nonsense", "[]", "{\"signature\":5}", "{\"signature\":\"a()\"", "<html>",
            "{\"signature\":\"a()\"}",
        ]
        let outcome = try WeirBinary.run(
            ["abi", "selector", "--batch"], input: Array(lines.joined(separator: "\n").utf8))
        #expect(outcome.status == 0)
        #expect(outcome.lines.count == lines.count)
        for line in outcome.lines.dropLast() {
            #expect(String(decoding: line, as: UTF8.self).hasPrefix("{\"error\":\""))
        }
        #expect(outcome.text.contains("0x0dbe671f"))
    }
}
