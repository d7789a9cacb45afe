// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives
import Foundation
import JSONBytes
import Testing
import WeirTestSupport

/// Calls of real blocks and of the made economy as text, against what other programs read there.
@Suite("call text of vectors", .enabled(if: Vectors.present, Vectors.absence))
struct CallTextVectorTests {
    /// A call of ERC-20's `transfer` moves what the event of its receipt says, in real blocks.
    @Test(arguments: ["mainnet-17034870.json.gz", "mainnet-22869878.json.gz"])
    func realTransfersReadAsTheirEvents(name: String) throws {
        let object = try JSONSerialization.jsonObject(
            with: Data(Vectors.bytes("blocks/" + name)))
        let document = try #require(object as? [String: Any])
        let block = try #require(document["block"] as? [String: Any])
        let transactions = try #require(block["transactions"] as? [[String: Any]])
        let receipts = try #require(document["receipts"] as? [[String: Any]])
        let text = CallText(FunctionCatalog())
        let event = Keccak256.hash(text: "Transfer(address,address,uint256)").description
        var read = 0
        for (transaction, receipt) in zip(transactions, receipts) {
            let input = try #require((transaction["input"] as? String).flatMap(Hex.decode))
            let logs = receipt["logs"] as? [[String: Any]] ?? []
            guard let target = (transaction["to"] as? String).flatMap({ Address($0) }) else {
                continue
            }
            let line = text.line(ContractCall(target: target, data: input))
            #expect(line.unicodeScalars.count <= 1500)
            guard line.hasPrefix("\(target).transfer(to: "), logs.count == 1,
                let topics = logs[0]["topics"] as? [String], topics.count == 3,
                topics[0] == event,
                let data = (logs[0]["data"] as? String).flatMap(Hex.decode),
                let amount = U256(bigEndian: data)
            else { continue }
            let to = try #require(Address("0x" + topics[2].suffix(40)))
            #expect(line == "\(target).transfer(to: \(to), amount: \(amount))")
            read += 1
        }
        #expect(read >= 5, "\(read)")
    }

    /// The proposals of the made economy, against what another decoder made of them.
    @Test func proposalsOfTheMadeEconomyAreRead() throws {
        let document = try JSONValue(parsing: Vectors.bytes("chains/economy-1.abis.json"))
        var contracts: [FunctionContract] = []
        var created: ABIEvent?
        var governor: Address?
        var token: Address?
        for member in document.object?.members ?? [] {
            let abi = try JSONABI.parse(member.value)
            let address = (member.value["address"]?.string).flatMap { Address($0) }
            contracts.append(
                FunctionContract(alias: member.key, address: address, functions: abi.functions))
            if member.key == "token" { token = address }
            guard member.key == "governor" else { continue }
            governor = address
            created = abi.events.first { $0.name == "ProposalCreated" }
        }
        let text = CallText(
            try FunctionCatalog(contracts),
            tokens: [try #require(token): TokenUnit(symbol: "DVT", decimals: 18)])
        let layout = try ABILayout(try #require(created).inputs)
        var lines: [String] = []
        for line in try Vectors.lines("chains/economy-1.ndjson.gz")
        where line["orphaned"] as? Bool != true {
            for receipt in try #require(line["receipts"] as? [[String: Any]]) {
                for log in try #require(receipt["logs"] as? [[String: Any]]) {
                    guard (log["address"] as? String).flatMap({ Address($0) }) == governor,
                        (log["topics"] as? [String])?.first == created?.topic0.description
                    else { continue }
                    let data = try #require((log["data"] as? String).flatMap(Hex.decode))
                    let values = try layout.decode(data, rules: .event)
                    lines += text.lines(
                        targets: values[2], values: values[3], signatures: values[4],
                        calldatas: values[5])
                }
            }
        }
        #expect(lines == Self.proposals)
    }

    private static let proposals: [String] = [
        "treasury.setBudget(category: \"grants\", token: token, amount: 27,000 DVT)",
        "treasury.setBudget(category: \"grants\", token: token, amount: 25,000 DVT)",
        "treasury.setBudget(category: \"grants\", token: token, amount: 38,000 DVT)",
        "treasury.setBudget(category: \"grants\", token: token, amount: 21,000 DVT)",
        "treasury.setBudget(category: \"grants\", token: token, amount: 14,000 DVT)",
        "treasury.setBudget(category: \"grants\", token: token, amount: 19,000 DVT)",
        "treasury.setBudget(category: \"grants\", token: token, amount: 35,000 DVT)",
        "escrow.setFee(bps: 175)",
        "treasury.setBudget(category: \"grants\", token: token, amount: 26,000 DVT)",
        "treasury.setBudget(category: \"grants\", token: token, amount: 27,000 DVT)",
        "treasury.withdraw(token: 0x0000000000000000000000000000000000000000, "
            + "to: 0xedc286a04ECB3f7C375D7C42b21110770ee71AF3, amount: 0.008 ETH, memo: \"proposal 10\")",
        "escrow.setFee(bps: 100)",
        "escrow.setFee(bps: 100)",
        "treasury.setBudget(category: \"grants\", token: token, amount: 21,000 DVT)",
        "escrow.setFee(bps: 100)",
        "treasury.setBudget(category: \"grants\", token: token, amount: 10,000 DVT)",
        "treasury.setBudget(category: \"grants\", token: token, amount: 1,000 DVT)",
        "escrow.setFee(bps: 175)",
        "treasury.setBudget(category: \"grants\", token: token, amount: 31,000 DVT)",
        "escrow.setFee(bps: 100)",
        "treasury.setBudget(category: \"grants\", token: token, amount: 48,000 DVT)",
    ]
}
