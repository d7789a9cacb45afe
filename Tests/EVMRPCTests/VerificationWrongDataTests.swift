// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import ChainSimulator
import EVMPrimitives
import JSONBytes
import Synchronization
import Testing
import WeirPorts

@testable import EVMRPC

/// Kinds of wrong data, each told of one block: none is ever delivered, and a true endpoint beside
/// the lying one makes up for it.
@Suite struct VerificationWrongDataTests {
    /// One way to be wrong.
    struct Kind: Sendable, CustomTestStringConvertible {
        var name: String
        /// The reason that has to be given.
        var reason: BlockDisproof.Reason
        var lie: @Sendable (_ node: LyingNode, _ method: String, JSONValue) -> JSONValue

        var testDescription: String { self.name }

        /// A lie about the header.
        static func header(
            _ name: String, _ reason: BlockDisproof.Reason = .headerHash,
            _ lie: @escaping @Sendable (JSONValue) -> JSONValue
        ) -> Kind {
            Kind(name: name, reason: reason) { _, method, result in
                method.hasPrefix("eth_getBlockBy") ? lie(result) : result
            }
        }

        /// A lie about the receipts; `at` is one with several logs.
        static func receipts(
            _ name: String, _ reason: BlockDisproof.Reason = .receiptsRoot,
            _ lie: @escaping @Sendable (_ receipts: JSONValue, _ at: Int) -> JSONValue
        ) -> Kind {
            Kind(name: name, reason: reason) { node, method, result in
                method == "eth_getBlockReceipts" ? lie(result, node.receipt) : result
            }
        }

        /// A lie about the logs of the receipt with several of them.
        static func logs(
            _ name: String, _ lie: @escaping @Sendable (JSONValue) -> JSONValue
        ) -> Kind {
            .receipts(name) { receipts, at in
                receipts.changing(item: at) { $0.changing("logs", lie) }
            }
        }
    }

