// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives
import Foundation
import JSONBytes
import Testing
import WeirTestSupport

/// Which method a transaction calls, and what its label is.
@Suite("function catalog")
struct FunctionCatalogTests {
    private static let home = Address(truncating: 0xaa)
    private static let other = Address(truncating: 0xbb)

    private func catalog(
        _ text: String, address: Address? = Self.home, also more: String = ""
    ) throws -> FunctionCatalog {
        try FunctionCatalog([
            FunctionContract(
                alias: "home", address: address, functions: try HumanABI.parse(text).functions),
            FunctionContract(
                alias: "any", address: nil, functions: try HumanABI.parse(more).functions),
        ])
    }

    private func input(_ signature: String, _ rest: Int = 0) -> [UInt8] {
        Array(Keccak256.hash(text: signature).bytes.prefix(4)) + Array(repeating: 0, count: rest)
    }

    @Test func everyCallHasALabel() throws {
        let catalog = try self.catalog(
            "function transfer(address to, uint256 amount); function pause()")
        func label(_ target: Address?, _ input: [UInt8]) -> String {
            catalog.method(to: target, input: input).label
        }
        #expect(label(nil, [1, 2, 3, 4]) == "create")
        #expect(label(Self.home, []) == "receive")
        #expect(label(Self.home, [1]) == "fallback")
        #expect(label(Self.home, [0x8f, 0x4f, 0xfc]) == "fallback")
        #expect(label(Self.home, self.input("transfer(address,uint256)", 64)) == "transfer")
        // Arguments are not looked at, as by the EVM's dispatch.
        #expect(label(Self.home, self.input("pause()")) == "pause")
        #expect(label(Self.home, [0, 0, 0x12, 0xff]) == "0x000012ff")
        #expect(label(Self.other, self.input("pause()")) == "0x8456cb59")
        let method = catalog.method(to: Self.home, input: self.input("pause()"))
        #expect(method.signature == "pause()")
        #expect(method.isKnown)
        #expect(!catalog.method(to: Self.other, input: self.input("pause()")).isKnown)
        #expect(catalog.alias(of: Self.home) == "home")
        #expect(catalog.alias(of: Self.other) == nil)
    }

    @Test func overloadsAndReservedNamesAreLabelledByTheirSignature() throws {
        let catalog = try self.catalog(
            """
            function mint(address to); function mint(address to, uint256 amount)
            function create(address owner); function burn(uint256 amount)
            """)
        func label(_ signature: String) -> String {
            catalog.method(to: Self.home, input: self.input(signature)).label
        }
        #expect(label("mint(address)") == "mint(address)")
        #expect(label("mint(address,uint256)") == "mint(address,uint256)")
        #expect(label("create(address)") == "create(address)")
        #expect(label("burn(uint256)") == "burn")
    }

