// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives
package import EVMSignatures

/// A signed promise of payment that was checked: it comes from outside the chain, and no reorg takes
/// it back.
package struct LearntVoucher: Sendable, Equatable {
    /// What the operator called the tracker.
    package var tracker: String
    /// The word that names the channel, as events carry it.
    package var channel: U256
    /// Who signed it; whether that party may is asked when the channel is known.
    package var signer: Address
    /// How far the channel has got with it.
    package var state: VoucherState

    package init(tracker: String, channel: U256, signer: Address, state: VoucherState) {
        self.tracker = tracker
        self.channel = channel
        self.signer = signer
        self.state = state
    }
}

/// Whose promises a channel lives by.
package enum VoucherSigner: String, Sendable, CaseIterable {
    /// The one who pays: channels of one direction.
    case payer
    case payee
    /// Each promises the other.
    case either
}

/// How a tracker takes vouchers in.
package struct VoucherIntake: Sendable, Equatable {
    package var scheme: VoucherScheme
    package var signer: VoucherSigner
    /// Files and folders that are read at the start; absolute paths.
    package var files: [String]

    package init(scheme: VoucherScheme, signer: VoucherSigner = .payer, files: [String] = []) {
        self.scheme = scheme
        self.signer = signer
        self.files = files
    }
}

extension VoucherIntake: CustomStringConvertible {
    /// What of it makes state: who signs. The scheme only decides which vouchers are learnt.
    package var description: String { "vouchers of \(self.signer.rawValue)" }
}

/// What a tracker knows of a channel that a voucher speaks of.
package struct VoucherSubject: Sendable, Equatable {
    /// The parties whose promises count; nil where the channel was not seen to open.
    package var signers: [Address]?
    /// The best voucher so far of the account asked about.
    package var best: VoucherState?
    /// Whether one of that account would be kept.
    package var hasRoom: Bool

    package init(signers: [Address]?, best: VoucherState?, hasRoom: Bool = true) {
        self.hasRoom = hasRoom
        self.signers = signers
        self.best = best
    }
}

/// A closing that turned out to carry an older state than a voucher: counted once.
struct VoucherMark: Hashable, Sendable {
    var channel: U256
    var block: Hash256
    var logIndex: UInt32
}
