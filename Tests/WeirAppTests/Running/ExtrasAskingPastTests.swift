// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import EVMRPC
import Synchronization
import Testing
import WeirPorts

@testable import WeirApp

/// What of a plan is asked of blocks that are read in catching up.
@Suite struct ExtrasAskingPastTests {
    /// What a client was asked for, call by call.
    struct Asked: Equatable {
        var numbers: [UInt64]
        var transactions: Bool
        var fees: Bool
        var readings: Int
    }

    /// Answers every question with nothing in it, and remembers the questions.
    private final class Client: ChainClient {
        let asked = Mutex<[Asked]>([])
        let headersAsked = Mutex(0)
        /// Fails questions of more blocks than this, and every question so often.
        let most: Int
        let failures: Mutex<Int>
        let error: ChainClientError

        init(
            most: Int = .max, failures: Int = 0,
            error: ChainClientError = .serverError(endpoint: "test", code: -32_000, detail: "")
        ) {
            self.most = most
            self.failures = Mutex(failures)
            self.error = error
        }

        private func fails(_ count: Int) -> Bool {
            self.failures.withLock { left in
                if left == 0 { return count > self.most }
                left -= 1
                return true
            }
        }

        static func hash(_ number: UInt64) -> Hash256 { Hash256(words: 5, 6, 7, number) }

        static func header(_ number: UInt64) -> BlockHeader {
            BlockHeader(
                number: BlockNumber(number), hash: Self.hash(number),
                parentHash: Self.hash(number &- 1), timestamp: BlockTime(1_000 + number))
        }

        func headers(
            _ range: ClosedRange<BlockNumber>
        ) async throws(ChainClientError) -> [BlockHeader] {
            self.headersAsked.withLock { $0 += 1 }
            if self.fails(Int(range.upperBound.distance(above: range.lowerBound)) + 1) {
                throw self.error
            }
            return (range.lowerBound.rawValue...range.upperBound.rawValue).map(Self.header)
        }

        func extras(
            of headers: [BlockHeader], plan: FetchPlan, isHead: Bool
        ) async throws(ChainClientError) -> [BlockExtras] {
            self.asked.withLock {
                $0.append(
                    Asked(
                        numbers: headers.map(\.number.rawValue),
                        transactions: plan.transactions != nil, fees: plan.wantsFees,
                        readings: plan.readings.count))
            }
            if self.fails(headers.count) { throw self.error }
            return headers.map { BlockExtras(block: $0.ref, time: $0.timestamp) }
        }

        private static let refusal = ChainClientError.unsupported(
            endpoint: "test", method: "none", detail: "")

        func chainID() async throws(ChainClientError) -> ChainID { throw Self.refusal }
        func heads(
            _ tags: [HeadTag]
        ) async throws(ChainClientError) -> [HeadTag: BlockHeader] { throw Self.refusal }
        func look(
            _ tags: [HeadTag], above tip: BlockRef, filter: LogFilter
        ) async throws(ChainClientError) -> ChainLook { throw Self.refusal }
        func header(_ hash: Hash256) async throws(ChainClientError) -> BlockHeader? {
            throw Self.refusal
        }
        func blocks(
            _ refs: [BlockRef], filter: LogFilter
        ) async throws(ChainClientError) -> [Block?] { throw Self.refusal }
        func logs(
            _ range: ClosedRange<BlockNumber>, after parent: Hash256?, filter: LogFilter
        ) async throws(ChainClientError) -> LogPage { throw Self.refusal }
        func call(
            to address: Address, data: [UInt8], at block: BlockRef
        ) async throws(ChainClientError) -> [UInt8] { throw Self.refusal }
    }

    private static let filter = TransactionFilter(senders: [Address(words: 1, 2, 3)])

    /// Asks for what is wanted of blocks 10 to 14.
    private func page(
        _ plan: FetchPlan, head: UInt64? = nil
    ) async throws -> (page: LogPage, asked: [Asked], headers: Int) {
        let client = Client()
        var page = LogPage(
            first: BlockNumber(10), last: Client.header(14).anchor, logs: LogBatch())
        try await ExtrasAsking(client: client, plan: plan, head: head.map { BlockNumber($0) })
            .add(to: &page, after: Client.hash(9))
        return (page, client.asked.withLock { $0 }, client.headersAsked.withLock { $0 })
    }

    @Test func transactionsOfAPageAreAskedForFromTheirStartOn() async throws {
        var plan = FetchPlan(
            transactions: Self.filter, transactionsFrom: BlockNumber(12), wantsFees: true,
            wantsPastFees: false)
        let (page, asked, _) = try await self.page(plan)
        #expect(
            asked == [
                Asked(numbers: [12, 13, 14], transactions: true, fees: false, readings: 0)
            ])
        #expect(page.extras.map(\.block.number.rawValue) == [12, 13, 14])

