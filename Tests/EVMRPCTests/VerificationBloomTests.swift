// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import ChainSimulator
import CurlTransport
import EVMPrimitives
import JSONBytes
import Synchronization
import Testing
import WeirPorts

@testable import EVMRPC

/// What the bloom shows, and what is done about a hit without a log.
@Suite struct VerificationBloomTests {
    /// What the observer was told.
    final class Told: Sendable {
        private let state = Mutex<(missing: [String: Int], unconfirmed: Int, verified: Int)>(
            ([:], 0, 0))

        var missing: [String: Int] { self.state.withLock { $0.missing } }
        var unconfirmed: Int { self.state.withLock { $0.unconfirmed } }
        var verified: Int { self.state.withLock { $0.verified } }

        var observer: VerificationObserver {
            VerificationObserver(
                verified: { _, count in self.state.withLock { $0.verified += count } },
                missing: { endpoint, count in
                    self.state.withLock { $0.missing[endpoint, default: 0] += count }
                },
                unconfirmed: { count in self.state.withLock { $0.unconfirmed += count } })
        }
    }

    /// The filter for one contract that the block has a log of.
    private func filter(_ node: LyingNode) throws -> LogFilter {
        let log = try #require(node.block.receipts[node.receipt].logs.first)
        return LogFilter(addresses: [log.address])
    }

    private func check(_ error: ChainClientError?) -> String? {
        if case .unproven(_, let check, _)? = error { check } else { error.map { "\($0)" } }
    }

    private static let dropLogs: LyingNode.Lie = { method, result in
        method == "eth_getLogs" ? result.changingItems { $0 = [] } : result
    }

    @Test func allLogsOfAContractLeftOutAreCaughtAndCounted() async throws {
        let node = try LyingNode.usual.get()
        let filter = try self.filter(node)
        let told = Told()
        let verification = Verification(.bloom, observer: told.observer)
        let liar = node.client("liar", verification, weight: 9, lie: Self.dropLogs)
        let honest = node.client("honest", verification)
        let number = node.block.header.number
        let wanted = node.block.logs.count { $0.log.address == filter.addresses[0] }
        let error = await failure { () throws(ChainClientError) in
            try await liar.logs(number...number, filter: filter)
        }
        #expect(self.check(error) == "log_omitted")
        #expect(told.missing == ["liar": wanted])
        let head = await failure { () throws(ChainClientError) in
            try await liar.blocks([node.block.ref], filter: filter)
        }
        #expect(self.check(head) == "log_omitted")
        let pool = EndpointPool(
            [liar, honest], expecting: nil, clock: FakeClock().clock, random: { 0 })
        let page = try await pool.logs(number...number, filter: filter)
        #expect(page.logs.count == wanted)
    }

