// Weir
// SPDX-License-Identifier: Apache-2.0

import WeirPorts

/// What a provider's refusal of an `eth_getLogs` says about the range that it would accept.
///
/// Providers say this in words only. The table was gathered from their documentation and from the
/// error handling of ponder (`getLogsRetryHelper`), reth and rindexer.
enum RangeAdvice {
    /// How a hint stands in a message, after a phrase.
    private enum Form {
        /// A range: `[0x1, 0xff]` or `1-255`.
        case range
        /// The first number, plus the offset: some say "max 1000" and accept 999.
        case number(offset: Int64)
        /// The number behind `>`: `(12000 > 10000)`.
        case afterGreater
        /// The largest number near: `limited to 0 - 10000 blocks`.
        case largest
        /// This many, whatever the text says.
        case fixed(UInt64)
        /// Nothing told, though there may be numbers.
        case halve
    }

    /// The first phrase that occurs, and whose form is found behind it, decides.
    private static let phrases: [(phrase: String, form: Form)] = [
        // A range that the provider has reckoned out: Alchemy, Infura and its like, reth.
        ("this block range should work", .range),
        ("try with this block range", .range),
        ("retry with the range", .range),
        // Numbers that are no numbers of blocks: Nethermind, Erigon, Arbitrum, 1RPC.
        ("too many logs", .halve),
        ("logs matched by query", .halve),
        ("response size should not", .halve),
        ("query returned more than", .halve),
        ("exceeds max results", .halve),
        // thirdweb, Blast, Avalanche, Cloudflare, Coinbase, Tron.
        ("number of requested blocks is", .number(offset: 0)),
        ("range allowed for your plan", .afterGreater),
        ("maximum is set to", .number(offset: -1)),
        ("max range:", .number(offset: -1)),
        ("limit the query to at most", .number(offset: -1)),
        ("exceed max block range", .number(offset: -1)),
        // PublicNode, BSC, Arbitrum's public endpoint, reth and Hyperliquid.
        ("maximum block range", .number(offset: 0)),
        ("exceeds max block range", .number(offset: 0)),
        // Merkle, dRPC, TAC, Harmony, Moonriver.
        ("max is", .number(offset: 0)),
        ("ranges over", .number(offset: 0)),
        ("blocks distance", .number(offset: 0)),
        ("smaller than size", .number(offset: 0)),
        ("(maximum", .number(offset: 0)),
        // QuickNode, BlockPI, 1RPC; Aurora and Alchemy's free tier; Swell; Somnia.
        ("limited to", .largest),
        ("up to a", .number(offset: 0)),
        ("greater than", .number(offset: 0)),
        ("range exceeds", .number(offset: 0)),
        // Ankr, then Base and what is like it.
        ("block range is too wide", .fixed(3000)),
        ("block range too large", .fixed(2000)),
        ("no backend is currently healthy", .fixed(2000)),
        ("block range is too large", .halve),
        ("backend response too large", .halve),
        ("response size exceeded", .halve),
        ("response too large", .halve),
        ("response is too big", .halve),
        ("result set too large", .halve),
        ("too many results", .halve),
        ("query timeout exceeded", .halve),
    ]

    /// The hint in a lower-cased message, fitted to the range asked; nil where the message is not
    /// about the size of the range.
    static func hint(
        in text: String, asked: ClosedRange<UInt64>
    ) -> ChainClientError.RangeHint? {
        if text.contains("block range limit exceeded") {
            // Chainstack tells no number; its plans end at 100 and at 10,000 blocks.
            return Self.fitted(.blocks(Self.count(asked) > 10_000 ? 10_000 : 100), asked)
        }
        let bytes = Array(text.utf8)
        for (phrase, form) in Self.phrases {
            guard let found = text.firstRange(of: phrase) else { continue }
            let start = text.utf8.distance(from: text.startIndex, to: found.upperBound)
            if let hint = Self.read(form, bytes[start...].prefix(96)) {
                return Self.fitted(hint, asked)
            }
        }
        return Self.generic(text, bytes).map { Self.fitted($0, asked) }
    }

    /// A hint as something smaller than what was asked: what does not help becomes "halve".
    static func fitted(
        _ hint: ChainClientError.RangeHint, _ asked: ClosedRange<UInt64>
    ) -> ChainClientError.RangeHint {
        let count = Self.count(asked)
        switch hint {
        case .halve: return .halve
        case .blocks(let blocks): return blocks > 0 && blocks < count ? hint : .halve
        case .range(let a, let b):
            let low = max(min(a, b), asked.lowerBound)
            let high = min(max(a, b), asked.upperBound)
            guard low <= high else { return .halve }
            let blocks = high - low
            guard blocks < count - 1 else { return .halve }
            // A range from the middle only tells how long one may be.
            return low == asked.lowerBound ? .range(low, high) : .blocks(blocks + 1)
        }
    }

