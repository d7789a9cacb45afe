// Weir
// SPDX-License-Identifier: Apache-2.0

import BigInt
import ChainModel
import EVMABI
import EVMPrimitives
import Testing
import WeirTestSupport

@testable import Economy

/// A small economy of three contracts: a token whose transfers come in two layouts, a market of
/// jobs, and a vault with an overloaded event.
struct Market {
    static let token = Address(words: 1, 1, 1)
    static let market = Address(words: 2, 2, 2)
    static let vault = Address(words: 3, 3, 3)

    static let buckets: [Double] = [0.000001, 0.5, 1, 2.5, 1000]
    static let waits: [Double] = [0, 10, 60]

    let catalog: EventCatalog
    let definition: EconomyDefinition

    init(
        kinds: [String] = [], modelsMax: Int = 5, pendingMax: Int = 4
    ) throws {
        func events(_ texts: [String]) throws -> [ABIEvent] {
            try texts.map { try HumanABI.parseEvent($0) }
        }
        let catalog = try EventCatalog([
            CatalogContract(
                alias: "Token", address: Self.token,
                events: events([
                    "event Transfer(address indexed from, address indexed to, uint256 value)",
                    "event Transfer(address indexed from, address indexed to, "
                        + "uint256 indexed value)",
                ])),
            CatalogContract(
                alias: "Market", address: Self.market,
                events: events([
                    "event JobPosted(uint256 indexed jobId, address indexed client, "
                        + "uint256 payment, string model)",
                    "event JobCompleted(uint256 indexed jobId, address indexed host, uint256 paid)",
                    "event Priced(uint256 price)",
                    "event Drift(int256 delta)",
                ])),
            CatalogContract(
                alias: "Vault", address: Self.vault,
                events: events([
                    "event Deposit(address indexed who, uint256 amount)",
                    "event Deposit(uint256 amount, bytes note)",
                ])),
        ])
        self.catalog = catalog
        let posted = try catalog.event(for: "Market.JobPosted")
        let completed = try catalog.event(for: "Market.JobCompleted")
        let transfers = try catalog.slots(for: "Token.Transfer")
        let amount = EventValue(parameter: 2, decimals: 18)
        let metrics: [MetricDefinition] = [
            MetricDefinition(
                name: "jobs_posted_total", help: "Jobs by model.", kind: .count, slots: [posted],
                labels: [MetricDefinition.Label(name: "model", parameter: 3)],
                seriesMax: modelsMax),
            MetricDefinition(
                name: "jobs_paid_tokens_total", help: "What was paid.", kind: .sum(amount),
                slots: [completed]),
            MetricDefinition(
                name: "transferred_units_total", help: "What moved.",
                kind: .sum(EventValue(parameter: 2, decimals: 0)), slots: transfers,
                labels: [
                    MetricDefinition.Label(name: "from", parameter: 0),
                    MetricDefinition.Label(name: "to", parameter: 1),
                ], seriesMax: 3),
            MetricDefinition(
                name: "price_tokens", help: "The last price.",
                kind: .gauge(EventValue(parameter: 0, decimals: 6)),
                slots: [try catalog.event(for: "Market.Priced")]),
            MetricDefinition(
                name: "drift_tokens", help: "The last drift.",
                kind: .gauge(EventValue(parameter: 0, decimals: 6, isSigned: true)),
                slots: [try catalog.event(for: "Market.Drift")]),
            MetricDefinition(
                name: "job_value_tokens", help: "Values of jobs.",
                kind: .histogram(
                    EventValue(parameter: 2, decimals: 6), buckets: Self.buckets),
                slots: [posted], labels: [MetricDefinition.Label(name: "client", parameter: 1)]),
            MetricDefinition(
                name: "job_wait_seconds", help: "From posted to completed.",
                kind: .latency(
                    MetricDefinition.Latency(
                        startSlots: [posted], startKey: 0, endKey: 0, buckets: Self.waits,
                        pendingMax: pendingMax)),
                slots: [completed]),
        ]
        self.definition = EconomyDefinition(
            chain: "devnet", catalog: catalog,
            eventValues: transfers.map {
                EventValueDefinition(slot: $0, value: amount, buckets: Self.buckets)
            },
            metrics: metrics.filter { kinds.isEmpty || kinds.contains($0.name) })
    }

    /// The topics and data of an event, as a contract emits them.
    func emit(_ slot: Int, _ values: [ABIValue]) throws -> ([Hash256], [UInt8]) {
        let event = self.catalog.layouts[slot].event
        var topics = [event.topic0]
        var types: [ABIType] = []
        var plain: [ABIValue] = []
        for (input, value) in zip(event.inputs, values) {
            if input.isIndexed {
                let word = try ABIEncoder.encode([input.type], [value])
                topics.append(try #require(Hash256(bytes: word)))
            } else {
                types.append(input.type)
                plain.append(value)
            }
        }
        return (topics, try ABIEncoder.encode(types, plain))
    }
}

/// Something that happened on the chain, from which both a log and its meaning are made.
enum Happening {
    case transfer(isNFT: Bool, from: Address, to: Address, value: U256)
    case posted(id: U256, client: Address, payment: U256, model: [UInt8])
    case completed(id: U256, host: Address, paid: U256)
    case priced(U256)
    case drift(I256)
    case deposit(Address, U256)
    case notedDeposit(U256, [UInt8])
    /// A log of the token that is no event, and the reason.
    case junk(UndecodedReason)
    /// A log of a contract that nobody watches.
    case stranger

