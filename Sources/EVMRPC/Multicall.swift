// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

/// Multicall3, which stands at one address on hundreds of chains (mds1/multicall3): many view calls
/// and balances in one `eth_call`, each of which may fail for itself.
enum Multicall {
    /// 0xcA11bde05977b3631167028862bE2a173976CA11.
    static let address = Address(words: 0xca11_bde0_5977_b363, 0x1167_0288_62be_2a17, 0x3976_ca11)
    /// Fewer calls go out for themselves.
    static let callsMin = 9
    /// No more go into one: nodes bound the gas of an `eth_call`.
    static let callsMax = 100

    /// `aggregate3((address,bool,bytes)[])`.
    private static let aggregate: [UInt8] = [0x82, 0xad, 0x56, 0xcb]
    /// `getEthBalance(address)`.
    private static let balance: [UInt8] = [0x4d, 0x23, 0x01, 0xcc]

    /// What one call in it came to.
    struct Result: Equatable, Sendable {
        var succeeded: Bool
        var data: [UInt8]
    }

    /// Target and data of a reading that can go through it; nil for others.
    static func call(_ subject: ReadingRequest.Subject) -> (to: Address, data: [UInt8])? {
        switch subject {
        case .call(let to, let data): (to, data)
        case .balance(let address):
            (Self.address, Self.balance + [UInt8](repeating: 0, count: 12) + address.bytes)
        case .storage, .hasCode: nil
        }
    }

    /// The data of one call that makes all of these, each allowed to fail.
    static func encode(_ calls: [(to: Address, data: [UInt8])]) -> [UInt8] {
        var bytes = Self.aggregate
        Self.append(32, to: &bytes)
        Self.append(calls.count, to: &bytes)
        var offset = 32 * calls.count
        for call in calls {
            Self.append(offset, to: &bytes)
            offset += 128 + Self.padded(call.data.count)
        }
        for call in calls {
            bytes += [UInt8](repeating: 0, count: 12) + call.to.bytes
            Self.append(1, to: &bytes)
            Self.append(96, to: &bytes)
            Self.append(call.data.count, to: &bytes)
            bytes += call.data
            bytes += [UInt8](repeating: 0, count: Self.padded(call.data.count) - call.data.count)
        }
        return bytes
    }

    /// The results of so many calls; nil for anything that is not exactly such an answer.
    static func decode(_ bytes: [UInt8], count: Int) -> [Result]? {
        guard Self.number(bytes, 0) == 32, Self.number(bytes, 32) == count else { return nil }
        var results: [Result] = []
        // No more data than came: parts of a hostile answer may overlap.
        var left = bytes.count
        for index in 0..<count {
            guard let offset = Self.number(bytes, 64 + 32 * index) else { return nil }
            let start = 64 + offset
            guard let flag = Self.number(bytes, start), flag <= 1,
                Self.number(bytes, start + 32) == 64,
                let length = Self.number(bytes, start + 64), length <= left,
                start + 96 <= bytes.count - length
            else { return nil }
            left -= length
            results.append(
                Result(
                    succeeded: flag == 1,
                    data: Array(bytes[(start + 96)..<(start + 96 + length)])))
        }
        return results
    }

    /// A word that counts or points: no more than there are bytes.
    private static func number(_ bytes: [UInt8], _ offset: Int) -> Int? {
        guard offset <= bytes.count - 32,
            let number = U256(bigEndian: Array(bytes[offset..<(offset + 32)]))?.int,
            number <= bytes.count
        else { return nil }
        return number
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        U256(UInt64(number)).appendBigEndian(to: &bytes)
    }

    private static func padded(_ count: Int) -> Int { (count + 31) / 32 * 32 }
}

/// What is known of Multicall3 behind an endpoint.
struct MulticallMemory: Sendable {
    /// A chain where it was missing, or did not work, is asked again so many blocks later.
    private static let recheckBlocks: UInt64 = 10_000
    private static let apartMax = 256

    /// From this block on it has code.
    private var presentFrom: UInt64?
    /// At this block it was missing or did not work.
    private var absentAt: UInt64?
    /// Readings that fail inside it without a word: they are asked for themselves.
    private(set) var apart: Set<ReadingRequest.Subject> = []

    /// Whether it can be used at a block.
    func isUsable(at number: BlockNumber) -> Bool {
        if let absentAt, number.rawValue < absentAt &+ Self.recheckBlocks { return false }
        return self.presentFrom.map { number.rawValue >= $0 } ?? false
    }

    /// Whether it has to be looked for at a block.
    func isUnknown(at number: BlockNumber) -> Bool {
        if let absentAt, number.rawValue < absentAt &+ Self.recheckBlocks { return false }
        return self.presentFrom == nil
    }

    mutating func found(_ hasCode: Bool, at number: BlockNumber) {
        if hasCode {
            self.presentFrom = min(self.presentFrom ?? .max, number.rawValue)
            self.absentAt = nil
        } else {
            self.absentAt = number.rawValue
        }
    }

    /// Notes that an answer of it was of no use.
    mutating func failed(at number: BlockNumber) { self.absentAt = number.rawValue }

    mutating func keepApart(_ subject: ReadingRequest.Subject) {
        if self.apart.count >= Self.apartMax { self.apart.removeAll() }
        self.apart.insert(subject)
    }
}