    /// How many blocks; the largest number for all of them.
    private static func count(_ range: ClosedRange<UInt64>) -> UInt64 {
        let (count, overflow) = (range.upperBound - range.lowerBound).addingReportingOverflow(1)
        return overflow ? .max : count
    }

    private static func read(
        _ form: Form, _ text: ArraySlice<UInt8>
    ) -> ChainClientError.RangeHint? {
        switch form {
        case .halve: return .halve
        case .fixed(let blocks): return .blocks(blocks)
        case .number(let offset):
            guard let number = MessageNumber.first(in: text.prefix(48)) else { return nil }
            return .blocks(offset < 0 ? (number > 0 ? number - 1 : 0) : number)
        case .largest:
            return MessageNumber.all(in: text.prefix(32)).max().map { .blocks($0) }
        case .afterGreater:
            guard let greater = text.firstIndex(of: UInt8(ascii: ">")) else { return nil }
            return MessageNumber.first(in: text[greater...]).map { .blocks($0) }
        case .range:
            let numbers = MessageNumber.all(in: text, grouped: false)
            return numbers.count >= 2 ? .range(numbers[0], numbers[1]) : nil
        }
    }

    /// A message of a provider that is not in the table, but surely about the range.
    private static func generic(
        _ text: String, _ bytes: [UInt8]
    ) -> ChainClientError.RangeHint? {
        let subjects = ["range", "too many blocks", "blocks per request", "number of blocks"]
        let complaints = ["large", "wide", "exceed", "limit", "max", "too many", "big", "long"]
        guard subjects.contains(where: { text.contains($0) }),
            complaints.contains(where: { text.contains($0) }), !text.contains("rate limit")
        else { return nil }
        for word in ["maximum", "max", "limit"] {
            guard let found = text.firstRange(of: word) else { continue }
            let start = text.utf8.distance(from: text.startIndex, to: found.upperBound)
            if let number = MessageNumber.first(in: bytes[start...].prefix(24)) {
                return .blocks(number)
            }
        }
        return .halve
    }
}

/// Numbers in messages: `1024`, `10,000`, `0x2710`, `10k`, `2m`.
enum MessageNumber {
    static func first(in text: ArraySlice<UInt8>) -> UInt64? {
        Self.all(in: text).first
    }

    /// All numbers; one that does not fit in 64 bits is the largest that does.
    ///
    /// - Parameter grouped: a comma between groups of three digits belongs to the number.
    static func all(in text: ArraySlice<UInt8>, grouped: Bool = true) -> [UInt64] {
        var numbers: [UInt64] = []
        var at = text.startIndex
        while at < text.endIndex {
            guard Self.isDigit(text[at]) else {
                at += 1
                continue
            }
            numbers.append(Self.read(text, &at, grouped: grouped))
        }
        return numbers
    }

    private static func read(
        _ text: ArraySlice<UInt8>, _ at: inout Int, grouped: Bool
    ) -> UInt64 {
        if text[at...].starts(with: "0x".utf8) {
            at += 2
            return Self.digits(text, &at, radix: 16)
        }
        var value = Self.digits(text, &at, radix: 10)
        while grouped, at + 3 < text.endIndex, text[at] == UInt8(ascii: ","),
            text[(at + 1)...(at + 3)].allSatisfy(Self.isDigit),
            at + 4 == text.endIndex || !Self.isDigit(text[at + 4])
        {
            at += 1
            let group = Self.digits(text, &at, radix: 10)
            value = Self.scaled(value, by: 1000, adding: group)
        }
        guard at < text.endIndex else { return value }
        let isUnit = at + 1 == text.endIndex || !Self.isLetter(text[at + 1])
        if isUnit, text[at] == UInt8(ascii: "k") {
            at += 1
            return Self.scaled(value, by: 1000)
        }
        if isUnit, text[at] == UInt8(ascii: "m") {
            at += 1
            return Self.scaled(value, by: 1_000_000)
        }
        return value
    }

    private static func digits(
        _ text: ArraySlice<UInt8>, _ at: inout Int, radix: UInt64
    ) -> UInt64 {
        var value: UInt64 = 0
        while at < text.endIndex {
            let byte = text[at]
            let digit: UInt64
            switch byte {
            case 0x30...0x39: digit = UInt64(byte - 0x30)
            case 0x61...0x66 where radix == 16: digit = UInt64(byte - 0x57)
            case 0x41...0x46 where radix == 16: digit = UInt64(byte - 0x37)
            default: return value
            }
            value = Self.scaled(value, by: radix, adding: digit)
            at += 1
        }
        return value
    }

    private static func scaled(_ value: UInt64, by factor: UInt64, adding: UInt64 = 0) -> UInt64 {
        let (product, overflow) = value.multipliedReportingOverflow(by: factor)
        let (sum, carry) = product.addingReportingOverflow(adding)
        return overflow || carry ? .max : sum
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }
}
