// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import MetricsRegistry

/// What gas costs on a chain, and what transactions to watched contracts and from watched senders
/// cost: by contract and method, by part of the fee, and why those failed that did.
///
/// Invariant: the parts of `transaction_fees_ether_total` add up to the sum of
/// `transaction_cost_ether`, always.
struct GasTracker: Tracker {
    static let kind = TrackerKind.gas

    struct Settings: Sendable {
        /// Contracts to which transactions are watched.
        var contracts: [NamedAccount] = []
        /// Accounts whose transactions are watched.
        var senders: [NamedAccount] = []
        /// Of the tips in a block, rising.
        var percentiles: [Double] = []
        /// Whether fees of blocks that are read in catching up are asked for.
        var history = false
        /// Transactions below it are not counted.
        var start: BlockNumber?
        /// The functions of the chain's contracts, and what they are called.
        var methods = FunctionCatalog()
        var errors: [ABIErrorFragment] = []
    }

    /// Everything comes from what is fetched of blocks: there are no events.
    static let shape = TrackerShape(fields: [], roles: [])

    enum Family: Int, CaseIterable {
        case gasPrice, baseFee, priorityFee, blobBaseFee, gasUsedRatio
        case gasUsed, cost, transactions, failed, fees
        case senderTransactions, senderFailed, senderFees, unsure
    }

    static let gasBuckets: [Double] = [
        21_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000,
        30_000_000,
    ]
    /// From a rollup's transfers to a parent chain's deployments.
    static let etherBuckets: [Double] = [
        0.000_000_01, 0.000_000_1, 0.000_001, 0.000_01, 0.000_1, 0.001, 0.01, 0.1, 1,
    ]
    /// What ``Family/gasUsedRatio`` is kept in.
    static let ratioDecimals: UInt8 = 18

    static let families: [SeriesFamily] = [
        SeriesFamily(
            "gas_price_wei", .gauge, labels: [], "What the node advises to pay for gas."),
        SeriesFamily("base_fee_wei", .gauge, labels: [], "The block's base fee (EIP-1559)."),
        SeriesFamily(
            "priority_fee_wei", .gauge, labels: ["percentile"],
            "What the block's transactions paid above the base fee, by percentile of its gas."),
        SeriesFamily(
            "blob_base_fee_wei", .gauge, labels: [],
            "What the block's blobs paid for a unit of blob gas (EIP-4844)."),
        SeriesFamily(
            "block_gas_used_ratio", .gauge, labels: [], scale: .decimals(Self.ratioDecimals),
            "How much of its gas limit the block used, 0 to 1."),
        SeriesFamily(
            "gas_used", .histogram(Self.gasBuckets), labels: ["contract", "method"],
            openLabels: [1], "Gas that a watched transaction used."),
        SeriesFamily(
            "transaction_cost_ether", .histogram(Self.etherBuckets),
            labels: ["contract", "method"], scale: .decimals(18), openLabels: [1],
            "What a watched transaction cost its sender, all fees included."),
        SeriesFamily(
            "transactions_total", .count, labels: ["contract", "method"], openLabels: [1],
            "Watched transactions, failed ones included."),
        SeriesFamily(
            "transactions_failed_total", .count, labels: ["contract", "method", "reason"],
            openLabels: [1, 2], "Watched transactions that failed, by reason."),
        SeriesFamily(
            "transaction_fees_ether_total", .sum, labels: ["contract", "part"],
            scale: .decimals(18), "Fees of watched transactions, by what they were paid for."),
        SeriesFamily(
            "sender_transactions_total", .count, labels: ["sender"],
            "Transactions of a listed sender, failed ones included."),
        SeriesFamily(
            "sender_transactions_failed_total", .count, labels: ["sender"],
            "Transactions of a listed sender that failed."),
        SeriesFamily(
            "sender_fees_ether_total", .sum, labels: ["sender"], scale: .decimals(18),
            "Fees that a listed sender paid."),
        SeriesFamily(
            "transaction_fees_unsure_total", .count, labels: ["reason"],
            "Watched transactions whose fee for L1 data their receipt leaves out, or disputes."),
    ]

    /// A label value that a stranger could choose, and that has series of its own.
    struct Seen: Entity {
        init() {}

        /// One byte: an entry without any could pass for one that was taken away.
        func write(to writer: inout StateWriter) { writer.write(true) }

        init(from reader: inout StateReader) throws(StateReader.Damage) {
            guard try reader.flag() else { throw StateReader.Damage() }
        }
    }

    var book: SeriesBook
    var seen = EntityMap<String, Seen>("label", number: Self.firstDrawer)
    let settings: Settings
    private let contracts: [Address: String]
    private let senders: [Address: String]
    private let percentiles: [String]

