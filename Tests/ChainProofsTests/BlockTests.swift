// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import EVMPrimitives
import EVMSignatures
import Foundation
import Testing
import WeirTestSupport

@Suite("Blocks against their hashes", .enabled(if: Vectors.present, Vectors.absence))
struct BlockTests {
    /// Every check that a block's parts allow.
    private func verdict(_ block: BlockJSON, highS: HighSPolicy = .refuse) -> BlockVerdict {
        var verdict = BlockVerdict()
        verdict.check(block.header)
        if let transactions = block.transactions {
            verdict.check(transactions, of: block.header, highS: highS)
        }
        if let withdrawals = block.withdrawals {
            verdict.check(withdrawals, of: block.header)
        }
        if let receipts = block.receipts { verdict.check(receipts, of: block.header) }
        return verdict
    }

    private func object(_ name: String) throws -> [String: Any] {
        let packed = FileManager.default.fileExists(
            atPath: Vectors.folder.appendingPathComponent("blocks/\(name).json.gz").path)
        let bytes = try Vectors.bytes("blocks/\(name).json\(packed ? ".gz" : "")")
        return try #require(
            JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    private func index() throws -> [[String: Any]] {
        let bytes = try Vectors.bytes("blocks/index.json")
        return try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [[String: Any]])
    }

    private func expectProven(_ block: BlockJSON, _ name: String) {
        let verdict = self.verdict(block)
        for check in BlockVerdict.Check.allCases {
            guard let outcome = verdict.outcomes[check] else { continue }
            #expect(outcome == .holds, "\(name) \(check.rawValue)")
        }
        #expect(verdict.isProven)
    }

    @Test func everyBlockOfTheVectorsIsProvenWhole() throws {
        var transactions = 0
        for entry in try self.index() {
            let file = try #require(entry["file"] as? String)
            let name = String(file.prefix { $0 != "." })
            let block = try BlockJSON(self.object(name))
            self.expectProven(block, name)
            let checks = self.verdict(block).outcomes.keys.map(\.rawValue)
            let promised = entry["verified"] as? [String] ?? []
            #expect(Set(promised).isSubset(of: checks), "\(name)")
            transactions += block.transactions?.count ?? 0
        }
        #expect(transactions == 1_038)
    }

    @Test(arguments: [
        ("chain-allforks", 55), ("sepolia-176350", 40), ("economy-1", 211),
    ])
    func everyBlockOfAChainIsProvenAndLinked(name: String, count: Int) throws {
        let lines = try Vectors.lines("chains/\(name).ndjson.gz")
        #expect(lines.count == count)
        var parent: BlockHeader?
        for line in lines {
            let block = try BlockJSON(line)
            self.expectProven(block, "\(name) \(block.header.number)")
            if line["orphaned"] as? Bool == true { continue }
            if let parent { #expect(block.header.parentHash == parent.hash) }
            parent = block.header
        }
    }

    @Test func everyMutationFailsTheNamedChecksAndNoOther() throws {
        var bases: [String: [String: Any]] = [:]
        var count = 0
        for line in try Vectors.lines("block-mutations.ndjson") {
            let base = try #require(line["base"] as? String)
            let object = try bases[base] ?? self.object(base)
            bases[base] = object
            let path = try #require(line["path"] as? String).split(separator: "/").map(String.init)
            let mutated = try #require(
                mutate(object, path[...], line["op"] as? String ?? "", line["value"])
                    as? [String: Any])
            let failures = self.verdict(try BlockJSON(mutated)).failures.map(\.rawValue)
            let expected = line["fails"] as? [String] ?? []
            #expect(failures.sorted() == expected.sorted(), "\(line["name"] ?? "")")
            count += 1
        }
        #expect(count == 49)
    }

    @Test func blocksWithoutReceiptsHoldAsTheirSourceSays() throws {
        var count = 0
        for line in try Vectors.lines("blocks-without-receipts.ndjson") {
            let name = line["name"] as? String ?? ""
            let verdict = self.verdict(try BlockJSON(line))
            // The source read decimal text as hex; as decimal the header has its hash, while the
            // transactions of that sample were made up.
            let isDecimal = name == "difficulty-as-decimal-text"
            for (check, holds) in line["holds"] as? [String: Bool] ?? [:] {
                let outcome = verdict.outcomes.first { $0.key.rawValue == check }?.value
                let expected = holds || isDecimal && check == "blockHash"
                #expect(outcome == (expected ? .holds : .fails), "\(name) \(check)")
            }
            count += 1
        }
        #expect(count == 11)
    }

    @Test func badBlocksAreRefusedAndTheGoodOneIsNot() throws {
        var count = 0
        for line in try Vectors.lines("blocks-bad.ndjson") {
            let isProven = (try? BlockJSON(line)).map { self.verdict($0).isProven } ?? false
            #expect(isProven == line["valid"] as? Bool, "\(line["name"] ?? "")")
            count += 1
        }
        #expect(count == 8)
    }

    @Test func aHeaderWithAGapIsRefusedByName() throws {
        let whole = try BlockJSON(self.object("mainnet-22869878")).header
        let changes: [(HeaderField, (inout BlockHeader) -> Void)] = [
            (.baseFeePerGas, { $0.baseFeePerGas = nil }),
            (.withdrawalsRoot, { $0.withdrawalsRoot = nil }),
            (.blobGasUsed, { $0.blobGasUsed = nil }),
            (.excessBlobGas, { $0.excessBlobGas = nil }),
            (.parentBeaconBlockRoot, { $0.parentBeaconBlockRoot = nil }),
            (
                .parentBeaconBlockRoot,
                {
                    $0.requestsHash = nil
                    $0.parentBeaconBlockRoot = nil
                }
            ),
        ]
        #expect(try HeaderHash.hash(of: whole) == whole.hash)
        for (field, change) in changes {
            var header = whole
            change(&header)
            #expect(throws: ProofError.headerFieldMissing(field)) {
                try HeaderHash.hash(of: header)
            }
        }
    }

    @Test func aDepositReceiptIsHashedWithItsNonceOnlyFromCanyonOn() throws {
        let block = try BlockJSON(self.object("optimismgoerli-6825766"))
        var receipt = try #require(block.receipts?.first)
        let before = ReceiptCoding.encode(receipt)
        receipt.depositReceiptVersion = 1
        let since = ReceiptCoding.encode(receipt)
        #expect(since.count == before.count + 5)
        #expect(since.suffix(5) == [0x83, 0x2a, 0x2e, 0xfd, 0x01])
    }
}

/// A copy of JSON with one place changed: `replace`, `add` or `remove` at a JSON pointer.
private func mutate(_ value: Any, _ path: ArraySlice<String>, _ op: String, _ new: Any?) -> Any? {
    guard let key = path.first else { return new }
    let isLast = path.count == 1
    if var object = value as? [String: Any] {
        object[key] =
            isLast
            ? (op == "remove" ? nil : new)
            : object[key].flatMap { mutate($0, path.dropFirst(), op, new) }
        return object
    }
    guard var array = value as? [Any], let index = Int(key) else { return nil }
    if isLast, op == "remove" {
        array.remove(at: index)
    } else if isLast, op == "add", let new {
        array.insert(new, at: index)
    } else if let inner = mutate(array[index], path.dropFirst(), op, new) {
        array[index] = inner
    }
    return array
}
