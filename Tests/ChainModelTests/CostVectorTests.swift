// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import Foundation
import Testing
import WeirTestSupport

/// What real blocks cost, against figures from elsewhere: sums that other code took, and the ledger
/// of the made economy.
@Suite("costs of real blocks", .enabled(if: Vectors.present, Vectors.absence))
struct CostVectorTests {
    struct Sums: Equatable, CustomStringConvertible {
        var burned = U256.zero
        var tips = U256.zero
        var blobs = U256.zero
        var l1 = U256.zero
        var total = U256.zero

        var description: String {
            "\(self.burned) \(self.tips) \(self.blobs) \(self.l1) \(self.total)"
        }

        mutating func add(_ cost: TransactionCost) throws {
            self.burned = try #require(self.burned.adding(cost.baseFeeBurnedWei))
            self.tips = try #require(self.tips.adding(cost.tipWei))
            self.blobs = try #require(self.blobs.adding(cost.blobWei))
            self.l1 = try #require(self.l1.adding(cost.l1DataWei))
            self.total = try #require(self.total.adding(cost.totalWei))
        }
    }

    private func document(_ name: String) throws -> [String: Any] {
        let bytes = try Vectors.bytes(name)
        return try #require(
            try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    /// Gas × price of all transactions as another program added them up; the base fee's part is the
    /// header's gas × base fee.
    @Test(arguments: [
        // Before Byzantium: state roots in place of a status. Frontier's prices.
        ("mainnet-1755635.json", "0", "1148360000000000", "0", "0", FeeFamily.ethereum),
        ("mainnet-4662649.json.gz", "0", "66448908500000000", "0", "0", .ethereum),
        // London, and the last block before the merge, whose gas one transaction took.
        (
            "mainnet-14764013.json", "150596842974657750", "18919740320126988", "0", "0",
            .ethereum
        ),
        ("mainnet-15537393.json", "1301358596895778590", "89974287", "0", "0", .ethereum),
        (
            "mainnet-17034870.json.gz", "539402763670762250", "70405934737684144", "0", "0",
            .ethereum
        ),
        // Cancun's blobs, Prague's first block, authorizations.
        (
            "mainnet-20066032.json", "19339679953788502", "6511666328042911", "12582912", "0",
            .ethereum
        ),
        (
            "mainnet-22431084.json.gz", "14643842653801881", "8977582928169926",
            "28062646272", "0", .ethereum
        ),
        (
            "mainnet-22869878.json.gz", "32463603993746298", "84673014542884346", "524288", "0",
            .ethereum
        ),
        ("arbsepolia-185232421.json", "97735000000000", "0", "0", "74600000000", .arbitrum),
        ("optimismgoerli-6825766.json", "0", "0", "0", "0", .opStack),
    ])
    func blocksCostWhatTheirFieldsMultiplyTo(
        name: String, burned: String, tips: String, blobs: String, l1: String, family: FeeFamily
    ) throws {
        let (baseFee, paid) = try PaidTransaction.all(of: self.document("blocks/" + name))
        #expect(FeeFamily.detect(paid.map(\.transaction), paid.map(\.receipt)) == family)
        let costs = try TransactionCost.all(
            paid.map(\.transaction), paid.map(\.receipt), baseFeePerGas: baseFee)
        #expect(try costs == paid.map { item in try item.cost(baseFee: baseFee) })
        var sums = Sums()
        for cost in costs {
            #expect(cost.family == family)
            try sums.add(cost)
        }
        var expected = Sums()
        expected.burned = try #require(U256(burned))
        expected.tips = try #require(U256(tips))
        expected.blobs = try #require(U256(blobs))
        expected.l1 = try #require(U256(l1))
        // Arbitrum's L1 part is within gas × price.
        expected.total = try #require(
            expected.burned.adding(expected.tips)?.adding(expected.blobs))
        #expect(sums == expected)
    }