    init(_ name: String, _ settings: Settings, tokens: TokenTable) {
        self.settings = settings
        func names(_ accounts: [NamedAccount]) -> [Address: String] {
            Dictionary(accounts.map { ($0.address, $0.name) }, uniquingKeysWith: { $1 })
        }
        self.contracts = names(settings.contracts)
        self.senders = names(settings.senders)
        self.percentiles = settings.percentiles.map(Self.label(percentile:))
        self.book = SeriesBook(Self.families, tokens: tokens)
        for contract in Set(self.contracts.values) {
            for part in CostPart.allCases {
                self.book.open(Family.fees, [contract, part.rawValue])
            }
        }
        for sender in Set(self.senders.values) {
            for family in [Family.senderTransactions, .senderFailed, .senderFees] {
                self.book.open(family, [sender])
            }
        }
        if self.isWatching {
            for doubt in FeeDoubt.allCases { self.book.open(Family.unsure, [doubt.rawValue]) }
        }
    }

    var drawers: [any Drawer] { [self.seen] }

    mutating func restore(drawer: String, key: String, bytes: [UInt8]) -> Bool {
        drawer == self.seen.name && self.seen.restore(key, bytes)
    }

    mutating func apply(
        _ event: RoleEvent, _ effects: inout TrackerEffects
    ) throws(SkipReason) {
        throw .unusable
    }

    /// `50`, `99.9`.
    static func label(percentile: Double) -> String {
        let text = "\(percentile)"
        return text.dropping(suffix: ".0") ?? text
    }

    // MARK: What is asked for

    private var isWatching: Bool { !self.contracts.isEmpty || !self.senders.isEmpty }

    func plan(after tip: BlockNumber) -> FetchPlan {
        FetchPlan(
            transactions: self.isWatching
                ? TransactionFilter(receivers: self.contracts.keys, senders: self.senders.keys)
                : nil,
            transactionsFrom: self.isWatching ? self.settings.start : nil, wantsFees: true,
            wantsPastFees: self.settings.history, tipPercentiles: self.settings.percentiles)
    }

    // MARK: What comes

    mutating func observe(_ extras: BlockExtras, _ effects: inout TrackerEffects) {
        if let fees = extras.fees { self.show(fees, &effects) }
        if let start = self.settings.start, extras.block.number < start { return }
        // Those that other trackers asked for come along.
        for transaction in extras.transactions where self.isWatched(transaction) {
            self.take(transaction, at: extras.time, &effects)
        }
    }

    private func isWatched(_ transaction: ObservedTransaction) -> Bool {
        if self.senders[transaction.from] != nil { return true }
        guard let target = transaction.to ?? transaction.created else { return false }
        return self.contracts[target] != nil
    }

    /// The name of a watched contract, or the alias of another one of the configuration; nil for all
    /// others.
    func contract(_ target: Address?) -> String? {
        target.flatMap { self.contracts[$0] ?? self.settings.methods.alias(of: $0) }
    }

    /// The name of a listed sender.
    func sender(_ address: Address) -> String? { self.senders[address] }

    // MARK: Fees of a block

    /// Arbitrum's headers state a limit of 2⁵⁰: no share of it says anything.
    private static let realGasLimitMax: UInt64 = 1 << 40

    private mutating func show(_ fees: BlockFees, _ effects: inout TrackerEffects) {
        self.show(.gasPrice, [], fees.gasPriceWei, &effects)
        self.show(.baseFee, [], fees.baseFeeWei, &effects)
        self.show(.blobBaseFee, [], fees.blobBaseFeeWei, &effects)
        // Tips at other percentiles, asked for under an older configuration, are not ours.
        let areOurs = fees.tipsWei.count == self.percentiles.count
        for (place, percentile) in self.percentiles.enumerated() {
            self.show(.priorityFee, [percentile], areOurs ? fees.tipsWei[place] : nil, &effects)
        }
        var ratio: U256?
        if fees.gasLimit > 0, fees.gasLimit < Self.realGasLimitMax,
            let one = U256.powerOfTen(Int(Self.ratioDecimals))
        {
            ratio =
                one.multiplied(by: U256(fees.gasUsed))?
                .dividedBySmall(fees.gasLimit).quotient
        }
        self.show(.gasUsedRatio, [], ratio, &effects)
    }

    /// Sets a gauge, or takes it away where nothing is known. What stays as it is is not touched, so
    /// that the store has nothing to write.
    private mutating func show(
        _ family: Family, _ labels: [String], _ value: U256?, _ effects: inout TrackerEffects
    ) {
        guard self.book.gauge(family, labels) != value else { return }
        if let value {
            self.book.set(family, labels, value, &effects)
        } else {
            self.book.remove(family, labels, &effects)
        }
    }
}
