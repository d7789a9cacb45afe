// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import JSONBytes
import Testing
import WeirPorts
import WeirTestSupport

@testable import EVMRPC

/// Blocks with everything in them: as nodes give them, cut, wrong and hostile.
@Suite struct BlockDecodingTests {
    // MARK: Documents

    static let hash = Hash256(words: 1, 2, 3, 4)

    /// A transaction with members of its own, as JSON.
    private func transaction(_ members: [(String, JSONValue)]) -> JSONValue {
        var object = JSONObject()
        for (key, value) in members { object[key] = value }
        return .object(object)
    }

    private func signed(_ type: String, _ more: [(String, JSONValue)] = []) -> JSONValue {
        self.transaction(
            [
                ("type", .string(type)), ("hash", .string("\(Self.hash)")),
                ("from", "0x00000000000000000000000000000000000000aa"),
                ("to", nil), ("nonce", "0x7"), ("gas", "0x5208"), ("value", "0x01"),
                ("input", "0xBEef"), ("r", "0x2"), ("s", "3"), ("v", "0x1b"),
            ] + more)
    }

    private func document(
        _ transactions: JSONValue, _ change: (inout JSONObject) -> Void = { _ in }
    ) throws -> [UInt8] {
        var block = try #require(try JSONValue(parsing: blockJSON(5)).object)
        block["transactions"] = transactions
        change(&block)
        return JSONValue.object(JSONObject([.init(key: "block", value: .object(block))])).encoded()
    }

    private func read(_ transaction: JSONValue) throws -> Transaction {
        let document = try BlockDocument(parsing: self.document([transaction]))
        return try #require(document.block.transactions?.first)
    }

    private func refusal(_ bytes: [UInt8]) -> String? {
        do throws(RPCReadFault) {
            _ = try BlockDocument(parsing: bytes)
            return nil
        } catch {
            return "\(error)"
        }
    }

    // MARK: Transactions

