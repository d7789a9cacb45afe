// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import JSONBytes

// Blocks, transactions, receipts and logs as geth writes them.

extension JSONWriter {
    mutating func quantity(_ value: UInt64) { self.string("0x" + String(value, radix: 16)) }

    mutating func quantity(_ value: U256) { self.string(value.hexQuantity) }

    mutating func hash(_ value: Hash256) { self.hex(value.bytes) }

    mutating func address(_ value: Address?) {
        if let value { self.hex(value.bytes) } else { self.null() }
    }

    mutating func member(_ key: StaticString, _ value: UInt64) {
        self.key(key)
        self.quantity(value)
    }

    mutating func member(_ key: StaticString, _ value: U256?) {
        guard let value else { return }
        self.key(key)
        self.quantity(value)
    }

    mutating func member(_ key: StaticString, _ value: Hash256) {
        self.key(key)
        self.hash(value)
    }

    mutating func member(_ key: StaticString, bytes: [UInt8]) {
        self.key(key)
        self.hex(bytes)
    }

    // MARK: Blocks

    mutating func block(_ block: SimulatedBlock, full: Bool) {
        let header = block.header
        self.beginObject()
        self.member("baseFeePerGas", header.baseFeePerGas)
        self.member("blobGasUsed", header.blobGasUsed ?? 0)
        self.member("difficulty", header.difficulty)
        self.member("excessBlobGas", header.excessBlobGas ?? 0)
        self.member("extraData", bytes: header.extraData)
        self.member("gasLimit", header.gasLimit)
        self.member("gasUsed", header.gasUsed)
        self.member("hash", header.hash)
        self.member("logsBloom", bytes: header.logsBloom.bytes)
        self.key("miner")
        self.address(header.beneficiary)
        self.member("mixHash", header.mixHash)
        self.key("nonce")
        self.string("0x0000000000000000")
        self.member("number", header.number.rawValue)
        self.member("parentBeaconBlockRoot", header.parentBeaconBlockRoot ?? .zero)
        self.member("parentHash", header.parentHash)
        self.member("receiptsRoot", header.receiptsRoot)
        self.member("sha3Uncles", header.ommersHash)
        self.member("size", block.size)
        self.member("stateRoot", header.stateRoot)
        self.member("timestamp", header.timestamp.rawValue)
        self.key("transactions")
        self.beginArray()
        for (index, transaction) in block.transactions.enumerated() {
            if full {
                self.transaction(transaction, at: index, in: block)
            } else {
                self.hash(transaction.hash)
            }
        }
        self.endArray()
        self.member("transactionsRoot", header.transactionsRoot)
        self.key("uncles")
        self.beginArray()
        self.endArray()
        self.key("withdrawals")
        self.beginArray()
        self.endArray()
        self.member("withdrawalsRoot", header.withdrawalsRoot ?? .zero)
        self.endObject()
    }

    mutating func transaction(
        _ transaction: Transaction, at index: Int, in block: SimulatedBlock
    ) {
        let receipt = block.receipts.indices.contains(index) ? block.receipts[index] : nil
        self.beginObject()
        self.member("blockHash", block.hash)
        self.member("blockNumber", block.number)
        self.key("from")
        self.address(transaction.from)
        self.member("gas", transaction.gasLimit)
        self.member("gasPrice", transaction.gasPrice ?? receipt?.effectiveGasPrice ?? .zero)
        self.member("maxFeePerGas", transaction.maxFeePerGas)
        self.member("maxPriorityFeePerGas", transaction.maxPriorityFeePerGas)
        self.member("hash", transaction.hash)
        self.member("input", bytes: transaction.input)
        self.member("nonce", transaction.nonce)
        self.key("to")
        self.address(transaction.to)
        self.member("transactionIndex", UInt64(truncatingIfNeeded: index))
        self.member("value", transaction.value)
        self.member("type", UInt64(transaction.type))
        if transaction.type != 0 {
            self.key("accessList")
            self.beginArray()
            for entry in transaction.accessList {
                self.beginObject()
                self.key("address")
                self.address(entry.address)
                self.key("storageKeys")
                self.beginArray()
                for key in entry.storageKeys { self.hash(key) }
                self.endArray()
                self.endObject()
            }
            self.endArray()
        }
        self.member("chainId", transaction.chainID)
        self.member("v", transaction.v)
        self.member("r", transaction.r)
        self.member("s", transaction.s)
        if transaction.type != 0 { self.member("yParity", transaction.v) }
        self.endObject()
    }

    // MARK: Receipts and logs

    mutating func receipt(at index: Int, in block: SimulatedBlock, logs: [PlacedLog]) {
        guard block.receipts.indices.contains(index), block.transactions.indices.contains(index)
        else { return self.null() }
        let receipt = block.receipts[index]
        let transaction = block.transactions[index]
        self.beginObject()
        self.member("blockHash", block.hash)
        self.member("blockNumber", block.number)
        self.key("contractAddress")
        self.address(receipt.contractAddress)
        self.member("cumulativeGasUsed", receipt.cumulativeGasUsed)
        self.member("effectiveGasPrice", receipt.effectiveGasPrice)
        self.key("from")
        self.address(transaction.from)
        self.member("gasUsed", receipt.gasUsed)
        self.key("logs")
        self.beginArray()
        for log in logs where log.transactionHash == receipt.transactionHash { self.log(log) }
        self.endArray()
        self.member("logsBloom", bytes: receipt.logsBloom.bytes)
        self.member("status", receipt.outcome == .status(true) ? 1 : 0 as UInt64)
        self.key("to")
        self.address(transaction.to)
        self.member("transactionHash", receipt.transactionHash)
        self.member("transactionIndex", UInt64(truncatingIfNeeded: index))
        self.member("type", UInt64(receipt.type))
        self.endObject()
    }

    mutating func log(_ log: PlacedLog) {
        self.beginObject()
        self.key("address")
        self.address(log.log.address)
        self.key("topics")
        self.beginArray()
        for topic in log.log.topics { self.hash(topic) }
        self.endArray()
        self.member("data", bytes: log.log.data)
        self.member("blockNumber", log.block.number.rawValue)
        self.member("transactionHash", log.transactionHash)
        self.member("transactionIndex", UInt64(truncatingIfNeeded: log.transactionIndex))
        self.member("blockHash", log.block.hash)
        self.member("blockTimestamp", log.timestamp.rawValue)
        self.member("logIndex", UInt64(truncatingIfNeeded: log.logIndex))
        self.key("removed")
        self.bool(false)
        self.endObject()
    }
}