    static let kinds: [Kind] = [
        .header("another hash than its own") { $0.changing("stateRoot", \.flipped) },
        .header("another time") { $0.changing("timestamp", \.flipped) },
        .header("another gas") { $0.changing("gasUsed", \.flipped) },
        .header("another parent") { $0.changing("parentHash", \.flipped) },
        .header("another receipts root") { $0.changing("receiptsRoot", \.flipped) },
        .header("an empty bloom") {
            $0.with("logsBloom", .string("0x" + String(repeating: "00", count: 256)))
        },
        .header("a field of the last fork left out", .headerField) {
            $0.with("parentBeaconBlockRoot", nil)
        },
        .header("a field of an earlier fork left out", .headerField) {
            $0.with("withdrawalsRoot", nil)
        },
        .receipts("no receipts", .receiptCount) { receipts, _ in
            receipts.changingItems { $0 = [] }
        },
        .receipts("the last receipt left out", .receiptCount) { receipts, _ in
            receipts.changingItems { $0.removeLast() }
        },
        .receipts("a receipt doubled", .receiptCount) { receipts, at in
            receipts.changingItems { $0.append($0[at]) }
        },
        .receipts("two receipts swapped", .receiptTransaction) { receipts, _ in
            receipts.changingItems { $0.swapAt(0, 1) }
        },
        .receipts("two receipts swapped, but for their names") { receipts, _ in
            receipts.changingItems { items in
                let names = items.map { $0["transactionHash"] }
                items.swapAt(0, 1)
                for index in 0...1 {
                    items[index] = items[index].with("transactionHash", names[index])
                }
            }
        },
        .receipts("a receipt of another transaction", .receiptTransaction) { receipts, at in
            receipts.changing(item: at) { $0.changing("transactionHash", \.flipped) }
        },
        .receipts("a failed transaction") { receipts, at in
            receipts.changing(item: at) { $0.with("status", .string("0x0")) }
        },
        .receipts("another gas in a receipt") { receipts, at in
            receipts.changing(item: at) { $0.changing("cumulativeGasUsed", \.flipped) }
        },
        .receipts("another type of receipt") { receipts, at in
            receipts.changing(item: at) { $0.with("type", .string("0x4")) }
        },
        .receipts("another bloom in a receipt") { receipts, at in
            receipts.changing(item: at) { $0.changing("logsBloom", \.flipped) }
        },
        .receipts("a log moved to another receipt") { receipts, at in
            let moved = receipts[at]?["logs"]?[0] ?? nil
            return receipts.changing(item: at) {
                $0.changing("logs") { $0.changingItems { $0.removeFirst() } }
            }.changing(item: at == 0 ? 1 : 0) {
                $0.changing("logs") { $0.changingItems { $0.append(moved) } }
            }
        },
        .logs("the first log left out") { $0.changingItems { $0.removeFirst() } },
        .logs("the last log left out") { $0.changingItems { $0.removeLast() } },
        .logs("all logs left out") { $0.changingItems { $0 = [] } },
        .logs("a log doubled") { $0.changingItems { $0.append($0[0]) } },
        .logs("two logs swapped") { $0.changingItems { $0.swapAt(0, 1) } },
        .logs("another amount") { $0.changing(item: 0) { $0.changing("data", \.flipped) } },
        .logs("data cut short") {
            $0.changing(item: 0) {
                $0.changing("data") { .string(String(($0.string ?? "").dropLast(2))) }
            }
        },
        .logs("another contract") { $0.changing(item: 0) { $0.changing("address", \.flipped) } },
        .logs("another topic") {
            $0.changing(item: 0) { $0.changing("topics") { $0.changing(item: 0, \.flipped) } }
        },
        .logs("a topic left out") {
            $0.changing(item: 0) { $0.changing("topics") { $0.changingItems { $0.removeLast() } } }
        },
        Kind(name: "a transaction left out of block and receipts", reason: .receiptsRoot) {
            _, method, result in
            switch method {
            case "eth_getBlockReceipts": result.changingItems { $0.removeLast() }
            case "eth_getBlockByNumber", "eth_getBlockByHash":
                result.changing("transactions") { $0.changingItems { $0.removeLast() } }
            default: result
            }
        },
        Kind(name: "the receipts of the block before", reason: .receiptsRoot) {
            node, method, result in
            let before = node.chain.block(number: node.block.number - 1)
            let hash = before?.hash.description ?? ""
            switch method {
            case "eth_getBlockReceipts":
                return OmittingNode.result(node.chain, method, #"["\#(hash)"]"#)
            case "eth_getBlockByNumber", "eth_getBlockByHash":
                // The list of transactions goes along, or their names would tell.
                let other = OmittingNode.result(node.chain, method, #"["\#(hash)",false]"#)
                return result.with(
                    "transactions",
                    other["transactions"]
                        ?? OmittingNode.result(
                            node.chain, "eth_getBlockByHash", #"["\#(hash)",false]"#)[
                            "transactions"])
            default: return result
            }
        },
    ]

    /// What came of asking an endpoint.
    private func reasons(_ error: ChainClientError?) -> String? {
        if case .unproven(_, let check, _)? = error { check } else { error.map { "\($0)" } }
    }

    @Test func thereAreEnoughKinds() {
        #expect(Self.kinds.count >= 20)
        #expect(Set(Self.kinds.map(\.name)).count == Self.kinds.count)
    }

    @Test(arguments: Self.kinds) func aLieIsToldByItsReasonAndNeverDelivered(_ kind: Kind)
        async throws
    {
        let node = try LyingNode.usual.get()
        let failures = Mutex<[BlockDisproof.Reason]>([])
        let verification = Verification(
            .receipts,
            observer: VerificationObserver(failed: { _, disproof in
                failures.withLock { $0.append(disproof.reason) }
            }))
        let liar = node.client("liar", verification, weight: 9) { kind.lie(node, $0, $1) }
        let page = await failure { () throws(ChainClientError) in
            try await liar.logs(node.range, filter: OmittingNode.filter)
        }
        #expect(self.reasons(page) == kind.reason.rawValue)
        let block = await failure { () throws(ChainClientError) in
            try await liar.blocks([node.block.ref], filter: OmittingNode.filter)
        }
        #expect(self.reasons(block) == kind.reason.rawValue)
        #expect(failures.withLock { $0 } == [kind.reason, kind.reason])
    }

    @Test(arguments: Self.kinds) func anHonestEndpointMakesUpForIt(_ kind: Kind) async throws {
        let node = try LyingNode.usual.get()
        let verification = Verification(.receipts)
        let liar = node.client("liar", verification, weight: 9) { kind.lie(node, $0, $1) }
        let honest = node.client("honest", verification)
        let pool = EndpointPool(
            [liar, honest], expecting: nil, clock: FakeClock().clock, random: { 0 })
        let page = try await pool.logs(node.range, filter: OmittingNode.filter)
        #expect(LyingNode.places(page.logs) == node.truth(node.range))
        #expect(pool.health.map(\.isReady) == [false, true])
        #expect(pool.health[0].reason == "unproven")
        let blocks = try await pool.blocks([node.block.ref], filter: OmittingNode.filter)
        let number = node.block.header.number
        #expect(
            blocks.map { LyingNode.places($0?.logs ?? LogBatch()) } == [node.truth(number...number)]
        )
    }

    /// At `off` nearly all of it would have been believed: the lies are real ones.
    @Test func withoutVerificationLiesAboutLogsAreBelieved() async throws {
        let node = try LyingNode.usual.get()
        let lies: [LyingNode.Lie] = [
            { method, result in
                method == "eth_getLogs" ? result.changingItems { $0.removeFirst() } : result
            },
            { method, result in
                method == "eth_getLogs"
                    ? result.changing(item: 0) { $0.changing("data", \.flipped) } : result
            },
        ]
        for lie in lies {
            let liar = node.client("liar", .off, lie: lie)
            let page = try await liar.logs(node.range, filter: OmittingNode.filter)
            #expect(LyingNode.places(page.logs) != node.truth(node.range))
        }
    }

    // MARK: Other chains

    @Test func aPageOfAnotherChainDoesNotFollowOnOurs() async throws {
        let ours = try LyingNode.usual.get()
        let other = try LyingNode.another.get()
        let parent = ours.chain.block(number: ours.range.lowerBound.rawValue - 1)?.hash
        for level in [VerificationLevel.bloom, .receipts] {
            let verification = Verification(level)
            let foreign = other.client("foreign", verification)
            let error = await failure { () throws(ChainClientError) in
                try await foreign.logs(ours.range, after: parent, filter: OmittingNode.filter)
            }
            #expect(self.reasons(error) == "parent_link")
            // Where the parent is not known yet, the page says what it follows on.
            let page = try await foreign.logs(ours.range, filter: OmittingNode.filter)
            #expect(page.firstParent != parent && page.firstParent != nil)
            let blocks = try await foreign.blocks([ours.block.ref], filter: OmittingNode.filter)
            #expect(blocks == [nil])
        }
    }

    @Test func oneBlockOfAnotherChainBreaksTheRange() async throws {
        let ours = try LyingNode.usual.get()
        let other = try LyingNode.another.get()
        let number = BlockNumber(ours.block.number).hexQuantity
        for level in [VerificationLevel.bloom, .receipts] {
            let liar = ours.client("liar", Verification(level)) { method, result in
                method == "eth_getBlockByNumber"
                    ? OmittingNode.result(other.chain, method, #"["\#(number)",false]"#) : result
            }
            let error = await failure { () throws(ChainClientError) in
                try await liar.logs(ours.range, filter: OmittingNode.filter)
            }
            #expect(self.reasons(error) == "parent_link")
        }
    }
}