    @Test func membersOfEveryTypeAreRead() throws {
        var expected = Transaction(
            type: 0, nonce: 7, gasLimit: 21_000, to: nil, value: 1, input: [0xbe, 0xef])
        expected.hash = Self.hash
        expected.from = Address(words: 0, 0, 0xaa)
        (expected.r, expected.s, expected.v) = (2, 3, 27)
        #expect(try self.read(self.signed("0x0")) == expected)

        let blob = try self.read(
            self.signed(
                "0x3",
                [
                    ("chainId", 10), ("gasPrice", "0x9"), ("maxFeePerGas", "0xff"),
                    ("maxPriorityFeePerGas", "0x1"), ("maxFeePerBlobGas", "12"),
                    ("blobVersionedHashes", [.string("\(Self.hash)")]),
                    (
                        "accessList",
                        [["address": "0x00000000000000000000000000000000000000bb"]]
                    ),
                    ("unknown", [["deep": [1, 2]]]),
                ]))
        expected.type = 3
        expected.chainID = 10
        expected.gasPrice = 9
        (expected.maxFeePerGas, expected.maxPriorityFeePerGas) = (255, 1)
        expected.maxFeePerBlobGas = 12
        expected.blobVersionedHashes = [Self.hash]
        expected.accessList = [.init(address: Address(words: 0, 0, 0xbb), storageKeys: [])]
        #expect(blob == expected)

        let setCode = try self.read(
            self.signed(
                "0x4",
                [
                    (
                        "authorizationList",
                        [
                            [
                                "chainId": "0x1", "nonce": "0x2", "yParity": "0x1", "r": "0x3",
                                "s": "0x4", "address": "0x00000000000000000000000000000000000000cc",
                            ]
                        ]
                    )
                ]))
        #expect(
            setCode.authorizations == [
                .init(
                    chainID: 1, address: Address(words: 0, 0, 0xcc), nonce: 2, yParity: 1, r: 3,
                    s: 4)
            ])
    }

    @Test func theParityServesWhereThereIsNoVAndVComesFirst() throws {
        let both = try self.read(self.signed("0x2", [("yParity", "0x1"), ("v", "0x0")]))
        #expect(both.v == 0)
        let one = try self.read(self.signed("0x2", [("yParity", "0x1"), ("v", nil)]))
        #expect(one.v == 1)
    }

    @Test func unsignedTypesNeedNoSignature() throws {
        let from = ("from", JSONValue.string("0x00000000000000000000000000000000000000aa"))
        let hash = ("hash", JSONValue.string("\(Self.hash)"))
        let deposit = try self.read(
            self.transaction([
                hash, from, ("type", "0x7e"), ("gas", "0x1"), ("value", "0x0"), ("input", "0x"),
                ("sourceHash", .string("\(Self.hash)")), ("mint", "0x5"), ("isSystemTx", true),
            ]))
        #expect(
            deposit.deposit == .init(sourceHash: Self.hash, mint: 5, isSystem: true))
        let internalOne = try self.read(
            self.transaction([hash, from, ("type", "0x6a"), ("input", "0x01")]))
        #expect(internalOne.type == 0x6a && internalOne.input == [1])
        let unknown = try self.read(self.transaction([hash, from, ("type", "0x71")]))
        #expect(unknown.type == 0x71)
    }

    @Test func whatLacksOrDoesNotFitIsNamedWithItsPlace() throws {
        for name in ["hash", "from", "nonce", "gas", "value", "input", "r", "s", "v"] {
            let said = self.refusal(try self.document([self.signed("0x2", [(name, nil)])]))
            #expect(said == "block.transactions[0].\(name) is missing")
        }
        let cases: [(JSONValue, String)] = [
            ([5], "block.transactions[0]: "), ([nil], "block.transactions[0]: "),
            ([["hash": 5]], "block.transactions[0].hash: "), ("0x", "block.transactions: "),
            ([.string("\(Self.hash)"), [:]], "block.transactions[1]: not a hash"),
            ([self.signed("0x0"), .string("\(Self.hash)")], "block.transactions[1]: "),
            ([.string("0x12")], "block.transactions[0]: "),
            ([self.signed("0x100")], "block.transactions[0].type: "),
            (
                [self.signed("0x0", [("v", .string("0x1" + String(repeating: "0", count: 64)))])],
                "block.transactions[0].v: "
            ),
            ([self.signed("0x0", [("value", -1)])], "block.transactions[0].value: "),
            ([self.signed("0x0", [("value", .number("1.5"))])], "block.transactions[0].value: "),
            ([self.signed("0x0", [("value", "")])], "block.transactions[0].value: "),
            ([self.signed("0x0", [("input", "0x1")])], "block.transactions[0].input: "),
            (
                [self.signed("0x1", [("accessList", [[:]])])],
                "block.transactions[0].accessList[0].address is missing"
            ),
            (
                [self.signed("0x1", [("accessList", [["address": "0x"]])])],
                "block.transactions[0].accessList[0].address: "
            ),
            (
                [self.signed("0x4", [("authorizationList", [["yParity": "0x100"]])])],
                "block.transactions[0].authorizationList[0].yParity: "
            ),
            (
                [self.signed("0x4", [("authorizationList", [["yParity": "0x1"]])])],
                "block.transactions[0].authorizationList[0].chainId is missing"
            ),
        ]
        for (transactions, says) in cases {
            let said = self.refusal(try self.document(transactions)) ?? "nothing"
            #expect(said.hasPrefix(says), "\(said)")
            #expect(said.utf8.count < 200)
        }
    }

    // MARK: Blocks

    @Test func listsOfHashesAreReadAsNoTransactions() throws {
        let bytes = try self.document([.string("\(Self.hash)"), .string("\(Self.hash)")])
        let block = try BlockDocument(parsing: bytes).block
        #expect(block.transactions == nil && block.withdrawals == nil)
        #expect(try BlockDocument(parsing: self.document([])).block.transactions == [])
    }

    @Test func withdrawalsNeedAllTheirMembers() throws {
        let whole: [(String, JSONValue)] = [
            ("index", "0x1"), ("validatorIndex", "0x2"),
            ("address", "0x00000000000000000000000000000000000000dd"), ("amount", "0x3"),
        ]
        let bytes = try self.document([]) { $0["withdrawals"] = [self.transaction(whole)] }
        #expect(
            try BlockDocument(parsing: bytes).block.withdrawals == [
                Withdrawal(
                    index: 1, validatorIndex: 2, address: Address(words: 0, 0, 0xdd), amount: 3)
            ])
        for (name, _) in whole {
            let part = self.transaction(whole.filter { $0.0 != name })
            let said = self.refusal(try self.document([]) { $0["withdrawals"] = [part] })
            #expect(said == "block.withdrawals[0].\(name) is missing")
        }
        let said = self.refusal(try self.document([]) { $0["withdrawals"] = [nil] })
        #expect(said?.hasPrefix("block.withdrawals[0]: ") == true)
    }

    @Test(arguments: ["auraSeal", "auraStep", "step", "signature"])
    func membersOfAnAuRaSealAreSeen(member: String) throws {
        let usual = try BlockDocument(parsing: self.document([])).block
        #expect(!usual.hasForeignSeal)
        let bytes = try self.document([]) { $0[member] = "0x01" }
        #expect(try BlockDocument(parsing: bytes).block.hasForeignSeal)
        for lacking in ["mixHash", "nonce"] {
            let bytes = try self.document([]) { $0[lacking] = nil as JSONValue? }
            #expect(try BlockDocument(parsing: bytes).block.hasForeignSeal)
        }
    }

    @Test(arguments: [
        ("", "cut off"), ("[]", "array"), ("{}", "block is missing"), ("nonsense", "byte 0"),
        (#"{"block":null}"#, "null"), (#"{"block":{"hash":null}}"#, "pending"),
        (#"{"block":{}}"#, "block.number is missing"), (#"{"receipts":5}"#, "receipts: "),
        (#"{"receipts":[]}"#, "block is missing"),
    ])
    func whatIsNoDocumentIsRefused(text: String, says: String) {
        let said = self.refusal(Array(text.utf8)) ?? "nothing"
        #expect(said.contains(says), "\(said)")
    }

    @Test func whatFollowsADocumentIsRefused() throws {
        let bytes = try self.document([])
        #expect(self.refusal(bytes + Array(" \n".utf8)) == nil)
        #expect(self.refusal(bytes + Array("{}".utf8)) != nil)
    }

    @Test func nestingHasALimit() {
        let deep = "{\"block\":{\"x\":" + String(repeating: "[", count: 5_000)
        #expect(self.refusal(Array(deep.utf8))?.contains("nests deeper") == true)
    }

    @Test(.enabled(if: Vectors.present, Vectors.absence))
    func noCutOrDamagedByteTraps() throws {
        var random = SeededRandom(seed: 77)
        for name in ["mainnet-1755635", "optimismgoerli-6825766", "mainnet-15537393"] {
            let whole = try Vectors.bytes("blocks/\(name).json")
            #expect(self.refusal(whole) == nil)
            let end = whole.lastIndex(of: UInt8(ascii: "}")) ?? 0
            // Every length near the ends, every thirteenth between: the whole costs a minute.
            let cuts =
                Array(0..<200) + Array(stride(from: 200, to: end, by: 13)) + (end - 200..<end)
            for count in cuts { #expect(self.refusal(Array(whole.prefix(count))) != nil) }
            for _ in 0..<300 {
                var damaged = whole
                let index = Int.random(in: 0..<whole.count, using: &random)
                damaged[index] = UInt8(truncatingIfNeeded: random.next())
                _ = self.refusal(damaged)
            }
        }
    }

    // MARK: From an endpoint

    @Test func aWholeBlockIsAskedInFullByEverySelector() async throws {
        let good = node(head: 20)
        let transport = ScriptedTransport.answering(good)
        let client = try JSONRPCClient.test(transport)
        for selector in [
            .number(BlockNumber(9)), .hash(EVMRPCTests.hash(9)), .tag(.latest),
        ] as [BlockSelector] {
            let block = try await client.wholeBlock(selector)
            #expect(block?.transactions == [])
        }
        #expect(
            transport.calls.map { $0[0].method } == [
                "eth_getBlockByNumber", "eth_getBlockByHash", "eth_getBlockByNumber",
            ])
        #expect(transport.calls.allSatisfy { $0[0].params[1]?.bool == true })
        #expect(try await client.wholeBlock(.number(BlockNumber(21))) == nil)
    }

    @Test func anotherBlockOrHashesAloneAreABadAnswer() async throws {
        let hashes = blockJSON(5).replacingOccurrences(
            "\"transactions\":[]", "\"transactions\":[\"\(Self.hash)\"]")
        for (answer, selector) in [
            (blockJSON(4), BlockSelector.number(BlockNumber(5))),
            (blockJSON(4), .hash(EVMRPCTests.hash(5))), (hashes, .number(BlockNumber(5))),
        ] {
            let client = try JSONRPCClient.test(.answering { _ in .result(answer) })
            let error = await failure { () throws(ChainClientError) in
                try await client.wholeBlock(selector)
            }
            guard case .badAnswer? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
    }

    @Test func receiptsAreAskedOneByOneWhereTheBlocksAreNotServed() async throws {
        let hashes = (1...5).map { Hash256(words: 0, 0, 0, $0) }
        let transport = ScriptedTransport.answering { asked in
            guard asked.method == "eth_getTransactionReceipt" else {
                return .error(-32601, "the method \(asked.method) does not exist/is not available")
            }
            return .result(Self.receipt(asked.params[0]?.string ?? ""))
        }
        let client = try JSONRPCClient.test(transport, batchLimit: 2)
        let receipts = try await client.receipts(of: Self.block(hashes))
        #expect(receipts?.map(\.transactionHash) == hashes)
        #expect(transport.calls.map(\.count) == [1, 1, 2, 2, 1])
    }

    @Test func aMissingReceiptIsNoShorterList() async throws {
        let transport = ScriptedTransport.answering { asked in
            switch asked.method {
            case "eth_getTransactionReceipt" where asked.params[0]?.string?.hasSuffix("1") == true:
                .result(Self.receipt(asked.params[0]?.string ?? ""))
            case "eth_getTransactionReceipt": .result("null")
            default: .error(-32601, "the method \(asked.method) does not exist/is not available")
            }
        }
        let client = try JSONRPCClient.test(transport)
        let hashes = (1...2).map { Hash256(words: 0, 0, 0, $0) }
        #expect(try await client.receipts(of: Self.block(hashes)) == nil)
    }

    private static func receipt(_ hash: String) -> String {
        #"{"transactionHash":"\#(hash)","status":"0x1","cumulativeGasUsed":"0x1","logs":[]}"#
    }

    private static func block(_ hashes: [Hash256]) -> WholeBlock {
        WholeBlock(
            header: BlockHeader(
                number: BlockNumber(5), hash: EVMRPCTests.hash(5), parentHash: .zero,
                timestamp: BlockTime(1)),
            transactions: hashes.map { hash in
                var transaction = Transaction(
                    type: 0, nonce: 0, gasLimit: 0, to: nil, value: .zero, input: [])
                transaction.hash = hash
                return transaction
            }, withdrawals: nil)
    }
}

extension String {
    fileprivate func replacingOccurrences(_ old: String, _ new: String) -> String {
        self.split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
    }
}
