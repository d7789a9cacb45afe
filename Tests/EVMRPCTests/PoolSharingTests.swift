// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import CurlTransport
import EVMPrimitives
import JSONBytes
import Synchronization
import Testing
import WeirPorts

@testable import EVMRPC

/// Load, limits and memory of several endpoints.
@Suite struct PoolSharingTests {
    typealias Switch = PoolTests.Switch

    static func logs(
        _ pool: EndpointPool, _ range: ClosedRange<UInt64>
    ) async throws(ChainClientError) -> Int {
        try await pool.logs(
            BlockNumber(range.lowerBound)...BlockNumber(range.upperBound), filter: LogFilter()
        ).logs.count
    }

    static func asked(_ transport: ScriptedTransport) -> Int {
        transport.calls.count { $0.contains { $0.method == "eth_getLogs" } }
    }

    /// The better endpoint fails, the other serves, then the first returns and gets its share.
    @Test func theBetterEndpointComesBackToItsShare() async throws {
        let clock = FakeClock()
        let heavy = Switch()
        let transports = [heavy.transport(head: 100), Switch().transport(head: 100)]
        let pool = PoolTests.pool(
            [
                try .test(transports[0], name: "heavy", weight: 2),
                try .test(transports[1], name: "light"),
            ], clock)
        func share(_ count: Int) async throws -> [Int] {
            let before = transports.map(Self.asked)
            for _ in 0..<count { #expect(try await Self.logs(pool, 1...9) == 9) }
            return zip(transports.map(Self.asked), before).map(-)
        }
        #expect(try await share(30) == [20, 10])
        heavy.set(.error(-32603, "internal error"))
        let broken = try await share(30)
        #expect(broken[1] == 30 && broken[0] == 1, "one failure, and no more until its rest ends")
        #expect(pool.health[0].reason == "server_error" && pool.health[0].rest == .seconds(1))
        heavy.set(nil)
        clock.advance(.seconds(1))
        #expect(try await share(30) == [20, 10])
        #expect(pool.health[0].reason == nil && clock.slept.isEmpty)
    }

    /// While it is broken, an endpoint costs one try for each of its growing rests.
    @Test func aBrokenEndpointIsTriedEverMoreSeldom() async throws {
        let clock = FakeClock()
        let broken = Switch()
        broken.set(.error(-32603, "internal error"))
        let transport = broken.transport(head: 100)
        let pool = PoolTests.pool(
            [
                try .test(transport, name: "broken", weight: 9),
                try .test(Switch().transport(head: 100), name: "good"),
            ], clock)
        for _ in 0..<600 {
            #expect(try await PoolTests.head(pool) == 100)
            clock.advance(.seconds(1))
        }
        #expect((10...600).contains(transport.bodies.count))
        #expect(pool.health[0].failures == transport.bodies.count)
    }

    @Test func aStepIsAskedOfTheEndpointThatNamedTheHead() async throws {
        let clock = FakeClock()
        let first = Switch()
        let transports = [first.transport(head: 9), Switch().transport(head: 9)]
        let pool = PoolTests.pool(
            [try .test(transports[0], name: "a"), try .test(transports[1], name: "b")], clock)
        first.set(.error(-32603, "internal error"))
        #expect(try await PoolTests.head(pool) == 9)
        first.set(nil)
        clock.advance(.seconds(5))
        // The first is back, but this step began with the second.
        let asked = transports[0].bodies.count
        _ = try await pool.headers(BlockNumber(8)...BlockNumber(9))
        #expect(transports[0].bodies.count == asked)
        #expect(try await PoolTests.head(pool) == 9)
        _ = try await pool.headers(BlockNumber(8)...BlockNumber(9))
        #expect(transports[0].bodies.count > asked + 1)
    }

    // MARK: Ranges

    /// A node that takes so many blocks.
    static func limited(_ blocks: UInt64?, head: UInt64 = 500) -> ScriptedTransport {
        let good = node(head: head)
        return .answering { asked in
            if asked.method == "eth_getLogs", let blocks,
                let from = asked.params[0]?["fromBlock"]?.string.flatMap({
                    U256(hexQuantity: $0)?.uint64
                }),
                let to = asked.params[0]?["toBlock"]?.string.flatMap({
                    U256(hexQuantity: $0)?.uint64
                }), to - from >= blocks
            {
                return .error(-32602, "maximum block range: \(blocks)")
            }
            return good(asked)
        }
    }

    @Test func aRangeGoesToWhoTakesIt() async throws {
        let (small, large) = (Self.limited(10), Self.limited(nil))
        let pool = PoolTests.pool(
            [try .test(small, name: "small", weight: 3), try .test(large, name: "large")],
            FakeClock())
        for _ in 0..<8 { #expect(try await Self.logs(pool, 1...40) == 40) }
        // One refusal taught it.
        #expect(Self.asked(small) == 1 && Self.asked(large) == 8)
        #expect(pool.health.map(\.rangeLimit) == [10, nil] && pool.rangeLimit == nil)
        for _ in 0..<8 { #expect(try await Self.logs(pool, 1...10) == 10) }
        #expect(Self.asked(small) == 7 && Self.asked(large) == 10)
    }

    @Test func aRangeThatNobodyTakesIsRefusedWithTheLargestLimit() async throws {
        let (small, large) = (Self.limited(10), Self.limited(25))
        let pool = PoolTests.pool(
            [try .test(small, name: "small"), try .test(large, name: "large")], FakeClock())
        for _ in 0..<3 {
            let error = await failure { () throws(ChainClientError) in
                try await Self.logs(pool, 1...40)
            }
            #expect(error?.disposition == .shrink(.blocks(25)))
        }
        #expect(Self.asked(small) == 1 && Self.asked(large) == 1)
        #expect(try await Self.logs(pool, 1...25) == 25)
        #expect(pool.rangeLimit == 25)
    }

    /// While the one that takes more rests, ranges get smaller, but that is not called a limit.
    @Test func theLimitOfTheOneThatIsLeftIsNotThatOfAll() async throws {
        let clock = FakeClock()
        let broken = Switch()
        let large = broken.transport(head: 500)
        let small = Self.limited(10)
        let pool = PoolTests.pool(
            [try .test(large, name: "large", weight: 9), try .test(small, name: "small")], clock)
        #expect(try await Self.logs(pool, 1...40) == 40)
        broken.set(.error(-32603, "internal error"))
        let error = await failure { () throws(ChainClientError) in
            try await Self.logs(pool, 1...40)
        }
        #expect(error?.disposition == .shrink(.halve))
        #expect(try await Self.logs(pool, 1...10) == 10)
        broken.set(nil)
        clock.advance(.seconds(60))
        #expect(try await Self.logs(pool, 1...40) == 40)
    }

    @Test func tooManyLogsAreTooManyEverywhereAndTeachNoLimit() async throws {
        let first = Switch()
        let second = Switch().transport(head: 500)
        let pool = PoolTests.pool(
            [try .test(first.transport(head: 500), name: "a"), try .test(second, name: "b")],
            FakeClock())
        _ = try await Self.logs(pool, 1...2)
        first.set(.error(-32005, "query returned more than 10000 results"))
        let error = await failure { () throws(ChainClientError) in
            try await Self.logs(pool, 1...400)
        }
        _ = error
        let again = await failure { () throws(ChainClientError) in
            try await Self.logs(pool, 1...400)
        }
        // Shared by turns, so one of the two calls met the refusal and was not sent elsewhere.
        let refused = [error, again].compactMap { $0 }
        #expect(refused.map(\.disposition) == [.shrink(.halve)])
        #expect(Self.asked(second) == 1)
        #expect(pool.health.allSatisfy { $0.rangeLimit == nil && $0.isReady })
    }

    @Test func beyondTheHeadNeverShrinksARange() async throws {
        let only = Switch()
        let pool = PoolTests.pool([try .test(only.transport(head: 500))], FakeClock())
        _ = try await Self.logs(pool, 1...2)
        only.set(.error(-32602, "block range extends beyond current head block"))
        for _ in 0..<5 {
            let error = await failure { () throws(ChainClientError) in
                try await Self.logs(pool, 1...400)
            }
            guard case .behind? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
        #expect(pool.rangeLimit == nil && pool.health[0].isReady)
        only.set(nil)
        #expect(try await Self.logs(pool, 1...400) == 400)
    }

    // MARK: Memory

    @Test func whatWasLearntIsUsedAtTheNextStart() async throws {
        let small = Self.limited(10)
        func pool(_ transport: ScriptedTransport) throws -> EndpointPool {
            PoolTests.pool([try .test(transport, name: "small")], FakeClock())
        }
        let before = try pool(small)
        _ = await failure { () throws(ChainClientError) in try await Self.logs(before, 1...40) }
        let kept = before.memories.mapValues(\.text)
        #expect(kept["small"]?.contains("range=10@1800000000") == true)
        let fresh = Self.limited(10)
        let after = try pool(fresh)
        after.restore(kept.mapValues { EndpointMemory($0) })
        after.restore(["another": EndpointMemory(range: .init(blocks: 1, learntAt: 0))])
        #expect(after.rangeLimit == 10)
        let error = await failure { () throws(ChainClientError) in
            try await Self.logs(after, 1...40)
        }
        #expect(error?.disposition == .shrink(.blocks(10)))
        #expect(fresh.bodies.isEmpty)
        // What the first one used counts on the same day.
        #expect(after.health[0].credits.used == before.health[0].credits.used)
    }

    @Test func memoriesAreReadBackAndOldOnesForgotten() {
        let memory = EndpointMemory(
            range: .init(blocks: 5000, learntAt: 1_800_000_000), credits: 12, day: 20_833)
        #expect(memory.text == "range=5000@1800000000 credits=12@20833")
        #expect(EndpointMemory(memory.text) == memory)
        #expect(EndpointMemory("") == EndpointMemory() && EndpointMemory().text == "")
        for text in [
            "range=0@1", "range=-5@1", "range=5", "range=@", "=", "range=5@x", "other=1@2",
            "range=99999999999999999999@1", "range 5@1", "credits=@5",
        ] {
            #expect(EndpointMemory(text) == EndpointMemory(), "\(text)")
        }
        let range = EndpointMemory.LearntRange(blocks: 5, learntAt: 1_800_000_000)
        #expect(range.isValid(at: 1_800_000_000) && range.isValid(at: 1_800_600_000))
        #expect(!range.isValid(at: 1_800_604_800) && !range.isValid(at: 1_700_000_000))
        #expect(!EndpointMemory.LearntRange(blocks: 5, learntAt: .min).isValid(at: .max))
    }
}