    @Test func theLedgerOfTheMadeEconomyIsMet() throws {
        let ledger = try self.document("chains/economy-1.expected.json")
        let fees = try #require(ledger["fees"] as? [String: String])
        let rows = try #require((ledger["blocks"] as? [String: Any])?["rows"] as? [[Any]])
        var all = Sums()
        var blocks = 0
        for line in try Vectors.lines("chains/economy-1.ndjson.gz")
        where line["orphaned"] as? Bool != true {
            let (baseFee, paid) = try PaidTransaction.all(of: line)
            var block = Sums()
            for item in paid { try block.add(item.cost(baseFee: baseFee)) }
            // Columns: number, hash, base fee, gas used, transactions, tips.
            let row = rows[blocks]
            #expect("\(block.tips)" == "\(row[5])", "block \(row[0])")
            let gas = try #require((row[3] as? NSNumber)?.uint64Value)
            #expect(block.burned == baseFee?.multiplied(by: U256(gas)), "block \(row[0])")
            #expect(paid.count == row[4] as? Int)
            all.burned = try #require(all.burned.adding(block.burned))
            all.tips = try #require(all.tips.adding(block.tips))
            blocks += 1
        }
        #expect(blocks == rows.count)
        #expect("\(all.burned)" == fees["burnedWei"])
        #expect("\(all.tips)" == fees["tipsWei"])
    }

    /// Nodes that leave out the price in old receipts: the transaction's counts then.
    @Test func aPriceThatTheReceiptLeavesOutIsTheTransactions() throws {
        for name in ["mainnet-4662649.json.gz", "mainnet-22869878.json.gz"] {
            let (baseFee, paid) = try PaidTransaction.all(of: self.document("blocks/" + name))
            for var item in paid {
                let stated = try item.cost(baseFee: baseFee)
                item.receipt.effectiveGasPrice = nil
                #expect(try item.cost(baseFee: baseFee) == stated)
                guard item.transaction.maxFeePerGas != nil else { continue }
                item.transaction.gasPrice = nil
                #expect(try item.cost(baseFee: baseFee) == stated)
            }
        }
    }

    @Test func arbitrumTakesTheBaseFeeWhateverWasOffered() throws {
        let (baseFee, paid) = try PaidTransaction.all(
            of: self.document("blocks/arbsepolia-185232421.json"))
        for var item in paid {
            let stated = try item.cost(baseFee: baseFee)
            #expect(stated.isFree == (item.transaction.type == 0x6a))
            #expect(stated.l1Basis == .none)
            item.receipt.effectiveGasPrice = nil
            #expect(try item.cost(baseFee: baseFee) == stated)
        }
    }

    // MARK: Base fees

    @Test func baseFeesOfRealBlocksAreMet() throws {
        var count = 0
        for line in try Vectors.lines("base-fees.ndjson") {
            func word(_ name: String) throws -> U256 {
                try #require((line[name] as? String).flatMap { U256($0) })
            }
            let next = BaseFeeRules.ethereum.next(
                after: try word("baseFeePerGas"),
                gasUsed: try #require(word("gasUsed").uint64),
                gasLimit: try #require(word("gasLimit").uint64))
            #expect(next == (try word("next")), "\(line["name"] ?? "")")
            count += 1
        }
        #expect(count == 37)
    }

    /// The price that receipts state, from the excess in the header.
    @Test(arguments: [
        ("mainnet-20066032.json", BlobBaseFee.Fraction.cancun),
        ("mainnet-22431084.json.gz", BlobBaseFee.Fraction.prague),
        ("mainnet-22869878.json.gz", BlobBaseFee.Fraction.prague),
    ])
    func blobPricesOfRealBlocksAreMet(name: String, fraction: UInt64) throws {
        let document = try self.document("blocks/" + name)
        let block = try #require(document["block"] as? [String: Any])
        let excess = try #require(
            (block["excessBlobGas"] as? String).flatMap { U256(hexQuantity: $0)?.uint64 })
        let price = BlobBaseFee.price(excessBlobGas: excess, fraction: fraction)
        var seen = 0
        for item in try PaidTransaction.all(of: document).1 {
            guard let stated = item.receipt.fees.blobGasPrice else { continue }
            #expect(stated == price)
            seen += 1
        }
        #expect(seen > 0)
    }
}
