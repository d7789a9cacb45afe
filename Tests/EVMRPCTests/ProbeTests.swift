// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import JSONBytes
import Testing
import WeirPorts

@testable import EVMRPC

/// What `weir doctor` finds out.
@Suite struct ProbeTests {
    /// A node that takes ranges up to a limit, and says so or not.
    static func limited(_ limit: UInt64, head: UInt64 = 2_000_000, says: String?)
        -> ScriptedTransport
    {
        .answering { asked in
            guard asked.method == "eth_getLogs",
                let from = asked.params[0]?["fromBlock"]?.string.flatMap({ U256(hexQuantity: $0) }),
                let to = asked.params[0]?["toBlock"]?.string.flatMap({ U256(hexQuantity: $0) })
            else { return asked.method == "eth_getLogs" ? .result("[]") : node(head: head)(asked) }
            let count = (to.uint64 ?? 0) - (from.uint64 ?? 0) + 1
            if count <= limit { return .result("[]") }
            return .error(-32602, says ?? "block range is too large")
        }
    }

    @Test(arguments: [1, 2, 5, 10, 17, 100, 1000, 2047, 10_000, 123_456] as [UInt64])
    func theLimitThatIsToldIsFoundInFewRequests(limit: UInt64) async throws {
        let client = try JSONRPCClient.test(
            Self.limited(limit, says: "maximum block range: \(limit)"))
        let found = await LimitProbe().run(client, head: BlockNumber(2_000_000))
        #expect(found.answer == .told(limit) || found.answer == .found(taken: 16, refused: 17))
        #expect(found.requests <= 10)
    }

    @Test(arguments: [1, 2, 5, 10, 17, 100, 1000, 2047, 10_000, 123_456] as [UInt64])
    func theLimitThatIsNotToldIsFoundWithinTwoPerCent(limit: UInt64) async throws {
        let client = try JSONRPCClient.test(Self.limited(limit, says: nil))
        let found = await LimitProbe().run(client, head: BlockNumber(2_000_000))
        guard case .found(let taken, let refused) = found.answer else {
            Issue.record("\(found)")
            return
        }
        #expect(taken <= limit && limit < refused)
        #expect(refused - taken <= max(1, refused / 50))
        #expect(found.requests <= 24)
    }

    @Test func noLimitIsFoundAsSuch() async throws {
        let client = try JSONRPCClient.test(Self.limited(.max, says: nil))
        let found = await LimitProbe(maxBlocks: 100_000).run(client, head: BlockNumber(2_000_000))
        #expect(found.answer == .atLeast(100_000))
        let short = await LimitProbe().run(client, head: BlockNumber(3))
        #expect(short.answer == .atLeast(4))
    }

    @Test func troubleEndsTheSearch() async throws {
        let client = try JSONRPCClient.test(ScriptedTransport(status: 401, ""))
        let found = await LimitProbe().run(client, head: BlockNumber(100))
        guard case .unknown(0, .denied) = found.answer else {
            Issue.record("\(found)")
            return
        }
        #expect(found.requests == 1)
    }

    @Test func aReportTellsWhatWorks() async throws {
        let client = try JSONRPCClient.test(Self.limited(1000, says: "maximum block range: 1000"))
        let report = await EndpointInspector().inspect(client)
        #expect(try report.chainID.get() == ChainID(7))
        #expect(try report.clientVersion.get() == "Test/v1")
        let head = try #require(try report.heads.get()[.latest])
        #expect(head.number.rawValue == 2_000_000)
        #expect(head.ageSeconds == 1_800_000_000 - 2_001_000)
        #expect(try report.heads.get()[.finalized] == nil)
        #expect(report.batch == .works && report.blockReceipts == .works)
        #expect(report.logsByBlockHash == .works && report.callByBlockHash == .works)
        #expect(report.logRange?.answer == .told(1000))
        #expect(report.medianLatency != nil)
    }

    @Test func aReportOfADeadEndpointIsAReport() async throws {
        let client = try JSONRPCClient.test(ScriptedTransport(status: 500, "<html>"))
        let report = await EndpointInspector().inspect(client)
        #expect(report.blockReceipts == .untried && report.logRange == nil)
        #expect(report.medianLatency == nil)
        guard case .failure(.serverError) = report.chainID, case .lacks = report.batch else {
            Issue.record("\(report)")
            return
        }
    }
}
