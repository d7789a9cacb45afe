// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSync
import CurlTransport
import EVMPrimitives
import JSONBytes
import Synchronization
import Testing
import WeirPorts

@testable import EVMRPC

/// Every known error of every provider: the right action, and work goes on behind it.
@Suite struct ProviderErrorTests {
    typealias Row = ProviderErrors.Row

    static func ids(_ body: [UInt8]) -> [UInt64] {
        let value = (try? JSONValue(parsing: body)) ?? nil
        return (value.array ?? [value]).map { $0["id"]?.uint64 ?? 0 }
    }

    /// Through the client, as bytes of HTTP, in each form that servers use for a batch.
    @Test(arguments: ProviderErrors.all)
    func errorsBecomeWhatHelps(row: Row) async throws {
        var forms = [
            ScriptedTransport { body throws(TransportError) in row.answer(Self.ids(body)) }
        ]
        if !row.isBody {
            forms.append(ScriptedTransport { _ throws(TransportError) in row.wholeAnswer() })
        }
        for transport in forms {
            let client = try JSONRPCClient.test(transport)
            let error = await failure { () throws(ChainClientError) in
                try await client.logs(
                    BlockNumber(100)...BlockNumber(50_099), filter: LogFilter())
            }
            #expect(
                error.map { ClassificationTests.kind(.failed($0)) } == row.action,
                "\(row.testDescription)")
        }
    }

    // MARK: Progress

    /// What a run over a chain came to.
    struct Outcome {
        var blocks: [UInt64] = []
        var limit: UInt64?
        var smallestSpan = UInt64.max
        var calls = 0
    }

    static let head: UInt64 = 100

    /// Reads a chain as the follower does: the planner hands out ranges, errors say what next.
    static func read(_ pool: EndpointPool, _ clock: FakeClock) async -> Outcome {
        var planner = LogRangePlanner(
            next: BlockNumber(1), firstSpan: 8, spanMax: 16, logsTarget: 1000)
        var outcome = Outcome()
        while let range = planner.take(upTo: BlockNumber(Self.head)) {
            outcome.calls += 1
            guard outcome.calls < 2000 else { break }
            do throws(ChainClientError) {
                let page = try await pool.logs(range, filter: LogFilter())
                outcome.blocks += page.logs.entries.map(\.blockNumber.rawValue)
                planner.succeeded(range, logs: page.logs.count)
            } catch {
                switch error.disposition {
                case .shrink(.halve): _ = planner.refused(range, blocks: 0)
                case .shrink(.blocks(let blocks)): _ = planner.refused(range, blocks: blocks)
                case .shrink(.range(let from, let to)):
                    _ = planner.refused(range, blocks: to - from + 1)
                case .retry, .otherEndpoint: planner.putBack(range)
                case .giveUp:
                    Issue.record("gave up: \(error)")
                    return outcome
                }
                clock.advance(.seconds(20))
            }
            outcome.smallestSpan = min(outcome.smallestSpan, planner.span)
        }
        outcome.limit = planner.limit
        return outcome
    }

    /// A node that answers every other log request with the error, as long as there are strikes.
    static func striking(_ row: Row, strikes: Int, everyOther: Bool = true) -> ScriptedTransport {
        let good = ScriptedTransport.answering(node(head: Self.head))
        let count = Mutex((requests: 0, strikes: strikes))
        return ScriptedTransport { body throws(TransportError) in
            let isLogs = String(decoding: body, as: UTF8.self).contains("eth_getLogs")
            let isStruck = count.withLock { count in
                guard isLogs, count.strikes > 0 else { return false }
                count.requests += 1
                guard !everyOther || count.requests % 2 == 1 else { return false }
                count.strikes -= 1
                return true
            }
            return isStruck ? row.answer(Self.ids(body)) : try good.answer(body)
        }
    }

    /// The error meets the first fifty requests but every other one: every block is read once.
    @Test(arguments: ProviderErrors.all)
    func progressResumesBehindEveryError(row: Row) async throws {
        let clock = FakeClock()
        let transport = Self.striking(row, strikes: 50)
        let pool = PoolTests.pool([try .test(transport, clock: clock.clock)], clock, rounds: 1)
        let outcome = await Self.read(pool, clock)
        #expect(outcome.blocks == Array(1...Self.head), "\(row.testDescription)")
        if row.action == "behind" {
            #expect(outcome.limit == nil && outcome.smallestSpan >= 8, "a lagging node shrank it")
            #expect(pool.rangeLimit == nil)
        }
    }

    /// One endpoint says nothing else any more: the other one's answers are enough.
    @Test(arguments: ProviderErrors.behind + ProviderErrors.others)
    func anotherEndpointTakesOver(row: Row) async throws {
        let clock = FakeClock()
        let pool = PoolTests.pool(
            [
                try .test(
                    Self.striking(row, strikes: .max, everyOther: false), name: "bad", weight: 9,
                    clock: clock.clock),
                try .test(.answering(node(head: Self.head)), name: "good", clock: clock.clock),
            ], clock)
        let outcome = await Self.read(pool, clock)
        #expect(outcome.blocks == Array(1...Self.head), "\(row.testDescription)")
        #expect(outcome.smallestSpan >= 8 && clock.slept.isEmpty, "\(row.testDescription)")
    }
}
