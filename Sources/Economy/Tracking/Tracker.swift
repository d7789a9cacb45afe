// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import MetricsRegistry

/// A part of the economy as a value that folds what happened: staking, a treasury, channels.
///
/// - Its only effects are facts and its own state; it cannot read, write, log or raise an alarm.
/// - A copy is a snapshot: a reorg puts an old copy back. So state is made of ``EntityMap``s and
///   the ``SeriesBook``, which share what a copy does not change.
/// - The same blocks give the same state, however they are cut into pages. Nothing is counted
///   because time passes: what depends on time alone is told by ``derived(at:)``.
/// - Amounts are 256-bit integers in smallest units. Where a sum could leave its range the event is
///   skipped with its reason, and nothing changes.
protocol Tracker: Sendable {
    /// What the configuration says of it besides its events.
    associatedtype Settings: Sendable

    static var kind: TrackerKind { get }
    /// Changes when the same configuration makes other state: stored state is then built again.
    static var version: Int { get }
    static var shape: TrackerShape { get }
    /// The metrics kept in the book, in the order of the tracker's `Family`.
    static var families: [SeriesFamily] { get }
    /// The gauges that ``derived(at:)`` makes.
    static var derivedFamilies: [SeriesFamily] { get }

    /// The tracker before the first block.
    init(_ name: String, _ settings: Settings, tokens: TokenTable)

    var book: SeriesBook { get set }
    /// The other parts of the state, numbered from ``firstDrawer`` on.
    var drawers: [any Drawer] { get }
    /// Puts a stored entry of one of the drawers in its place; false where it does not fit.
    mutating func restore(drawer: String, key: String, bytes: [UInt8]) -> Bool

    /// Takes in an event.
    ///
    /// - Throws: why it was skipped; nothing was changed then.
    mutating func apply(
        _ event: RoleEvent, _ effects: inout TrackerEffects) throws(SkipReason)

    /// Takes in vouchers, which stay whatever becomes of blocks: in the settled state and in every
    /// state above it, from the lowest on.
    ///
    /// - Parameter marks: what was counted in the states below because of these vouchers; it is
    ///   counted here too.
    mutating func learn(
        _ vouchers: [LearntVoucher], _ marks: inout Set<VoucherMark>,
        _ effects: inout TrackerEffects)

    /// What a voucher of a channel is compared with; nil where no vouchers are taken in.
    func subject(_ channel: U256, signer: Address?) -> VoucherSubject?

    /// Takes in what was fetched of a block besides its logs, after the block's events.
    mutating func observe(_ extras: BlockExtras, _ effects: inout TrackerEffects)

    /// What it wants of the block after `tip`.
    func plan(after tip: BlockNumber) -> FetchPlan

    /// What depends on the time or the height reached: gauges by family name.
    func derived(at place: BlockPlace) -> [DerivedSample]
}

/// Where a chain stands.
struct BlockPlace: Sendable, Equatable {
    var number: BlockNumber
    var time: BlockTime
}

/// A gauge that is made when it is shown: of a family in ``Tracker/derivedFamilies``.
struct DerivedSample: Sendable, Equatable {
    var family: Int
    /// Without the chain.
    var labels: [String]
    var value: Double

    init(_ family: some RawRepresentable<Int>, _ labels: [String], _ value: Double) {
        self.family = family.rawValue
        self.labels = labels
        self.value = value
    }
}

extension Tracker {
    /// The number of the first drawer of entities; below stand the families of the book.
    static var firstDrawer: Int { 1_000 }

    static var version: Int { 1 }
    static var derivedFamilies: [SeriesFamily] { [] }
    var drawers: [any Drawer] { [] }

    mutating func restore(drawer: String, key: String, bytes: [UInt8]) -> Bool { false }
    mutating func observe(_ extras: BlockExtras, _ effects: inout TrackerEffects) {}
    mutating func learn(
        _ vouchers: [LearntVoucher], _ marks: inout Set<VoucherMark>,
        _ effects: inout TrackerEffects
    ) {}
    func subject(_ channel: U256, signer: Address?) -> VoucherSubject? { nil }
    func plan(after tip: BlockNumber) -> FetchPlan { FetchPlan() }
    func derived(at place: BlockPlace) -> [DerivedSample] { [] }
}
