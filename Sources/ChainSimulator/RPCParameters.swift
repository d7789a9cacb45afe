// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives
import JSONBytes

/// The parameters of a call, read as geth reads them: every fault is -32602 and names the argument.
struct RPCParameters {
    let values: [JSONValue]

    /// A missing or null argument is nil.
    func optional(_ index: Int) -> JSONValue? {
        guard self.values.indices.contains(index), !self.values[index].isNull else { return nil }
        return self.values[index]
    }

    func required(_ index: Int) throws(RPCFailure) -> JSONValue {
        guard let value = self.optional(index) else {
            throw .invalid("missing value for required argument \(index)")
        }
        return value
    }

    func hash(_ index: Int) throws(RPCFailure) -> Hash256 {
        try Self.hash(try self.required(index), index)
    }

    func address(_ index: Int) throws(RPCFailure) -> Address {
        try Self.address(try self.required(index), index)
    }

    func bool(_ index: Int) throws(RPCFailure) -> Bool {
        guard let value = self.optional(index) else { return false }
        guard let bool = value.bool else {
            throw .invalid("invalid argument \(index): json: cannot unmarshal into bool")
        }
        return bool
    }

    static func hash(_ value: JSONValue, _ index: Int) throws(RPCFailure) -> Hash256 {
        guard let text = value.string, text.hasPrefix("0x"), let hash = Hash256(text) else {
            throw .invalid("invalid argument \(index): cannot unmarshal into common.Hash")
        }
        return hash
    }

    static func address(_ value: JSONValue, _ index: Int) throws(RPCFailure) -> Address {
        guard let text = value.string, text.utf8.count == 42, text.hasPrefix("0x"),
            let address = Hex.decode(text).flatMap({ Address(bytes: $0) })
        else {
            throw .invalid("invalid argument \(index): cannot unmarshal into common.Address")
        }
        return address
    }

    /// Up to 32 bytes in hex, as geth takes the name of a slot.
    static func slot(_ value: JSONValue, _ index: Int) throws(RPCFailure) -> U256 {
        guard let text = value.string, let word = U256(hexQuantity: text) else {
            throw .invalid("invalid argument \(index): unable to decode storage key: hex expected")
        }
        return word
    }

    /// A hex quantity; feeHistory also takes a plain number.
    static func quantity(_ value: JSONValue, _ index: Int) throws(RPCFailure) -> UInt64 {
        if let number = value.uint64 { return number }
        guard let text = value.string, let number = U256(hexQuantity: text)?.uint64 else {
            throw .invalid("invalid argument \(index): hex string expected")
        }
        return number
    }
}

/// A block as a call names it (EIP-1898).
enum BlockSelector: Equatable {
    case number(UInt64)
    case hash(Hash256, mustBeCanonical: Bool)
}

/// The chain as a node sees it that may be some blocks behind.
struct ChainView {
    let chain: SimulatedChain
    let head: UInt64

    init(_ chain: SimulatedChain, lag: UInt64 = 0) {
        self.chain = chain
        self.head = chain.headNumber > lag ? chain.headNumber - lag : 0
    }

    func block(number: UInt64) -> SimulatedBlock? {
        number <= self.head ? self.chain.block(number: number) : nil
    }

    func block(_ hash: Hash256) -> SimulatedBlock? {
        self.chain.block(hash).flatMap { $0.number <= self.head ? $0 : nil }
    }

    /// The block of a selector; nil where there is none.
    func block(_ selector: BlockSelector) throws(RPCFailure) -> SimulatedBlock? {
        switch selector {
        case .number(let number): return self.block(number: number)
        case .hash(let hash, let mustBeCanonical):
            guard let block = self.block(hash) else { return nil }
            if mustBeCanonical, !self.chain.isCanonical(block.ref) {
                throw .server("hash is not currently canonical")
            }
            return block
        }
    }

    /// Reads a tag, a number, a hash, or an object of EIP-1898; `latest` where there is none.
    func selector(
        _ value: JSONValue?, _ index: Int
    ) throws(RPCFailure) -> BlockSelector {
        guard let value else { return .number(self.head) }
        if let object = value.object {
            if let hash = object["blockHash"], !hash.isNull {
                guard object["blockNumber"].map(\.isNull) ?? true else {
                    throw .invalid(
                        "invalid argument \(index): cannot specify both BlockHash and BlockNumber, "
                            + "choose one or the other")
                }
                return .hash(
                    try RPCParameters.hash(hash, index),
                    mustBeCanonical: object["requireCanonical"]?.bool ?? false)
            }
            guard let number = object["blockNumber"] else {
                throw .invalid("invalid argument \(index): invalid block number or hash")
            }
            return .number(try self.number(number, index))
        }
        if let text = value.string, text.utf8.count == 66 {
            return .hash(try RPCParameters.hash(value, index), mustBeCanonical: false)
        }
        return .number(try self.number(value, index))
    }

    /// Reads a tag or a number.
    func number(_ value: JSONValue, _ index: Int) throws(RPCFailure) -> UInt64 {
        switch value.string {
        case "latest", "pending": return self.head
        case "earliest": return 0
        case "safe": return min(self.head, self.chain.safeNumber)
        case "finalized": return min(self.head, self.chain.finalizedNumber)
        case .some(let text):
            guard let number = U256(hexQuantity: text)?.uint64, number <= UInt64(Int64.max) else {
                throw .invalid("invalid argument \(index): hex string without 0x prefix")
            }
            return number
        case nil: throw .invalid("invalid argument \(index): invalid block number")
        }
    }
}
