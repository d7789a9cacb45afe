// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMPrimitives
import EVMSignatures
import Economy
import JSONBytes
import WeirStore

/// What became of a voucher that was handed in.
struct VoucherReceipt: Sendable {
    /// The words are part of the API: they do not change.
    enum Verdict: String, Sendable {
        /// Newer than all before of its channel.
        case accepted
        /// Good for a channel that was not seen to open yet.
        case kept
        /// Good, and no newer than what is known.
        case older
        case wrongSigner = "wrong_signer"
        case badSignature = "bad_signature"
        case wrongChain = "wrong_chain"
        case wrongContract = "wrong_contract"
        case wrongDomain = "wrong_domain"
        case malformed
        /// It may be for more than one tracker.
        case ambiguous
        /// There is no room for more vouchers of channels that were not seen to open.
        case full
    }

    var verdict: Verdict
    private(set) var reason: String?
    /// Whether the voucher itself says which chain or contract it is for.
    private(set) var statesDomain = false
    private let network: String
    private var check: VoucherCheck?
    private var sheet: VoucherSheet?

    /// Checks a document by the scheme of a network.
    init(_ document: [UInt8], _ network: VoucherDesk.Network) {
        self.network = network.name
        self.verdict = .malformed
        do throws(VoucherDocumentError) {
            let scheme = network.intake.scheme
            let parsed = try VoucherDocument(parsing: document, scheme: scheme)
            let check = scheme.check(parsed.voucher, signer: parsed.signer)
            self.check = check
            self.sheet = VoucherSheet(check, of: scheme)
            self.statesDomain =
                parsed.voucher.domain.chainID != nil || parsed.voucher.domain.contract != nil
            self.verdict = Self.verdict(check.verdict)
            if self.isRefusal { self.reason = "\(check.verdict)" }
        } catch {
            self.reason = "\(error)"
        }
    }

    private static func verdict(_ verdict: VoucherCheck.Verdict) -> Verdict {
        switch verdict {
        case .good, .recovered: .kept
        case .wrongSigner: .wrongSigner
        case .badSignature: .badSignature
        case .wrongDomain(.chainId, _, _): .wrongChain
        case .wrongDomain(.verifyingContract, _, _): .wrongContract
        case .wrongDomain: .wrongDomain
        case .malformed: .malformed
        }
    }

    /// The voucher that is to be kept; nil where it is refused.
    func voucher(_ document: [UInt8], received: BlockTime) -> StoredVoucher? {
        guard self.verdict == .kept, let check = self.check, let signer = check.signer,
            let channel = check.channel, let text = String(validating: document, as: UTF8.self)
        else { return nil }
        return StoredVoucher(
            network: self.network, channel: channel.word, signer: signer,
            nonce: check.state.nonce, amount: check.state.cumulative, received: received,
            document: text)
    }

    /// Compares it with what is known of its channel.
    mutating func judge(_ subject: VoucherSubject?) {
        guard let check = self.check, let signer = check.signer else { return }
        if let signers = subject?.signers {
            guard signers.contains(signer) else {
                self.verdict = .wrongSigner
                self.reason =
                    "signed by \(signer), which is not "
                    + signers.map(\.description).joined(separator: " or ")
                    + ", or for another domain or other values"
                return
            }
            self.verdict = .accepted
        }
        if subject?.hasRoom == false {
            self.verdict = .full
            self.reason = "too many vouchers of channels that were not seen to open"
        }
        if let best = subject?.best, best.isOlder(than: check.state) != true {
            self.verdict = .older
        }
    }

    var isRefusal: Bool {
        switch self.verdict {
        case .accepted, .kept, .older: false
        default: true
        }
    }

    /// How much it says, where several trackers are asked.
    var rank: Int {
        switch self.verdict {
        case .accepted: 9
        case .older: 8
        case .kept: 7
        case .ambiguous, .full: 6
        case .wrongSigner: 5
        case .badSignature: 4
        case .wrongDomain: 3
        case .wrongContract: 2
        case .wrongChain: 1
        case .malformed: 0
        }
    }

    // MARK: JSON

    static func json(_ receipts: [VoucherReceipt]) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("vouchers")
        json.beginArray()
        for receipt in receipts { receipt.write(to: &json) }
        json.endArray()
        json.endObject()
        json.endLine()
        return json.bytes
    }

    private func write(to json: inout JSONWriter) {
        json.beginObject()
        let members = [
            ("verdict", self.verdict.rawValue), ("network", self.network),
            ("channel", self.sheet?.channel), ("signer", self.check?.signer?.description),
            ("nonce", self.check?.state.nonce?.description),
            ("amount", self.check?.amount?.description), ("reason", self.told),
        ]
        for (key, text) in members {
            guard let text else { continue }
            json.key(key)
            json.string(text)
        }
        json.endObject()
    }

    private var told: String? {
        self.verdict == .ambiguous
            ? "it may be for several trackers; name one with ?network=" : self.reason
    }
}