    @Test func anAddressOfItsOwnComesFirst() throws {
        let catalog = try self.catalog(
            "function mint(address to); function mint(uint256 amount)",
            also: "function mint(address who); function pause()")
        #expect(
            catalog.method(to: Self.home, input: self.input("mint(address)")).label
                == "mint(address)")
        #expect(
            catalog.method(to: Self.other, input: self.input("mint(address)")).label == "mint")
        #expect(catalog.method(to: Self.home, input: self.input("pause()")).label == "pause")
    }

    /// Two functions whose selectors are the same (a known pair).
    @Test func functionsOfOneSelectorAreNotGuessed() throws {
        let first = try HumanABI.parseFunction("collate_propagate_storage(bytes16)")
        let second = try HumanABI.parseFunction("burn(uint256)")
        #expect(first.selector == second.selector)
        let catalog = try FunctionCatalog([
            FunctionContract(alias: "a", address: Self.home, functions: [first, second]),
            FunctionContract(alias: "b", address: Self.other, functions: [second, second]),
        ])
        #expect(
            catalog.method(to: Self.home, input: self.input("burn(uint256)")).label
                == "0x42966c68")
        #expect(
            catalog.method(to: Self.other, input: self.input("burn(uint256)")).label == "burn")
    }

    /// A JSON ABI's names are any text.
    @Test(arguments: ["a\"b", "a\nb", "\u{202e}fdp", "", "a b", String(repeating: "n", count: 97)])
    func namesThatAreNoLabelsGiveTheSelector(name: String) throws {
        let function = ABIFunction(name: name, inputs: [])
        let catalog = try FunctionCatalog([
            FunctionContract(alias: "a", address: Self.home, functions: [function])
        ])
        let label = catalog.method(
            to: Self.home, input: selectorBytes(function.selector)
        ).label
        #expect(label == Hex.encode(selectorBytes(function.selector)))
    }

    @Test func catalogsWithOtherLabelsHaveOtherLines() throws {
        func lines(_ functions: String, address: Address? = Self.home) throws -> [String] {
            try FunctionCatalog([
                FunctionContract(
                    alias: "a", address: address, functions: HumanABI.parse(functions).functions)
            ]).lines
        }
        let own = try lines("function mint(address to); function pause()")
        #expect(own.count == 3)
        #expect(try lines("function pause(); function mint(address who)") == own)
        #expect(try lines("function mint(address to); function mint(uint256 n)") != own)
        #expect(try lines("function pause()") != own)
        #expect(try lines("function mint(address to); function pause()", address: nil) != own)
        #expect(FunctionCatalog().lines.isEmpty)
    }

    @Test func doubledAliasesAndAddressesAreRefused() {
        #expect(throws: ABIError.duplicateAlias("a")) {
            try FunctionCatalog([
                FunctionContract(alias: "a", address: Self.home, functions: []),
                FunctionContract(alias: "a", address: nil, functions: []),
            ])
        }
        #expect(throws: ABIError.duplicateAddress("a", "b")) {
            try FunctionCatalog([
                FunctionContract(alias: "a", address: Self.home, functions: []),
                FunctionContract(alias: "b", address: Self.home, functions: []),
            ])
        }
    }

    /// Calls and gas of every method of the made economy, as its ledger has them.
    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func theLedgerOfTheMadeEconomyIsMet() throws {
        let document = try JSONValue(
            parsing: Vectors.bytes("chains/economy-1.abis.json"))
        var contracts: [FunctionContract] = []
        for member in document.object?.members ?? [] {
            contracts.append(
                FunctionContract(
                    alias: member.key,
                    address: try #require(
                        (member.value["address"]?.string).flatMap { Address($0) }),
                    functions: try JSONABI.parse(member.value).functions))
        }
        #expect(contracts.count == 10)
        let catalog = try FunctionCatalog(contracts)
        var counts: [String: [UInt64]] = [:]
        for line in try Vectors.lines("chains/economy-1.ndjson.gz")
        where line["orphaned"] as? Bool != true {
            let block = try #require(line["block"] as? [String: Any])
            let transactions = try #require(block["transactions"] as? [[String: Any]])
            let receipts = try #require(line["receipts"] as? [[String: Any]])
            for (transaction, receipt) in zip(transactions, receipts) {
                let target = (transaction["to"] as? String).flatMap { Address($0) }
                let input = try #require((transaction["input"] as? String).flatMap(Hex.decode))
                let method = catalog.method(to: target, input: input)
                var key = method.label
                if let target, let alias = catalog.alias(of: target), method != .receive {
                    key = "\(alias).\(key)"
                }
                let gas = (receipt["gasUsed"] as? String).flatMap { U256(hexQuantity: $0)?.uint64 }
                counts[key, default: []].append(try #require(gas))
            }
        }
        let ledger = try JSONSerialization.jsonObject(
            with: Data(Vectors.bytes("chains/economy-1.expected.json")))
        let gas = try #require((ledger as? [String: Any])?["gas"] as? [String: [String: Any]])
        for (name, expected) in gas {
            let key = ["deploy": "create", "transfer": "receive"][name] ?? name
            let found = counts.removeValue(forKey: key) ?? []
            #expect(found.count == expected["count"] as? Int, "\(name)")
            #expect(found.reduce(0, +) == expected["total"] as? UInt64, "\(name)")
            #expect(found.min() == expected["min"] as? UInt64, "\(name)")
            #expect(found.max() == expected["max"] as? UInt64, "\(name)")
        }
        #expect(counts.isEmpty, "\(counts.keys.sorted())")
    }
}