        plan.transactionsFrom = BlockNumber(15)
        let below = try await self.page(plan)
        #expect(below.asked.isEmpty)
        #expect(below.headers == 0)
        #expect(below.page.extras.isEmpty)

        for start in [nil, 10, 3] as [UInt64?] {
            plan.transactionsFrom = start.map { BlockNumber($0) }
            let all = try await self.page(plan)
            #expect(
                all.asked == [
                    Asked(
                        numbers: [10, 11, 12, 13, 14], transactions: true, fees: false,
                        readings: 0)
                ])
        }
    }

    @Test func feesOfThePastAreAskedForWhereTheyAreWanted() async throws {
        let plan = FetchPlan(
            transactions: Self.filter, transactionsFrom: BlockNumber(12), wantsFees: true)
        let (page, asked, _) = try await self.page(plan)
        #expect(
            asked == [
                Asked(numbers: [10, 11], transactions: false, fees: true, readings: 0),
                Asked(numbers: [12, 13, 14], transactions: true, fees: true, readings: 0),
            ])
        #expect(page.extras.map(\.block.number.rawValue) == [10, 11, 12, 13, 14])

        let none = try await self.page(FetchPlan(wantsFees: true, wantsPastFees: false))
        #expect(none.asked.isEmpty)
        #expect(none.headers == 0)
    }

    @Test func readingsOfThePastAreOfTheLastBlockNearTheHead() async throws {
        let reading = ReadingRequest(key: "k", subject: .balance(Address(words: 1, 2, 3)))
        let plan = FetchPlan(
            readings: [reading], transactions: Self.filter, transactionsFrom: BlockNumber(20),
            wantsFees: true, wantsPastFees: false)
        let near = try await self.page(plan, head: 20)
        #expect(
            near.asked == [Asked(numbers: [14], transactions: false, fees: false, readings: 1)])
        #expect(near.page.extras.map(\.block.number.rawValue) == [14])
        let far = try await self.page(plan, head: 1_000_000)
        #expect(far.asked.isEmpty)
    }

    // MARK: Where requests fail

    /// A clock that never waits, and adds up what it was asked to wait.
    private final class Waits: Sendable {
        let total = Mutex(Duration.zero)

        var clock: RPCClock {
            RPCClock(
                now: { .zero }, unixSeconds: { 0 },
                sleep: { duration in self.total.withLock { $0 += duration } })
        }
    }

    private static let fees = FetchPlan(wantsFees: true)

    /// Asks for the fees of blocks 1 to `last`.
    private func fees(_ client: Client, last: UInt64, _ waits: Waits) async throws -> LogPage {
        var page = LogPage(
            first: BlockNumber(1), last: Client.header(last).anchor, logs: LogBatch())
        try await ExtrasAsking(client: client, plan: Self.fees, head: nil, clock: waits.clock)
            .add(to: &page, after: Client.hash(0))
        return page
    }

    /// A node that answers no more than ten blocks at once is still read, each block once.
    @Test func aPartThatFailsIsHalved() async throws {
        let client = Client(most: 10)
        let waits = Waits()
        let page = try await self.fees(client, last: 700, waits)
        #expect(page.extras.map(\.block.number.rawValue) == Array(1...700))
        #expect(waits.total.withLock { $0 } > .zero)
    }

    @Test func aWholePageIsAskedForInFewParts() async throws {
        let client = Client()
        let waits = Waits()
        _ = try await self.fees(client, last: 1_200, waits)
        let calm = client.asked.withLock { $0.count }
        #expect(calm == 3)
        #expect(waits.total.withLock { $0 } == .zero)
    }

    /// A node that stays broken is told, after a bounded number of tries.
    @Test func whatStaysBrokenIsAnError() async throws {
        let client = Client(most: 0)
        let waits = Waits()
        await #expect(throws: client.error) {
            _ = try await self.fees(client, last: 5, waits)
        }
        #expect((2...20).contains(client.headersAsked.withLock { $0 }))
        #expect(waits.total.withLock { $0 } < .seconds(60))
    }

    @Test(arguments: [
        ChainClientError.behind(endpoint: "test", detail: ""),
        .denied(endpoint: "test", detail: ""),
        .unproven(endpoint: "test", check: "hash", detail: ""), .cancelled,
    ])
    func whatNoWaitHelpsIsToldAtOnce(error: ChainClientError) async throws {
        let client = Client(most: 0, error: error)
        let waits = Waits()
        await #expect(throws: error) { _ = try await self.fees(client, last: 5, waits) }
        #expect(client.headersAsked.withLock { $0 } == 1)
        #expect(waits.total.withLock { $0 } == .zero)
    }

    @Test func aWaitThatWasAskedForIsKept() async throws {
        let error = ChainClientError.rateLimited(endpoint: "test", retryAfter: .seconds(7))
        let client = Client(failures: 1, error: error)
        let waits = Waits()
        _ = try await self.fees(client, last: 5, waits)
        #expect(waits.total.withLock { $0 } >= .seconds(7))
    }
}
