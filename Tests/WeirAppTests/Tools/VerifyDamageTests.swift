// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainProofs
import Foundation
import JSONBytes
import Testing
import WeirTestSupport

@testable import WeirApp

/// A change to anything that a root or a signature covers is caught, wherever it is made.
@Suite("verify: damage", .enabled(if: Vectors.present, Vectors.absence))
struct VerifyDamageTests {
    /// Members that nothing proves: what nodes add, and what follows from other members.
    private static let uncovered: Set<String> = [
        "size", "totalDifficulty", "uncles", "blockHash", "blockNumber", "blockTimestamp",
        "transactionIndex", "logIndex", "removed", "transactionHash", "contractAddress",
        "effectiveGasPrice", "blobGasPrice", "yParity", "gasUsedForL1", "l1BlockNumber",
        "sendCount", "sendRoot", "timeboosted", "depositNonce",
    ]

    /// The places of all strings of hex digits in a document, as paths, by whether they are covered.
    private func places(
        _ value: JSONValue, _ path: [String] = [], type: String = "0x0"
    ) -> [(path: [String], isCovered: Bool)] {
        switch value {
        case .string(let text) where text.hasPrefix("0x") && text.count > 2:
            return [(path, self.isCovered(path, type: type))]
        case .array(let elements):
            return elements.enumerated().flatMap { index, element in
                self.places(element, path + ["\(index)"], type: type)
            }
        case .object(let object):
            var type = object["type"]?.string ?? type
            if type == "0x0", ["0x1b", "0x1c"].contains(object["v"]?.string) {
                type = "0x0 before EIP-155"
            }
            return object.members.flatMap { member in
                self.places(member.value, path + [member.key], type: type)
            }
        default: return []
        }
    }

    private func isCovered(_ path: [String], type: String) -> Bool {
        guard let member = path.last(where: { Int($0) == nil }) else { return false }
        if path.contains(where: Self.uncovered.contains) { return false }
        let isTransaction = path.starts(with: ["block", "transactions"])
        let isReceipt = path.first == "receipts"
        let isUnsigned = type == "0x7e" || type == "0x6a"
        switch member {
        // In a block's header it is covered; of a receipt no root knows it.
        case "gasUsed", "blobGasUsed", "from", "to":
            if isReceipt { return false }
            return !(type == "0x6a" && member == "to")
        // Of the later types, and of unsigned ones, it is what was paid.
        case "gasPrice" where isTransaction: return type.hasPrefix("0x0") || type == "0x1"
        // Before EIP-155 it is signed nowhere.
        case "chainId": return type != "0x0 before EIP-155"
        case "nonce", "v", "r", "s": return !(isTransaction && isUnsigned)
        case "gas", "value": return type != "0x6a"
        default: return true
        }
    }

    /// Another digit in place of one of the string's.
    private func damaged(_ text: String, _ random: inout SeededRandom) -> String {
        var digits = Array(text.utf8)
        let index = Int.random(in: 2..<digits.count, using: &random)
        let others = "0123456789abcdef".utf8.filter { $0 != digits[index] | 0x20 }
        digits[index] = others.randomElement(using: &random) ?? digits[index]
        return String(decoding: digits, as: UTF8.self)
    }

    private func documents() throws -> [JSONValue] {
        let files = [
            "mainnet-1755635", "mainnet-15537393", "optimismgoerli-6825766",
            "arbsepolia-185232421",
        ]
        var documents = try files.map { try JSONValue(parsing: Vectors.bytes("blocks/\($0).json")) }
        // Small blocks of every fork, with every type of transaction.
        for line in try Vectors.rawLines("chains/chain-allforks.ndjson.gz")
        where line.count < 60_000 {
            documents.append(try JSONValue(parsing: line))
        }
        return documents
    }

    @Test func oneDigitAnywhereIsCaughtWhereItIsCoveredAndOnlyThere() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        var types: Set<String> = []
        var count = 0
        for document in try self.documents() {
            let places = self.places(document)
            for transaction in document["block"]?["transactions"]?.array ?? [] {
                types.insert(transaction["type"]?.string ?? "0x0")
            }
            let chosen = places.shuffled(using: &random).prefix(20)
            var changes: [(what: String, document: [UInt8])] = []
            for place in chosen {
                let old = try #require(document.value(at: place.path[...])?.string)
                let new = self.damaged(old, &random)
                let changed = document.changed(at: place.path[...], "replace", .string(new))
                changes.append(
                    ("/\(place.path.joined(separator: "/")) \(old) to \(new)", changed.encoded()))
            }
            let answers = await VerifyAnswer.all(changes.map(\.document))
            for (place, (change, answer)) in zip(chosen, zip(changes, answers)) {
                let isCaught =
                    switch answer {
                    case .refused: true
                    // Another type may be one that is not known, or that lacks members: no proof.
                    case .verified(let sheet): !sheet.verdict.isProven
                    }
                let isRefused = if case .refused = answer { true } else { false }
                #expect(
                    isCaught == place.isCovered || isRefused, "seed \(seed): \(change.what)")
                count += 1
            }
        }
        #expect(types == ["0x0", "0x1", "0x2", "0x3", "0x4", "0x6a", "0x7e"])
        #expect(count > 600)
    }

    @Test func aPartThatIsLeftOutIsNeverProven() async throws {
        for document in try self.documents() {
            for list in [["block", "transactions"], ["receipts"], ["block", "withdrawals"]] {
                guard case .array(let items)? = document.value(at: list[...]), !items.isEmpty else {
                    continue
                }
                let fewer = document.changed(at: (list + ["0"])[...], "remove", nil)
                let more = document.changed(at: (list + ["0"])[...], "add", items[0])
                for changed in [fewer, more] {
                    let answer = try await VerifyVectorTests.answer(changed.encoded())
                    #expect(!VerifyVectorTests.failures(answer).isEmpty, "\(list)")
                }
            }
        }
    }
}
