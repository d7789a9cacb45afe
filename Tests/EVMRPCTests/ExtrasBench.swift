// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import EVMPrimitives
import JSONBytes
import WeirPorts

@testable import EVMRPC

/// A simulated node behind a client, whose answers a test may replace.
struct ExtrasBench {
    /// What becomes of a call; nil answers as the node does.
    typealias Twist = @Sendable (Asked) -> Reply?

    let chain: SimulatedChain
    let transport: ScriptedTransport
    let client: JSONRPCClient

    static let registry = SimulatedContract.nodeRegistry.address
    static let token = SimulatedContract.fabToken.address
    /// `totalStaked()` and `totalSupply()`.
    static let totalStaked: [UInt8] = [0x81, 0x7b, 0x1c, 0xd2]
    static let totalSupply: [UInt8] = [0x18, 0x16, 0x0d, 0xdd]

    init(
        _ chain: SimulatedChain, name: String = "node", _ level: VerificationLevel = .off,
        batchLimit: Int = 100, twist: @escaping Twist = { _ in nil }
    ) {
        let transport = ScriptedTransport.answering { asked in
            twist(asked) ?? Self.reply(chain, asked)
        }
        self.chain = chain
        self.transport = transport
        self.client = JSONRPCClient(
            RPCEndpoint(simulated: name, batchLimit: batchLimit), transport: transport,
            clock: FakeClock().clock, verification: Verification(level))
    }

    /// What the honest node answers, errors included.
    static func reply(_ chain: SimulatedChain, _ asked: Asked) -> Reply {
        let request =
            #"{"jsonrpc":"2.0","id":1,"method":"\#(asked.method)","params":\#(asked.params.text())}"#
        let answer = JSONRPCFacade.answer(Array(request.utf8), chain: chain)
        let value = (try? JSONValue(parsing: answer.body)) ?? nil
        if let error = value["error"] { return .errorValue(error.text()) }
        return .result((value["result"] ?? nil).text())
    }

    var requests: Int { self.transport.bodies.count }

    /// The methods of one body, in order.
    func methods(_ body: Int) -> [String] { self.transport.calls[body].map(\.method) }

    func header(_ number: UInt64) throws -> BlockHeader {
        guard let block = self.chain.block(number: number) else { throw LyingNode.Missing() }
        return block.header
    }

    func extras(
        _ numbers: ClosedRange<UInt64>, _ plan: FetchPlan, isHead: Bool = true
    ) async throws -> [BlockExtras] {
        try await self.client.extras(
            of: try numbers.map { try self.header($0) }, plan: plan, isHead: isHead)
    }

    /// So many different readings that a view answers.
    static func readings(_ count: Int) -> [ReadingRequest] {
        (0..<count).map { index in
            ReadingRequest(
                key: "stake/\(index)",
                subject: .call(
                    to: Self.token,
                    // balanceOf(address)
                    data: [0x70, 0xa0, 0x82, 0x31] + [UInt8](repeating: 0, count: 31)
                        + [UInt8(truncatingIfNeeded: index)]))
        }
    }
}
