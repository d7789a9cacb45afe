// Weir
// SPDX-License-Identifier: Apache-2.0

/// Why a tracker took no notice of an event of its own: nothing changed but a count by this reason.
///
/// The text is a label of `weir_tracker_skipped_total`: it does not change.
package enum SkipReason: String, Error, Sendable, Hashable, CaseIterable {
    /// The amount is of a token that the configuration does not name.
    case unknownToken = "unknown_token"
    /// It speaks of something that was never seen to begin.
    case unknownKey = "unknown_key"
    /// Something with this key is there already.
    case duplicate
    /// It cannot happen in the state that the thing is in, such as a close before an open.
    case outOfOrder = "out_of_order"
    /// An amount below zero where only more can come.
    case negative
    /// More is taken away than is there.
    case insufficient
    /// A number that is too large to be meant.
    case overflow
    /// A field that this event needs has no value, or one that makes no sense.
    case unusable
    /// There is no room for more of this kind.
    case full
}
