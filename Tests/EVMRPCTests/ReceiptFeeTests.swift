// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import JSONBytes
import Testing
import WeirTestSupport

@testable import EVMRPC

/// What receipts state of fees, read off the wire.
@Suite("fees of receipts") struct ReceiptFeeTests {
    private static let required =
        #""transactionHash":"0x\#(String(repeating: "ab", count: 32))","status":"0x1","#
        + #""cumulativeGasUsed":"0x1","logs":[]"#

    private func read(_ members: String) throws -> ReceiptFees {
        let body = #"[{"id":1,"result":[{\#(Self.required)\#(members)}]}]"#
        let reading = try RPCAnswerReader.read(
            Array(body.utf8), calls: [.receipts(.hash(.zero))], firstID: 1)
        switch reading.answers[0] {
        case .value(.receipts(let receipts))?:
            return try #require(receipts.receipts.first).fees
        default:
            throw Refused(text: "\(String(describing: reading.answers[0]))")
        }
    }

    struct Refused: Error {
        let text: String
    }

    @Test func feesOfEveryFamilyAreRead() throws {
        #expect(try self.read("") == ReceiptFees())
        var rollup = ReceiptFees()
        rollup.l1Fee = 0xae8f_1995
        rollup.l1GasUsed = 1600
        rollup.l1GasPrice = 0xcdb_8f78
        rollup.l1BaseFeeScalar = 0x146b
        rollup.l1BlobBaseFee = 0xa9_2fc3
        rollup.l1BlobBaseFeeScalar = 0xf_79c5
        rollup.operatorFeeScalar = 300
        rollup.operatorFeeConstant = 400
        rollup.daFootprintGasScalar = 400
        rollup.blobGasUsed = 40_000
        #expect(
            try self.read(
                #","blobGasUsed":"0x9c40","daFootprintGasScalar":"0x190","l1BaseFeeScalar":"0x146b""#
                    + #","l1BlobBaseFee":"0xa92fc3","l1BlobBaseFeeScalar":"0xf79c5""#
                    + #","l1Fee":"0xae8f1995","l1GasPrice":"0xcdb8f78","l1GasUsed":"0x640""#
                    + #","operatorFeeScalar":"0x12c","operatorFeeConstant":400,"l1FeeScalar":null"#)
                == rollup)
        var arbitrum = ReceiptFees()
        arbitrum.gasUsedForL1 = 53
        #expect(
            try self.read(#","gasUsedForL1":"0x35","l1BlockNumber":"0x1","timeboosted":null"#)
                == arbitrum)
        var blob = ReceiptFees()
        blob.blobGasUsed = 131_072
        blob.blobGasPrice = 1
        #expect(try self.read(#","blobGasUsed":"0x20000","blobGasPrice":"0x1""#) == blob)
    }

    /// The scalar of Bedrock is decimal text, and a check only: another form harms no receipt.
    @Test(arguments: [
        (#""0.684""#, 684_000 as UInt64?), (#""1""#, 1_000_000), (#""0""#, 0), ("0.684", nil),
        (#""1e-06""#, nil), (#""0x1""#, nil), ("{}", nil), (#""0.1234567""#, nil),
    ])
    func scalarsOfBedrockAreMillionths(text: String, millionths: UInt64?) throws {
        #expect(
            try self.read(#","l1FeeScalar":"# + text).l1FeeScalarMillionths
                == millionths.map { U256($0) })
    }

    @Test(arguments: [
        "l1Fee", "l1GasUsed", "l1GasPrice", "blobGasPrice", "l1BlobBaseFee", "operatorFeeScalar",
        "operatorFeeConstant", "l1BaseFeeScalar", "l1BlobBaseFeeScalar", "gasUsedForL1",
        "blobGasUsed", "daFootprintGasScalar",
    ])
    func feesThatAreNoNumbersAreRefused(member: String) {
        let wide = #""0x1"# + String(repeating: "0", count: 64) + #"""#
        for value in [#""0xzz""#, #""""#, "-1", "[]", wide] {
            #expect(throws: (any Error).self, "\(member): \(value)") {
                try self.read(#","\#(member)":\#(value)"#)
            }
        }
    }

    /// From the wire to the cost, for all blocks with receipts.
    @Test(
        .enabled(if: Vectors.present, Vectors.absence),
        arguments: [
            ("mainnet-1755635.json", "1148360000000000"),
            ("mainnet-20066032.json", "25851346294414325"),
            ("mainnet-22431084.json.gz", "23621453644618079"),
            ("mainnet-22869878.json.gz", "117136618537154932"),
            ("arbsepolia-185232421.json", "97735000000000"),
            ("optimismgoerli-6825766.json", "0"),
        ])
    func realBlocksCostWhatTheyDo(name: String, total: String) throws {
        let document = try BlockDocument(parsing: Vectors.bytes("blocks/" + name))
        let costs = try TransactionCost.all(
            #require(document.block.transactions), #require(document.receipts),
            baseFeePerGas: document.block.header.baseFeePerGas)
        var sum = U256.zero
        for cost in costs { sum = try #require(sum.adding(cost.totalWei)) }
        #expect("\(sum)" == total)
    }
}
