// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import EVMPrimitives
import EVMRPC
import Foundation
import JSONBytes
import Testing
import WeirTestSupport

@testable import WeirApp

/// Blocks of the vectors the whole way of the tool: a line of JSON in, a line of JSON out.
@Suite("verify: vectors", .enabled(if: Vectors.present, Vectors.absence))
struct VerifyVectorTests {
    /// Names of checks in the vectors, and of members in a line.
    static let members = [
        "blockHash": "hash", "transactionsRoot": "transactionsRoot", "senders": "senders",
        "receiptsRoot": "receiptsRoot", "logsBloom": "logsBloom",
        "txHashes": "transactionHashes", "withdrawalsRoot": "withdrawalsRoot",
        "receiptBlooms": "receiptBlooms", "gasUsed": "gasUsed",
    ]
    static let documented = [
        "number", "hash", "transactionsRoot", "receiptsRoot", "logsBloom", "senders",
    ]

    /// The answer to a document.
    static func answer(_ document: [UInt8]) async throws -> JSONObject {
        let line = await VerifyAnswer(document).json
        #expect(!line.contains(0x0a))
        return try #require(try JSONValue(parsing: line).object)
    }

    static func failures(_ answer: JSONObject) -> Set<String> {
        Set(answer.members.filter { $0.value == false }.map(\.key))
    }

