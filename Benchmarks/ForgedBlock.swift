// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import EVMPrimitives
import EVMSignatures
import JSONBytes

/// Signs the transactions that had the logs of a corpus.
struct ForgedSenders {
    /// What the stub says of every receipt.
    static let gasPerTransaction: UInt64 = 21_000
    static let chainID = U256(1)
    /// With this base fee a tip of 1 gwei makes the price that the stub states, 1.25 gwei.
    static let baseFee = U256(250_000_000)

    private let keys: [PrivateKey]
    private var nonces: [UInt64]

    init() throws {
        self.keys = try (0..<8).map { index in
            try PrivateKey(bytes: Keccak256.hash(text: "weir benchmark key \(index)").bytes)
        }
        self.nonces = Array(repeating: 0, count: self.keys.count)
    }

    /// A call of a contract, signed by the key of the number.
    mutating func transaction(_ number: Int, to: Address) throws -> Transaction {
        let slot = number % self.keys.count
        var transaction = Transaction(
            type: 2, nonce: self.nonces[slot], gasLimit: Self.gasPerTransaction, to: to,
            value: .zero, input: [0xa9, 0x05, 0x9c, 0xbb])
        self.nonces[slot] += 1
        transaction.chainID = Self.chainID
        transaction.maxPriorityFeePerGas = U256(1_000_000_000)
        transaction.maxFeePerGas = U256(2_000_000_000)
        return try TransactionCoding.sign(transaction, with: self.keys[slot])
    }
}

/// A block with the logs of a corpus and everything in its header true, the state root excepted.
struct ForgedBlock {
    let header: BlockHeader
    let transactions: [Transaction]
    let receipts: [Receipt]

    init(
        number: BlockNumber, time: BlockTime, parent: Hash256, transactions: [Transaction],
        logs: [[Receipt.Log]]
    ) throws {
        var receipts: [Receipt] = []
        var gas: UInt64 = 0
        for (transaction, logs) in zip(transactions, logs) {
            gas += ForgedSenders.gasPerTransaction
            receipts.append(
                Receipt(
                    type: 2, transactionHash: transaction.hash, outcome: .status(true),
                    gasUsed: ForgedSenders.gasPerTransaction, cumulativeGasUsed: gas, logs: logs))
        }
        let random = { (what: String) in Keccak256.hash(text: "\(what) of \(number)") }
        var header = BlockHeader(number: number, hash: .zero, parentHash: parent, timestamp: time)
        header.ommersHash = BlockRoots.noOmmers
        header.beneficiary = Address(truncating: random("proposer").word)
        header.stateRoot = random("state")
        header.transactionsRoot = try BlockRoots.transactionsRoot(transactions)
        header.receiptsRoot = BlockRoots.receiptsRoot(receipts)
        for receipt in receipts { header.logsBloom.formUnion(receipt.logsBloom) }
        header.gasLimit = max(30_000_000, gas)
        header.gasUsed = gas
        header.extraData = Array("weir benchmarks".utf8)
        header.mixHash = random("randomness")
        header.baseFeePerGas = ForgedSenders.baseFee
        header.withdrawalsRoot = BlockRoots.empty
        header.blobGasUsed = 0
        header.excessBlobGas = 0
        header.parentBeaconBlockRoot = random("beacon")
        header.hash = try HeaderHash.hash(of: header)
        self.header = header
        self.transactions = transactions
        self.receipts = receipts
    }

    /// Whether the block proves itself by the code that a follower uses.
    var isProven: Bool {
        var verdict = BlockVerdict()
        verdict.check(self.header)
        verdict.check(self.transactions, of: self.header)
        verdict.check([Withdrawal](), of: self.header)
        verdict.check(self.receipts, of: self.header)
        return verdict.isProven
    }

    // MARK: JSON

    /// As geth prints it, with the hashes of the transactions as the last member.
    func writeHeader(to json: inout JSONWriter) {
        let header = self.header
        json.beginObject()
        json.quantity("number", header.number.rawValue)
        json.hex("hash", header.hash.bytes)
        json.hex("parentHash", header.parentHash.bytes)
        json.hex("nonce", [UInt8](repeating: 0, count: 8))
        json.hex("sha3Uncles", header.ommersHash.bytes)
        json.hex("logsBloom", header.logsBloom.bytes)
        json.hex("transactionsRoot", header.transactionsRoot.bytes)
        json.hex("stateRoot", header.stateRoot.bytes)
        json.hex("receiptsRoot", header.receiptsRoot.bytes)
        json.hex("miner", header.beneficiary.bytes)
        json.quantity("difficulty", 0)
        json.hex("extraData", header.extraData)
        json.hex("mixHash", header.mixHash.bytes)
        json.quantity("size", 1_000)
        json.quantity("gasLimit", header.gasLimit)
        json.quantity("gasUsed", header.gasUsed)
        json.quantity("timestamp", header.timestamp.rawValue)
        json.quantity("baseFeePerGas", ForgedSenders.baseFee.limb0)
        json.quantity("blobGasUsed", header.blobGasUsed ?? 0)
        json.quantity("excessBlobGas", header.excessBlobGas ?? 0)
        json.hex("withdrawalsRoot", BlockRoots.empty.bytes)
        json.hex("parentBeaconBlockRoot", (header.parentBeaconBlockRoot ?? .zero).bytes)
        for empty: StaticString in ["uncles", "withdrawals"] {
            json.key(empty)
            json.beginArray()
            json.endArray()
        }
        json.key("transactions")
        json.beginArray()
        for transaction in self.transactions { json.hex(transaction.hash.bytes) }
        json.endArray()
        json.endObject()
        json.endLine()
    }

    /// The transactions, one a line.
    func writeTransactions(to json: inout JSONWriter) {
        for (index, transaction) in self.transactions.enumerated() {
            json.beginObject()
            json.quantity("type", 2)
            json.quantity("chainId", ForgedSenders.chainID.limb0)
            json.quantity("nonce", transaction.nonce)
            json.quantity("gas", transaction.gasLimit)
            json.quantity("maxFeePerGas", (transaction.maxFeePerGas ?? .zero).limb0)
            json.quantity(
                "maxPriorityFeePerGas", (transaction.maxPriorityFeePerGas ?? .zero).limb0)
            json.quantity("gasPrice", 1_250_000_000)
            json.hex("to", (transaction.to ?? .zero).bytes)
            json.quantity("value", 0)
            json.key("accessList")
            json.beginArray()
            json.endArray()
            json.hex("input", transaction.input)
            json.key("r")
            json.string(transaction.r.hexQuantity)
            json.key("s")
            json.string(transaction.s.hexQuantity)
            json.quantity("yParity", transaction.v.limb0)
            json.quantity("v", transaction.v.limb0)
            json.hex("hash", transaction.hash.bytes)
            json.hex("blockHash", self.header.hash.bytes)
            json.quantity("blockNumber", self.header.number.rawValue)
            json.quantity("transactionIndex", UInt64(index))
            json.hex("from", transaction.from.bytes)
            json.endObject()
            json.endLine()
        }
    }
}

extension JSONWriter {
    fileprivate mutating func quantity(_ key: StaticString, _ value: UInt64) {
        self.key(key)
        self.string("0x" + String(value, radix: 16))
    }

    fileprivate mutating func hex(_ key: StaticString, _ bytes: [UInt8]) {
        self.key(key)
        self.hex(bytes)
    }
}
