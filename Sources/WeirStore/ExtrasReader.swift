// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

/// Reads packed extras, see ``ExtrasCoding``.
struct ExtrasReader {
    private let bytes: [UInt8]
    private var offset = 1

    static func read(_ bytes: [UInt8]) throws(ExtrasError) -> BlockExtras {
        guard let version = bytes.first else { throw .truncated }
        guard version == ExtrasCoding.version else { throw .unknownVersion(version) }
        var reader = ExtrasReader(bytes: bytes)
        let extras = try reader.extras()
        guard reader.offset == bytes.count else { throw .trailingBytes }
        return extras
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func extras() throws(ExtrasError) -> BlockExtras {
        let number = BlockNumber(try self.varint())
        var extras = BlockExtras(
            block: BlockRef(number: number, hash: try self.hash()),
            time: BlockTime(try self.varint()))
        let flags = try self.flags(below: 2)
        if flags == 1 { extras.fees = try self.fees() }
        for _ in 0..<(try self.count()) { extras.transactions.append(try self.transaction()) }
        for _ in 0..<(try self.count()) { extras.readings.append(try self.reading()) }
        return extras
    }

    private mutating func fees() throws(ExtrasError) -> BlockFees {
        var fees = BlockFees(gasUsed: try self.varint(), gasLimit: try self.varint())
        let flags = try self.flags(below: 8)
        if flags & 1 != 0 { fees.baseFeeWei = try self.word() }
        if flags & 2 != 0 { fees.blobBaseFeeWei = try self.word() }
        if flags & 4 != 0 { fees.gasPriceWei = try self.word() }
        for _ in 0..<(try self.count()) { fees.tipsWei.append(try self.word()) }
        return fees
    }

    private mutating func transaction() throws(ExtrasError) -> ObservedTransaction {
        let hash = try self.hash()
        let index = try self.small()
        let type = try self.byte()
        let from = try self.address()
        let flags = try self.flags(below: 32)
        let to = flags & 1 != 0 ? try self.address() : nil
        let created = flags & 2 != 0 ? try self.address() : nil
        let value = try self.word()
        let selector = flags & 4 != 0 ? try self.small() : nil
        guard let inputCount = Int(exactly: try self.varint()) else { throw .badNumber }
        let revertData = flags & 16 != 0 ? try self.data() : nil
        return ObservedTransaction(
            hash: hash, index: index, type: type, from: from, to: to, created: created,
            value: value, selector: selector, inputCount: inputCount, succeeded: flags & 8 != 0,
            revertData: revertData, cost: try self.cost())
    }

    private mutating func cost() throws(ExtrasError) -> TransactionCost {
        let flags = try self.byte()
        let family: FeeFamily
        switch flags & 127 {
        case 0: family = .ethereum
        case 1: family = .opStack
        case 2: family = .arbitrum
        default: throw .badFlags(flags)
        }
        return TransactionCost(
            stored: family, gasUsed: try self.varint(), gasUsedForL1: try self.varint(),
            gasPriceWei: try self.word(), executionWei: try self.word(),
            baseFeeBurnedWei: try self.word(), tipWei: try self.word(), blobWei: try self.word(),
            l1DataWei: try self.word(), operatorWei: try self.word(), totalWei: try self.word(),
            isFree: flags & 128 != 0, l1Basis: try self.basis())
    }

    private mutating func basis() throws(ExtrasError) -> L1FeeBasis {
        switch try self.byte() {
        case 0: .none
        case 1: .confirmed
        case 2: .stated
        case 3: .disputed(least: try self.word(), most: try self.word())
        case 4: .missing
        case let basis: throw .badFlags(basis)
        }
    }

    private mutating func reading() throws(ExtrasError) -> Reading {
        let key = try self.text()
        switch try self.byte() {
        case 0: return Reading(key: key, outcome: .data(try self.data()))
        case 1: return Reading(key: key, outcome: .reverted(try self.data()))
        case 2: return Reading(key: key, outcome: .unavailable(try self.text()))
        case let kind: throw .badFlags(kind)
        }
    }

    // MARK: Values

    private mutating func byte() throws(ExtrasError) -> UInt8 {
        guard self.offset < self.bytes.count else { throw .truncated }
        defer { self.offset += 1 }
        return self.bytes[self.offset]
    }

    private mutating func flags(below limit: UInt8) throws(ExtrasError) -> UInt8 {
        let flags = try self.byte()
        guard flags < limit else { throw .badFlags(flags) }
        return flags
    }

    private mutating func varint() throws(ExtrasError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            let byte = try self.byte()
            guard shift < 63 || byte <= 1 else { throw .badNumber }
            value |= UInt64(byte & 127) << shift
            if byte < 128 { return value }
        }
        throw .badNumber
    }

    private mutating func small() throws(ExtrasError) -> UInt32 {
        guard let value = UInt32(exactly: try self.varint()) else { throw .badNumber }
        return value
    }

    /// How many elements follow: each takes a byte at least, so a larger count is a lie.
    private mutating func count() throws(ExtrasError) -> Int {
        let count = try self.varint()
        guard count <= UInt64(self.bytes.count - self.offset) else { throw .truncated }
        return Int(count)
    }

    private mutating func take(_ count: Int) throws(ExtrasError) -> ArraySlice<UInt8> {
        guard count <= self.bytes.count - self.offset else { throw .truncated }
        defer { self.offset += count }
        return self.bytes[self.offset..<(self.offset + count)]
    }

    private mutating func data() throws(ExtrasError) -> [UInt8] {
        Array(try self.take(try self.count()))
    }

    private mutating func text() throws(ExtrasError) -> String {
        guard let text = String(validating: try self.data(), as: UTF8.self) else {
            throw .badText
        }
        return text
    }

    private mutating func word() throws(ExtrasError) -> U256 {
        let count = Int(try self.byte())
        guard count <= 32 else { throw .badNumber }
        let digits = try self.take(count)
        guard let word = U256(bigEndian: [UInt8](repeating: 0, count: 32 - count) + digits) else {
            throw .badNumber
        }
        return word
    }

    private mutating func hash() throws(ExtrasError) -> Hash256 {
        guard let hash = Hash256(bytes: Array(try self.take(32))) else { throw .truncated }
        return hash
    }

    private mutating func address() throws(ExtrasError) -> Address {
        guard let address = Address(bytes: Array(try self.take(20))) else { throw .truncated }
        return address
    }
}