    /// Every member there is says true, and there is nothing to say.
    private func expectProven(_ document: [UInt8], _ name: String) async throws {
        let answer = try await Self.answer(document)
        let hasWithdrawals = try JSONValue(parsing: document)["block"]?["withdrawals"] != nil
        #expect(
            answer.keys == Self.documented + (hasWithdrawals ? ["withdrawalsRoot"] : []), "\(name)")
        for member in answer.members.dropFirst() {
            #expect(member.value == true, "\(name) \(member.key)")
        }
    }

    private static func block(_ name: String) throws -> [UInt8] {
        let packed = FileManager.default.fileExists(
            atPath: Vectors.folder.appendingPathComponent("blocks/\(name).json.gz").path)
        return try Vectors.bytes("blocks/\(name).json\(packed ? ".gz" : "")")
    }

    @Test func everyBlockIsProven() async throws {
        let index = try JSONValue(parsing: Vectors.bytes("blocks/index.json")).array ?? []
        #expect(index.count == 14)
        for entry in index {
            let file = try #require(entry["file"]?.string)
            let name = String(file.prefix { $0 != "." })
            try await self.expectProven(Self.block(name), name)
        }
    }

    @Test(arguments: [("chain-allforks", 55), ("sepolia-176350", 40), ("economy-1", 211)])
    func everyBlockOfAChainIsProven(name: String, count: Int) async throws {
        let lines = try Vectors.rawLines("chains/\(name).ndjson.gz")
        #expect(lines.count == count)
        for (index, line) in lines.enumerated() {
            try await self.expectProven(line, "\(name) \(index)")
        }
    }

    @Test func everyMutationFailsTheNamedChecksAndNoOther() async throws {
        var bases: [String: JSONValue] = [:]
        let lines = try Vectors.rawLines("block-mutations.ndjson").map {
            try JSONValue(parsing: $0)
        }
        #expect(lines.count == 49)
        for line in lines {
            let base = try #require(line["base"]?.string)
            let document = try bases[base] ?? JSONValue(parsing: Self.block(base))
            bases[base] = document
            let path = try #require(line["path"]?.string).split(separator: "/").map(String.init)
            let mutated = document.changed(at: path[...], line["op"]?.string ?? "", line["value"])
            let answer = try await Self.answer(mutated.encoded())
            let fails = line["fails"]?.array ?? []
            #expect(
                Self.failures(answer) == Set(fails.compactMap { Self.members[$0.string ?? ""] }),
                "\(line["name"]?.string ?? "")")
            #expect(!answer.members.contains { $0.value == nil })
            #expect((answer["notes"]?.array?.count ?? 0) == fails.count)
        }
    }

    @Test func blocksWithoutReceiptsHoldAsTheirSourceSays() async throws {
        let lines = try Vectors.rawLines("blocks-without-receipts.ndjson")
        #expect(lines.count == 11)
        for bytes in lines {
            let line = try JSONValue(parsing: bytes)
            let name = try #require(line["name"]?.string)
            let answer = try await Self.answer(bytes)
            #expect(answer["receiptsRoot"] == .null && answer["logsBloom"] == .null)
            #expect(answer["notes"]?.array?.isEmpty == false)
            let holds = try #require(line["holds"]?.object)
            for (key, member) in Self.members where !["receiptsRoot", "logsBloom"].contains(member)
            {
                let expected: JSONValue? =
                    switch (name, member) {
                    // AuRa's seal is not in the usual header.
                    case ("gnosis-20000000", "hash"): .null
                    // Its source read decimal text as hex; as decimal the header has its hash.
                    case ("difficulty-as-decimal-text", "hash"): true
                    // A hash that is as stated is not mentioned, nor is what nobody asked.
                    case (_, "transactionHashes"): holds[key] == false ? false : nil
                    case (_, "gasUsed"), (_, "receiptBlooms"): nil
                    case (_, "withdrawalsRoot"): holds[key]
                    default: holds[key] ?? .null
                    }
                #expect(answer[member] == expected, "\(name) \(member)")
            }
        }
    }

    @Test func badBlocksFailWhereTheyAreBad() async throws {
        let expected: [String: Set<String>] = [
            "post-shanghai-bad-receipts-hash": ["hash"],
            "post-shanghai-bad-transactions-hash": ["hash"],
            "post-shanghai-bad-transactions": ["transactionsRoot"],
            "post-shanghai-bad-withdrawals-hash": ["hash"],
            "post-shanghai-bad-withdrawals": ["withdrawalsRoot"],
        ]
        var valid = 0
        let lines = try Vectors.rawLines("blocks-bad.ndjson")
        #expect(lines.count == 8)
        for bytes in lines {
            let line = try JSONValue(parsing: bytes)
            let name = try #require(line["name"]?.string)
            let answer = try await Self.answer(bytes)
            if name.hasSuffix("-nil") {
                let list = name.contains("transactions") ? "transactions" : "withdrawals"
                #expect(answer["error"]?.string?.hasPrefix("block.\(list)[0]: ") == true)
                #expect(answer.count == 1)
            } else if line["valid"]?.bool == true {
                valid += 1
                #expect(Self.failures(answer).isEmpty && answer["withdrawalsRoot"] == true)
            } else {
                #expect(Self.failures(answer) == expected[name], "\(name)")
            }
        }
        #expect(valid == 1)
    }

    /// The vectors have a deposit from before Canyon; with version and a root that hashes it, the
    /// same block is one since Canyon.
    @Test func aDepositsNonceIsProvenOnlySinceCanyon() async throws {
        let nonce = ["receipts", "0", "depositNonce"]
        let before = try JSONValue(parsing: Self.block("optimismgoerli-6825766"))
        let changed = before.changed(at: nonce[...], "replace", "0x1")
        #expect(try await Self.failures(Self.answer(changed.encoded())).isEmpty)

        let version = before.changed(
            at: ["receipts", "0", "depositReceiptVersion"], "add", "0x1")
        var parts = try BlockDocument(parsing: version.encoded())
        #expect(try await Self.failures(Self.answer(version.encoded())) == ["receiptsRoot"])
        parts.block.header.receiptsRoot = BlockRoots.receiptsRoot(try #require(parts.receipts))
        let hash = try HeaderHash.hash(of: parts.block.header)
        let since = version.changed(
            at: ["block", "receiptsRoot"], "replace",
            .string("\(parts.block.header.receiptsRoot)")
        ).changed(at: ["block", "hash"], "replace", .string("\(hash)"))
        try await self.expectProven(since.encoded(), "since Canyon")
        let forged = since.changed(at: nonce[...], "replace", "0x1")
        #expect(try await Self.failures(Self.answer(forged.encoded())) == ["receiptsRoot"])
    }

    /// Signed transactions of types 0 to 3, all in one block that only carries them.
    @Test func everySignedTransactionIsReadAsItsBytes() async throws {
        let lines = try Vectors.rawLines("transactions-signed.ndjson").map {
            try JSONValue(parsing: $0)
        }
        let carrier = try JSONValue(parsing: Vectors.rawLines("chains/sepolia-176350.ndjson.gz")[0])
        let list = JSONValue.array(lines.compactMap { $0["tx"] })
        let document = try BlockDocument(
            parsing: carrier.changed(at: ["block", "transactions"], "replace", list).encoded())
        let transactions = try #require(document.block.transactions)
        #expect(transactions.count == 438)
        for (transaction, line) in zip(transactions, lines) {
            let raw = Hex.encode(try TransactionCoding.encode(transaction))
            #expect(raw == line["raw"]?.string, "\(line["name"]?.string ?? "")")
        }
        let verdict = await BlockVerifier.verdict(of: document.block, receipts: nil)
        #expect(verdict.failures == [.transactionsRoot])
        #expect(verdict.outcomes[.senders] == .holds)
    }

    @Test func manyTasksRecoverWhatOneDoes() async throws {
        let document = try BlockDocument(parsing: Self.block("mainnet-22869878"))
        let transactions = try #require(document.block.transactions)
        #expect(transactions.count == 301)
        let senders = await BlockVerifier.senders(of: transactions)
        #expect(try senders.map { try $0.get() } == transactions.map(\.from))
        #expect(await BlockVerifier.senders(of: []).isEmpty)
    }
}
