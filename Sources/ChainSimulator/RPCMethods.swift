// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import JSONBytes

/// Answers one call: the result as JSON, or the failure.
struct RPCMethods {
    let view: ChainView
    let limits: ProviderLimits
    let fault: FaultDecision

    func answer(_ method: String, _ parameters: RPCParameters) throws(RPCFailure) -> [UInt8] {
        var json = JSONWriter()
        switch method {
        case "eth_chainId": json.quantity(self.view.chain.parameters.chainID.rawValue)
        case "net_version": json.string(String(self.view.chain.parameters.chainID.rawValue))
        case "web3_clientVersion": json.string("Weir-Simulator/v1.0.0/swift")
        case "net_listening": json.bool(true)
        case "eth_syncing": json.bool(false)
        case "eth_accounts":
            json.beginArray()
            json.endArray()
        case "eth_blockNumber": json.quantity(self.view.head)
        case "eth_getBlockByNumber", "eth_getBlockByHash":
            try self.block(method, parameters, &json)
        case "eth_getLogs": try self.logs(parameters, &json)
        case "eth_getBlockReceipts": try self.blockReceipts(parameters, &json)
        case "eth_getTransactionReceipt", "eth_getTransactionByHash":
            try self.transaction(method, parameters, &json)
        case "eth_call": try self.call(parameters, &json)
        case "eth_getBalance", "eth_getTransactionCount", "eth_getCode", "eth_getStorageAt":
            try self.account(method, parameters, &json)
        case "eth_gasPrice":
            json.quantity(self.nextBaseFee.adding(.gwei(1)) ?? self.nextBaseFee)
        case "eth_maxPriorityFeePerGas": json.quantity(U256.gwei(1))
        case "eth_blobBaseFee": json.quantity(1 as UInt64)
        case "eth_feeHistory": try self.feeHistory(parameters, &json)
        default:
            throw RPCFailure(-32601, "the method \(method) does not exist/is not available")
        }
        return json.bytes
    }

    private var nextBaseFee: U256 {
        self.view.block(number: self.view.head).map { BlockForge.baseFee(after: $0.header) }
            ?? .zero
    }

    // MARK: Blocks

    private func block(
        _ method: String, _ parameters: RPCParameters, _ json: inout JSONWriter
    ) throws(RPCFailure) {
        let full = try parameters.bool(1)
        let block: SimulatedBlock?
        if method == "eth_getBlockByHash" {
            block = self.view.block(try parameters.hash(0))
        } else {
            block = self.view.block(
                number: try self.view.number(try parameters.required(0), 0))
        }
        if let block, self.fault.kind != .nullBlock {
            json.block(block, full: full)
        } else {
            json.null()
        }
    }

    private func blockReceipts(
        _ parameters: RPCParameters, _ json: inout JSONWriter
    ) throws(RPCFailure) {
        let selector = try self.view.selector(try parameters.required(0), 0)
        guard let block = try self.view.block(selector), self.fault.kind != .nullBlock else {
            return json.null()
        }
        let logs = self.spoiled(block.logs)
        json.beginArray()
        for index in block.receipts.indices { json.receipt(at: index, in: block, logs: logs) }
        json.endArray()
    }

    private func transaction(
        _ method: String, _ parameters: RPCParameters, _ json: inout JSONWriter
    ) throws(RPCFailure) {
        let hash = try parameters.hash(0)
        guard let place = self.view.chain.place(ofTransaction: hash),
            let block = self.view.block(place.block),
            block.transactions.indices.contains(place.index)
        else { return json.null() }
        if method == "eth_getTransactionReceipt" {
            json.receipt(at: place.index, in: block, logs: self.spoiled(block.logs))
        } else {
            json.transaction(block.transactions[place.index], at: place.index, in: block)
        }
    }

    // MARK: Logs

    private func logs(
        _ parameters: RPCParameters, _ json: inout JSONWriter
    ) throws(RPCFailure) {
        let query = try LogQuery(try parameters.required(0), in: self.view)
        let logs = self.spoiled(try query.logs(in: self.view, self.limits))
        json.beginArray()
        for log in logs { json.log(log) }
        json.endArray()
    }

    /// The logs as a faulty node gives them.
    private func spoiled(_ logs: [PlacedLog]) -> [PlacedLog] {
        guard !logs.isEmpty else { return logs }
        var logs = logs
        let index = Int(self.fault.salt % UInt64(logs.count))
        switch self.fault.kind {
        case .omittedLog: logs.remove(at: index)
        case .duplicatedLog: logs.insert(logs[index], at: index)
        case .foreignLog:
            // The log claims to be of a block that nobody knows.
            logs[index].block.hash.word0 ^= self.fault.salt | 1
        default: break
        }
        return logs
    }

    // MARK: State

    /// The block of a call about the state, with its state.
    private func state(
        _ parameters: RPCParameters, _ index: Int
    ) throws(RPCFailure) -> (block: SimulatedBlock, world: WorldState) {
        let selector = try self.view.selector(parameters.optional(index), index)
        guard let block = try self.view.block(selector) else { throw .server("header not found") }
        guard let world = block.world else {
            throw .server(
                "missing trie node \(Hex.encode(block.header.stateRoot.bytes, prefix: false)) "
                    + "(path ) state is not available")
        }
        return (block, world)
    }

