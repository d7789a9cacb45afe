// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives

/// A price feed in the manner of Chainlink (`AggregatorV3Interface`), read at a block: which calls
/// it needs, and whether what they answered is a price.
///
/// The price and its decimals are read at the same block, so that a feed whose aggregator is
/// exchanged is never read with the decimals of the one before.
struct PriceFeed: Sendable, Equatable {
    /// The contract that answers, which is the proxy and not its aggregator.
    let address: Address
    /// How old an answer may be, by block time.
    let heartbeatSeconds: UInt64
    /// What the decimals have to be; nil: what the feed says.
    let decimals: UInt8?
    /// Read every so many blocks; not zero.
    let everyBlocks: UInt64

    init(address: Address, heartbeatSeconds: UInt64, decimals: UInt8?, everyBlocks: UInt64) {
        self.address = address
        self.heartbeatSeconds = heartbeatSeconds
        self.decimals = decimals
        self.everyBlocks = everyBlocks
    }

    /// Why a reading gave no price. The text is a label of metrics: it does not change.
    enum Fault: String, Error, Sendable, CaseIterable {
        case reverted
        case unavailable
        /// It answered nothing, something of another type, or a time that has not come.
        case unusable
        /// The round has no answer yet, or carries that of an older one.
        case incomplete
        /// The answer is zero or below.
        case negative
        /// The feed has other decimals than the configuration says.
        case otherDecimals = "other_decimals"
        /// The answer is a price, and older than the heartbeat allows.
        case stale
    }

    static let roundFunction = ABIFunction(
        name: "latestRoundData", inputs: [],
        outputs: [
            ABIParameter("roundId", .uint(bits: 80)), ABIParameter("answer", .int(bits: 256)),
            ABIParameter("startedAt", .uint256), ABIParameter("updatedAt", .uint256),
            ABIParameter("answeredInRound", .uint(bits: 80)),
        ], stateMutability: "view")
    static let decimalsFunction = ABIFunction(
        name: "decimals", inputs: [], outputs: [ABIParameter(.uint(bits: 8))],
        stateMutability: "view")

    // MARK: Readings

    /// The readings for the block after `tip`, under keys that begin with `key`.
    ///
    /// - Parameter last: the last block at which it was read, with or without success.
    func requests(
        after tip: BlockNumber, last: BlockNumber?, key: String
    ) -> [ReadingRequest] {
        guard ReadingPace.isDue(tip.next, every: self.everyBlocks, last: last) else { return [] }
        return [(Self.roundFunction, "/round"), (Self.decimalsFunction, "/decimals")]
            .compactMap { function, end in
                (try? function.encodeCall([])).map {
                    ReadingRequest(key: key + end, subject: .call(to: self.address, data: $0))
                }
            }
    }

    /// The round that was read at a block; nil where nothing was read. A stale one is a round all
    /// the same: ``isStale(_:at:)``.
    ///
    /// - Throws: why there is none.
    func round(_ extras: BlockExtras, key: String) throws(Fault) -> PriceRound? {
        guard let reading = extras.reading(key + "/round") else { return nil }
        let values = try Self.values(reading, Self.roundFunction)
        guard values.count == 5, case .uint(let round) = values[0],
            case .int(let answer) = values[1], case .uint(let updated) = values[3],
            case .uint(let answeredIn) = values[4]
        else { throw .unusable }
        guard !updated.isZero, answeredIn >= round else { throw .incomplete }
        guard answer > .zero else { throw .negative }
        guard let time = updated.uint64, time <= extras.time.rawValue else { throw .unusable }
        return PriceRound(
            number: round, answer: answer.magnitude, decimals: try self.decimals(extras, key: key),
            updatedAt: BlockTime(time))
    }

    private func decimals(_ extras: BlockExtras, key: String) throws(Fault) -> UInt8 {
        guard let reading = extras.reading(key + "/decimals") else { throw .unavailable }
        guard case .uint(let word)? = try Self.values(reading, Self.decimalsFunction).first,
            let found = word.uint64, found <= 77
        else { throw .unusable }
        guard self.decimals == nil || self.decimals.map(UInt64.init) == found else {
            throw .otherDecimals
        }
        return UInt8(found)
    }

    private static func values(
        _ reading: Reading, _ function: ABIFunction
    ) throws(Fault) -> [ABIValue] {
        switch reading.outcome {
        case .unavailable: throw .unavailable
        case .reverted: throw .reverted
        case .data(let bytes):
            // An account without code answers nothing at all.
            guard let values = try? function.decodeReturn(bytes) else { throw .unusable }
            return values
        }
    }

    /// Whether a round is too old to be the price at a time.
    func isStale(_ round: PriceRound, at time: BlockTime) -> Bool {
        time.seconds(since: round.updatedAt) > Int64(clamping: self.heartbeatSeconds)
    }
}

/// The last price that a feed told.
struct PriceRound: Entity {
    /// As the proxy counts: the aggregator's own number in the low 64 bits, the phase above.
    var number: U256
    /// Above zero.
    var answer: U256
    var decimals: UInt8
    var updatedAt: BlockTime

    init(number: U256, answer: U256, decimals: UInt8, updatedAt: BlockTime) {
        self.number = number
        self.answer = answer
        self.decimals = decimals
        self.updatedAt = updatedAt
    }

    /// The price of one whole token.
    var price: Double { self.answer.scaledDouble(decimals: self.decimals) }

    /// What an amount is worth: the exact product, and by which power of ten it is divided. Nil
    /// where 320 bits do not hold it.
    func value(of units: U256, decimals: UInt8) -> (product: ExactSum, decimals: UInt8)? {
        let (high, low) = units.multipliedFullWidth(by: self.answer)
        guard let carry = high.uint64, let sum = UInt8(exactly: Int(decimals) + Int(self.decimals))
        else { return nil }
        return (ExactSum(low: low, carry: carry), sum)
    }

    func write(to writer: inout StateWriter) {
        writer.write(self.number)
        writer.write(self.answer)
        writer.write(self.decimals)
        writer.write(self.updatedAt)
    }

    init(from reader: inout StateReader) throws(StateReader.Damage) {
        self.number = try reader.word()
        self.answer = try reader.word()
        self.decimals = try reader.byte()
        self.updatedAt = try reader.time()
    }
}
