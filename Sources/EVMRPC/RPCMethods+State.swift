// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import JSONBytes

// Questions about the state at a block. A call that fails because the contract refuses it is an
// answer here, and no error: its shape is `execution`.
extension RPCCall {
    /// `eth_call` of a view function.
    static func execution(
        to address: Address, data: [UInt8], at block: BlockSelector
    ) -> RPCCall {
        Self.call(to: address, data: data, at: block).read(as: .execution)
    }

    /// `eth_call` of what a transaction did, on the state of a block.
    static func execution(of transaction: Transaction, at block: BlockSelector) -> RPCCall {
        RPCCall("eth_call", .execution) { json in
            json.beginObject()
            json.key("from")
            json.hex(transaction.from.bytes)
            if let to = transaction.to {
                json.key("to")
                json.hex(to.bytes)
            }
            json.key("gas")
            json.string(U256(transaction.gasLimit).hexQuantity)
            json.key("value")
            json.string(transaction.value.hexQuantity)
            json.key("data")
            json.hex(transaction.input)
            json.endObject()
            block.write(to: &json)
        }
    }

    /// `eth_getStorageAt`.
    static func storage(_ address: Address, slot: U256, at block: BlockSelector) -> RPCCall {
        RPCCall("eth_getStorageAt", .word) { json in
            json.hex(address.bytes)
            json.hex(slot.bigEndianBytes)
            block.write(to: &json)
        }
    }

    /// What answers a reading.
    static func reading(
        _ subject: ReadingRequest.Subject, at block: BlockSelector
    ) -> RPCCall {
        switch subject {
        case .call(let to, let data): .execution(to: to, data: data, at: block)
        case .balance(let address): .balance(address, at: block)
        case .storage(let address, let slot): .storage(address, slot: slot, at: block)
        case .hasCode(let address): .code(address, at: block)
        }
    }
}
