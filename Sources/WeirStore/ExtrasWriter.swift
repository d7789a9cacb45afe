// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

/// Writes packed extras, see ``ExtrasCoding``.
///
/// A transaction: 32 bytes hash, varint index, a byte type, 20 bytes sender, a byte of flags (1
/// receiver, 2 created contract, 4 selector, 8 succeeded, 16 revert data), 20 bytes for each of the
/// first two, word value, varint selector, varint count of input bytes, bytes of revert data, then the
/// cost: a byte (family 0 Ethereum, 1 OP stack, 2 Arbitrum; 128 where it is free), two varints of gas,
/// eight words of wei, and a byte of what is known of the L1 fee, two words behind a 3.
struct ExtrasWriter {
    private(set) var bytes: [UInt8] = [ExtrasCoding.version]

    mutating func write(_ extras: BlockExtras) {
        self.varint(extras.block.number.rawValue)
        self.bytes += extras.block.hash.bytes
        self.varint(extras.time.rawValue)
        self.bytes.append(extras.fees == nil ? 0 : 1)
        if let fees = extras.fees { self.write(fees) }
        self.varint(UInt64(extras.transactions.count))
        for transaction in extras.transactions { self.write(transaction) }
        self.varint(UInt64(extras.readings.count))
        for reading in extras.readings { self.write(reading) }
    }

    private mutating func write(_ fees: BlockFees) {
        self.varint(fees.gasUsed)
        self.varint(fees.gasLimit)
        let optional = [fees.baseFeeWei, fees.blobBaseFeeWei, fees.gasPriceWei]
        self.bytes.append(
            optional.enumerated().reduce(0) { $1.element == nil ? $0 : $0 | 1 << $1.offset })
        for case .some(let word) in optional { self.word(word) }
        self.varint(UInt64(fees.tipsWei.count))
        for tip in fees.tipsWei { self.word(tip) }
    }

    private mutating func write(_ transaction: ObservedTransaction) {
        self.bytes += transaction.hash.bytes
        self.varint(UInt64(transaction.index))
        self.bytes.append(transaction.type)
        self.bytes += transaction.from.bytes
        var flags: UInt8 = 0
        if transaction.to != nil { flags |= 1 }
        if transaction.created != nil { flags |= 2 }
        if transaction.selector != nil { flags |= 4 }
        if transaction.succeeded { flags |= 8 }
        if transaction.revertData != nil { flags |= 16 }
        self.bytes.append(flags)
        if let to = transaction.to { self.bytes += to.bytes }
        if let created = transaction.created { self.bytes += created.bytes }
        self.word(transaction.value)
        if let selector = transaction.selector { self.varint(UInt64(selector)) }
        self.varint(UInt64(max(0, transaction.inputCount)))
        if let data = transaction.revertData { self.data(data) }
        self.write(transaction.cost)
    }

    private mutating func write(_ cost: TransactionCost) {
        let family: UInt8 =
            switch cost.family {
            case .ethereum: 0
            case .opStack: 1
            case .arbitrum: 2
            }
        self.bytes.append(family | (cost.isFree ? 128 : 0))
        self.varint(cost.gasUsed)
        self.varint(cost.gasUsedForL1)
        for wei in [
            cost.gasPriceWei, cost.executionWei, cost.baseFeeBurnedWei, cost.tipWei, cost.blobWei,
            cost.l1DataWei, cost.operatorWei, cost.totalWei,
        ] { self.word(wei) }
        switch cost.l1Basis {
        case .none: self.bytes.append(0)
        case .confirmed: self.bytes.append(1)
        case .stated: self.bytes.append(2)
        case .disputed(let least, let most):
            self.bytes.append(3)
            self.word(least)
            self.word(most)
        case .missing: self.bytes.append(4)
        }
    }

    private mutating func write(_ reading: Reading) {
        self.data(Array(reading.key.utf8))
        switch reading.outcome {
        case .data(let data):
            self.bytes.append(0)
            self.data(data)
        case .reverted(let data):
            self.bytes.append(1)
            self.data(data)
        case .unavailable(let why):
            self.bytes.append(2)
            self.data(Array(why.utf8))
        }
    }

    // MARK: Values

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 128 {
            self.bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
            rest >>= 7
        }
        self.bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private mutating func word(_ word: U256) {
        let digits = word.minimalBytes
        self.bytes.append(UInt8(digits.count))
        self.bytes += digits
    }

    private mutating func data(_ data: [UInt8]) {
        self.varint(UInt64(data.count))
        self.bytes += data
    }
}
