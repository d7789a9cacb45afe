// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import JSONBytes

/// The filter of `eth_getLogs`, read as geth reads it.
struct LogQuery {
    /// Where the logs are sought: one block by hash, or a range.
    enum Place {
        case block(Hash256)
        case range(from: UInt64, to: UInt64)
    }

    var place: Place
    /// Empty for any.
    var addresses: Set<Address> = []
    /// For each position the topics that it may have; empty for any.
    var topics: [Set<Hash256>] = []

    init(_ value: JSONValue, in view: ChainView) throws(RPCFailure) {
        guard let object = value.object else {
            throw .invalid("invalid argument 0: json: cannot unmarshal into filter")
        }
        func given(_ key: String) -> JSONValue? {
            object[key].flatMap { $0.isNull ? nil : $0 }
        }
        if let hash = given("blockHash") {
            guard given("fromBlock") == nil, given("toBlock") == nil else {
                throw .invalid(
                    "invalid argument 0: cannot specify both BlockHash and FromBlock/ToBlock, "
                        + "choose one or the other")
            }
            self.place = .block(try RPCParameters.hash(hash, 0))
        } else {
            var (from, to) = (view.head, view.head)
            if let value = given("fromBlock") { from = try view.number(value, 0) }
            if let value = given("toBlock") { to = try view.number(value, 0) }
            guard from <= to else { throw .invalid("invalid block range params") }
            guard to <= view.head else {
                throw .invalid("block range extends beyond current head block")
            }
            self.place = .range(from: from, to: to)
        }
        if let value = given("address") {
            for item in value.array ?? [value] {
                self.addresses.insert(try RPCParameters.address(item, 0))
            }
        }
        guard let topics = given("topics") else { return }
        guard let positions = topics.array else {
            throw .invalid("invalid argument 0: invalid topics")
        }
        guard positions.count <= 4 else { throw .invalid("exceed max topics") }
        for position in positions { self.topics.append(try Self.alternatives(position)) }
    }

    private static func alternatives(_ value: JSONValue) throws(RPCFailure) -> Set<Hash256> {
        if value.isNull { return [] }
        guard let list = value.array else { return [try RPCParameters.hash(value, 0)] }
        var hashes: Set<Hash256> = []
        for item in list {
            // A null among the alternatives allows every topic.
            if item.isNull { return [] }
            hashes.insert(try RPCParameters.hash(item, 0))
        }
        return hashes
    }

    func matches(_ log: PlacedLog) -> Bool {
        guard self.addresses.isEmpty || self.addresses.contains(log.log.address),
            self.topics.count <= log.log.topics.count
        else { return false }
        return zip(self.topics, log.log.topics).allSatisfy { $0.isEmpty || $0.contains($1) }
    }

    /// Whether a block can have logs that match, as its bloom says.
    func mayMatch(_ block: SimulatedBlock) -> Bool {
        let bloom = block.header.logsBloom
        guard self.addresses.isEmpty || self.addresses.contains(where: bloom.mayContain) else {
            return false
        }
        return self.topics.allSatisfy { alternatives in
            alternatives.isEmpty || alternatives.contains { bloom.mayContain(topic: $0) }
        }
    }

    /// The logs, or the refusal of a provider with such limits.
    func logs(in view: ChainView, _ limits: ProviderLimits) throws(RPCFailure) -> [PlacedLog] {
        var found: [PlacedLog] = []
        switch self.place {
        case .block(let hash):
            guard let block = view.block(hash) else { throw .server("unknown block") }
            found = block.logs.filter(self.matches)
        case .range(let from, let to):
            if let most = limits.blocks, to - from >= most {
                throw .invalid("exceed maximum block range: \(most)")
            }
            for number in from...to {
                guard let block = view.block(number: number), self.mayMatch(block) else { continue }
                found += block.logs.filter(self.matches)
                if let most = limits.results, found.count > most {
                    throw self.tooMany(most, from: from, reached: number)
                }
            }
        }
        return found
    }

    /// The words of Infura and others: they name a range that would have worked.
    private func tooMany(_ most: Int, from: UInt64, reached: UInt64) -> RPCFailure {
        let end = max(from, reached > 0 ? reached - 1 : 0)
        return RPCFailure(
            -32005,
            "query returned more than \(most) results. Try with this block range "
                + "[\("0x" + String(from, radix: 16)), \("0x" + String(end, radix: 16))].")
    }
}
