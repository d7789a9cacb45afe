// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSimulator
import EVMPrimitives
import JSONBytes

@testable import EVMRPC

/// A simulated chain whose answers go through a lie.
struct LyingNode: Sendable {
    /// What becomes of the result of a method.
    typealias Lie = @Sendable (_ method: String, _ result: JSONValue) -> JSONValue

    let chain: SimulatedChain
    /// A block with several receipts with logs, one of them with several.
    let block: SimulatedBlock
    /// The receipt of it with several logs.
    let receipt: Int

    init(seed: UInt64 = 3) throws {
        var parameters = SimulationParameters(seed: seed)
        parameters.actionsPerBlock = 4
        var chain = try SimulatedChain(parameters)
        try chain.extend(by: 40)
        self.chain = chain
        for number in 5...35 as ClosedRange<UInt64> {
            guard let block = chain.block(number: number),
                block.receipts.count(where: { !$0.logs.isEmpty }) >= 2,
                let receipt = block.receipts.firstIndex(where: { $0.logs.count >= 2 })
            else { continue }
            self.block = block
            self.receipt = receipt
            return
        }
        throw Missing()
    }

    struct Missing: Error {}

    /// Made once: signing a chain's transactions takes its time.
    static let usual = Result { try LyingNode() }
    static let another = Result { try LyingNode(seed: 4) }

    /// The block among its neighbours.
    var range: ClosedRange<BlockNumber> {
        BlockNumber(self.block.number - 2)...BlockNumber(self.block.number + 2)
    }

    /// An endpoint; the lie is told of this block only, unless `everywhere`.
    func client(
        _ name: String, _ verification: Verification, weight: Int = 1, everywhere: Bool = false,
        receiptsByNumber: Bool = false, lie: Lie? = nil
    ) -> JSONRPCClient {
        let transport = ScriptedTransport.answering { asked in
            // Who makes other hashes of the blocks knows them by number only.
            if receiptsByNumber, asked.method == "eth_getBlockReceipts",
                asked.params[0]?.string?.utf8.count == 66
            {
                return .error(-32602, "invalid argument 0: hex number > 64 bits")
            }
            let result = OmittingNode.result(self.chain, asked.method, asked.params.text())
            guard let lie, everywhere || self.concerns(asked, result) else {
                return .result(result.text())
            }
            return .result(lie(asked.method, result).text())
        }
        return JSONRPCClient(
            RPCEndpoint(simulated: name, weight: weight), transport: transport,
            clock: FakeClock().clock, verification: verification)
    }

    private func concerns(_ asked: Asked, _ result: JSONValue) -> Bool {
        switch asked.method {
        case "eth_getBlockByNumber", "eth_getBlockByHash":
            result["hash"]?.string == self.block.hash.description
        case "eth_getLogs": true
        default: asked.params[0]?.string == self.block.hash.description
        }
    }

    /// The logs that a page or block should have, as places.
    func truth(_ range: ClosedRange<BlockNumber>) -> [String] {
        (range.lowerBound.rawValue...range.upperBound.rawValue)
            .compactMap { self.chain.block(number: $0) }
            .flatMap { block in
                block.logs.map { Self.text($0.log.address, $0.log.data, block.number, $0.logIndex) }
            }
    }

    static func places(_ logs: LogBatch) -> [String] {
        logs.entries.map {
            Self.text($0.address, logs.data(of: $0), $0.blockNumber.rawValue, Int($0.logIndex))
        }
    }

    private static func text(
        _ address: Address, _ data: [UInt8], _ number: UInt64, _ index: Int
    ) -> String { "\(number)/\(index) \(address) \(Hex.encode(data))" }
}
