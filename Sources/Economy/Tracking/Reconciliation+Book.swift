// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives

/// What a tracker does with a comparison: its families are ``SeriesFamily/drift``,
/// ``SeriesFamily/driftBlock`` and ``SeriesFamily/readingFailures``, which its book has to keep.
extension Reconciliation {
    /// What has to be read at the block after `tip`.
    ///
    /// - Parameter tracker: the kind and the name of the tracker, as its labels have them.
    func plan(after tip: BlockNumber, of tracker: [String], _ book: SeriesBook) -> FetchPlan {
        let last = book.place(of: .driftBlock).flatMap { book.gauge($0, tracker + [self.gauge]) }
        return FetchPlan(readings: self.requests(after: tip, last: last))
    }

    /// Notes how far an amount is from what the chain says of the block, or why that cannot be told;
    /// nothing where it was not asked.
    func compare(
        _ ours: U256, token: String, of tracker: [String], _ extras: BlockExtras,
        _ book: inout SeriesBook, _ effects: inout TrackerEffects
    ) {
        guard let driftPlace = book.place(of: .drift),
            let blockPlace = book.place(of: .driftBlock),
            let failures = book.place(of: .readingFailures)
        else { return }
        let labels = tracker + [self.gauge]
        do throws(ReadingFault) {
            guard let drift = try self.drift(of: ours, extras) else { return }
            book.set(driftPlace, labels + [token], drift, &effects)
            book.set(blockPlace, labels, U256(extras.block.number.rawValue), &effects)
        } catch {
            book.count(failures, labels + [error.rawValue], &effects)
        }
    }
}

/// The place of a family in a book, for families that several trackers share.
struct FamilyPlace: RawRepresentable {
    let rawValue: Int
}

extension SeriesBook {
    func place(of family: SeriesFamily) -> FamilyPlace? {
        self.families.firstIndex(of: family).map { FamilyPlace(rawValue: $0) }
    }
}
