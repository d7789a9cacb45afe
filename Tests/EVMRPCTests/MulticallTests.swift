// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import EVMPrimitives
import JSONBytes
import Testing
import WeirPorts
import WeirTestSupport

@testable import EVMRPC

/// Many readings in one call, where that is known to work; each failure in it told apart.
@Suite struct MulticallTests {
    typealias Result = Multicall.Result

    /// A contract that answers as Multicall3 does, each call by `reply`.
    static func node(
        hasCode: Bool = true, _ reply: @escaping @Sendable (Address, [UInt8]) -> Result
    ) -> ExtrasBench.Twist {
        { asked in
            let to = asked.params[0]?["to"]?.string ?? asked.params[0]?.string
            guard to == Multicall.address.lowercaseText else { return nil }
            if asked.method == "eth_getCode" { return .result(hasCode ? #""0x6080""# : #""0x""#) }
            let data = asked.params[0]?["data"]?.string.flatMap { Hex.decode($0) } ?? []
            let results = Self.calls(data).map { reply($0.to, $0.data) }
            return .result("\"\(Hex.encode(Self.encode(results)))\"")
        }
    }

    /// The calls in the data of `aggregate3`.
    static func calls(_ data: [UInt8]) -> [(to: Address, data: [UInt8])] {
        func number(_ at: Int) -> Int {
            U256(bigEndian: Array(data[at..<(at + 32)]))?.int ?? 0
        }
        let base = 4 + 64
        return (0..<number(4 + 32)).compactMap { index in
            let start = base + number(base + 32 * index)
            let count = number(start + 96)
            return Address(bytes: Array(data[(start + 12)..<(start + 32)])).map {
                ($0, Array(data[(start + 128)..<(start + 128 + count)]))
            }
        }
    }

    static func encode(_ results: [Result]) -> [UInt8] {
        func word(_ number: Int) -> [UInt8] { U256(UInt64(number)).bigEndianBytes }
        var heads: [UInt8] = []
        var tails: [UInt8] = []
        for result in results {
            heads += word(32 * results.count + tails.count)
            let padding = (32 - result.data.count % 32) % 32
            tails += word(result.succeeded ? 1 : 0) + word(64) + word(result.data.count)
            tails += result.data + [UInt8](repeating: 0, count: padding)
        }
        return word(32) + word(results.count) + heads + tails
    }

    private func chain() throws -> SimulatedChain { try LyingNode.usual.get().chain }

    /// `aggregate3` of two calls as ethers 6 encodes it.
    @Test func callsAreEncodedAsTheABISays() {
        let one = Address(words: 0, 0, 1)
        let data = Multicall.encode([(one, [0xaa, 0xbb, 0xcc, 0xdd]), (one, [])])
        func word(_ text: String) -> String {
            String(repeating: "0", count: 64 - text.count) + text
        }
        let expected =
            "0x82ad56cb" + word("20") + word("2") + word("40") + word("e0")
            + word("1") + word("1") + word("60") + word("4") + "aabbccdd"
            + String(repeating: "0", count: 56) + word("1") + word("1") + word("60") + word("0")
        #expect(Hex.encode(data) == expected)
        #expect(Multicall.address.lowercaseText == "0xca11bde05977b3631167028862be2a173976ca11")
    }

    @Test(arguments: 0..<30)
    func resultsComeBackAndDamageIsSeen(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let results = (0..<Int.random(in: 0...12, using: &random)).map { _ in
            Result(
                succeeded: Bool.random(using: &random),
                data: random.bytes(Int.random(in: 0...70, using: &random)))
        }
        let bytes = Self.encode(results)
        #expect(Multicall.decode(bytes, count: results.count) == results, "seed \(seed)")
        #expect(Multicall.decode(bytes, count: results.count + 1) == nil)
        guard !results.isEmpty else { return }
        let shorter = Array(bytes.dropLast(results.last?.data.isEmpty == false ? 32 : 1))
        #expect(Multicall.decode(shorter, count: results.count) == nil, "seed \(seed)")
        for _ in 0..<200 {
            var damaged = bytes
            let index = Int.random(in: 0..<damaged.count, using: &random)
            damaged[index] = UInt8(truncatingIfNeeded: random.next())
            // Whatever comes of it, it takes no more memory than came.
            let decoded = Multicall.decode(damaged, count: results.count) ?? []
            #expect(decoded.reduce(0) { $0 + $1.data.count } <= damaged.count)
        }
    }

    @Test func fewReadingsGoAloneAndManyThroughIt() async throws {
        let twist = Self.node { _, data in
            Result(succeeded: true, data: U256(UInt64(data.last ?? 0)).bigEndianBytes)
        }
        let bench = ExtrasBench(try self.chain(), twist: twist)
        _ = try await bench.extras(20...20, FetchPlan(readings: ExtrasBench.readings(8)))
        #expect(bench.methods(0).count == 8)
        let plan = FetchPlan(readings: ExtrasBench.readings(20))
        // The first time it is looked for, beside the readings.
        _ = try await bench.extras(21...21, plan)
        #expect(bench.methods(1) == Array(repeating: "eth_call", count: 20) + ["eth_getCode"])
        let extras = try #require(try await bench.extras(22...22, plan).first)
        #expect(bench.methods(2) == ["eth_call"])
        #expect(extras.readings.map(\.word) == (0..<20).map { U256(UInt64($0)) })
        // Blocks below the one where it was seen may be older than it.
        _ = try await bench.extras(20...20, plan)
        #expect(bench.methods(3).count == 20)
        #expect(bench.requests == 4)
    }

    @Test func balancesGoThroughItAndStorageDoesNot() async throws {
        let account = SimulatedAccounts.addresses[0]
        let twist = Self.node { to, data in
            let isBalance = to == Multicall.address && data.starts(with: [0x4d, 0x23, 0x01, 0xcc])
            let isOurs = isBalance && data.suffix(20) == account.bytes[...]
            return Result(succeeded: true, data: (isOurs ? 77 : U256.one).bigEndianBytes)
        }
        let bench = ExtrasBench(try self.chain(), twist: twist)
        let plan = FetchPlan(
            readings: ExtrasBench.readings(9) + [
                ReadingRequest(key: "ether", subject: .balance(account)),
                ReadingRequest(key: "slot", subject: .storage(account, slot: .zero)),
            ])
        _ = try await bench.extras(21...21, plan)
        let extras = try #require(try await bench.extras(22...22, plan).first)
        #expect(bench.methods(1) == ["eth_call", "eth_getStorageAt"])
        #expect(extras.reading("ether")?.word == U256(77))
        #expect(extras.reading("slot")?.word == .zero)
    }

    /// A failure with data is the call's own. One without may come of gas that others took: it is
    /// asked for alone, and from then on always.
    @Test func failuresInsideAreToldApart() async throws {
        let bench = ExtrasBench(
            try self.chain(),
            twist: { asked in
                if let reply = Self.node({ _, data in
                    switch data.last {
                    case 3: Result(succeeded: false, data: [1, 2])
                    case 4, 5: Result(succeeded: false, data: [])
                    default: Result(succeeded: true, data: [9])
                    }
                })(asked) {
                    return reply
                }
                let data = asked.params[0]?["data"]?.string ?? ""
                if data.hasSuffix("04") {
                    return .errorValue(#"{"code":3,"message":"execution reverted"}"#)
                }
                return asked.method == "eth_call" ? .result(#""0x2a""#) : nil
            })
        let plan = FetchPlan(readings: ExtrasBench.readings(12))
        _ = try await bench.extras(20...20, plan)
        let extras = try #require(try await bench.extras(21...21, plan).first)
        #expect(extras.readings[3].outcome == .reverted([1, 2]))
        #expect(extras.readings[4].outcome == .reverted([]))
        #expect(extras.readings[5].outcome == .data([0x2a]))
        #expect(extras.readings[6].outcome == .data([9]))
        #expect(bench.requests == 3 && bench.methods(2).count == 2)
        _ = try await bench.extras(22...22, plan)
        // Number 4 went along alone; number 5, which does well alone, was asked again.
        #expect(bench.requests == 5)
        #expect(bench.methods(3).count == 2 && bench.methods(4).count == 1)
    }

    @Test(
        arguments: [
            #"{"code":-32000,"message":"out of gas"}"#,
            #"{"code":3,"message":"execution reverted"}"#, "rubbish",
        ])
    func whatDoesNotWorkIsLeftAlone(error: String) async throws {
        let bench = ExtrasBench(
            try self.chain(),
            twist: { asked in
                if asked.method == "eth_getCode" { return .result(#""0x60""#) }
                guard asked.params[0]?["to"]?.string == Multicall.address.lowercaseText else {
                    return asked.method == "eth_call" ? .result(#""0x2a""#) : nil
                }
                return error == "rubbish" ? .result(#""0x1234""#) : .errorValue(error)
            })
        let plan = FetchPlan(readings: ExtrasBench.readings(12))
        _ = try await bench.extras(20...20, plan)
        let extras = try #require(try await bench.extras(21...21, plan).first)
        #expect(extras.readings.allSatisfy { $0.outcome == .data([0x2a]) })
        #expect(bench.requests == 3 && bench.methods(2).count == 12)
        _ = try await bench.extras(22...22, plan)
        #expect(bench.requests == 4 && bench.methods(3).count == 12)
    }

    @Test func aChainWithoutItIsNotAskedAgainForLong() async throws {
        let bench = ExtrasBench(
            try self.chain(),
            twist: Self.node(hasCode: false) { _, _ in Result(succeeded: true, data: []) })
        let plan = FetchPlan(readings: ExtrasBench.readings(12))
        for number in 20...24 as ClosedRange<UInt64> {
            _ = try await bench.extras(number...number, plan)
        }
        #expect(bench.requests == 5)
        #expect((0..<5).map { bench.methods($0).count } == [13, 12, 12, 12, 12])
        var memory = MulticallMemory()
        memory.found(false, at: BlockNumber(100))
        #expect(!memory.isUnknown(at: BlockNumber(10_099)))
        #expect(memory.isUnknown(at: BlockNumber(10_100)))
    }
}
