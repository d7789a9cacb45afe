// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import EVMSignatures
import Foundation
import Testing
import WeirTestSupport

/// The vouchers that a real contract took, and those that it refused.
@Suite(
    "Vouchers of a chain", .enabled(if: Vectors.present, Vectors.absence))
struct VoucherChainTests {
    /// A call of the contract that carries a voucher.
    private struct Call {
        let isRefused: Bool
        let channel: Hash256
        let voucher: Voucher
    }

    private static func json(_ name: String) throws -> [String: Any] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(try Vectors.bytes(name)))
                as? [String: Any])
    }

    /// The contract and all calls of `redeem` and `closeWithVoucher` on the chain that was kept.
    private static func calls() throws -> (contract: Address, calls: [Call]) {
        let abis = try self.json("chains/economy-1.abis.json")
        let alias = try #require(abis["channel"] as? [String: Any])
        let contract = try #require((alias["address"] as? String).flatMap { Address($0) })
        let selectors = ["redeem", "closeWithVoucher"].map { name in
            Keccak256.hash(text: "\(name)(bytes32,uint256,uint256,bytes)").bytes.prefix(4)
        }
        var calls: [Call] = []
        for line in try Vectors.lines("chains/economy-1.ndjson.gz") where line["orphaned"] == nil {
            let block = try #require(line["block"] as? [String: Any])
            let transactions = try #require(block["transactions"] as? [[String: Any]])
            let receipts = try #require(line["receipts"] as? [[String: Any]])
            for (transaction, receipt) in zip(transactions, receipts) {
                guard (transaction["to"] as? String).flatMap({ Address($0) }) == contract,
                    let input = (transaction["input"] as? String).flatMap({ Hex.decode($0) }),
                    selectors.contains(input.prefix(4))
                else { continue }
                func word(_ index: Int) -> U256 {
                    U256(bigEndian: Array(input[(4 + 32 * index)..<(36 + 32 * index)])) ?? .zero
                }
                let length = try #require(word(4).int)
                calls.append(
                    Call(
                        isRefused: receipt["status"] as? String != "0x1",
                        channel: Hash256(word(0)),
                        voucher: Voucher(
                            fields: [
                                "channelId": .word(word(0)), "cumulativeAmount": .word(word(1)),
                                "nonce": .word(word(2)),
                            ], signature: Array(input[164..<(164 + length)]))))
            }
        }
        return (contract, calls)
    }

    private static func scheme(_ contract: Address, chain: U256 = 31337) throws -> VoucherScheme {
        let (types, primary) = try TypedDataTypes.parse(
            "Voucher(bytes32 channelId,uint256 cumulativeAmount,uint256 nonce)")
        return try VoucherScheme(
            form: .eip712, types: types, primaryType: primary,
            domain: TypedDataDomain(
                name: "DevnetChannel", version: "1", chainID: chain, contract: contract),
            roles: .init(channel: "channelId", amount: "cumulativeAmount", nonce: "nonce"))
    }

    @Test func everyVoucherThatTheContractTookIsSignedByThePayer() throws {
        let expected = try Self.json("chains/economy-1.expected.json")
        let channels = try #require(expected["channels"] as? [String: [String: Any]])
        let (contract, calls) = try Self.calls()
        let scheme = try Self.scheme(contract)
        let elsewhere = try Self.scheme(contract, chain: 1)
        var latest: [Hash256: VoucherState] = [:]
        let taken = calls.filter { !$0.isRefused }
        #expect(taken.count == 37)
        for call in taken {
            let channel = try #require(channels["\(call.channel)"])
            let payer = try #require((channel["payer"] as? String).flatMap { Address($0) })
            let check = scheme.check(call.voucher, signer: payer)
            #expect(check.verdict == .good(signer: payer))
            #expect(check.channel == call.channel)
            #expect(!elsewhere.check(call.voucher, signer: payer).isGood)
            if let before = latest[call.channel] {
                #expect(before.isOlder(than: check.state) == true)
            }
            latest[call.channel] = check.state
        }
        for (id, state) in latest {
            let channel = try #require(channels["\(id)"])
            #expect("\(try #require(state.nonce))" == "\(channel["nonce"] ?? "?")")
            #expect("\(try #require(state.cumulative))" == channel["claimed"] as? String)
        }
    }

    @Test func noVoucherThatTheContractRefusedIsBothSignedAndNew() throws {
        let expected = try Self.json("chains/economy-1.expected.json")
        let channels = try #require(expected["channels"] as? [String: [String: Any]])
        let (contract, calls) = try Self.calls()
        let scheme = try Self.scheme(contract)
        for call in calls where call.isRefused {
            let payer = (channels["\(call.channel)"]?["payer"] as? String).flatMap { Address($0) }
            #expect(!scheme.check(call.voucher, signer: payer ?? .zero).isGood)
        }
    }
}