    /// The log: emitter, topics, data.
    func log(_ market: Market) throws -> (Address, [Hash256], [UInt8]) {
        func emit(_ address: Address, _ slot: Int, _ values: [ABIValue]) throws
            -> (Address, [Hash256], [UInt8])
        {
            let (topics, data) = try market.emit(slot, values)
            return (address, topics, data)
        }
        switch self {
        case .transfer(let isNFT, let from, let to, let value):
            return try emit(
                Market.token, isNFT ? 1 : 0, [.address(from), .address(to), .uint(value)])
        case .posted(let id, let client, let payment, let model):
            return try emit(
                Market.market, 2,
                [.uint(id), .address(client), .uint(payment), .string(utf8: model)])
        case .completed(let id, let host, let paid):
            return try emit(Market.market, 3, [.uint(id), .address(host), .uint(paid)])
        case .priced(let price): return try emit(Market.market, 4, [.uint(price)])
        case .drift(let delta): return try emit(Market.market, 5, [.int(delta)])
        case .deposit(let who, let amount):
            return try emit(Market.vault, 6, [.address(who), .uint(amount)])
        case .notedDeposit(let amount, let note):
            return try emit(Market.vault, 7, [.uint(amount), .bytes(note)])
        case .junk(let reason):
            let topic0 = market.catalog.layouts[0].event.topic0
            switch reason {
            case .unknownEvent: return (Market.token, [Hash256(words: 9, 9, 9, 9)], [])
            case .topicCount: return (Market.token, [topic0, .zero], [])
            case .anonymous: return (Market.token, [], [1, 2, 3])
            case .badData, .ambiguous:
                return (Market.token, [topic0, .zero, .zero], Array(repeating: 0, count: 31))
            }
        case .stranger:
            return (
                Address(words: 8, 8, 8), [market.catalog.layouts[0].event.topic0, .zero, .zero],
                Array(repeating: 0, count: 32)
            )
        }
    }
}

extension Happening {
    static let models: [[UInt8]] =
        [
            "llama", "other", "\u{e9}", "e\u{301}", "\u{301}mark", "a%25\u{1f}b", "zero\u{0}",
            "line\nfeed\r\n", "",
        ].map { Array($0.utf8) } + [
            [0xff, 0xfe, 0x41], Array(repeating: 0x78, count: 10_000),
            Array(("a" + String(repeating: "\u{300}", count: 5_000)).utf8),
        ]

    static func random(_ random: inout SeededRandom) -> Happening {
        func address() -> Address {
            Address(words: 7, 0, UInt32.random(in: 1...3, using: &random))
        }
        func id() -> U256 { U256(UInt64.random(in: 0..<8, using: &random)) }
        /// Amounts at, just below and just above the bounds, and any.
        func amount(_ decimals: Int) -> U256 {
            let unit = U256.powerOfTen(decimals) ?? .one
            let twoAndHalf = (U256.powerOfTen(decimals - 1) ?? .one).multiplied(by: 25) ?? .one
            let edge =
                [.one, unit, twoAndHalf, unit.multiplied(by: 1000) ?? .max]
                .randomElement(using: &random) ?? .one
            switch Int.random(in: 0..<4, using: &random) {
            case 0: return edge
            case 1: return edge.adding(.one) ?? .max
            case 2: return edge.subtracting(.one) ?? .zero
            default: return random.word()
            }
        }
        switch Int.random(in: 0..<16, using: &random) {
        case 0, 1, 2:
            return .transfer(
                isNFT: Bool.random(using: &random), from: address(), to: address(),
                value: amount(18))
        case 3, 4, 5:
            let model = Self.models.randomElement(using: &random) ?? []
            return .posted(id: id(), client: address(), payment: amount(6), model: model)
        case 6, 7, 8: return .completed(id: id(), host: address(), paid: amount(18))
        case 9: return .priced(random.word())
        case 10: return .drift(I256(bits: random.word()))
        case 11: return .deposit(address(), random.word())
        case 12: return .notedDeposit(random.word(), random.bytes(40))
        case 13, 14:
            return .junk(
                [.unknownEvent, .topicCount, .anonymous, .badData].randomElement(using: &random)
                    ?? .badData)
        default: return .stranger
        }
    }
}

extension BigUInt {
    init(_ value: U256) {
        self = 0
        for byte in value.bigEndianBytes { self = self << 8 | BigUInt(byte) }
    }

    init(_ sum: ExactSum) {
        self = BigUInt(sum.carry) << 256 + BigUInt(sum.low)
    }
}