    private func account(
        _ method: String, _ parameters: RPCParameters, _ json: inout JSONWriter
    ) throws(RPCFailure) {
        let address = try parameters.address(0)
        let isStorage = method == "eth_getStorageAt"
        let (_, world) = try self.state(parameters, isStorage ? 2 : 1)
        if isStorage {
            // What the contracts know does not stand in slots: every slot is one that was never set.
            _ = try RPCParameters.slot(try parameters.required(1), 1)
            return json.hex([UInt8](repeating: 0, count: 32))
        }
        let account = world.accounts[address] ?? WorldState.Account()
        switch method {
        case "eth_getBalance": json.quantity(account.balance)
        case "eth_getTransactionCount": json.quantity(account.nonce)
        default: json.hex(SimulatedContract.at(address)?.code ?? [])
        }
    }

    private func call(
        _ parameters: RPCParameters, _ json: inout JSONWriter
    ) throws(RPCFailure) {
        guard let message = try parameters.required(0).object else {
            throw .invalid("invalid argument 0: json: cannot unmarshal into transaction")
        }
        let (block, world) = try self.state(parameters, 1)
        guard let to = message["to"], !to.isNull else { return json.string("0x") }
        let address = try RPCParameters.address(to, 0)
        var data: [UInt8] = []
        if let text = message["input"] ?? message["data"], !text.isNull {
            guard let hex = text.string, hex.hasPrefix("0x"), let bytes = Hex.decode(hex) else {
                throw .invalid("invalid argument 0: cannot unmarshal hex string into input")
            }
            data = bytes
        }
        do throws(CallReverted) {
            json.hex(
                try EconomyViews.answer(to: address, data, in: world, number: block.number))
        } catch {
            throw RPCFailure(3, "execution reverted", data: Hex.encode(error.data))
        }
    }

    // MARK: Fees

    private func feeHistory(
        _ parameters: RPCParameters, _ json: inout JSONWriter
    ) throws(RPCFailure) {
        let asked = min(1_024, try RPCParameters.quantity(try parameters.required(0), 0))
        let newest = try self.view.number(try parameters.required(1), 1)
        guard newest <= self.view.head else {
            throw .server("request beyond head block: requested \(newest), head \(self.view.head)")
        }
        let percentiles = try Self.percentiles(parameters.optional(2))
        let count = min(asked, newest + 1)
        var blocks: [SimulatedBlock] = []
        for offset in 0..<count {
            if let block = self.view.block(number: newest + 1 - count + offset) {
                blocks.append(block)
            }
        }
        json.beginObject()
        json.member("oldestBlock", blocks.first?.number ?? 0)
        if let last = blocks.last {
            if let percentiles {
                json.key("reward")
                json.beginArray()
                for block in blocks {
                    json.beginArray()
                    for reward in Self.rewards(of: block, percentiles) { json.quantity(reward) }
                    json.endArray()
                }
                json.endArray()
            }
            json.key("baseFeePerGas")
            json.beginArray()
            for block in blocks { json.quantity(block.header.baseFeePerGas ?? .zero) }
            json.quantity(BlockForge.baseFee(after: last.header))
            json.endArray()
        }
        json.key("gasUsedRatio")
        json.beginArray()
        for block in blocks {
            json.double(Double(block.header.gasUsed) / Double(max(1, block.header.gasLimit)))
        }
        json.endArray()
        json.endObject()
    }

    private static func percentiles(_ value: JSONValue?) throws(RPCFailure) -> [Double]? {
        guard let value else { return nil }
        guard let list = value.array, list.count <= 100 else {
            throw .invalid("invalid argument 2: over the query limit 100")
        }
        var percentiles: [Double] = []
        for item in list {
            guard let percentile = item.double, (0...100).contains(percentile),
                percentile >= percentiles.last ?? 0
            else {
                throw .server("invalid reward percentile")
            }
            percentiles.append(percentile)
        }
        return percentiles.isEmpty ? nil : percentiles
    }

    /// The tips at percentiles of the gas used, as geth computes them; zeros for an empty block.
    private static func rewards(of block: SimulatedBlock, _ percentiles: [Double]) -> [U256] {
        let base = block.header.baseFeePerGas ?? .zero
        let tips = block.receipts.map { receipt in
            (receipt.effectiveGasPrice?.subtracting(base) ?? .zero, receipt.gasUsed)
        }.sorted { $0.0 < $1.0 }
        guard var (tip, gas) = tips.first else { return percentiles.map { _ in .zero } }
        var index = 0
        return percentiles.map { percentile in
            let threshold = UInt64(Double(block.header.gasUsed) * percentile / 100)
            while gas < threshold, index < tips.count - 1 {
                index += 1
                tip = tips[index].0
                gas &+= tips[index].1
            }
            return tip
        }
    }
}