    @Test func aHitByChanceIsProvenHarmlessAndLetThrough() async throws {
        let node = try LyingNode.usual.get()
        let told = Told()
        let verification = Verification(.bloom, observer: told.observer)
        // In the bloom, but as a second topic: there is no log whose first topic it is.
        let second = node.block.receipts[node.receipt].logs.lazy.compactMap {
            $0.topics.count > 1 ? $0.topics[1] : nil
        }.first
        let filter = LogFilter(topics0: [try #require(second)])
        let asked = Mutex(0)
        let client = node.client("node", verification) { method, result in
            if method == "eth_getBlockReceipts" { asked.withLock { $0 += 1 } }
            return result
        }
        let blocks = try await client.blocks([node.block.ref], filter: filter)
        #expect(blocks.first??.logs.isEmpty == true)
        #expect(asked.withLock { $0 } == 1)
        #expect(told.missing.isEmpty && told.unconfirmed == 0 && told.verified == 1)
    }

    @Test(arguments: [
        ("log_block", "blockHash"), ("log_not_in_bloom", "address"),
    ])
    func aLogThatIsNotOfTheBlockIsCaught(_ reason: String, _ member: String) async throws {
        let node = try LyingNode.usual.get()
        let liar = node.client("liar", Verification(.bloom)) { method, result in
            method == "eth_getLogs"
                ? result.changing(item: 0) { $0.changing(member, \.flipped) } : result
        }
        let number = node.block.header.number
        let error = await failure { () throws(ChainClientError) in
            try await liar.logs(number...number, filter: LogFilter())
        }
        #expect(self.check(error) == reason)
    }

    @Test func aTopicThatIsNotInTheBloomIsCaught() async throws {
        let node = try LyingNode.usual.get()
        let liar = node.client("liar", Verification(.bloom)) { method, result in
            method == "eth_getLogs"
                ? result.changing(item: 0) {
                    $0.changing("topics") { $0.changing(item: 0, \.flipped) }
                }
                : result
        }
        let number = node.block.header.number
        let error = await failure { () throws(ChainClientError) in
            try await liar.logs(number...number, filter: OmittingNode.filter)
        }
        #expect(self.check(error) == "log_not_in_bloom")
    }

    @Test(arguments: [
        ("stateRoot", "header_hash"), ("logsBloom", "header_hash"), ("parentHash", "header_hash"),
    ])
    func aHeaderIsHeldAgainstItsHash(_ member: String, _ reason: String) async throws {
        let node = try LyingNode.usual.get()
        let liar = node.client("liar", Verification(.bloom)) { method, result in
            method.hasPrefix("eth_getBlockBy") ? result.changing(member, \.flipped) : result
        }
        let number = node.block.header.number
        for error in [
            await failure { () throws(ChainClientError) in
                _ = try await liar.logs(number...number, filter: OmittingNode.filter)
            },
            await failure { () throws(ChainClientError) in
                _ = try await liar.blocks([node.block.ref], filter: OmittingNode.filter)
            },
            await failure { () throws(ChainClientError) in
                _ = try await liar.header(node.block.hash)
            },
            await failure { () throws(ChainClientError) in
                _ = try await liar.headers(number...number)
            },
        ] { #expect(self.check(error) == reason) }
    }

    // MARK: Endpoints without receipts

    /// An endpoint that knows neither method for receipts.
    private func bare(
        _ node: LyingNode, _ name: String, _ verification: Verification, weight: Int = 1
    ) -> JSONRPCClient {
        let transport = ScriptedTransport.answering { asked in
            if asked.method.hasSuffix("Receipts") || asked.method.hasSuffix("Receipt") {
                return .error(-32601, "the method \(asked.method) does not exist/is not available")
            }
            let result = OmittingNode.result(node.chain, asked.method, asked.params.text())
            return .result(Self.dropLogs(asked.method, result).text())
        }
        return JSONRPCClient(
            RPCEndpoint(simulated: name, weight: weight), transport: transport,
            clock: FakeClock().clock, verification: verification)
    }

    @Test func whoCannotConfirmAHitLeavesItToAnotherEndpoint() async throws {
        let node = try LyingNode.usual.get()
        let filter = try self.filter(node)
        let told = Told()
        let verification = Verification(.bloom, observer: told.observer)
        let bare = self.bare(node, "bare", verification, weight: 9)
        let pool = EndpointPool(
            [bare, node.client("whole", verification)], expecting: nil, clock: FakeClock().clock,
            random: { 0 })
        let blocks = try await pool.blocks([node.block.ref], filter: filter)
        #expect(blocks.first??.logs.isEmpty == false)
        #expect(told.unconfirmed == 0)
    }

    @Test func whereNobodyCanConfirmAHitItIsCountedAndTheChainGoesOn() async throws {
        let node = try LyingNode.usual.get()
        let filter = try self.filter(node)
        let told = Told()
        let verification = Verification(.bloom, observer: told.observer)
        let pool = EndpointPool(
            [self.bare(node, "a", verification), self.bare(node, "b", verification)],
            expecting: nil, clock: FakeClock().clock, random: { 0 })
        let blocks = try await pool.blocks([node.block.ref], filter: filter)
        #expect(blocks.first??.logs.isEmpty == true)
        #expect(told.unconfirmed == 1)
    }

    @Test func withoutReceiptsOfBlocksThoseOfTransactionsProve() async throws {
        let node = try LyingNode.usual.get()
        for level in [VerificationLevel.bloom, .receipts] {
            let transport = ScriptedTransport.answering { asked in
                if asked.method == "eth_getBlockReceipts" {
                    return .error(-32601, "the method eth_getBlockReceipts does not exist")
                }
                return .result(
                    OmittingNode.result(node.chain, asked.method, asked.params.text()).text())
            }
            let client = JSONRPCClient(
                RPCEndpoint(simulated: "node"), transport: transport, clock: FakeClock().clock,
                verification: Verification(level))
            let page = try await client.logs(node.range, filter: OmittingNode.filter)
            #expect(LyingNode.places(page.logs) == node.truth(node.range))
            if level == .receipts {
                _ = try await client.logs(node.range, filter: OmittingNode.filter)
                let refused = transport.calls.joined().count { $0.method == "eth_getBlockReceipts" }
                // Both forms were tried for one page; what was learnt is kept.
                #expect(refused <= 2 * node.range.count)
            }
        }
    }

    @Test func whoMayKnowBetterButIsSilentForLongIsNotWaitedForForever() async throws {
        let node = try LyingNode.usual.get()
        let filter = try self.filter(node)
        let told = Told()
        let verification = Verification(.bloom, observer: told.observer)
        let clock = FakeClock()
        let dead = JSONRPCClient(
            RPCEndpoint(simulated: "dead"),
            transport: ScriptedTransport { _ throws(TransportError) in
                throw .connectionLost(host: "dead")
            }, clock: clock.clock, verification: verification)
        let pool = EndpointPool(
            [self.bare(node, "bare", verification, weight: 9), dead], expecting: nil,
            clock: clock.clock, random: { 0 })
        var answers = 0
        for _ in 0..<40 where answers == 0 {
            do throws(ChainClientError) {
                answers += try await pool.blocks([node.block.ref], filter: filter).count
            } catch {
                clock.advance(.seconds(31))
            }
        }
        #expect(answers == 1 && told.unconfirmed == 1)
    }

    /// A chain without blooms is one that `off` must be able to follow.
    @Test func withoutVerificationBloomsDoNotMatter() async throws {
        let node = try LyingNode.usual.get()
        let client = node.client("node", .off, everywhere: true) { method, result in
            method.hasPrefix("eth_getBlockBy")
                ? result.with("logsBloom", .string("0x" + String(repeating: "00", count: 256)))
                : result
        }
        let blocks = try await client.blocks([node.block.ref], filter: OmittingNode.filter)
        #expect(blocks.first??.logs.isEmpty == false)
    }
}

extension ClosedRange<BlockNumber> {
    /// How many blocks.
    var count: Int { Int(self.upperBound.distance(above: self.lowerBound)) + 1 }
}
