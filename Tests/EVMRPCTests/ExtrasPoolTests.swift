// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import EVMPrimitives
import JSONBytes
import Synchronization
import Testing
import WeirPorts

@testable import EVMRPC

/// What one endpoint cannot read, another one may; and the real path over HTTP.
@Suite struct ExtrasPoolTests {
    static let plan = FetchPlan(
        readings: StateReadingTests.plan.readings, wantsFees: true, tipPercentiles: [50])

    private func chain() throws -> SimulatedChain { try LyingNode.usual.get().chain }

    private func pool(_ benches: [ExtrasBench]) -> EndpointPool {
        EndpointPool(
            benches.map(\.client), expecting: nil,
            policy: EndpointPool.Policy(isHedging: false, lagMax: nil), clock: FakeClock().clock,
            random: { 0 })
    }

    /// Without state: as a node that has pruned it.
    private static let pruned: ExtrasBench.Twist = { asked in
        ["eth_call", "eth_getBalance", "eth_getCode", "eth_getStorageAt"].contains(asked.method)
            ? .error(-32000, "missing trie node") : nil
    }

    @Test func whatOneEndpointLacksAnotherOneReads() async throws {
        let chain = try self.chain()
        let first = ExtrasBench(chain, name: "a", twist: Self.pruned)
        let second = ExtrasBench(chain, name: "b")
        let header = try first.header(30)
        let extras = try await self.pool([first, second]).extras(
            of: [header], plan: Self.plan, isHead: true)
        let whole = try await ExtrasBench(chain).extras(30...30, Self.plan)
        #expect(extras == whole)
        #expect(first.requests == 1 && second.requests == 1)
        #expect(!second.methods(0).contains("eth_feeHistory"))
    }

    @Test func tipsAreAskedForElsewhereToo() async throws {
        let chain = try self.chain()
        let first = ExtrasBench(chain, name: "a") { asked in
            asked.method == "eth_feeHistory" ? .error(-32601, "method not found") : nil
        }
        let second = ExtrasBench(chain, name: "b")
        let header = try first.header(30)
        let extras = try await self.pool([first, second]).extras(
            of: [header], plan: Self.plan, isHead: true)
        #expect(extras[0].fees?.tipsWei.count == 1 && extras[0].fees?.gasPriceWei != nil)
        #expect(second.methods(0) == ["eth_feeHistory"])
    }

    @Test func whatNobodyHasIsToldAfterTwoOthersWereAsked() async throws {
        let chain = try self.chain()
        let benches = ["a", "b", "c", "d"].map {
            ExtrasBench(chain, name: $0, twist: Self.pruned)
        }
        let header = try benches[0].header(30)
        let extras = try await self.pool(benches).extras(
            of: [header], plan: Self.plan, isHead: true)
        #expect(
            extras[0].readings.allSatisfy {
                if case .unavailable = $0.outcome { true } else { false }
            })
        #expect(benches.map(\.requests) == [1, 1, 1, 0])
    }

    /// Replicas behind one address: the first that answer do not have the newest block yet.
    @Test(arguments: [1, 2, 3])
    func aReplicaThatLagsIsGivenAMoment(lagging: Int) async throws {
        let left = Mutex(lagging)
        let bench = ExtrasBench(try self.chain()) { asked in
            guard asked.method == "eth_getBalance" else { return nil }
            let lags = left.withLock { left in
                left -= 1
                return left >= 0
            }
            return lags ? .error(-32000, "header not found") : nil
        }
        let clock = FakeClock()
        let pool = EndpointPool(
            [bench.client], expecting: nil, policy: EndpointPool.Policy(lagMax: nil),
            clock: clock.clock, random: { 0 })
        let header = try bench.header(30)
        let extras = try await pool.extras(of: [header], plan: Self.plan, isHead: true)
        let isRead = extras[0].reading("ether")?.word != nil
        #expect(isRead == (lagging < 3))
        #expect(clock.slept.count == min(lagging, 2))
        #expect(bench.requests == 1 + min(lagging, 2) && bench.methods(1) == ["eth_getBalance"])
        // Of the past nobody waits for anything.
        left.withLock { $0 = 1 }
        _ = try await pool.extras(of: [header], plan: Self.plan, isHead: false)
        #expect(clock.slept.count == min(lagging, 2))
    }

    @Test func anEndpointInTroubleIsReplaced() async throws {
        let chain = try self.chain()
        let first = ExtrasBench(chain, name: "a") { _ in .error(429, "too many requests") }
        let second = ExtrasBench(chain, name: "b")
        let header = try first.header(30)
        let pool = self.pool([first, second])
        let extras = try await pool.extras(of: [header], plan: Self.plan, isHead: true)
        #expect(extras == (try await ExtrasBench(chain).extras(30...30, Self.plan)))
        #expect(pool.health[0].reason == "rate_limited")
    }

    /// A look and one batch: so many requests are a block with a plan, over HTTP.
    @Test func aBlockWithAPlanIsTwoRequestsOverHTTP() async throws {
        let chain = try self.chain()
        let script = ScriptedTransport.answering { ExtrasBench.reply(chain, $0) }
        try await LoopbackTests.withServer({ request in
            MiniServer.answer(script.reply(request.body))
        }) { server, curl in
            let client = try LoopbackTests.client(server, curl: curl)
            let filter = LogFilter(addresses: SimulatedContract.allCases.map(\.address))
            var plan = Self.plan
            plan.transactions = TransactionExtrasTests.plan.transactions
            let blocks = try LyingNode.usual.get().block.number...30
            var explained = 0
            for number in blocks {
                let tip = try #require(chain.block(number: number - 1)).ref
                let look = try await client.look([.latest], above: tip, filter: filter)
                let next = try #require(look.next)
                let extras = try await client.extras(of: [next.header], plan: plan, isHead: true)
                #expect(extras[0].block == next.header.ref && !extras[0].readings.isEmpty)
                if extras[0].transactions.contains(where: { !$0.succeeded }) { explained += 1 }
            }
            // One more where a transaction failed: why it did is asked once that is known. The logs
            // of a block that has none are asked for by its hash.
            let calls = script.calls
            let byHash = calls.count { $0.contains { $0.method == "eth_getLogs" } && $0.count == 2 }
            #expect(calls.count - explained - byHash == 2 * blocks.count)
        }
    }
}
